/** The tasks of packs and servers that are opened as a `PackModel`: from the parameters of a channel to its result. */
import { encode } from 'fast-png';
import type { z } from 'zod';
import type { Size } from '../../../protocol/geometry';
import type {
  AskParams,
  DescribeParams,
  EverythingParams,
  GroundParams,
  ImageSource,
  ReferParams,
  ResultRegion,
  Span,
  TaskResult,
  estimateDepth,
} from '../../../protocol/inference';
import type { HandlerContext } from '../../../protocol/rpc';
import type { Findings, ModelAnswer, PackModel, Question, Run } from '../../engines/model';
import { throwIfCancelled } from '../cancel';
import { withWholePixels } from '../ground/ground';
import { imageOf, type PictureWindow } from '../pictureWindow';
import type { RuntimeServices } from '../services';
import { Stopwatch } from '../stopwatch';
import { cannot, withMasks } from './compose';
import type { ModelEntry } from './modelStore';

/** A question under way: what is asked, of whom, about what part of the picture. */
interface Asking {
  entry: ModelEntry;
  model: PackModel;
  window: PictureWindow;
  run: Run;
}

/** @throws GroundnoteError unsupported, cancelled, and what the engine and opening the picture throw */
export async function groundWithModel(
  services: RuntimeServices,
  entry: ModelEntry,
  params: GroundParams,
  context: HandlerContext,
): Promise<TaskResult> {
  const asking = await begin(services, entry, params, context);
  const { model, window, run } = asking;
  const found = await ofModel(services, asking, () =>
    model.ground ? model.ground(window.picture, params.text, run) : cannot(entry.title, 'find phrases'),
  );
  return findingsResult(services, asking, params, found);
}

/** All that the pack knows in the picture. @throws as `groundWithModel` */
export async function everythingWithModel(
  services: RuntimeServices,
  entry: ModelEntry,
  params: EverythingParams,
  context: HandlerContext,
): Promise<TaskResult> {
  const asking = await begin(services, entry, params, context);
  const { model, window, run } = asking;
  const found = await ofModel(services, asking, () =>
    model.everything ? model.everything(window.picture, run) : cannot(entry.title, 'look for all there is'),
  );
  return findingsResult(services, asking, params, found);
}

/** `ask`, and `refer` (where the question may be absent). @throws as `groundWithModel` */
export async function askModel(
  services: RuntimeServices,
  entry: ModelEntry,
  params: AskParams | ReferParams,
  context: HandlerContext,
): Promise<TaskResult> {
  const asking = await begin(services, entry, params, context);
  const { window } = asking;
  const places = (regions: AskParams['asked']) =>
    regions.map(({ name, label, geometry }) => ({
      name,
      ...(label !== undefined && { label }),
      geometry: window.geometryInto(geometry),
    }));
  const { question } = params;
  const answer = await answered(services, asking, {
    text: question?.text.trim() ? question.text : '',
    asked: places(params.asked).map((place, index) => ({
      ...place,
      spans: (question?.spans ?? []).filter(({ regions }) => regions.includes(params.asked[index]?.id ?? '')),
    })),
    history: params.history.map((turn) => ({
      question: turn.question.text,
      answer: turn.answer.text,
      asked: places(turn.asked),
    })),
  });
  return answerResult(services, asking, params, answer);
}

/** @throws as `groundWithModel` */
export async function describeWithModel(
  services: RuntimeServices,
  entry: ModelEntry,
  params: DescribeParams,
  context: HandlerContext,
): Promise<TaskResult> {
  const asking = await begin(services, entry, params, context);
  const answer = await answered(services, asking, { text: '', asked: [], history: [] });
  return answerResult(services, asking, params, answer);
}

export type DepthPicture = z.output<typeof estimateDepth.result>;

/** @throws as `groundWithModel` */
export async function depthWithModel(
  services: RuntimeServices,
  entry: ModelEntry,
  params: DescribeParams,
  context: HandlerContext,
): Promise<DepthPicture> {
  const asking = await begin(services, entry, params, context);
  const { model, window, run } = asking;
  const data = await ofModel(services, asking, () =>
    model.depth ? model.depth(window.picture, run) : cannot(entry.title, 'estimate depth'),
  );
  const size = sizeOf(window.picture);
  const png = new Uint8Array(encode({ ...size, data, channels: 1, depth: 8 }));
  return { png, pack: entry.ref, timings: run.stopwatch.timings(), ...size };
}

async function begin(
  services: RuntimeServices,
  entry: ModelEntry,
  { image, view }: Pick<GroundParams, 'image' | 'view'>,
  context: HandlerContext,
): Promise<Asking> {
  const stopwatch = new Stopwatch();
  const run: Run = {
    signal: context.signal,
    progress: (progress) => context.progress(progress),
    stopwatch,
  };
  context.progress({ phase: entry.server ? `Asking ${entry.title}` : `Loading ${entry.title}` });
  const open = () => stopwatch.time('load', () => services.models.open(entry));
  const model = entry.server ? await open() : await services.inTurn(context, open);
  const window = await stopwatch.time('read', () =>
    services.pictures.window(image, { view }, context.signal),
  );
  await throwIfCancelled(context.signal);
  return { entry, model, window, run };
}

/** A question to the model: one that runs here waits for its turn. */
const ofModel = <T>(services: RuntimeServices, { model, run }: Asking, work: () => Promise<T>): Promise<T> => {
  const timed = () => run.stopwatch.time('model', work);
  return model.isRemote ? timed() : services.inTurn(run, timed);
};

const answered = (services: RuntimeServices, asking: Asking, question: Question): Promise<ModelAnswer> =>
  ofModel(services, asking, () =>
    asking.model.answer
      ? asking.model.answer(asking.window.picture, question, asking.run)
      : cannot(asking.entry.title, 'answer questions'),
  );

async function findingsResult(
  services: RuntimeServices,
  asking: Asking,
  { image, segmenter }: Pick<GroundParams, 'image' | 'segmenter'>,
  { found, text, refused }: Findings,
): Promise<TaskResult> {
  const composed = await withMasks(services, asking.window.picture, found, segmenter, asking.run);
  const regions = composed.regions.filter((region) => region !== undefined);
  return {
    ...resultOf(asking, image, composed.helpers, regions),
    ...textWith(text, composed.note),
    ...(refused && { refused }),
  };
}

async function answerResult(
  services: RuntimeServices,
  asking: Asking,
  { image, ...params }: Pick<AskParams, 'image' | 'segmenter'>,
  { text, found, refused }: ModelAnswer,
): Promise<TaskResult> {
  const composed = await withMasks(services, asking.window.picture, found, params.segmenter, asking.run);
  const spans: Span[] = found.flatMap(({ spans }, index) => {
    const region = composed.regions[index];
    return region ? spans.map(({ start, end }) => ({ start, end, regions: [region.id] })) : [];
  });
  const regions = composed.regions.filter((region) => region !== undefined);
  return {
    ...resultOf(asking, image, composed.helpers, regions),
    ...textWith(text, composed.note),
    spans: merged(spans),
    ...(refused && { refused }),
  };
}

const textWith = (text: string | undefined, note: string | undefined) =>
  text === undefined && note === undefined ? {} : { text: [text, note].filter(Boolean).join(' ') };

function resultOf(
  { entry, window, run }: Asking,
  image: ImageSource,
  helpers: TaskResult['packs'] & object,
  regions: readonly ResultRegion[],
): TaskResult {
  return {
    image: imageOf(image, window.whole),
    pack: entry.ref,
    ...(helpers.length && { packs: [...helpers, entry.ref] }),
    regions: regions.map((region) => withWholePixels(window.regionOut(region))),
    timings: run.stopwatch.timings(),
  };
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** Spans over the same words as one span with all their regions, in the order of the text. */
function merged(spans: readonly Span[]): Span[] {
  const byPlace = new Map<string, Span>();
  for (const span of spans) {
    const key = `${span.start} ${span.end}`;
    const before = byPlace.get(key);
    if (before) before.regions.push(...span.regions);
    else byPlace.set(key, { ...span, regions: [...span.regions] });
  }
  return [...byPlace.values()].sort((a, b) => a.start - b.start);
}
