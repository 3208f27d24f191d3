/** X-AnyLabeling-Server: models of its own list, asked with clicks, boxes or words; shapes in pixels come back. */
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import type { Geometry, Point, Rle, Size } from '../../../protocol/geometry';
import { patchOfRle, pointsBox } from '../../../protocol/raster';
import { rleBox } from '../../../protocol/rle';
import type { ServerOf } from '../../../protocol/servers';
import { boxOfGeometry, maskOfGeometry } from '../../../regions/geometry';
import { combineMasks, emptyMask } from '../../../regions/masks';
import type { Picture } from '../../process/picture';
import { resample, type PromptSet } from '../../process/segment/prompts';
import type { Finding, Findings, PackModel, PromptableSegmenter } from '../model';
import { boxIou } from '../onnx/boxes';
import type { HttpClient } from './http';
import { sentPicture, sentSize } from './sentPicture';
import {
  failureSchema,
  modelInfoSchema,
  modelListSchema,
  predictionSchema,
  type ModelInfo,
  type WireShape,
} from './xAnyLabelingWire';

const mostSide = 2048;
const strokePoints = 5;
/** A box and a mask whose boxes overlap by more (IoU) are one object. */
const sameObject = 0.7;
/** How much outlines are simplified, in parts of their length; its own default loses corners. */
const epsilonFactor = 0.0005;

/** A click or a box, as its own tool sends them. */
interface Mark {
  type: 'point' | 'rectangle';
  data: number[];
  label: 0 | 1;
}

interface Prediction {
  found: Finding[];
  text?: string;
}

export function xAnyLabelingModel(
  client: HttpClient,
  { model, tasks, params }: ServerOf<'x-anylabeling'>,
): PackModel {
  let info: ModelInfo | undefined;

  /** What the model's tool shows: a field for words, buttons for clicks. @throws GroundnoteError bad-server for another model */
  const infoOf = async (signal: AbortSignal): Promise<ModelInfo> => {
    if (info) return info;
    const answer = await client.json(
      { path: '/v1/models' },
      z.union([failureSchema, modelListSchema]),
      signal,
    );
    if (!('data' in answer)) throw failureOf(client, model, answer.error?.code, answer.error?.message);
    const { data } = answer;
    if (!Object.hasOwn(data, model)) {
      const has = Object.keys(data)
        .slice(0, 20)
        .map((id) => `“${id}”`);
      throw client.problem(`has no model named “${model}”${has.length ? `; it has ${has.join(', ')}` : ''}`);
    }
    const parsed = modelInfoSchema.safeParse(data[model]);
    return (info = parsed.success ? parsed.data : {});
  };

  const predict = async (
    picture: Picture,
    asked: { marks?: Mark[]; text?: string },
    signal: AbortSignal,
  ): Promise<Prediction> => {
    const sent = sentSize(picture, 'qwen', mostSide);
    const { bytes, mime } = await sentPicture(picture, sent);
    const [sx, sy] = [sent.width / picture.width, sent.height / picture.height];
    const marks = asked.marks?.map((mark) => ({
      ...mark,
      data: mark.data.map((value, i) => value * (i % 2 ? sy : sx)),
    }));
    const body = {
      model,
      image: `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`,
      params: {
        epsilon_factor: epsilonFactor,
        ...params,
        ...(asked.text && { text_prompt: asked.text }),
        ...(marks?.length && { marks }),
      },
    };
    const answer = await client.json(
      {
        method: 'POST',
        path: '/v1/predict',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
      z.union([failureSchema, predictionSchema]),
      signal,
    );
    if (answer.success === false) throw failureOf(client, model, answer.error?.code, answer.error?.message);
    const { shapes, description } = answer.data;
    const all = (shapes ?? []).flatMap((shape) => findingOf(shape, [1 / sx, 1 / sy], picture) ?? []);
    return {
      found: withoutBoxesOfMasks(all),
      ...(description && { text: description }),
    };
  };

  const segmenter: PromptableSegmenter = {
    async segment(picture, prompts, { signal, progress }, stopwatch) {
      const marks = marksOf(prompts);
      requireTaken(marks, (await infoOf(signal)).widgets, model, client.name);
      progress({ phase: `Asking ${client.name}` });
      const { found } = await stopwatch.time('model', () => predict(picture, { marks }, signal));
      const about = aboutPrompts(found, prompts, picture);
      const masks = about.flatMap((finding) => maskOf(finding, picture) ?? []);
      const [first, ...others] = masks;
      const scores = about.flatMap(({ score }) => score ?? []);
      return {
        mask: first ? combineMasks('union', [first, ...others]) : emptyMask(picture),
        score: first ? (scores.length ? Math.max(...scores) : 1) : 0,
      };
    },
  };

  return {
    isRemote: true,
    ...(tasks.includes('segment') && { segmenter }),
    ...(tasks.includes('ground') && {
      async ground(picture, phrase, { signal }): Promise<Findings> {
        const { widgets } = await infoOf(signal);
        if (!widgets?.length || takesWords(widgets)) {
          const { found, text } = await predict(picture, { text: oneName(phrase) }, signal);
          return {
            found: found.map((finding) => ({ ...finding, label: finding.label ?? phrase })),
            ...(text && { text }),
          };
        }
        return named(await predict(picture, {}, signal), phrase, client.name);
      },
      async everything(picture, { signal }): Promise<Findings> {
        await infoOf(signal);
        return predict(picture, {}, signal);
      },
    }),
    ...(tasks.some((task) => task !== 'segment' && task !== 'ground') && {
      async answer(picture, question, { signal }) {
        await infoOf(signal);
        const marks = question.asked.map(({ geometry }): Mark => ({
          type: 'rectangle',
          data: boxOfGeometry(geometry),
          label: 1,
        }));
        const { found, text } = await predict(picture, { text: question.text, marks }, signal);
        const labels = [...new Set(found.flatMap(({ label }) => label ?? []))].join(', ');
        return {
          text: text ?? (labels || `${client.name} gave no answer.`),
          found: found.map((finding) => ({ ...finding, spans: [] })),
          ...(text === undefined && !labels && { refused: true }),
        };
      },
    }),
    close: () => client.close(),
  };
}

const takesWords = (widgets: readonly string[]) => widgets.some((name) => /text|prompt|send/i.test(name));

/** Its models take a comma or a full stop as the end of one name and the beginning of another. */
const oneName = (phrase: string) => phrase.replace(/[.,\s]+/g, ' ').trim();

/** @throws GroundnoteError unsupported for clicks or boxes where the model's tool has no buttons for them */
function requireTaken(
  marks: readonly Mark[],
  widgets: ModelInfo['widgets'],
  model: string,
  name: string,
): void {
  if (!widgets?.length) return;
  const [clicks, boxes] = [/point/i, /rect/i].map((button) => widgets.some((widget) => button.test(widget)));
  if (marks.some(({ type }) => (type === 'point' ? clicks : boxes))) return;
  const takes = clicks ? 'clicks and no boxes' : boxes ? 'boxes and no clicks' : 'neither clicks nor boxes';
  throw new GroundnoteError('unsupported', `The model “${model}” of “${name}” takes ${takes}.`);
}

/** Some models give an object twice, as a polygon and as the box around it: the box goes. */
function withoutBoxesOfMasks(found: readonly Finding[]): Finding[] {
  const masks = found.flatMap(({ mask, label, score }) => (mask ? { box: rleBox(mask), label, score } : []));
  return found.filter(
    ({ box, label, score }) =>
      !box ||
      !masks.some(
        (mask) => mask.label === label && mask.score === score && boxIou(mask.box, box) > sameObject,
      ),
  );
}

/**
 * Those of the shapes that the prompts are about: a model may find all that is like the thing in a box. Of a box the one
 * that fits it best; of clicks those under them, or all where none is.
 */
function aboutPrompts(
  found: readonly Finding[],
  { box, points, strokes }: PromptSet,
  picture: Size,
): readonly Finding[] {
  if (found.length < 2) return found;
  const boxes = found.map((finding) => finding.box ?? (finding.mask ? rleBox(finding.mask) : undefined));
  if (box) {
    const fits = boxes.map((each) => (each ? boxIou(each, box) : 0));
    return found.filter((_, index) => index === fits.indexOf(Math.max(...fits)));
  }
  const clicks = [...points.flatMap(({ point, label }) => (label ? [point] : [])), ...strokes.flat()];
  const hit = found.filter((finding) => {
    const patch = maskOf(finding, picture);
    return patch && clicks.some((click) => covers(patch, click));
  });
  return hit.length ? hit : found;
}

/** Whether a mask has the pixel of a place. */
function covers(mask: Rle, [x, y]: Point): boolean {
  const patch = patchOfRle(mask);
  const [column, row] = [Math.floor(x) - patch.x, Math.floor(y) - patch.y];
  const isIn = column >= 0 && row >= 0 && column < patch.width && row < patch.height;
  return isIn && patch.data[row * patch.width + column] === 1;
}

function marksOf({ points, box, strokes }: PromptSet): Mark[] {
  const click = ([x, y]: Point, label: 0 | 1): Mark => ({ type: 'point', data: [x, y], label });
  return [
    ...points.map(({ point, label }) => click(point, label)),
    ...strokes.flatMap((line) => resample(line, strokePoints).map((point) => click(point, 1))),
    ...(box ? [{ type: 'rectangle' as const, data: box, label: 1 as const }] : []),
  ];
}

/** A shape in pixels of the picture; undefined for what is no place (a line, a broken shape). */
function findingOf(
  { label, shape_type, points, score }: WireShape,
  [sx, sy]: readonly [number, number],
  picture: Size,
): Finding | undefined {
  const ring = points.map(([x, y]): Point => [x * sx, y * sy]);
  const place = placeOf(shape_type, ring, picture);
  if (!place || ring.some((point) => !point.every(Number.isFinite))) return undefined;
  return {
    ...(label && label !== 'AUTOLABEL_OBJECT' && { label }),
    ...(score != null && { score: Math.min(Math.max(score, 0), 1) }),
    ...place,
  };
}

function placeOf(
  type: string,
  ring: Point[],
  picture: Size,
): Pick<Finding, 'box' | 'mask' | 'point'> | undefined {
  const [first, second] = ring;
  switch (type) {
    case 'point':
      return first && { point: first };
    case 'rectangle': {
      const box = pointsBox(ring);
      return box[2] > box[0] && box[3] > box[1] ? { box } : undefined;
    }
    case 'circle': {
      if (!first || !second) return undefined;
      const radius = Math.hypot(second[0] - first[0], second[1] - first[1]);
      return masked(circle(first, radius), picture);
    }
    case 'polygon':
    case 'rotation':
      return masked(ring, picture);
    default:
      return undefined;
  }
}

function masked(ring: Point[], picture: Size): Pick<Finding, 'mask'> | undefined {
  if (ring.length < 3) return undefined;
  const geometry: Geometry = { type: 'polygon', polygons: [ring] };
  return { mask: maskOfGeometry(geometry, picture) };
}

const circle = ([x, y]: Point, radius: number): Point[] =>
  Array.from({ length: 64 }, (_, i) => {
    const angle = (i / 32) * Math.PI;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });

const maskOf = ({ mask, box }: Finding, picture: Size): Rle | undefined =>
  mask ?? (box && maskOfGeometry({ type: 'box', box }, picture));

/** What a model that knows classes has found of a phrase. */
function named({ found, text }: Prediction, phrase: string, name: string): Findings {
  const wanted = phrase.trim().toLowerCase();
  const fits = (label: string) => label === wanted || `${label}s` === wanted || label === `${wanted}s`;
  const fitting = found.filter(({ label }) => label !== undefined && fits(label.toLowerCase()));
  if (fitting.length) return { found: fitting, ...(text && { text }) };
  const labels = [...new Set(found.flatMap(({ label }) => label ?? []))].slice(0, 12);
  const others = labels.length ? `, but ${labels.join(', ')}` : '';
  return { found: [], text: `${name} names classes, not phrases. It found no “${phrase}”${others}.` };
}

/** A failure that came with the status of success. */
function failureOf(
  client: HttpClient,
  model: string,
  code?: string | null,
  message?: string | null,
): GroundnoteError {
  const said = message ? `: ${client.quote(message, 300)}` : '';
  switch (code) {
    case 'UNAUTHORIZED':
      return client.unauthorized();
    case 'MODEL_NOT_FOUND':
      return client.problem(`has no model named “${model}”${said}`);
    case 'INVALID_IMAGE':
      return client.problem(`cannot read the picture${said}`);
    default:
      return client.problem(`could not answer (${code ?? 'no reason given'})${said}`);
  }
}
