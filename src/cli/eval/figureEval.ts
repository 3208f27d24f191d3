/**
 * `eval ground`, `ask`, `refer`: what one answer is worth, and the means of many. LISA's gIoU and cIoU over the questions
 * that have regions; accuracy at IoU 0.5 and recall as in Ferret's tests of grounding; refusals apart from both.
 */
import type { Box, Size } from '../../protocol/geometry';
import type { ResultRegion, TaskResult } from '../../protocol/inference';
import { bitmapIou, patchOfGeometry } from '../../protocol/raster';
import type { Mask } from '../../protocol/rle';
import { boxIou } from '../../inference/engines/onnx/boxes';
import { chosenName, plain, says, tokenF1, writtenTexts } from './answers';
import type { FigureRow } from './figureIndex';
import { mean, rounded } from './metrics';

/** What came back; undefined where asking failed. */
export type Outcome = Pick<TaskResult, 'image' | 'regions' | 'text' | 'spans' | 'refused'> | undefined;

/** What one answer is worth. The keys depend on what the row expects. */
export interface RowScore {
  kind: string;
  lang: string;
  expects: 'regions' | 'absent' | 'answer' | 'names' | 'label';
  /** Whether asking failed: never right, whatever is expected. */
  failed: boolean;
  /** Whether the answer is right: IoU ≥ 0.5, a refusal of what is not there, what it must say, the name, the exact label. */
  right: boolean;
  /** Regions: no region came, though there are some. */
  refused?: boolean;
  iou?: number;
  intersection?: number;
  union?: number;
  /** Whether each true box has a box of its own at IoU ≥ 0.5 and none is left over. */
  exact?: boolean;
  /** Whether one of the first region, of the first five, is a true one. */
  recall1?: boolean;
  recall5?: boolean;
  f1?: number;
}

const enough = 0.5;

/**
 * What an answer says the regions are: none where it refuses; those of its words, because others are there for its explanation; all
 * where no word is tied to any.
 */
function answered(outcome: Outcome): Outcome {
  if (!outcome) return undefined;
  if (outcome.refused) return { ...outcome, regions: [] };
  const said = new Set((outcome.spans ?? []).flatMap(({ regions }) => regions));
  const regions = outcome.regions.filter(({ id }) => said.has(id));
  return regions.length ? { ...outcome, regions } : outcome;
}

/** @param truth the mask of all that is meant, where the index has one */
export function scoreRow(row: FigureRow, whole: Outcome, truth?: Mask): RowScore {
  const outcome = answered(whole);
  const base = { kind: row.kind, lang: row.lang, failed: outcome === undefined };
  const text = outcome?.text ?? '';
  if (row.boxes) return { ...base, expects: 'regions', ...scoreRegions(row, row.boxes, outcome, truth) };
  if (row.absent)
    return { ...base, expects: 'absent', right: outcome !== undefined && !outcome.regions.length };
  if (row.answer) return { ...base, expects: 'answer', right: !outcome?.refused && says(row.answer, text) };
  if (row.names) {
    const { right, wrong } = row.names;
    return {
      ...base,
      expects: 'names',
      right: !outcome?.refused && chosenName(text, [right, wrong]) === right,
    };
  }
  const label = row.label ?? '';
  const written = outcome && !outcome.refused ? writtenTexts({ text, spans: outcome.spans ?? [] }) : [];
  return {
    ...base,
    expects: 'label',
    right: written.some((one) => plain(one) === plain(label)),
    f1: Math.max(0, ...written.map((one) => tokenF1(one, label))),
  };
}

function scoreRegions(
  { also = [] }: FigureRow,
  boxes: Box[],
  outcome: Outcome,
  truth: Mask | undefined,
): Omit<RowScore, 'kind' | 'lang' | 'expects' | 'failed'> {
  const regions = outcome?.regions ?? [];
  if (!outcome || !regions.length) {
    const union = truth ? areaOf(truth.data) : areaOf(paint(boxes, sizeAround(boxes)));
    return {
      right: false,
      refused: outcome !== undefined,
      iou: 0,
      intersection: 0,
      union,
      exact: false,
      recall1: false,
      recall5: false,
    };
  }
  const size = truth ?? outcome.image;
  const said = truth ? paintRegions(regions, size) : paint(boxesOf(regions), size);
  const choices = truth ? [truth.data] : [boxes, ...also].map((choice) => paint(choice, size));
  const ious = choices.map((choice) => bitmapIou(said, choice));
  const iou = Math.max(...ious);
  const best = choices[ious.indexOf(iou)] as Uint8Array;
  const isTrue = ({ box }: ResultRegion) =>
    [boxes, ...also].some((choice) => choice.some((one) => boxIou(one, box) >= enough));
  return {
    right: iou >= enough,
    refused: false,
    iou,
    ...overlap(said, best),
    exact: [boxes, ...also].some((choice) => matchAll(choice, boxesOf(regions))),
    recall1: regions.slice(0, 1).some(isTrue),
    recall5: regions.slice(0, 5).some(isTrue),
  };
}

const boxesOf = (regions: readonly ResultRegion[]) => regions.map(({ box }) => box);

/** Whether boxes can be paired off, each with one of IoU ≥ 0.5 (best pairs first). */
function matchAll(truth: readonly Box[], said: readonly Box[]): boolean {
  if (truth.length !== said.length) return false;
  const pairs = truth.flatMap((a, i) => said.map((b, j) => ({ i, j, iou: boxIou(a, b) })));
  const [left, right] = [new Set<number>(), new Set<number>()];
  for (const { i, j, iou } of pairs.sort((a, b) => b.iou - a.iou))
    if (iou >= enough && !left.has(i) && !right.has(j)) {
      left.add(i);
      right.add(j);
    }
  return left.size === truth.length;
}

function paint(boxes: readonly Box[], size: Size): Uint8Array {
  return union(
    boxes.map((box) => ({ type: 'box' as const, box })),
    size,
  );
}

/** Masks where there are any, else boxes. */
function paintRegions(regions: readonly ResultRegion[], size: Size): Uint8Array {
  return union(
    regions.map(({ box, mask }) => (mask ? { type: 'mask' as const, mask } : { type: 'box' as const, box })),
    size,
  );
}

/** The pixels of shapes, as rows of 0 and 1 of the whole picture. */
function union(shapes: readonly Parameters<typeof patchOfGeometry>[0][], size: Size): Uint8Array {
  const data = new Uint8Array(size.width * size.height);
  for (const shape of shapes) {
    const patch = patchOfGeometry(shape, size);
    if (!patch) continue;
    for (let y = 0, i = 0; y < patch.height; y++)
      for (let x = 0; x < patch.width; x++, i++)
        if (patch.data[i]) data[(patch.y + y) * size.width + patch.x + x] = 1;
  }
  return data;
}

/** A picture that holds boxes, for their area where the picture was not read. */
const sizeAround = (boxes: readonly Box[]): Size => ({
  width: Math.ceil(Math.max(...boxes.map((box) => box[2]))),
  height: Math.ceil(Math.max(...boxes.map((box) => box[3]))),
});

const areaOf = (data: Uint8Array) => data.reduce((sum, value) => sum + Number(value > 0), 0);

function overlap(a: Uint8Array, b: Uint8Array): { intersection: number; union: number } {
  let [intersection, all] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) intersection++;
    if (a[i] || b[i]) all++;
  }
  return { intersection, union: all };
}

/** Means; the keys are those of the command's JSON. A group is there only where the index has such rows. */
export interface FigureScores {
  n: number;
  failed: number;
  regions?: {
    n: number;
    giou: number;
    ciou: number;
    acc_50: number;
    exact: number;
    recall_1: number;
    recall_5: number;
    /** Share of questions with regions that were answered with none. */
    wrong_refusals: number;
  };
  absent?: { n: number; refused: number };
  answers?: { n: number; exact: number };
  names?: { n: number; right: number };
  labels?: { n: number; exact: number; f1: number };
}

export function summarizeFigures(scores: readonly RowScore[]): FigureScores {
  const of = (expects: RowScore['expects']) => scores.filter((score) => score.expects === expects);
  const share = (rows: readonly RowScore[], of: (row: RowScore) => boolean | undefined) =>
    rounded(mean(rows.map((row) => Number(of(row) ?? false))));
  const right = (rows: readonly RowScore[]) => share(rows, (row) => row.right);
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const [regions, absent, answers, names, labels] = [
    of('regions'),
    of('absent'),
    of('answer'),
    of('names'),
    of('label'),
  ];
  return {
    n: scores.length,
    failed: scores.filter(({ failed }) => failed).length,
    ...(regions.length && {
      regions: {
        n: regions.length,
        giou: rounded(mean(regions.map(({ iou = 0 }) => iou))),
        ciou: rounded(
          sum(regions.map((row) => row.intersection)) / Math.max(1, sum(regions.map((row) => row.union))),
        ),
        acc_50: right(regions),
        exact: share(regions, (row) => row.exact),
        recall_1: share(regions, (row) => row.recall1),
        recall_5: share(regions, (row) => row.recall5),
        wrong_refusals: share(regions, (row) => row.refused),
      },
    }),
    ...(absent.length && { absent: { n: absent.length, refused: right(absent) } }),
    ...(answers.length && { answers: { n: answers.length, exact: right(answers) } }),
    ...(names.length && { names: { n: names.length, right: right(names) } }),
    ...(labels.length && {
      labels: {
        n: labels.length,
        exact: right(labels),
        f1: rounded(mean(labels.map(({ f1 = 0 }) => f1))),
      },
    }),
  };
}

/** The same for each value of a key. */
export function summarizeBy(scores: readonly RowScore[], key: 'kind' | 'lang'): Record<string, FigureScores> {
  const values = [...new Set(scores.map((score) => score[key]))].sort();
  return Object.fromEntries(
    values.map((value) => [value, summarizeFigures(scores.filter((score) => score[key] === value))]),
  );
}
