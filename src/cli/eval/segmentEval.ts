/** `eval segment`: one point, the box, and corrective clicks, over an index of objects; overall and per set. */
import * as z from 'zod';
import { boxSchema, pointSchema, type Box, type Prompt } from '../../protocol/geometry';
import type { Mask } from '../../protocol/rle';
import { clicksNeeded, iou, mean, nextClick, rounded, type Click } from './metrics';

/** A line of the index; paths are relative to the index's folder, or to --root. */
export const evalRowSchema = z.object({
  image: z.string().min(1),
  mask: z.string().min(1),
  class: z.string().optional(),
  point: pointSchema,
  box: boxSchema,
  set: z.string().optional(),
});
export type EvalRow = z.infer<typeof evalRowSchema>;

export const targetIou = 0.85;
export const mostClicks = 20;
const fewClicks = 5;

/** Prompts → a mask of the whole picture. `previous` is what the clicks before gave. */
export type SegmentOne = (prompts: readonly Prompt[], previous?: Mask) => Promise<Mask>;

/** What one object gave; IoUs from 0 to 1. */
export interface ObjectScores {
  set?: string;
  point: number;
  box: number;
  /** After the first, the second, … click; ends early when the target was reached or nothing is left to correct. */
  clicks: number[];
  /** IoUs of the baselines, by name. */
  baselines: Record<string, number>;
}

/** Means over objects. The keys are those of the command's JSON. */
export interface SegmentScores {
  n: number;
  miou_point: number;
  miou_box: number;
  miou_5clicks: number;
  noc_85: number;
  baselines?: Record<string, number>;
}

/** A point of an index names a pixel; the click goes into its middle. */
const pixelMiddle = ([x, y]: readonly [number, number]): [number, number] =>
  Number.isInteger(x) && Number.isInteger(y) ? [x + 0.5, y + 0.5] : [x, y];

/**
 * Measures one object. The clicks go on until the target IoU is reached (five are always made, for `miou_5clicks`),
 * `most` is reached, or nothing is wrong any more.
 */
export async function scoreObject(
  row: Pick<EvalRow, 'point' | 'box' | 'set'>,
  truth: Mask,
  segment: SegmentOne,
  most: number = mostClicks,
): Promise<Omit<ObjectScores, 'baselines'>> {
  const clicks: Click[] = [{ point: pixelMiddle(row.point), label: 1 }];
  const ious: number[] = [];
  let mask: Mask | undefined;
  for (;;) {
    mask = await segment(
      clicks.map(({ point, label }): Prompt => ({ type: 'point', point, label })),
      mask,
    );
    ious.push(iou(mask, truth));
    const reached = ious.some((value) => value >= targetIou);
    if (ious.length >= most || (reached && ious.length >= fewClicks)) break;
    const click = nextClick(mask, truth);
    if (!click) break;
    clicks.push(click);
  }
  const box = iou(await segment([{ type: 'box', box: row.box }]), truth);
  return { set: row.set, point: ious[0] ?? 0, box, clicks: ious };
}

/** Means over all objects. */
export function summarize(objects: readonly ObjectScores[], most: number = mostClicks): SegmentScores {
  const names = [...new Set(objects.flatMap(({ baselines }) => Object.keys(baselines)))];
  return {
    n: objects.length,
    miou_point: rounded(mean(objects.map(({ point }) => point))),
    miou_box: rounded(mean(objects.map(({ box }) => box))),
    miou_5clicks: rounded(
      mean(objects.map(({ clicks }) => clicks[Math.min(fewClicks, clicks.length) - 1] ?? 0)),
    ),
    noc_85: rounded(mean(objects.map(({ clicks }) => clicksNeeded(clicks, targetIou, most)))),
    ...(names.length && {
      baselines: Object.fromEntries(
        names.map((name) => [name, rounded(mean(objects.map(({ baselines }) => baselines[name] ?? 0)))]),
      ),
    }),
  };
}

/** The same for each set that the index names. */
export function summarizeSets(
  objects: readonly ObjectScores[],
  most: number = mostClicks,
): Record<string, SegmentScores> {
  const sets = [...new Set(objects.flatMap(({ set }) => (set === undefined ? [] : [set])))].sort();
  return Object.fromEntries(
    sets.map((set) => [
      set,
      summarize(
        objects.filter((object) => object.set === set),
        most,
      ),
    ]),
  );
}

/** The box filled, as a mask: the simplest baseline. */
export function boxMask([x1, y1, x2, y2]: Box, width: number, height: number): Mask {
  const data = new Uint8Array(width * height);
  for (let y = Math.max(0, Math.round(y1)); y < Math.min(height, Math.round(y2)); y++)
    data.fill(1, y * width + Math.max(0, Math.round(x1)), y * width + Math.min(width, Math.round(x2)));
  return { width, height, data };
}
