/**
 * Small detectors of single files, told by their outputs: NanoDet, FastestDet and YuNet. All take blue, green, red.
 */
import type { Box } from '../../../../protocol/geometry';
import { brokenPack, type Pack } from '../../../packs/registry';
import { wholeOf, type Picture } from '../../../process/picture';
import { normalizationOf } from '../../../process/resize';
import type { Run } from '../../model';
import { floatsOf, type NamedArray } from '../arrays';
import { boxAround, suppressBoxes, type Detection } from '../boxes';
import { longestEdge, placePicture } from '../pixels/processor';
import type { GraphValue, OnnxSession } from '../session';
import { boxOut, type Detector, type DetectorOptions, type Letterbox } from './detector';

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** Sides of a graph's input that are fixed. @throws GroundnoteError broken-pack */
function fixedSides(id: string, pixels: GraphValue | undefined): { width: number; height: number } {
  const [, , height, width] = pixels?.shape ?? [];
  if (typeof height !== 'number' || typeof width !== 'number')
    throw brokenPack(id, 'its graph does not say how large its pictures are');
  return { width, height };
}

/**
 * NanoDet: for each of several strides class scores [places, classes] and distances of a box's sides [places, 4 × bins], each
 * side as weights over the bins; told by their lengths, because exporters shuffle their names.
 */
export function nanodetDetector(
  pack: Pack,
  session: OnnxSession,
  names: readonly string[],
  { threshold = 0.4, nms = 0.5 }: DetectorOptions,
): Detector {
  const { id } = pack.manifest;
  const [pixels] = session.inputs;
  const canvas = fixedSides(id, pixels);
  const normalization = normalizationOf({
    rescale_factor: 1,
    image_mean: [103.53, 116.28, 123.675],
    image_std: [57.375, 57.12, 58.395],
  });
  return {
    names,
    async detect(picture: Picture, { stopwatch }: Run) {
      const size = fitted(picture, canvas);
      const at = {
        x: Math.floor((canvas.width - size.width) / 2),
        y: Math.floor((canvas.height - size.height) / 2),
        ...size,
      };
      const input = await stopwatch.time('prepare', () =>
        placePicture(picture, wholeOf(picture), { at, canvas, normalization, padding: 0, blueFirst: true }),
      );
      const outputs = Object.values(await run(session, input, canvas));
      const letterbox: Letterbox = {
        scale: { x: size.width / picture.width, y: size.height / picture.height },
        offset: at,
      };
      const found: Detection[] = [];
      for (const scores of outputs.filter(({ dims }) => dims.at(-1) === names.length)) {
        const places = scores.dims.at(-2) ?? 0;
        const sides = outputs.find((each) => each !== scores && each.dims.at(-2) === places);
        const bins = (sides?.dims.at(-1) ?? 0) / 4;
        if (!sides || !Number.isInteger(bins) || bins < 1)
          throw brokenPack(id, `it gives no sides of boxes for ${places} places`);
        found.push(
          ...nanodetBoxes(floatsOf(scores), floatsOf(sides), { places, bins, names, canvas, threshold }),
        );
      }
      return suppressBoxes(found, nms).map((each) => ({ ...each, box: boxOut(each.box, letterbox) }));
    },
  };
}

interface NanodetLevel {
  places: number;
  bins: number;
  names: readonly string[];
  canvas: { width: number; height: number };
  threshold: number;
}

function nanodetBoxes(
  scores: Float32Array,
  sides: Float32Array,
  { places, bins, names, canvas, threshold }: NanodetLevel,
): Detection[] {
  const stride = Math.round(Math.sqrt((canvas.width * canvas.height) / places));
  const columns = Math.ceil(canvas.width / stride);
  const found: Detection[] = [];
  for (let place = 0; place < places; place++) {
    const { kind, score } = bestOf(scores, place * names.length, names.length);
    if (score <= threshold) continue;
    const middle = (at: number) => at * stride + 0.5 * (stride - 1);
    const x = middle(place % columns);
    const y = middle(Math.floor(place / columns));
    const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => {
      const start = (place * 4 + side) * bins;
      return expectation(sides.subarray(start, start + bins)) * stride;
    }) as [number, number, number, number];
    const box: Box = [
      Math.max(0, x - left),
      Math.max(0, y - top),
      Math.min(canvas.width, x + right),
      Math.min(canvas.height, y + bottom),
    ];
    found.push({ box, kind, score });
  }
  return found;
}

/** Mean of the numbers of bins under a softmax of their values. */
function expectation(values: Float32Array): number {
  const most = Math.max(...values);
  let sum = 0;
  let mean = 0;
  values.forEach((value, bin) => {
    const weight = Math.exp(value - most);
    sum += weight;
    mean += bin * weight;
  });
  return mean / sum;
}

/** FastestDet: [1, 5 + classes, rows, columns] of objectness, the box's middle and sides, and classes; the picture is stretched. */
export function fastestdetDetector(
  pack: Pack,
  session: OnnxSession,
  names: readonly string[],
  { threshold = 0.65, nms = 0.45 }: DetectorOptions,
): Detector {
  const { id } = pack.manifest;
  const canvas = fixedSides(id, session.inputs[0]);
  const normalization = normalizationOf({
    rescale_factor: 1 / 255,
    image_mean: [0, 0, 0],
    image_std: [1, 1, 1],
  });
  return {
    names,
    async detect(picture: Picture, { stopwatch }: Run) {
      const at = { x: 0, y: 0, ...canvas };
      const input = await stopwatch.time('prepare', () =>
        placePicture(picture, wholeOf(picture), { at, canvas, normalization, blueFirst: true }),
      );
      const [output] = Object.values(await run(session, input, canvas));
      const [, channels, rows = 0, columns = 0] = output?.dims ?? [];
      if (!output || channels !== 5 + names.length)
        throw brokenPack(id, `it gives [${output?.dims.join(', ')}] for ${names.length} classes`);
      const data = floatsOf(output);
      const plane = rows * columns;
      const found: Detection[] = [];
      for (let place = 0; place < plane; place++) {
        const value = (channel: number) => data[channel * plane + place] as number;
        let kind = 0;
        for (let i = 1; i < names.length; i++) if (value(5 + i) > value(5 + kind)) kind = i;
        const score = value(0) ** 0.6 * value(5 + kind) ** 0.4;
        if (!(score > threshold)) continue;
        const x = ((place % columns) + Math.tanh(value(1))) / columns;
        const y = (Math.floor(place / columns) + Math.tanh(value(2))) / rows;
        const { width, height } = picture;
        const box = boxAround(x * width, y * height, sigmoid(value(3)) * width, sigmoid(value(4)) * height);
        found.push({ box, kind, score });
      }
      return suppressBoxes(found, nms);
    },
  };
}

/** The longer side of a picture for YuNet, which was trained on small faces. */
const yunetSide = 640;
const yunetStrides = [8, 16, 32] as const;

/** YuNet (faces): for strides 8, 16 and 32 `cls_s`, `obj_s`, `bbox_s` over a grid; takes bytes in any size of whole 32s. */
export function yunetDetector(
  pack: Pack,
  session: OnnxSession,
  { threshold = 0.6, nms = 0.3 }: DetectorOptions,
): Detector {
  const { id } = pack.manifest;
  const [, , fixedHeight, fixedWidth] = session.inputs[0]?.shape ?? [];
  return {
    names: ['face'],
    async detect(picture: Picture, { stopwatch }: Run) {
      const wanted =
        typeof fixedHeight === 'number' && typeof fixedWidth === 'number'
          ? fitted(picture, { width: fixedWidth, height: fixedHeight })
          : longestEdge(picture, yunetSide);
      const whole = (length: number, fixed: number | string | undefined) =>
        typeof fixed === 'number' ? fixed : Math.ceil(length / 32) * 32;
      const canvas = { width: whole(wanted.width, fixedWidth), height: whole(wanted.height, fixedHeight) };
      const at = { x: 0, y: 0, ...wanted };
      const normalization = { scale: [1, 1, 1], shift: [0, 0, 0] } as const;
      const input = await stopwatch.time('prepare', () =>
        placePicture(picture, wholeOf(picture), { at, canvas, normalization, blueFirst: true }),
      );
      const outputs = await run(session, input, canvas);
      const letterbox: Letterbox = {
        scale: { x: wanted.width / picture.width, y: wanted.height / picture.height },
        offset: at,
      };
      const found: Detection[] = [];
      for (const stride of yunetStrides) {
        const [kinds, objects, boxes] = ['cls', 'obj', 'bbox'].map((name) => {
          const output = outputs[`${name}_${stride}`];
          if (!output) throw brokenPack(id, `it has no output "${name}_${stride}"`);
          return floatsOf(output);
        }) as [Float32Array, Float32Array, Float32Array];
        const columns = canvas.width / stride;
        kinds.forEach((kind, place) => {
          const score = Math.sqrt(
            Math.min(Math.max(kind, 0), 1) * Math.min(Math.max(objects[place] as number, 0), 1),
          );
          if (score <= threshold) return;
          const value = (at: number) => boxes[4 * place + at] as number;
          const x = ((place % columns) + value(0)) * stride;
          const y = (Math.floor(place / columns) + value(1)) * stride;
          const box = boxAround(x, y, Math.exp(value(2)) * stride, Math.exp(value(3)) * stride);
          found.push({ box, kind: 0, score });
        });
      }
      return suppressBoxes(found, nms).map((each) => ({ ...each, box: boxOut(each.box, letterbox) }));
    },
  };
}

/** The largest size of a picture's aspect that fits. */
function fitted(picture: { width: number; height: number }, canvas: { width: number; height: number }) {
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  return {
    width: Math.max(1, Math.min(canvas.width, Math.round(picture.width * scale))),
    height: Math.max(1, Math.min(canvas.height, Math.round(picture.height * scale))),
  };
}

function run(
  session: OnnxSession,
  data: Float32Array,
  { width, height }: { width: number; height: number },
): Promise<Record<string, NamedArray>> {
  return session.run({ [session.inputNames[0] as string]: { data, dims: [1, 3, height, width] } });
}

function bestOf(values: Float32Array, start: number, count: number): { kind: number; score: number } {
  let kind = 0;
  for (let i = 1; i < count; i++)
    if ((values[start + i] as number) > (values[start + kind] as number)) kind = i;
  return { kind, score: values[start + kind] as number };
}
