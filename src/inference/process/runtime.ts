/** Everything that the inference process can do, without the process: also for the command line and for tests. */
import PQueue from 'p-queue';
import type { z } from 'zod';
import {
  configurationSchema,
  processOptionsSchema,
  type AskParams,
  type Configuration,
  type DescribeParams,
  type EverythingParams,
  type GroundParams,
  type HoverResult,
  type ImageInfo,
  type ImageSource,
  type OverlayPictureRegion,
  type ProcessOptions,
  type ReferParams,
  type SegmentParams,
  type ServerState,
  type TaskResult,
  type renderImage,
} from '../../protocol/inference';
import type { FigureReading, ReadFigureParams } from '../../protocol/figure';
import type { Size } from '../../protocol/geometry';
import type { PackSummary, Task } from '../../protocol/packs';
import type { HandlerContext } from '../../protocol/rpc';
import type { Tile } from '../../protocol/tiles';
import { Providers } from '../engines/onnx/providers';
import { stoppedBy } from '../engines/remote/currentSignal';
import type { EditorModels } from '../engines/remote/editorModels';
import { GroundnoteError } from '../../protocol/errors';
import { PackRegistry, type Pack } from '../packs/registry';
import { askAboutPicture, referToRegions } from './ask/ask';
import { readWholeFigure } from './ask/readFigure';
import { throwIfCancelled } from './cancel';
import { exportPixelHandlers, type ExportPixelHandlers } from './exportPixels/handlers';
import { mediaHandlers, type MediaHandlers } from './modality/tasks';
import { askAboutFigure, describeFigure, groundInFigure, referToParts } from './figure/ask/tasks';
import { parseWholeFigure, type FigureParsing } from './figure/parseFigure';
import { groundInPicture } from './ground/ground';
import { encodePng, readInfo } from './images';
import { overlayPng } from './overlayPicture';
import { cannot } from './models/compose';
import { createModelStore, type ModelEntry } from './models/modelStore';
import {
  askModel,
  depthWithModel,
  describeWithModel,
  everythingWithModel,
  groundWithModel,
  type DepthPicture,
} from './models/tasks';
import { createPictureStore } from './pictureStore';
import { sortPrompts } from './segment/prompts';
import { Segmenter } from './segment/segmenter';
import { everythingInPicture, hoverInPicture, segmentInPicture } from './segment/tasks';
import type { Log, RuntimeServices } from './services';
import { createSessionStore } from './sessionStore';
import { Stopwatch } from './stopwatch';
import { ThumbnailMaker, type ThumbnailParams } from './thumbnails';

export type RenderedImage = z.output<typeof renderImage.result>;

/** Handlers, one for each channel of protocol/inference, protocol/tiles, protocol/exportPixels and protocol/media. Tasks run one at a time, in the order of asking. */
export interface Runtime extends ExportPixelHandlers, MediaHandlers {
  segment(params: SegmentParams, context: HandlerContext): Promise<TaskResult>;
  /** Runs at once, or answers nothing. */
  hover(params: SegmentParams, context: HandlerContext): Promise<HoverResult>;
  everything(params: EverythingParams, context: HandlerContext): Promise<TaskResult>;
  ground(params: GroundParams, context: HandlerContext): Promise<TaskResult>;
  ask(params: AskParams, context: HandlerContext): Promise<TaskResult>;
  refer(params: ReferParams, context: HandlerContext): Promise<TaskResult>;
  describe(params: DescribeParams, context: HandlerContext): Promise<TaskResult>;
  /** With the pack that is named, or the first one that estimates depth. */
  estimateDepth(params: DescribeParams, context: HandlerContext): Promise<DepthPicture>;
  /** With the pack that reads text, whatever the defaults are. */
  readFigure(params: ReadFigureParams, context: HandlerContext): Promise<FigureReading>;
  /** Regions of a figure with their roles and links, and their masks, in pixels of the picture. */
  parseFigure(params: ReadFigureParams, context: HandlerContext): Promise<FigureParsing>;
  imageInfo(params: { image: ImageSource }, context: HandlerContext): Promise<ImageInfo>;
  renderImage(
    params: { image: ImageSource; maxSide?: number },
    context: HandlerContext,
  ): Promise<RenderedImage>;
  renderOverlay(
    params: { image: ImageSource; regions: readonly OverlayPictureRegion[]; maxSide?: number },
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
  /** Packs of this machine, and servers of the configuration. */
  listPacks(): Promise<PackSummary[]>;
  /** Whether a server of the configuration answers. */
  checkServer(params: { server: string }, context: HandlerContext): Promise<ServerState>;
  configure(configuration: Configuration): void;
  /** Told where the time of each segmentation went; for benchmarks. */
  onTimed?: (stopwatch: Stopwatch) => void;
}

export interface RuntimeOptions extends ProcessOptions {
  /** Takes what would go to the log. */
  log?: Log;
  /** The language models of the editor, where there is one. */
  editorModels?: EditorModels;
}

type FigureTask<P> = (
  services: RuntimeServices,
  pack: Pack,
  params: P,
  context: HandlerContext,
) => Promise<TaskResult>;

/** @param options see processOptionsSchema */
export function createRuntime({ log = () => {}, editorModels, ...options }: RuntimeOptions): Runtime {
  const { packFolders, threads, maxPixels, largePixels, tileFolder, tileBytes } =
    processOptionsSchema.parse(options);
  const queue = new PQueue({ concurrency: 1 });
  const packs = new PackRegistry(packFolders);
  const providers = new Providers(log);
  const sessions = createSessionStore(threads, providers);
  const limits = { maxPixels, largePixels };
  const thumbnails = new ThumbnailMaker(queue, limits);

  /** Waits for its turn; a request that is cancelled while it waits is not begun. */
  const inTurn = <T>({ signal }: Pick<HandlerContext, 'signal'>, work: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      await throwIfCancelled(signal);
      return work();
    }) as Promise<T>;
  const models = createModelStore({
    packs,
    sessions,
    threads,
    log,
    configuration: configurationSchema.parse({}),
    ...(editorModels && { editorModels }),
  });

  const services: RuntimeServices = {
    packs,
    sessions,
    log,
    pictures: createPictureStore({
      ...limits,
      tiles: { folder: tileFolder, limitBytes: tileBytes },
      quiet: () => queue.onIdle(),
    }),
    models,
    inTurn,
    async segmenter(id) {
      const entry = await models.find('segment', id);
      const { segmenter } = await models.open(entry);
      return segmenter ? { ref: entry.ref, segmenter } : cannot(entry.title, 'take points and boxes');
    },
    async keptSegmenter(id) {
      const entry = await models.find('segment', id);
      const kept = await models.kept(entry);
      return kept?.segmenter instanceof Segmenter && !kept.isRemote
        ? { ref: entry.ref, segmenter: kept.segmenter }
        : undefined;
    },
    async segmentPicture(picture, { prompts, previous, pack, ...wishes }, context, stopwatch) {
      const sorted = sortPrompts(prompts, picture, previous);
      const { ref, segmenter } = await stopwatch.time('load', () => services.segmenter(pack));
      const found = await stoppedBy(context.signal, () =>
        segmenter.segment(picture, sorted, context, stopwatch, wishes),
      );
      return { ...found, pack: ref };
    },
  };

  /** Tells where the time of a task went. */
  const timed =
    <P extends { image: ImageSource }>(
      name: string,
      task: (params: P, context: HandlerContext, stopwatch: Stopwatch) => Promise<TaskResult>,
    ) =>
    async (params: P, context: HandlerContext): Promise<TaskResult> => {
      const stopwatch = new Stopwatch();
      const result = await task(params, context, stopwatch);
      const { width, height } = result.image;
      log('debug', `${name} ${width} × ${height}: ${JSON.stringify(stopwatch.phases())}`);
      runtime.onTimed?.(stopwatch);
      return result;
    };

  /** The embedded packs of figures have their own ways; all other packs and servers are opened as models. */
  const figurePackOf = ({ pack }: ModelEntry) =>
    pack?.manifest.kind === 'ocr' || pack?.manifest.kind === 'figure' ? pack : undefined;

  /** A task that packs of figures do in their way, and every other pack or server as a model. */
  const figureOr =
    <P extends { pack?: string }>(
      task: Task,
      ways: { ocr?: FigureTask<P>; figure: FigureTask<P> },
      ask: (
        services: RuntimeServices,
        entry: ModelEntry,
        params: P,
        context: HandlerContext,
      ) => Promise<TaskResult>,
    ) =>
    async (params: P, context: HandlerContext): Promise<TaskResult> => {
      const entry = await models.find(task, params.pack);
      const pack = figurePackOf(entry);
      const way = pack && (pack.manifest.kind === 'figure' ? ways.figure : ways.ocr);
      return pack && way
        ? inTurn(context, () => way(services, pack, params, context))
        : ask(services, entry, params, context);
    };

  const runtime: Runtime = {
    segment: timed('segment', async (params, context, stopwatch) => {
      const { server } = await models.find('segment', params.pack);
      const work = () => segmentInPicture(services, params, context, stopwatch);
      // What waits for a server keeps no graph here from working.
      return server ? work() : inTurn(context, work);
    }),
    // Beside the queue, and only while that is empty: the next place of the pointer must not wait for this one.
    hover: (params, context) =>
      hoverInPicture(services, params, context, new Stopwatch(), () => queue.size + queue.pending === 0),
    everything: timed('everything', async (params, context, stopwatch) => {
      const entry = await models.find(params.pack === undefined ? 'segment' : undefined, params.pack);
      if (figurePackOf(entry)) cannot(entry.title, 'look for all there is');
      const open = () => stopwatch.time('load', () => models.open(entry));
      const { segmenter } = entry.server ? await open() : await inTurn(context, open);
      if (!(segmenter instanceof Segmenter)) return everythingWithModel(services, entry, params, context);
      const named = { ref: entry.ref, segmenter };
      const work = () =>
        stoppedBy(context.signal, () => everythingInPicture(services, named, params, context, stopwatch));
      return entry.server ? work() : inTurn(context, work);
    }),
    ground: figureOr('ground', { ocr: groundInPicture, figure: groundInFigure }, groundWithModel),
    ask: figureOr('ask', { ocr: askAboutPicture, figure: askAboutFigure }, askModel),
    refer: figureOr('refer', { ocr: referToRegions, figure: referToParts }, askModel),
    describe: figureOr('describe', { figure: describeFigure }, describeWithModel),
    async estimateDepth(params, context) {
      const estimator = (await models.list()).find(
        ({ kind, state }) => kind === 'depth-estimator' && state === 'ready',
      );
      const id = params.pack ?? estimator?.id;
      if (id === undefined) throw new GroundnoteError('no-pack', 'No pack on this machine estimates depth.');
      return depthWithModel(services, await models.find(undefined, id), params, context);
    },
    async readFigure(params, context) {
      const reader = await packs.ofKind('ocr');
      return inTurn(context, () => readWholeFigure(services, reader, params, context));
    },
    async parseFigure(params, context) {
      const parser = await packs.ofKind('figure');
      return inTurn(context, () => parseWholeFigure(services, parser, params, context));
    },
    imageInfo: ({ image }, context) => inTurn(context, () => readInfo(image, limits)),
    renderImage: ({ image, maxSide }, context) =>
      inTurn(context, async () => {
        const { picture } = await services.pictures.window(image, {}, context.signal);
        await throwIfCancelled(context.signal);
        return encodePng(picture, maxSide);
      }),
    renderOverlay: ({ image, regions, maxSide }, context) =>
      inTurn(context, async () => {
        const window = await services.pictures.window(image, {}, context.signal);
        const drawn = regions.map((region) => ({
          ...region,
          geometry: window.geometryInto(region.geometry),
        }));
        return { png: await overlayPng(window.picture, drawn, maxSide) };
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
    listPacks: () => models.list(),
    checkServer: ({ server }, { signal }) => models.checkServer(server, signal),
    configure(configuration) {
      providers.set(configuration.executionProvider);
      models.configure(configuration);
    },
    ...exportPixelHandlers(services, inTurn),
    ...mediaHandlers(services),
  };
  return runtime;
}
