/** Recordings of inertial sensors → windows at an even rate. */
import type { NamedArray } from '../../../engines/onnx/arrays';
import type { Preparation } from '../../../engines/onnx/figure/modalities';
import type { Motion } from '../../media/media';

const channels = ['ax', 'ay', 'az', 'gx', 'gy', 'gz'] as const;

/** @param start seconds @returns float32 [1, 6, rate × seconds]: acceleration in g, turning in parts of `turning` rad/s; zeros for what the file lacks */
export function imuInput(
  { time, traces }: Motion,
  { rate, seconds, gravity, turning }: Preparation['imu'],
  start: number,
): NamedArray {
  const count = Math.round(rate * seconds);
  const data = new Float32Array(channels.length * count);
  channels.forEach((name, channel) => {
    const values = traces.find((trace) => trace.name === name)?.values;
    if (!values) return;
    const unit = name.startsWith('a') ? gravity : turning;
    let row = 0;
    for (let i = 0; i < count; i++) {
      const at = start + i / rate;
      while (row < time.length - 2 && (time[row + 1] as number) <= at) row++;
      data[channel * count + i] = between(time, values, row, at) / unit;
    }
  });
  return { data, dims: [1, channels.length, count] };
}

/** Linear between two rows; before the first and behind the last the recording stands still. */
function between(time: Float64Array, values: Float32Array, row: number, at: number): number {
  const [t0, t1] = [time[row] as number, time[row + 1] as number];
  const [v0, v1] = [values[row] as number, values[row + 1] as number].map((v) =>
    Number.isFinite(v) ? v : 0,
  ) as [number, number];
  const share = t1 > t0 ? Math.min(Math.max((at - t0) / (t1 - t0), 0), 1) : 0;
  return v0 + (v1 - v0) * share;
}
