/** The tasks `segment`, `hover` and `everything`: from the parameters of a channel to its result. */
import type { Box, Rle, Size } from '../../../protocol/geometry';
import type {
  EverythingParams,
  HoverResult,
  ResultRegion,
  SegmentParams,
  TaskResult,
} from '../../../protocol/inference';
import { rleArea, rleBox } from '../../../protocol/rle';
import type { HandlerContext } from '../../../protocol/rpc';
import { throwIfCancelled } from '../cancel';
import { wholeOf, type Rectangle } from '../picture';
import { imageOf, type PictureWindow } from '../pictureWindow';
import type { NamedSegmenter, RuntimeServices } from '../services';
import type { Stopwatch } from '../stopwatch';
import { everythingDefaults, findEverything } from './everything';
import { sortPrompts } from './prompts';
import type { ScoredMask, Segmenter } from './segmenter';

/** An object is looked at again from near when its box is less than this part of what was seen of a large picture. */
const closeUpShare = 32;

/** @throws GroundnoteError as opening the picture and the segmenter do, and invalid-params, cancelled */
export async function segmentInPicture(
  services: RuntimeServices,
  params: SegmentParams,
  context: HandlerContext,
  stopwatch: Stopwatch,
): Promise<TaskResult> {
  const segmentIn = async (focus: SegmentParams) => {
    const window = await stopwatch.time('read', () =>
      services.pictures.window(params.image, focus, context.signal),
    );
    await throwIfCancelled(context.signal);
    const found = await services.segmentPicture(window.picture, window.into(focus), context, stopwatch);
    return { window, found };
  };
  let answer = await segmentIn(params);
  const near = params.view ? undefined : surroundings(answer.found.mask, answer.window);
  if (near) {
    const closer = await segmentIn({ ...params, view: near });
    if (rleArea(closer.found.mask) > 0) answer = closer;
  }
  const { window, found } = answer;
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
 * Where to look again for an object that is small in a large picture, of which a reduced copy was looked at; undefined
 * where that would show no more.
 */
function surroundings(mask: Rle, window: PictureWindow): Box | undefined {
  const [x1, y1, x2, y2] = rleBox(mask);
  const { width, height } = window.picture;
  if (window.scale === 1 || x2 === 0 || (x2 - x1) * (y2 - y1) * closeUpShare > width * height)
    return undefined;
  const [w, h] = [(x2 - x1) / 2, (y2 - y1) / 2];
  return window.boxOut([
    Math.max(0, x1 - w),
    Math.max(0, y1 - h),
    Math.min(width, x2 + w),
    Math.min(height, y2 + h),
  ]);
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
  const kept = window && (await services.keptSegmenter(params.pack));
  // Lets in what came meanwhile: the pointer has moved on, or real work has begun.
  await throwIfCancelled(signal);
  if (!kept || !isIdle()) return nothing();
  const { prompts, previous, view } = window.into(params);
  const sorted = sortPrompts(prompts, window.picture, previous);
  const found = await kept.segmenter.hover(window.picture, sorted, view, stopwatch);
  return {
    image: imageOf(params.image, window.whole),
    pack: kept.ref,
    regions: found ? regionsOf([found], window, params.previous) : [],
    timings: stopwatch.timings(),
  };
}

/** By a grid of points. @throws GroundnoteError as opening the picture does, and cancelled */
export async function everythingInPicture(
  services: RuntimeServices,
  { ref, segmenter }: NamedSegmenter & { segmenter: Segmenter },
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
    pack: ref,
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

/** The whole pixels of a box inside the picture; all of it where the box misses the picture. */
function partOf([x1, y1, x2, y2]: Box, picture: Size): Rectangle {
  const [left, top] = [Math.max(0, Math.floor(x1)), Math.max(0, Math.floor(y1))];
  const [right, bottom] = [Math.min(picture.width, Math.ceil(x2)), Math.min(picture.height, Math.ceil(y2))];
  if (right <= left || bottom <= top) return wholeOf(picture);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
