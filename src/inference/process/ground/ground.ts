/** The task `ground`: a phrase → the places in a figure where it is written, as text or as the shape that bears it. */
import type { Box, PackRef } from '../../../protocol/geometry';
import type { GroundParams, ResultRegion, TaskResult } from '../../../protocol/inference';
import type { HandlerContext } from '../../../protocol/rpc';
import { unionBox } from '../../../protocol/raster';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import type { RuntimeServices } from '../services';
import { Stopwatch } from '../stopwatch';
import { composeAnswer, refusal } from './answer';
import { groupBlocks, passagesOf, type Passage } from './lines';
import { matchPhrase, nearestTexts, type TextMatch } from './match';
import { shapeOfLabel } from './shapes';
import { readerOf, type TextLine } from './textReader';
import { imageOf } from '../pictureWindow';

const mostHints = 4;

/**
 * Regions best first; each has the text's box, or the box and the mask of the shape that the text names. Where the phrase
 * is not written in the picture the result is refused, has no regions, and says what was read instead.
 * @param pack of the kind `ocr`
 * @throws GroundnoteError broken-pack, cancelled, and what opening the picture throws
 */
export async function groundInPicture(
  services: RuntimeServices,
  pack: Pack,
  params: GroundParams,
  context: HandlerContext,
): Promise<TaskResult> {
  const stopwatch = new Stopwatch();
  const { id, version } = pack.manifest;
  const reader = await stopwatch.time('load', () => readerOf(services, pack));
  const window = await stopwatch.time('read', () =>
    services.pictures.window(params.image, { view: params.view }, context.signal),
  );
  const { picture } = window;
  await throwIfCancelled(context.signal);
  const lines = await reader.read(picture, context, stopwatch);
  const passages = passagesOf(groupBlocks(lines));
  const matches = withoutRepeats(matchPhrase(params.text, passages));

  const regions: ResultRegion[] = [];
  const helpers: PackRef[] = [];
  for (const { item, score } of matches) {
    await throwIfCancelled(context.signal);
    context.progress({ phase: 'Finding the shapes', fraction: regions.length / matches.length });
    const shape = await shapeOfLabel(services, picture, item.lines, lines, context, stopwatch);
    if (shape?.pack && !helpers.some((helper) => helper.id === shape.pack?.id)) helpers.push(shape.pack);
    const confidence = Math.min(...item.lines.map((line) => line.confidence));
    regions.push({
      id: String(regions.length + 1),
      label: item.text,
      score: Math.round(score * confidence * 1000) / 1000,
      box: shape?.box ?? roundedBox(unionBox(item.lines.map(({ box }) => box))),
      ...(shape && { mask: shape.mask }),
    });
  }
  const answer = regions.length
    ? composeAnswer(regions, matches[0]?.kind ?? 'same')
    : refusal(params.text, nearestTexts(params.text, textsOf(passages), mostHints), lines.length);
  services.log('debug', `ground ${picture.width} × ${picture.height}: ${JSON.stringify(stopwatch.phases())}`);
  return {
    image: imageOf(params.image, window.whole),
    pack: { id, version },
    ...(helpers.length && { packs: [...helpers, { id, version }] }),
    regions: regions.map((region) => withWholePixels(window.regionOut(region))),
    ...(window.isWhole
      ? answer
      : { ...answer, text: partlyRead(answer.text ?? '', params.view !== undefined) }),
    timings: stopwatch.timings(),
  };
}

export const withWholePixels = (region: ResultRegion): ResultRegion => ({
  ...region,
  box: roundedBox(region.box),
});

/** What is said of a large picture, of which only a part or a small copy was read. */
const partlyRead = (text: string, view: boolean) =>
  view
    ? `${text} (Only the part in view was read.)`
    : `${text} (This picture is large: a reduced copy was read. Zoom in to read small text.)`;

/** Passages that hold all lines of a shorter match are left out: they say the same with more around it. */
export function withoutRepeats(
  matches: readonly TextMatch<Passage<TextLine>>[],
): TextMatch<Passage<TextLine>>[] {
  const kept: TextMatch<Passage<TextLine>>[] = [];
  for (const match of [...matches].sort((a, b) => a.item.lines.length - b.item.lines.length))
    if (!kept.some(({ item }) => item.lines.every((line) => match.item.lines.includes(line))))
      kept.push(match);
  return kept.sort((a, b) => b.score - a.score);
}

/** Single lines, and whole blocks of a few lines. */
function textsOf(passages: readonly Passage<TextLine>[]): string[] {
  return passages
    .filter(
      ({ lines, block }) => lines.length === 1 || (block.length <= 3 && lines.length === block.flat().length),
    )
    .map(({ text }) => text);
}

/** The smallest box of whole pixels around one. */
export const roundedBox = (box: Box): Box => [
  Math.floor(box[0]),
  Math.floor(box[1]),
  Math.ceil(box[2]),
  Math.ceil(box[3]),
];
