/** Charts that make more data than a picture can show are stopped before the memory is gone; time is bounded by the page. */
import * as vega from 'vega';

/** Values that one step of a chart may make. */
const maxValues = 200_000;
/** Values that a whole chart may make. */
const maxTotal = 2_000_000;
/** Characters of a finished picture. */
export const maxSvgLength = 5_000_000;

interface Step {
  transform(params: Record<string, unknown>, pulse: { source?: readonly unknown[] }): unknown;
}

let total = 0;

/** Begins a chart: what earlier ones made no longer counts. */
export const beginChart = () => {
  total = 0;
};

/** @throws Error when a step, or all of them, would make too many values; what is no number is not judged */
function check(count: number): void {
  total += Math.max(0, count);
  if (count > maxValues || total > maxTotal)
    throw new Error('This chart makes too many values to be drawn here.');
}

const numberOf = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise);

/** How many values a step makes of its parameters and of the rows it gets. */
const counts: Record<string, (params: Record<string, unknown>, rows: number) => number> = {
  sequence: ({ start, stop, step }) => (numberOf(stop, 0) - numberOf(start, 0)) / (numberOf(step, 1) || 1),
  cross: (_, rows) => rows * rows,
  density: ({ steps, maxsteps }) => numberOf(steps, numberOf(maxsteps, 0)),
  kde: ({ steps, maxsteps }) => numberOf(steps, numberOf(maxsteps, 0)),
  fold: ({ fields }, rows) => rows * (Array.isArray(fields) ? fields.length : 1),
  force: ({ iterations }) => numberOf(iterations, 0) * 100,
  graticule: ({ step, stepMinor }) => {
    const [x = 10, y = 10] = (stepMinor ?? step ?? []) as number[];
    return (360 / Math.max(1e-9, x)) * (180 / Math.max(1e-9, y));
  },
};

/** Sets the bounds, once for the whole program. */
export function boundVega(): void {
  for (const [name, count] of Object.entries(counts)) {
    const step = (vega.transforms as unknown as Record<string, { prototype: Step } | undefined>)[name]
      ?.prototype;
    if (!step) throw new Error(`Vega has no step "${name}".`);
    const { transform } = step;
    step.transform = function (this: Step, params, pulse) {
      check(count(params, pulse.source?.length ?? 0));
      return transform.call(this, params, pulse);
    };
  }
  vega.expressionFunction('sequence', (first: number, last?: number, step = 1) => {
    const [start, stop] = last === undefined ? [0, first] : [first, last];
    check((stop - start) / step);
    return Array.from(
      { length: Math.max(0, Math.ceil((stop - start) / step)) },
      (_, at) => start + at * step,
    );
  });
}
