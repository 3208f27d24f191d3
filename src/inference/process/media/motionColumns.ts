/** Which columns of a table of motion are what, told by their names. */
import type { TraceName } from './media';

/** Factors to SI units. */
export interface Unit {
  readonly name: string;
  readonly factor: number;
}

export interface MotionColumns {
  readonly time?: { readonly index: number; readonly unit?: Unit };
  readonly traces: readonly { readonly name: TraceName; readonly index: number; readonly unit?: Unit }[];
}

const gravity = 9.80665;
const timeUnits: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };

/** Words for acceleration and for turning, as recorders and data sets write them. */
const acceleration =
  '(?:a|acc|accel|acceleration|accelerometer|linear acceleration|lin acc|user acceleration)';
const turning =
  '(?:g|w|gyr|gyro|gyroscope|omega|rot|rotation|rotation rate|angular velocity|ang vel|rate|turn rate)';
const axisLast = (words: string) => new RegExp(`^(?:imu |raw |sensor )?${words}(?: rs s)? ?([xyz])$`);
const axisFirst = (words: string) => new RegExp(`^([xyz]) ?${words}$`);
const timeName =
  /^(?:t|time|timestamps?|time stamp|date ?time|seconds?|secs?|seconds elapsed|elapsed(?: time)?|sample ?time|sensor time|epoch|ms|millis|milliseconds|us|micros|microseconds|ns|nanoseconds)$/;

/** @param header the names of the columns, as the file has them */
export function motionColumns(header: readonly string[]): MotionColumns {
  const traces = new Map<TraceName, MotionColumns['traces'][number]>();
  let time: MotionColumns['time'];
  header.forEach((column, index) => {
    const { name, unit } = namedUnit(column);
    for (const [letter, words] of [
      ['a', acceleration],
      ['g', turning],
    ] as const) {
      const axis = (axisLast(words).exec(name) ?? axisFirst(words).exec(name))?.[1];
      const trace = axis && (`${letter}${axis}` as TraceName);
      if (!trace || traces.has(trace)) continue;
      const known = letter === 'a' ? accelerationUnit(unit) : turningUnit(unit);
      traces.set(trace, { name: trace, index, ...(known && { unit: known }) });
      return;
    }
    if (!time && timeName.test(name)) {
      const known = timeUnit(unit ?? unitInName(name));
      time = { index, ...(known && { unit: known }) };
    }
  });
  const order: TraceName[] = ['ax', 'ay', 'az', 'gx', 'gy', 'gz'];
  return { ...(time && { time }), traces: order.flatMap((name) => traces.get(name) ?? []) };
}

/** A column's name in small letters with blanks between its words, and the unit that stands in brackets or at its end. */
function namedUnit(column: string): { name: string; unit?: string } {
  const bracket = /[[(]([^\])]*)[\])]/.exec(column)?.[1]?.trim();
  const plain = column
    .replace(/[[(].*$/, '')
    .replace(/^#/, '')
    .trim();
  const words = plain
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_./:-]+/)
    .filter(Boolean);
  // acc_x_g, gyro_z_dps, timestamp_ns
  const last = words.at(-1) ?? '';
  if (
    bracket === undefined &&
    words.length > 1 &&
    (timeUnits[last] || /^(g|mg|ms2|mps2|dps|degs|rads)$/.test(last))
  )
    return { name: words.slice(0, -1).join(' '), unit: last };
  return { name: words.join(' '), ...(bracket && { unit: bracket }) };
}

const unitInName = (name: string): string | undefined =>
  ({
    ms: 'ms',
    millis: 'ms',
    milliseconds: 'ms',
    us: 'us',
    micros: 'us',
    microseconds: 'us',
    ns: 'ns',
    nanoseconds: 'ns',
    second: 's',
    seconds: 's',
    sec: 's',
    secs: 's',
    'seconds elapsed': 's',
  })[name];

function timeUnit(unit: string | undefined): Unit | undefined {
  const name = unit
    ?.toLowerCase()
    .replace('µ', 'u')
    .replace(/^(sec|second)s?$/, 's');
  const factor = name === undefined ? undefined : timeUnits[name];
  return name !== undefined && factor !== undefined ? { name, factor } : undefined;
}

function accelerationUnit(unit: string | undefined): Unit | undefined {
  const name = unit?.toLowerCase().replace(/\s|\*|\^/g, '');
  if (name === 'g' || name === 'gs') return { name: 'g', factor: gravity };
  if (name === 'mg') return { name: 'mg', factor: gravity / 1000 };
  return name && /^(m\/s2|m\/s²|ms-2|m\/s\/s|ms2|mps2|m\/sec2)$/.test(name)
    ? { name: 'm/s²', factor: 1 }
    : undefined;
}

function turningUnit(unit: string | undefined): Unit | undefined {
  const name = unit?.toLowerCase().replace(/\s|\*|\^/g, '');
  if (name && /^(deg\/s|°\/s|dps|degs|degs-1|deg\/sec|degrees\/s)$/.test(name))
    return { name: '°/s', factor: Math.PI / 180 };
  return name && /^(rad\/s|rads|rads-1|rad\/sec)$/.test(name) ? { name: 'rad/s', factor: 1 } : undefined;
}
