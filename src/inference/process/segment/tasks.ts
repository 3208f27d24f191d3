/** The tasks `segment`, `hover` and `everything`: from the parameters of a channel to its result. */
import type { Box, Rle, Size } from '../../../protocol/geometry';
import type {
  EverythingParams,
  HoverResult,
  ImageSource,
  ResultRegion,
  SegmentParams,
  TaskResult,
} from '../../../protocol/inference';
import { rleBox } from '../../../protocol/rle';
import type { HandlerContext } from '../../../protocol/rpc';
import { throwIfCancelled } from '../cancel';
import { wholeOf, type Rectangle } from '../picture';
import type { PictureWindow } from '../pictureWindow';
import type { RuntimeServices } from '../services';
import type { Stopwatch } from '../stopwatch';
import { everythingDefaults, findEverything } from './everything';
import { sortPrompts } from './prompts';
import type { ScoredMask } from './segmenter';

/** @throws GroundnoteError as opening the picture and the segmenter do, and invalid-params, cancelled */
export async function segmentInPicture(
  services: RuntimeServices,
  params: SegmentParams,
  context: HandlerContext,
  stopwatch: Stopwatch,
): Promise<TaskResult> {
  const window = await stopwatch.time('read', () =>
    services.pictures.window(params.image, params, context.signal),
  );
  await throwIfCancelled(context.signal);
  const found = await services.segmentPicture(window.picture, window.into(params), context, stopwatch);
  const regionsOut = (masks: readonly ScoredMask[]) => regionsOf(masks, window, params.previous);
  return {
    image: imageOf(params.image, window.whole),
    pack: found.pack,
    regions: regionsOut([found]),
    ...(found.candidates && { candidates: regionsOut(found.candidates) }),
    timings: stopwatch.timings(),
  };
}

/**
 * What `segment` would give, from what is in memory alone: nothing is read, opened or encoded.
 * @param isIdle whether no other work is queued or under way
 * @throws GroundnoteError cancelled, invalid-params, no-pack, broken-pack
 */
export async function hoverInPicture(
  services: RuntimeServices,
  params: SegmentParams,
  { signal }: HandlerContext,
  stopwatch: Stopwatch,
  isIdle: () => boolean,
): Promise<HoverResult> {
  const nothing = () => ({ regions: [], timings: stopwatch.timings() });
  if (!isIdle()) return nothing();
  const window = await services.pictures.keptWindow(params.image, params);
  const segmenter = window && (await services.keptSegmenter(params.pack));
  // Lets in what came meanwhile: the pointer has moved on, or real work has begun.
  await throwIfCancelled(signal);
  if (!segmenter || !isIdle()) return nothing();
  const { prompts, previous, view } = window.into(params);
  const sorted = sortPrompts(prompts, window.picture, previous);
  const found = await segmenter.hover(window.picture, sorted, view, stopwatch);
  return {
    image: imageOf(params.image, window.whole),
    pack: segmenter.packRef,
    regions: found ? regionsOf([found], window, params.previous) : [],
    timings: stopwatch.timings(),
  };
}

/** @throws GroundnoteError as opening the picture and the segmenter do, and cancelled */
export async function everythingInPicture(
  services: RuntimeServices,
  params: EverythingParams,
  context: HandlerContext,
  stopwatch: Stopwatch,
): Promise<TaskResult> {
  context.progress({ phase: 'Reading the picture' });
  const window = await stopwatch.time('read', () =>
    services.pictures.window(params.image, { view: params.view }, context.signal),
  );
  const { picture } = window;
  await throwIfCancelled(context.signal);
  const segmenter = await stopwatch.time('load', () => services.segmenter(params.pack));
  const part = params.view ? partOf(window.boxInto(params.view), picture) : wholeOf(picture);
  const { found, asked, points } = await findEverything(segmenter, picture, part, context, stopwatch, {
    ...everythingDefaults,
    ...(params.pointsPerSide !== undefined && { pointsPerSide: params.pointsPerSide }),
  });
  const text =
    asked < points
      ? `Stopped for time after ${asked} of ${points} points: zoom in to look at a smaller part.`
      : found.length
        ? undefined
        : 'Nothing with a clear outline was found.';
  return {
    image: imageOf(params.image, window.whole),
    pack: segmenter.packRef,
    regions: regionsOf(found, window),
    ...(text !== undefined && { text }),
    timings: stopwatch.timings(),
  };
}

/**
 * Masks of a window as regions of a result; empty ones are left out.
 * @param refined the mask of the whole picture that they are new versions of
 */
function regionsOf(masks: readonly ScoredMask[], window: PictureWindow, refined?: Rle): ResultRegion[] {
  return masks.flatMap(({ mask: seen, score }, i) => {
    const mask = window.maskOut(seen, refined);
    const box = rleBox(mask);
    return box[2] > 0 ? [{ id: String(i + 1), score, box, mask }] : [];
  });
}

const imageOf = (source: ImageSource, { width, height }: Size) => ({
  ...('path' in source && { path: source.path }),
  width,
  height,
});

/** The whole pixels of a box inside the picture; all of it where the box misses the picture. */
function partOf([x1, y1, x2, y2]: Box, picture: Size): Rectangle {
  const [left, top] = [Math.max(0, Math.floor(x1)), Math.max(0, Math.floor(y1))];
  const [right, bottom] = [Math.min(picture.width, Math.ceil(x2)), Math.min(picture.height, Math.ceil(y2))];
  if (right <= left || bottom <= top) return wholeOf(picture);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
