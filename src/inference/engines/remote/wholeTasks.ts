/** A model on a server of the Open Inference Protocol that does whole tasks; `docs/servers.md` has the contract. */
import { GroundnoteError } from '../../../protocol/errors';
import type { Box, Point, Rle, Size } from '../../../protocol/geometry';
import type { Task } from '../../../protocol/packs';
import { encodeRle, rleArea } from '../../../protocol/rle';
import type { ServerOf } from '../../../protocol/servers';
import { boxOfGeometry } from '../../../regions/geometry';
import { emptyMask, scaleMask } from '../../../regions/masks';
import { wholeOf, type Picture } from '../../process/picture';
import { cropResizeBytes } from '../../process/resize';
import { resample, type PromptSet } from '../../process/segment/prompts';
import type { ScoredMask } from '../../process/segment/segmenter';
import type { Finding, ModelAnswer, PackModel, PromptableSegmenter, Question } from '../model';
import type { InferenceServer } from './openInference';
import type { Datatype, Tensor, TensorData } from './tensors';

/** Longer sides are reduced to this. */
const mostSide = 2048;
/** Points of a stroke that are sent. */
const strokePoints = 8;

/** What is asked, in pixels of the picture. */
interface Asked {
  task: Task;
  text?: string;
  points?: readonly { point: Point; label: 0 | 1 }[];
  boxes?: readonly Box[];
  history?: Question['history'];
}

/** What was answered, in pixels of the picture. */
interface Told {
  text: string;
  refused: boolean;
  /** All regions of the answer; undefined for those with nothing in them. */
  regions: (Finding | undefined)[];
  /** Parts of the text in code points, and their region; undefined where the model gives none. */
  spans?: { start: number; end: number; region: number }[];
}

export function wholeTaskModel(
  server: InferenceServer,
  settings: ServerOf<'open-inference'>,
  model: string,
): PackModel {
  const { tasks } = settings;
  const ask = async (picture: Picture, asked: Asked, signal: AbortSignal): Promise<Told> => {
    const listed = (await server.metadata(model, signal))?.inputs?.map(({ name }) => name);
    const sent = sentSize(picture);
    const pixels = await cropResizeBytes(picture, wholeOf(picture), sent);
    const inputs = inputsOf(asked, pixels, sent, picture, listed, server.client.name);
    const outputs = await server.infer(model, inputs, undefined, signal);
    return new Outputs(outputs, server, sent, picture).read();
  };

  const segmenter: PromptableSegmenter = {
    async segment(picture, prompts, { signal, progress }, stopwatch, options) {
      progress({ phase: `Asking ${server.client.name}` });
      const { regions } = await stopwatch.time('model', () =>
        ask(picture, { task: 'segment', ...placesOf(prompts) }, signal),
      );
      const masks = regions.flatMap((region): ScoredMask[] =>
        region?.mask ? [{ mask: region.mask, score: region.score ?? 1 }] : [],
      );
      const best = masks[0] ?? { mask: emptyMask(picture), score: 0 };
      return options?.candidates ? { ...best, candidates: masks.length ? masks : [best] } : best;
    },
  };

  return {
    isRemote: true,
    ...(tasks.includes('segment') && { segmenter }),
    ...(tasks.includes('ground') && {
      async ground(picture, phrase, { signal }) {
        const { regions, text, refused } = await ask(picture, { task: 'ground', text: phrase }, signal);
        return {
          found: regions.filter((region) => region !== undefined),
          ...(text && { text: withMarks(text, regions).text }),
          ...(refused && { refused }),
        };
      },
    }),
    ...(tasks.some((task) => task !== 'segment' && task !== 'ground') && {
      async answer(picture, question, { signal }) {
        return answerOf(await ask(picture, askedOf(question), signal));
      },
    }),
    close: () => server.client.close(),
  };
}

function sentSize({ width, height }: Size): Size {
  const scale = Math.min(1, mostSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const placesOf = ({ points, box, strokes }: PromptSet): Pick<Asked, 'points' | 'boxes'> => ({
  points: [
    ...points,
    ...strokes.flatMap((line) => resample(line, strokePoints).map((point) => ({ point, label: 1 as const }))),
  ],
  boxes: box ? [box] : [],
});

function askedOf({ text, asked, history }: Question): Asked {
  const task = asked.length ? 'refer' : text ? 'ask' : 'describe';
  return { task, text, boxes: asked.map(({ geometry }) => boxOfGeometry(geometry)), history };
}

/**
 * The tensors of a question.
 * @param listed the model's inputs, where it lists them
 * @throws GroundnoteError unsupported for places that the model does not take
 */
function inputsOf(
  { task, text = '', points = [], boxes = [], history = [] }: Asked,
  pixels: Uint8Array,
  sent: Size,
  picture: Size,
  listed: readonly string[] | undefined,
  title: string,
): Tensor[] {
  const [sx, sy] = [sent.width / picture.width, sent.height / picture.height];
  const tensor = (name: string, datatype: Datatype, shape: number[], data: TensorData): Tensor => ({
    name,
    datatype,
    shape,
    data,
  });
  const places = [
    tensor(
      'points',
      'FP32',
      [points.length, 2],
      Float32Array.from(points.flatMap(({ point: [x, y] }) => [x * sx, y * sy])),
    ),
    tensor(
      'point_labels',
      'INT64',
      [points.length],
      BigInt64Array.from(points, ({ label }) => BigInt(label)),
    ),
    tensor(
      'boxes',
      'FP32',
      [boxes.length, 4],
      Float32Array.from(boxes.flat(), (value, i) => value * (i % 2 ? sy : sx)),
    ),
  ];
  const turns = history.flatMap(({ question, answer }) => [question, answer]);
  const others = [
    tensor('task', 'BYTES', [1], [task]),
    ...places,
    tensor('history', 'BYTES', [turns.length], turns),
  ];
  const takes = (name: string) => !listed?.length || listed.includes(name);
  const missing = places.find(({ name, data }) => data.length && !takes(name));
  if (missing)
    throw new GroundnoteError(
      'unsupported',
      `“${title}” cannot be asked about places: its model has no input “${missing.name}”.`,
    );
  return [
    tensor('image', 'UINT8', [sent.height, sent.width, 3], pixels),
    tensor('text', 'BYTES', [1], [text]),
    // A model that lists what it takes gets all of that; another one gets no empty tensors.
    ...others.filter(({ name, data }) => (listed?.length ? listed.includes(name) : data.length)),
  ];
}

/** The tensors of an answer. @throws GroundnoteError bad-server for wrong datatypes and shapes */
class Outputs {
  constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    private readonly server: InferenceServer,
    private readonly sent: Size,
    private readonly picture: Size,
  ) {}

  read(): Told {
    const [text = ''] = this.strings('text') ?? [];
    const masks = this.masks();
    const boxes = this.numbers('boxes', [4]);
    const scores = this.numbers('scores', []);
    const labels = this.strings('labels');
    const counts = [masks?.length, boxes && boxes.length / 4, scores?.length, labels?.length].filter(
      (count) => count !== undefined,
    );
    const count = counts[0] ?? 0;
    if (counts.some((each) => each !== count))
      throw this.server.client.unexpected(
        `its masks, boxes, scores and labels are ${counts.join(', ')} in number`,
      );
    const [sx, sy] = [this.picture.width / this.sent.width, this.picture.height / this.sent.height];
    const regions = Array.from({ length: count }, (_, i): Finding | undefined => {
      const mask = masks?.[i];
      const box =
        boxes &&
        (Array.from(boxes.subarray(4 * i, 4 * i + 4), (value, k) => value * (k % 2 ? sy : sx)) as Box);
      if (masks ? !mask : !box?.every(Number.isFinite)) return undefined;
      const [label, score] = [labels?.[i], scores?.[i]];
      return {
        ...(label && { label }),
        ...(score !== undefined && Number.isFinite(score) && { score: Math.min(Math.max(score, 0), 1) }),
        ...(box && { box }),
        ...(mask && { mask }),
      };
    });
    const spans = this.numbers('spans', [3]);
    return {
      text,
      refused: Boolean(this.numbers('refused', [])?.[0]),
      regions,
      ...(spans && {
        spans: Array.from({ length: spans.length / 3 }, (_, i) => {
          const [start = 0, end = 0, region = -1] = spans.subarray(3 * i, 3 * i + 3);
          return { start, end, region };
        }),
      }),
    };
  }

  /** Undefined for one with nothing in it. */
  private masks(): (Rle | undefined)[] | undefined {
    const tensor = this.tensors.get('masks');
    if (!tensor) return undefined;
    const { width, height } = this.sent;
    const [count = 0, h, w] = tensor.shape;
    if (
      !(tensor.data instanceof Uint8Array) ||
      tensor.shape.length !== 3 ||
      (count && (h !== height || w !== width))
    )
      throw this.server.client.unexpected(
        `its "masks" are ${tensor.datatype} [${tensor.shape.join(', ')}] where UINT8 [K, ${height}, ${width}] is expected`,
      );
    const data = tensor.data;
    return Array.from({ length: count }, (_, i) => {
      const plane = width * height;
      const mask = encodeRle({ width, height, data: data.subarray(i * plane, (i + 1) * plane) });
      if (!rleArea(mask)) return undefined;
      return width === this.picture.width && height === this.picture.height
        ? mask
        : scaleMask(mask, this.picture);
    });
  }

  private strings(name: string): string[] | undefined {
    const tensor = this.tensors.get(name);
    if (!tensor) return undefined;
    if (!Array.isArray(tensor.data)) throw this.wrong(tensor, 'BYTES');
    return tensor.data;
  }

  /** @param rest lengths behind the first one */
  private numbers(name: string, rest: readonly number[]): Float64Array | undefined {
    const tensor = this.tensors.get(name);
    if (!tensor) return undefined;
    const { shape, data } = tensor;
    if (Array.isArray(data)) throw this.wrong(tensor, 'numbers');
    if (
      data.length &&
      (shape.length !== rest.length + 1 || rest.some((length, i) => shape[i + 1] !== length))
    )
      throw this.wrong(tensor, `[K${rest.map((length) => `, ${length}`).join('')}]`);
    return Float64Array.from(data as ArrayLike<number | bigint>, Number);
  }

  private wrong({ name, datatype, shape }: Tensor, expected: string): GroundnoteError {
    return this.server.client.unexpected(
      `its "${name}" is ${datatype} [${shape.join(', ')}] where ${expected} is expected`,
    );
  }
}

type Spans = { start: number; end: number }[];

function answerOf({ text, refused, regions, spans }: Told): ModelAnswer {
  const marked = spans ? { text, spans: spansOf(text, regions.length, spans) } : withMarks(text, regions);
  return {
    text: marked.text,
    found: regions.flatMap((region, i) => (region ? [{ ...region, spans: marked.spans[i] ?? [] }] : [])),
    ...(refused && { refused }),
  };
}

/** Code points to UTF-16; what lies outside the text is left out. */
function spansOf(text: string, count: number, spans: NonNullable<Told['spans']>): Spans[] {
  const offsets = [0];
  for (const char of text) offsets.push((offsets.at(-1) as number) + char.length);
  const byRegion: Spans[] = Array.from({ length: count }, () => []);
  for (const { start, end, region } of spans) {
    const [from, to] = [offsets[start], offsets[end]];
    if (from !== undefined && to !== undefined && to > from) byRegion[region]?.push({ start: from, end: to });
  }
  return byRegion;
}

/** The n-th `[SEG]` becomes `[n]` and is about the n-th region; those without a region stay as they are. */
function withMarks(text: string, regions: Told['regions']): { text: string; spans: Spans[] } {
  const spans: Spans[] = regions.map(() => []);
  let marked = '';
  let [at, index] = [0, 0];
  for (const { index: place, 0: token } of text.matchAll(/\[SEG\]/g)) {
    marked += text.slice(at, place);
    at = place + token.length;
    const words = regions[index] ? `[${index + 1}]` : token;
    spans[index]?.push({ start: marked.length, end: marked.length + words.length });
    marked += words;
    index++;
  }
  return { text: marked + text.slice(at), spans };
}
