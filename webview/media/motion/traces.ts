/** Traces of a recording of motion, their lengths, and facts about a part of them. Pure. */
import type { ImuView } from '../../../src/protocol/media';

export interface Lane {
  readonly title: string;
  readonly unit: string;
  readonly traces: readonly { readonly name: string; readonly values: Float32Array }[];
  readonly low: number;
  readonly high: number;
}

/** Acceleration and turning, each with its three traces, and where wanted the length of the vector. */
export function lanesOf({ traces }: ImuView, withLength: boolean): Lane[] {
  return (
    [
      ['a', 'Acceleration', '|a|'],
      ['g', 'Turning', '|g|'],
    ] as const
  ).flatMap(([letter, title, length]) => {
    const own = traces.filter(({ name }) => name.startsWith(letter));
    if (!own.length) return [];
    const shown: { name: string; values: Float32Array }[] = own.map(({ name, values }) => ({ name, values }));
    if (withLength) {
      const values = new Float32Array(own[0]?.values.length ?? 0);
      for (let i = 0; i < values.length; i++)
        values[i] = Math.hypot(...own.map((trace) => trace.values[i] as number));
      shown.push({ name: length, values });
    }
    let [low, high] = [Infinity, -Infinity];
    for (const { values } of shown)
      for (const value of values)
        if (!Number.isNaN(value)) {
          if (value < low) low = value;
          if (value > high) high = value;
        }
    return [{ title, unit: own[0]?.unit ?? '', traces: shown, low, high }];
  });
}

/** The first row at or after a time. */
export function rowAt(time: Float64Array, seconds: number): number {
  let [low, high] = [0, time.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((time[middle] as number) < seconds) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, time.length - 1);
}

/** Mean and spread of the values between two rows, without those that are missing. */
export function summary(values: Float32Array, from: number, to: number): { mean: number; spread: number } {
  let [sum, squares, count] = [0, 0, 0];
  for (let i = from; i <= to; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    squares += value * value;
    count++;
  }
  const mean = sum / count;
  return { mean, spread: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
