/** Everything that the inference process can do, without the process: also for the command line and for tests. */
import PQueue from 'p-queue';
import type { z } from 'zod';
import {
  processOptionsSchema,
  type AskParams,
  type EverythingParams,
  type GroundParams,
  type HoverResult,
  type ImageInfo,
  type ImageSource,
  type OverlayPictureRegion,
  type ProcessOptions,
  type ReferParams,
  type SegmentParams,
  type TaskResult,
  type renderImage,
} from '../../protocol/inference';
import type { Size } from '../../protocol/geometry';
import type { PackSummary } from '../../protocol/packs';
import type { HandlerContext } from '../../protocol/rpc';
import type { Tile } from '../../protocol/tiles';
import { PackRegistry, type Pack } from '../packs/registry';
import { askAboutPicture, referToRegions } from './ask/ask';
import { throwIfCancelled } from './cancel';
import { exportPixelHandlers, type ExportPixelHandlers } from './exportPixels/handlers';
import { groundInPicture } from './ground/ground';
import { encodePng, readInfo } from './images';
import { overlayPng } from './overlayPicture';
import { createPictureStore } from './pictureStore';
import { sortPrompts } from './segment/prompts';
import { Segmenter } from './segment/segmenter';
import { everythingInPicture, hoverInPicture, segmentInPicture } from './segment/tasks';
import type { Log, RuntimeServices } from './services';
import { createSessionStore } from './sessionStore';
import { Stopwatch } from './stopwatch';
import { ThumbnailMaker, type ThumbnailParams } from './thumbnails';

export type RenderedImage = z.output<typeof renderImage.result>;

/** Handlers, one for each channel of protocol/inference, protocol/tiles and protocol/exportPixels. Tasks run one at a time, in the order of asking. */
export interface Runtime extends ExportPixelHandlers {
  segment(params: SegmentParams, context: HandlerContext): Promise<TaskResult>;
  /** Runs at once, or answers nothing. */
  hover(params: SegmentParams, context: HandlerContext): Promise<HoverResult>;
  everything(params: EverythingParams, context: HandlerContext): Promise<TaskResult>;
  ground(params: GroundParams, context: HandlerContext): Promise<TaskResult>;
  ask(params: AskParams, context: HandlerContext): Promise<TaskResult>;
  refer(params: ReferParams, context: HandlerContext): Promise<TaskResult>;
  imageInfo(params: { image: ImageSource }, context: HandlerContext): Promise<ImageInfo>;
  renderImage(
    params: { image: ImageSource; maxSide?: number },
    context: HandlerContext,
  ): Promise<RenderedImage>;
  renderOverlay(
    params: { image: ImageSource; regions: readonly OverlayPictureRegion[] },
    context: HandlerContext,
  ): Promise<{ png: Uint8Array<ArrayBuffer> }>;
  openPyramid(params: { image: ImageSource }): Promise<{ folder: string; complete: boolean }>;
  makeOverview(params: { image: ImageSource }): Promise<{ file: string } & Size>;
  makeTile(
    params: { image: ImageSource; tile: Tile },
    context: HandlerContext,
  ): Promise<Record<string, never>>;
  makeTiles(params: { image: ImageSource }, context: HandlerContext): Promise<Record<string, never>>;
  /** Waits until nothing else is asked for. */
  thumbnail(params: ThumbnailParams, context: HandlerContext): Promise<{ webp: Uint8Array<ArrayBuffer> }>;
  listPacks(): Promise<PackSummary[]>;
  /** Told where the time of each segmentation went; for benchmarks. */
  onTimed?: (stopwatch: Stopwatch) => void;
}

/** @param options see processOptionsSchema; `log` takes what would go to the log */
export function createRuntime({ log = () => {}, ...options }: ProcessOptions & { log?: Log }): Runtime {
  const { packFolders, threads, maxPixels, largePixels, tileFolder, tileBytes } =
    processOptionsSchema.parse(options);
  const queue = new PQueue({ concurrency: 1 });
  const segmenters = new Map<string, Promise<Segmenter>>();
  const packs = new PackRegistry(packFolders);
  const sessions = createSessionStore(threads);
  const limits = { maxPixels, largePixels };
  const thumbnails = new ThumbnailMaker(queue, limits);

  const keyOf = ({ folder, manifest }: Pack) => `${folder}\n${manifest.version}`;
  const segmenterOf = (pack: Pack): Promise<Segmenter> => {
    const key = keyOf(pack);
    let segmenter = segmenters.get(key);
    if (!segmenter) {
      segmenter = Segmenter.open(pack, sessions);
      segmenters.set(key, segmenter);
      segmenter.catch(() => segmenters.delete(key));
    }
    return segmenter;
  };

  const services: RuntimeServices = {
    packs,
    sessions,
    log,
    pictures: createPictureStore({
      ...limits,
      tiles: { folder: tileFolder, limitBytes: tileBytes },
      quiet: () => queue.onIdle(),
    }),
    segmenter: async (id) => segmenterOf(await packs.find({ task: 'segment', id })),
    keptSegmenter: async (id) => segmenters.get(keyOf(await packs.find({ task: 'segment', id }))),
    async segmentPicture(picture, { prompts, previous, pack, ...wishes }, context, stopwatch) {
      const sorted = sortPrompts(prompts, picture, previous);
      const segmenter = await stopwatch.time('load', () => services.segmenter(pack));
      const found = await segmenter.segment(picture, sorted, context, stopwatch, wishes);
      return { ...found, pack: segmenter.packRef };
    },
  };

  /** Waits for its turn; a request that is cancelled while it waits is not begun. */
  const inTurn = <T>({ signal }: HandlerContext, work: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      await throwIfCancelled(signal);
      return work();
    }) as Promise<T>;

  /** Runs a task in its turn and tells where its time went. */
  const timed =
    <P extends { image: ImageSource }>(
      name: string,
      task: (
        services: RuntimeServices,
        params: P,
        context: HandlerContext,
        stopwatch: Stopwatch,
      ) => Promise<TaskResult>,
    ) =>
    (params: P, context: HandlerContext): Promise<TaskResult> =>
      inTurn(context, async () => {
        const stopwatch = new Stopwatch();
        const result = await task(services, params, context, stopwatch);
        const { width, height } = result.image;
        log('debug', `${name} ${width} × ${height}: ${JSON.stringify(stopwatch.phases())}`);
        runtime.onTimed?.(stopwatch);
        return result;
      });

  const runtime: Runtime = {
    segment: timed('segment', segmentInPicture),
    // Beside the queue, and only while that is empty: the next place of the pointer must not wait for this one.
    hover: (params, context) =>
      hoverInPicture(services, params, context, new Stopwatch(), () => queue.size + queue.pending === 0),
    everything: timed('everything', everythingInPicture),
    ground: (params, context) => inTurn(context, () => groundInPicture(services, params, context)),
    ask: (params, context) => inTurn(context, () => askAboutPicture(services, params, context)),
    refer: (params, context) => inTurn(context, () => referToRegions(services, params, context)),
    imageInfo: ({ image }, context) => inTurn(context, () => readInfo(image, limits)),
    renderImage: ({ image, maxSide }, context) =>
      inTurn(context, async () => {
        const { picture } = await services.pictures.window(image, {}, context.signal);
        await throwIfCancelled(context.signal);
        return encodePng(picture, maxSide);
      }),
    renderOverlay: ({ image, regions }, context) =>
      inTurn(context, async () => {
        const window = await services.pictures.window(image, {}, context.signal);
        const drawn = regions.map((region) => ({
          ...region,
          geometry: window.geometryInto(region.geometry),
        }));
        return { png: await overlayPng(window.picture, drawn) };
      }),
    // Tiles are made beside the tasks: they wait for no model, and no model waits for them.
    openPyramid: async ({ image }) => {
      const pyramid = await services.pictures.pyramid(image);
      return { folder: pyramid.folder, complete: await pyramid.isComplete() };
    },
    makeOverview: async ({ image }) => (await services.pictures.pyramid(image)).overview(),
    makeTile: async ({ image, tile }, { signal }) => {
      await (await services.pictures.pyramid(image)).tile(tile, signal);
      return {};
    },
    makeTiles: async ({ image }, context) => {
      await (await services.pictures.pyramid(image)).build(context);
      return {};
    },
    thumbnail: (params, { signal }) => thumbnails.make(params, signal),
    listPacks: () => packs.list(),
    ...exportPixelHandlers(services, inTurn),
  };
  return runtime;
}
