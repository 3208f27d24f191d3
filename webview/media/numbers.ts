/** Numbers in words, and round steps for axes. */

/** Four digits that matter. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

export const grouped = (value: number): string => value.toLocaleString('en');

/** 0:07.25 or 1:02:07.25 */
export function clock(seconds: number, digits = 2): string {
  const rounded = Number(Math.max(0, seconds).toFixed(digits));
  const whole = Math.floor(rounded);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const rest = digits ? (rounded - whole).toFixed(digits).slice(1) : '';
  const tail = `${String(s).padStart(2, '0')}${rest}`;
  return h ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`;
}

/** Round places between two values, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const raw = (to - from) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= raw) ?? 10);
  const places: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) places.push(Number((i * step).toPrecision(12)));
  return places;
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);
