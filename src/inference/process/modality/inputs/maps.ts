/** Depth maps, normal maps and frames of videos → arrays of fixed size. */
import type { NamedArray } from '../../../engines/onnx/arrays';
import type { Preparation } from '../../../engines/onnx/figure/modalities';
import { normalize, resizeBytes } from '../../resize';
import type { DepthMap, NormalMap, Video } from '../../media/media';

/** For each cell of a row or column of `size` cells, the pixel that it takes. */
const nearest = (length: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor((i * length) / size));

/** @returns float32 [1, 2, size, size]: distance −1 (near) to 1 (far), and 1 where there is one */
export function depthInput({ values, width, height }: DepthMap, config: Preparation['depth']): NamedArray {
  const { size } = config;
  const columns = nearest(width, size);
  const cells = nearest(height, size).flatMap((y) => columns.map((x) => values[y * width + x] as number));
  const measured = cells.map((value) => Number.isFinite(value) && value > 0);
  const sorted = Float64Array.from(cells.filter((_, i) => measured[i])).sort();
  const [near, far] = config.percentiles.map((share) => percentile(sorted, share)) as [number, number];
  const data = new Float32Array(2 * size * size);
  const turn = nearestIsGreatest(cells, measured) ? -1 : 1;
  cells.forEach((value, i) => {
    const place = ((value - near) / Math.max(far - near, 1e-6)) * 2 - 1;
    data[i] = measured[i] ? turn * Math.min(Math.max(place, -1), 1) : 1;
    data[i + size * size] = measured[i] ? 1 : 0;
  });
  return { data, dims: [1, 2, size, size] };
}

/** Files do not say whether they hold distances or their reciprocals. What is low in a picture is near, mostly. */
function nearestIsGreatest(cells: readonly number[], measured: readonly boolean[]): boolean {
  const quarter = cells.length / 4;
  const mean = (from: number) => {
    let [sum, count] = [0, 0];
    for (let i = from; i < from + quarter; i++)
      if (measured[i]) [sum, count] = [sum + (cells[i] as number), count + 1];
    return count ? sum / count : undefined;
  };
  const [top, bottom] = [mean(0), mean(3 * quarter)];
  return top !== undefined && bottom !== undefined && bottom > top;
}

/** Linear between neighbours, as numpy does. */
function percentile(sorted: Float64Array, share: number): number {
  if (!sorted.length) return 0;
  const at = ((sorted.length - 1) * share) / 100;
  const [low, high] = [Math.floor(at), Math.ceil(at)].map((i) => sorted[i] as number) as [number, number];
  return low + (high - low) * (at % 1);
}

/** @returns float32 [1, 3, size, size]: x right, y up, z to the viewer; zeros where the map has no direction */
export function normalInput({ rgb, width, height }: NormalMap, { size }: Preparation['normal']): NamedArray {
  const data = new Float32Array(3 * size * size);
  const columns = nearest(width, size);
  nearest(height, size).forEach((y, row) =>
    columns.forEach((x, column) => {
      const at = 3 * (y * width + x);
      const vector = [0, 1, 2].map((k) => (rgb[at + k] as number) / 127.5 - 1);
      const length = Math.hypot(...vector);
      // Black, and the grey in the middle, stand for “none”.
      const scale = length < 0.5 || length > 1.5 ? 0 : 1 / length;
      vector.forEach((value, k) => {
        data[k * size * size + row * size + column] = value * scale;
      });
    }),
  );
  return { data, dims: [1, 3, size, size] };
}

/** @returns float32 [frames, 3, size, size] of frames at even distances, the first and the last among them */
export async function videoInput(
  { frames, width, height }: Video,
  { size, frames: count, mean, std }: Preparation['video'],
): Promise<NamedArray> {
  const each = 3 * size * size;
  const data = new Float32Array(count * each);
  const [scale, shift] = [1 / (255 * std), -mean / std];
  const unit = { scale: [scale, scale, scale], shift: [shift, shift, shift] } as const;
  for (let k = 0; k < count; k++) {
    const frame = frames[Math.round((k * (frames.length - 1)) / (count - 1))] as Uint8Array;
    const whole = { x: 0, y: 0, width, height };
    const small = await resizeBytes({ data: frame, width, height, channels: 3 }, whole, {
      width: size,
      height: size,
    });
    data.set(normalize(small, unit), k * each);
  }
  return { data, dims: [count, 3, size, size] };
}
