/**
 * Models that Ultralytics exports, for `detect` and `segment`. What they are stands in the file's metadata: class names, size,
 * task. The picture lies in the middle of a grey square.
 *
 * Outputs: [1, 4 + classes (+ 32), places] of YOLOv8 to 11; [1, places, 5 + classes] of YOLOv5; [1, 300, 6 (+ 32)] of those
 * without suppression (YOLOv10, 26). With `segment`, a second output [1, 32, h, w] of prototypes.
 */
import type { Box, Rle } from '../../../../protocol/geometry';
import { brokenPack, type Pack } from '../../../packs/registry';
import { wholeOf, type Picture } from '../../../process/picture';
import { finishMask } from '../../../process/segment/finish';
import { transferLogits } from '../../../process/segment/maskInput';
import type { Run } from '../../model';
import { floatsOf, type NamedArray } from '../arrays';
import { boxAround, suppressBoxes } from '../boxes';
import { placePicture } from '../pixels/processor';
import type { OnnxSession } from '../session';
import { boxOut, type Detector, type DetectorOptions, type Found, type Letterbox } from './detector';

const usualThreshold = 0.25;
const usualNms = 0.7;
const usualSide = 640;
/** Grey around the picture. */
const padding = 114;
const byte = 1 / 255;

export interface UltralyticsMetadata {
  names: readonly string[];
  task: string;
  /** Height and width; absent: not told. */
  imgsz?: readonly [number, number];
}

/** What Ultralytics has written into a file, or undefined where it has not. */
export function ultralyticsMetadata(
  properties: Readonly<Record<string, string>>,
): UltralyticsMetadata | undefined {
  const { names, task, imgsz } = properties;
  if (
    names === undefined ||
    (task === undefined && !/ultralytics/i.test(properties.author ?? properties.description ?? ''))
  )
    return undefined;
  const [height, width] = (imgsz?.match(/\d+/g) ?? []).map(Number);
  return {
    names: namesOf(names),
    task: task ?? 'detect',
    ...(height && { imgsz: [height, width ?? height] as const }),
  };
}

/** A dictionary as Python writes it: {0: 'person', 1: "driver's seat"}. */
function namesOf(text: string): string[] {
  const names: string[] = [];
  for (const [, number, single, double] of text.matchAll(
    /(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
  ))
    names[Number(number)] = (single ?? double ?? '').replaceAll(/\\(.)/g, '$1');
  return Array.from(names, (name) => name ?? '');
}

export function ultralyticsDetector(
  pack: Pack,
  session: OnnxSession,
  { names, task, imgsz }: UltralyticsMetadata,
  { threshold = usualThreshold, nms = usualNms }: DetectorOptions,
): Detector {
  const { id } = pack.manifest;
  if (task !== 'detect' && task !== 'segment')
    throw brokenPack(
      id,
      `it is an Ultralytics model for "${task}", and only those for "detect" and "segment" can be run`,
    );
  const [pixels] = session.inputs;
  if (!pixels || session.inputs.length !== 1 || pixels.shape.length !== 4)
    throw brokenPack(id, 'it does not take one picture alone');
  const sideAt = (axis: 2 | 3) => {
    const length = pixels.shape[axis];
    return typeof length === 'number' ? length : (imgsz?.[axis - 2] ?? usualSide);
  };
  const canvas = { height: sideAt(2), width: sideAt(3) };
  return {
    names,
    async detect(picture: Picture, { stopwatch }: Run): Promise<Found[]> {
      const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
      const size = {
        width: Math.max(1, Math.round(picture.width * scale)),
        height: Math.max(1, Math.round(picture.height * scale)),
      };
      const at = {
        x: Math.round((canvas.width - size.width) / 2 - 0.1),
        y: Math.round((canvas.height - size.height) / 2 - 0.1),
        ...size,
      };
      const input = await stopwatch.time('prepare', () =>
        placePicture(picture, wholeOf(picture), {
          at,
          canvas,
          normalization: { scale: [byte, byte, byte], shift: [0, 0, 0] },
          padding,
        }),
      );
      const outputs = await session.run({
        [pixels.name]: { data: input, dims: [1, 3, canvas.height, canvas.width] },
      });
      const boxes = session.outputs.map(({ name }) => outputs[name]).find((each) => each?.dims.length === 3);
      const prototypes = session.outputs
        .map(({ name }) => outputs[name])
        .find((each) => each?.dims.length === 4);
      const letterbox: Letterbox = { scale: { x: scale, y: scale }, offset: at };
      const candidates = boxes && rowsOf(boxes, names.length, prototypes?.dims[1] ?? 0, threshold);
      if (!candidates) {
        const told = session.outputs
          .map(({ name }) => `"${name}" [${outputs[name]?.dims.join(', ')}]`)
          .join(', ');
        throw brokenPack(
          id,
          `its answer has a form that Groundnote does not know for ${names.length} classes: ${told}`,
        );
      }
      const { rows, suppressed } = candidates;
      const kept = suppressed ? rows.sort((a, b) => b.score - a.score) : suppressBoxes(rows, nms);
      return kept.map(({ box, kind, score, coefficients }) => ({
        kind,
        score,
        box: boxOut(box, letterbox),
        ...(prototypes &&
          coefficients && {
            mask: () =>
              maskOf(coefficients, prototypes, { box: boxOut(box, letterbox), picture, canvas, letterbox }),
          }),
      }));
    },
  };
}

/** A place of the answer, its box in pixels of the input. */
interface Row {
  box: Box;
  kind: number;
  score: number;
  coefficients?: Float32Array;
}

/** @param masks number of mask coefficients at the end of each row; 0 without masks @returns undefined for a form that is not known */
function rowsOf(
  answer: NamedArray,
  classes: number,
  masks: number,
  threshold: number,
): { rows: Row[]; suppressed: boolean } | undefined {
  const [, first = 0, second = 0] = answer.dims;
  const data = floatsOf(answer);
  const rows: Row[] = [];
  if (second === 6 + masks && first !== 4 + classes + masks) {
    // Corners, score, class: nothing is left to suppress.
    for (let row = 0; row < first; row++) {
      const at = row * second;
      const score = data[at + 4] as number;
      if (score <= threshold) continue;
      rows.push({
        box: [data[at], data[at + 1], data[at + 2], data[at + 3]] as Box,
        kind: Math.round(data[at + 5] as number),
        score,
        ...(masks > 0 && { coefficients: data.slice(at + 6, at + second) }),
      });
    }
    return { rows, suppressed: true };
  }
  const isColumns = first === 4 + classes + masks;
  const hasObjectness = !isColumns && second === 5 + classes + masks;
  if (!isColumns && !hasObjectness) return undefined;
  const [places, length, step, stride] = isColumns ? [second, first, second, 1] : [first, second, 1, second];
  const skipped = hasObjectness ? 5 : 4;
  for (let place = 0; place < places; place++) {
    const value = (at: number) => data[place * stride + at * step] as number;
    let kind = 0;
    for (let i = 1; i < classes; i++) if (value(skipped + i) > value(skipped + kind)) kind = i;
    const score = value(skipped + kind) * (hasObjectness ? value(4) : 1);
    if (score <= threshold) continue;
    rows.push({
      box: boxAround(value(0), value(1), value(2), value(3)),
      kind,
      score,
      ...(masks > 0 && {
        coefficients: Float32Array.from({ length: masks }, (_, i) => value(length - masks + i)),
      }),
    });
  }
  return { rows, suppressed: false };
}

interface MaskPlace {
  /** In pixels of the picture. */
  box: Box;
  picture: Picture;
  canvas: { width: number; height: number };
  letterbox: Letterbox;
}

/** Prototypes weighted by an object's coefficients are its logits; it is cut at its box. Undefined where that is empty. */
function maskOf(
  coefficients: Float32Array,
  prototypes: NamedArray,
  { box, picture, canvas, letterbox }: MaskPlace,
): Rle | undefined {
  const [, count = 0, height = 0, width = 0] = prototypes.dims;
  const planes = floatsOf(prototypes);
  const data = new Float32Array(width * height);
  for (let p = 0; p < count; p++) {
    const weight = coefficients[p] as number;
    for (let i = 0, j = p * data.length; i < data.length; i++, j++)
      data[i] = (data[i] as number) + weight * (planes[j] as number);
  }
  const [x1, y1] = [Math.max(0, Math.floor(box[0])), Math.max(0, Math.floor(box[1]))];
  const [x2, y2] = [Math.min(picture.width, Math.ceil(box[2])), Math.min(picture.height, Math.ceil(box[3]))];
  if (x2 <= x1 || y2 <= y1) return undefined;
  const { scale, offset } = letterbox;
  // The whole input, in pixels of the picture: it reaches over the picture's edges.
  const whole = {
    x: -offset.x / scale.x,
    y: -offset.y / scale.y,
    width: canvas.width / scale.x,
    height: canvas.height / scale.y,
  };
  const part = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  const size = {
    width: Math.min(part.width, Math.max(1, Math.ceil((4 * part.width * width) / whole.width))),
    height: Math.min(part.height, Math.max(1, Math.ceil((4 * part.height * height) / whole.height))),
  };
  const logits = transferLogits({ data, width, height }, { rectangle: whole, size: canvas }, part, size);
  const rules = { mask_threshold: 0, refine: null };
  return finishMask({ data: logits, ...size }, { rectangle: part, size }, picture, rules);
}
