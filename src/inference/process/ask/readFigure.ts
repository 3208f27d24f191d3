/** Everything that is written in a figure, as data: labels in reading order, the closed shapes around them, and its parts where a pack parses figures. */
import type { FigureReading, ReadFigureParams, ReadLabel, ReadShape } from '../../../protocol/figure';
import type { Box } from '../../../protocol/geometry';
import type { HandlerContext } from '../../../protocol/rpc';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { figureParserOf } from '../figure/figureParser';
import { readParts } from '../figure/readParts';
import { roundedBox } from '../ground/ground';
import { readerOf } from '../ground/textReader';
import type { RuntimeServices } from '../services';
import { Stopwatch } from '../stopwatch';
import { Figure, sameBox, type Label } from './figure';
import { centreOf, inBox } from './geometry';
import { shapeKind } from './shapeKind';
import { imageOf } from '../pictureWindow';

/**
 * @param pack of the kind `ocr`
 * @throws GroundnoteError broken-pack, cancelled, and what opening the picture throws
 */
export async function readWholeFigure(
  services: RuntimeServices,
  pack: Pack,
  { image, view }: ReadFigureParams,
  context: HandlerContext,
): Promise<FigureReading> {
  const stopwatch = new Stopwatch();
  const { id, version } = pack.manifest;
  const reader = await stopwatch.time('load', () => readerOf(services, pack));
  const window = await stopwatch.time('read', () =>
    services.pictures.window(image, { view }, context.signal),
  );
  await throwIfCancelled(context.signal);
  const lines = await reader.read(window.picture, context, stopwatch);
  const figure = new Figure(window, lines, services, context, stopwatch);
  // An ordinary picture is always read as a whole.
  const part = view && window.boxInto(view);
  const labels = part ? figure.labels.filter(({ box }) => inBox(part, centreOf(box))) : figure.labels;
  const found = await stopwatch.time('pack', () => figure.outlines(labels));

  const parser = await services.packs.firstOfKind('figure');
  const parsed =
    parser &&
    (await (await figureParserOf(services, parser)).parse(window.picture, context, stopwatch)).parse;
  const boxes = found.map(({ shape }) => shape.box);
  const idOf = (box: Box | undefined) => {
    const index = box ? boxes.findIndex((each) => sameBox(each, box)) : -1;
    return index < 0 ? undefined : `s${index + 1}`;
  };
  const readLabels = labels.map((label, index): ReadLabel => {
    const shape = idOf(figure.enclosure(label)?.box);
    const turn = label.lines[0]?.turn ?? 0;
    return {
      id: `t${index + 1}`,
      text: label.text,
      box: roundedBox(window.boxOut(label.box)),
      confidence: confidenceOf(label),
      ...(turn !== 0 && { runs: turn === 90 ? 'upwards' : 'downwards' }),
      ...(shape !== undefined && { shape }),
    };
  });
  const titles = new Map<string, string>();
  labels.forEach((label, index) => {
    const shape = idOf(figure.outline(label)?.box);
    if (shape !== undefined && !titles.has(shape)) titles.set(shape, `t${index + 1}`);
  });
  return {
    image: imageOf(image, window.whole),
    pack: { id, version },
    labels: readLabels,
    shapes: found.map(({ shape }, index): ReadShape => {
      const title = titles.get(`s${index + 1}`);
      const around = idOf(smallestAround(boxes, index));
      return {
        id: `s${index + 1}`,
        kind: shapeKind(shape.mask, shape.box),
        box: roundedBox(window.boxOut(shape.box)),
        ...(title !== undefined && { title }),
        ...(around !== undefined && { inside: around }),
      };
    }),
    ...(parser &&
      parsed && {
        parts: readParts(
          parsed,
          (box) => !part || inBox(part, centreOf(box)),
          (box) => window.boxOut(box),
        ),
        packs: [
          { id, version },
          { id: parser.manifest.id, version: parser.manifest.version },
        ],
      }),
    ...(!window.isWhole && { partial: true }),
    timings: stopwatch.timings(),
  };
}

const confidenceOf = ({ lines }: Label) =>
  Math.round(Math.min(...lines.map(({ confidence }) => confidence)) * 1000) / 1000;

const areaOf = ([x1, y1, x2, y2]: Box) => (x2 - x1) * (y2 - y1);

/** The smallest of the other boxes that holds all of one. */
function smallestAround(boxes: readonly Box[], index: number): Box | undefined {
  const [x1, y1, x2, y2] = boxes[index] as Box;
  return boxes
    .filter((box, i) => i !== index && box[0] <= x1 && box[1] <= y1 && box[2] >= x2 && box[3] >= y2)
    .sort((a, b) => areaOf(a) - areaOf(b))[0];
}
