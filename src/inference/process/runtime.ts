/** Everything that the inference process can do, without the process: also for the command line and for tests. */
import PQueue from 'p-queue';
import type { z } from 'zod';
import { rleBox } from '../../protocol/rle';
import {
  processOptionsSchema,
  type AskParams,
  type GroundParams,
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
import { groundInPicture } from './ground/ground';
import { encodePng, readInfo } from './images';
import { overlayPng } from './overlayPicture';
import { createPictureStore } from './pictureStore';
import { sortPrompts } from './segment/prompts';
import { Segmenter } from './segment/segmenter';
import type { Log, RuntimeServices } from './services';
import { createSessionStore } from './sessionStore';
import { Stopwatch } from './stopwatch';
import { ThumbnailMaker, type ThumbnailParams } from './thumbnails';

export type RenderedImage = z.output<typeof renderImage.result>;

/** Handlers, one for each channel of protocol/inference and protocol/tiles. Tasks run one at a time, in the order of asking. */
export interface Runtime {
  segment(params: SegmentParams, context: HandlerContext): Promise<TaskResult>;
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

  const segmenterOf = (pack: Pack): Promise<Segmenter> => {
    const key = `${pack.folder}\n${pack.manifest.version}`;
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
    async segmentPicture(picture, { prompts, previous, pack: id }, context, stopwatch) {
      const sorted = sortPrompts(prompts, picture, previous);
      const segmenter = await stopwatch.time('load', async () =>
        segmenterOf(await packs.find({ task: 'segment', id })),
      );
      const { version, id: packId } = segmenter.pack.manifest;
      const { mask, score } = await segmenter.segment(picture, sorted, context, stopwatch);
      return { pack: { id: packId, version }, mask, score };
    },
  };

  /** Waits for its turn; a request that is cancelled while it waits is not begun. */
  const inTurn = <T>({ signal }: HandlerContext, work: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      await throwIfCancelled(signal);
      return work();
    }) as Promise<T>;

  const runtime: Runtime = {
    segment: (params, context) =>
      inTurn(context, async () => {
        const stopwatch = new Stopwatch();
        const window = await stopwatch.time('read', () =>
          services.pictures.window(params.image, params, context.signal),
        );
        const { picture, whole } = window;
        await throwIfCancelled(context.signal);
        const found = await services.segmentPicture(picture, window.into(params), context, stopwatch);
        const { pack, score } = found;
        const mask = window.maskOut(found.mask, params.previous);
        const box = rleBox(mask);
        const timings = stopwatch.timings();
        log('debug', `segment ${picture.width} × ${picture.height}: ${JSON.stringify(stopwatch.phases())}`);
        runtime.onTimed?.(stopwatch);
        return {
          image: {
            ...('path' in params.image && { path: params.image.path }),
            width: whole.width,
            height: whole.height,
          },
          pack,
          regions: box[2] > 0 ? [{ id: '1', score, box, mask }] : [],
          timings,
        };
      }),
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
  };
  return runtime;
}
