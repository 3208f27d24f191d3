/** Axes of plots: from pixels to the numbers that stand at their ticks. */

/** A number at a place along an axis, in pixels. */
export interface Tick {
  at: number;
  value: number;
}

export interface Scale {
  kind: 'linear' | 'log';
  /** The value at a place in pixels. */
  valueAt(at: number): number;
  /** Number of ticks that fit it. */
  support: number;
}

/** A tick fits a line when it is off by no more than this share of the ticks' whole extent. */
const fits = 0.03;

/**
 * The scale that most ticks agree on (every pair proposes a line, so that single misread numbers do no harm), linear
 * or, where more of them agree on that, logarithmic. Undefined for less than two different ticks, or no agreement.
 */
export function scaleOf(ticks: readonly Tick[]): Scale | undefined {
  const linear = lineThrough(ticks);
  const positive = ticks.filter(({ value }) => value > 0);
  const log = lineThrough(positive.map(({ at, value }) => ({ at, value: Math.log10(value) })));
  if (log && log.support > (linear?.support ?? 0))
    return { kind: 'log', valueAt: (at) => 10 ** log.at(at), support: log.support };
  return linear && { kind: 'linear', valueAt: linear.at, support: linear.support };
}

interface Line {
  at(place: number): number;
  support: number;
}

function lineThrough(ticks: readonly Tick[]): Line | undefined {
  if (ticks.length < 2) return undefined;
  const extent = Math.max(...ticks.map(({ at }) => at)) - Math.min(...ticks.map(({ at }) => at));
  let best: { members: Tick[]; error: number } | undefined;
  ticks.forEach((a, i) => {
    for (const b of ticks.slice(i + 1)) {
      if (Math.abs(a.at - b.at) < 1 || a.value === b.value) continue;
      const pixels = (b.at - a.at) / (b.value - a.value);
      const off = ({ at, value }: Tick) => Math.abs(a.at + (value - a.value) * pixels - at);
      const members = ticks.filter((tick) => off(tick) <= Math.max(1.5, fits * extent));
      const error = members.reduce((sum, tick) => sum + off(tick), 0);
      if (
        !best ||
        members.length > best.members.length ||
        (members.length === best.members.length && error < best.error)
      )
        best = { members, error };
    }
  });
  // Of three and more ticks two always lie on a line: that says nothing.
  if (!best || (ticks.length > 2 && best.members.length < Math.max(3, ticks.length / 2))) return undefined;
  const { members } = best;
  const mean = (of: (tick: Tick) => number) =>
    members.reduce((sum, tick) => sum + of(tick), 0) / members.length;
  const [x, y] = [mean(({ at }) => at), mean(({ value }) => value)];
  const slope = mean((tick) => (tick.at - x) * (tick.value - y)) / mean(({ at }) => (at - x) ** 2);
  return { at: (place) => y + slope * (place - x), support: members.length };
}

/** A value with no more digits than the pixels can tell. @param step what one pixel stands for */
export function roundedTo(value: number, step: number): number {
  if (!(step > 0)) return value;
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step))));
  return Number(value.toFixed(digits));
}
