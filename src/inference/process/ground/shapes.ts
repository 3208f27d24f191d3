/** Which shape, if any, a label names: the one that it titles or fills, not every panel that it happens to lie in. */
import type { Box, PackRef } from '../../../protocol/geometry';
import { decodeRle, encodeRle, rleBox } from '../../../protocol/rle';
import type { Rle } from '../../../protocol/geometry';
import { GroundnoteError, isCancelled } from '../../../protocol/errors';
import type { HandlerContext } from '../../../protocol/rpc';
import { unionBox } from '../../../protocol/raster';
import type { Picture } from '../picture';
import type { RuntimeServices } from '../services';
import type { Stopwatch } from '../stopwatch';
import { coverOf, enclosingShape, hullArea, leastConvex } from './enclosure';
import type { TextLine } from './textReader';

/** The shape that belongs to a label. */
export interface LabelShape {
  mask: Rle;
  box: Box;
  /** The segmenter, where it found the shape. */
  pack?: PackRef;
}

/** A shape that the segmenter proposes is believed only above these (shares, and contrast in grey levels). */
const proposal = { score: 0.8, cover: 0.95, mostOfPicture: 0.4, contrast: 12, edgeShare: 0.75 };

/**
 * The closed outline around a label, found without a model; `named`: whether it is what the label names.
 * @param lines the label's lines
 * @param all all lines of the picture
 */
export function outlineOfLabel(
  picture: Picture,
  lines: readonly TextLine[],
  all: readonly TextLine[],
): { shape: LabelShape; named: boolean } | undefined {
  const text = unionBox(lines.map(({ box }) => box));
  const enclosure = enclosingShape(picture, text);
  return (
    enclosure && {
      shape: { mask: encodeRle(enclosure.mask), box: enclosure.box },
      named: isNamedBy(enclosure.box, text, othersOf(lines, all)),
    }
  );
}

const othersOf = (lines: readonly TextLine[], all: readonly TextLine[]) =>
  all.filter((line) => !lines.includes(line));

/**
 * The shape of a label: its outline, or what the segmenter proposes where there is none.
 * @param lines the label's lines
 * @param all all lines of the picture
 * @returns undefined when no shape can be told for sure
 * @throws GroundnoteError cancelled
 */
export async function shapeOfLabel(
  services: RuntimeServices,
  picture: Picture,
  lines: readonly TextLine[],
  all: readonly TextLine[],
  context: HandlerContext,
  stopwatch: Stopwatch,
): Promise<LabelShape | undefined> {
  const outline = await stopwatch.time('refine', () => outlineOfLabel(picture, lines, all));
  if (outline) return outline.named ? outline.shape : undefined;
  const text = unionBox(lines.map(({ box }) => box));
  const proposed = await proposedShape(services, picture, text, context, stopwatch);
  return proposed && isAmid(proposed.box, text) && isNamedBy(proposed.box, text, othersOf(lines, all))
    ? proposed
    : undefined;
}

/**
 * Whether a shape is what a text names: the text is its title (it comes first, at the top), or it stands in the middle
 * and all other text in the shape is centred with it, as the lines of one label are. An entry of a legend, a cell of a
 * table and a label beside an arrow are neither.
 */
export function isNamedBy(shape: Box, text: Box, others: readonly { box: Box }[]): boolean {
  const height = text[3] - text[1];
  const inside = others.filter(({ box }) => {
    const [x, y] = middle(box);
    return x > shape[0] && x < shape[2] && y > shape[1] && y < shape[3];
  });
  const centre = middle(text);
  const shapeCentre = middle(shape);
  const isFirst = inside.every(({ box }) => box[1] >= text[1] + height / 2);
  const isTitle = isFirst && text[1] - shape[1] <= 2 * height;
  if (isTitle) return true;
  const isCentred = Math.abs(centre[0] - shapeCentre[0]) <= Math.max(height, 0.1 * (shape[2] - shape[0]));
  return (
    isCentred &&
    inside.length <= 6 &&
    inside.every(({ box }) => Math.abs(middle(box)[0] - centre[0]) <= height)
  );
}

const middle = ([x1, y1, x2, y2]: Box): [number, number] => [(x1 + x2) / 2, (y1 + y2) / 2];

/** Whether a text stands in the middle of a shape in both directions. */
function isAmid(shape: Box, text: Box): boolean {
  const [a, b] = [middle(shape), middle(text)];
  return (
    Math.abs(a[0] - b[0]) <= 0.15 * (shape[2] - shape[0]) &&
    Math.abs(a[1] - b[1]) <= 0.15 * (shape[3] - shape[1])
  );
}

/** The segmenter's mask for the text's box, when it is a convex shape around it that ends at edges of the picture. */
async function proposedShape(
  services: RuntimeServices,
  picture: Picture,
  text: Box,
  context: HandlerContext,
  stopwatch: Stopwatch,
): Promise<LabelShape | undefined> {
  let answer;
  try {
    const [x, y] = middle(text);
    answer = await services.segmentPicture(
      picture,
      {
        prompts: [
          { type: 'point', point: [x, y], label: 1 },
          {
            type: 'stroke',
            points: [
              [text[0], y],
              [text[2], y],
            ],
            label: 1,
          },
        ],
      },
      context,
      stopwatch,
    );
  } catch (error) {
    // Without a segmenter the text's box is the answer.
    if (error instanceof GroundnoteError && !isCancelled(error)) return undefined;
    throw error;
  }
  const { data, width, height } = decodeRle(answer.mask);
  const box = rleBox(answer.mask);
  const area = data.reduce((sum, value) => sum + value, 0);
  const textArea = (text[2] - text[0]) * (text[3] - text[1]);
  const believed =
    answer.score >= proposal.score &&
    area >= 1.3 * textArea &&
    area <= proposal.mostOfPicture * width * height &&
    coverOf(data, width, text) >= proposal.cover &&
    area >= leastConvex * hullArea(data, width, box) &&
    edgeShare(picture, data) >= proposal.edgeShare;
  return believed ? { mask: answer.mask, box, pack: answer.pack } : undefined;
}

/** Share of the mask's border pixels at which the picture changes within three pixels. */
function edgeShare({ width, height, data }: Picture, mask: Uint8Array): number {
  const reach = 3;
  const differ = (a: number, b: number) =>
    Math.max(
      Math.abs((data[a * 3] as number) - (data[b * 3] as number)),
      Math.abs((data[a * 3 + 1] as number) - (data[b * 3 + 1] as number)),
      Math.abs((data[a * 3 + 2] as number) - (data[b * 3 + 2] as number)),
    ) >= proposal.contrast;
  let border = 0;
  let edges = 0;
  for (let y = reach; y < height - reach; y++)
    for (let x = reach; x < width - reach; x++) {
      const at = y * width + x;
      if (!mask[at]) continue;
      const sideways = !mask[at - 1] || !mask[at + 1];
      const upright = !mask[at - width] || !mask[at + width];
      if (!sideways && !upright) continue;
      border++;
      if (
        (sideways && (differ(at - reach, at) || differ(at, at + reach))) ||
        (upright && (differ(at - reach * width, at) || differ(at, at + reach * width)))
      )
        edges++;
    }
  return border ? edges / border : 0;
}
