/** Runs `eval ground`, `ask` and `refer` over an index of questions about figures. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Runtime } from '../../inference/process/runtime';
import { GroundnoteError, toWireError } from '../../protocol/errors';
import type { PackRef, Rle } from '../../protocol/geometry';
import type { AskedRegion, GroundedText, TaskResult, Turn } from '../../protocol/inference';
import { decodeRle, type Mask } from '../../protocol/rle';
import type { HandlerContext } from '../../protocol/rpc';
import { clearProgress, contextOf, printJson, type CliIo } from '../io';
import { readMask } from '../pictures';
import {
  scoreRow,
  summarizeBy,
  summarizeFigures,
  type FigureScores,
  type Outcome,
  type RowScore,
} from './figureEval';
import { figureRowSchema, findFile, rowIsFor, type FigureRow, type FigureTask } from './figureIndex';
import { readIndex } from './indexLines';
import { median } from './metrics';
import { textTable } from './table';

export interface FigureEvalOptions {
  index: string;
  root?: string;
  limit?: number;
  kind?: string;
  /** Where to write what was not right. */
  wrong?: string;
  pack?: string;
  json?: boolean;
}

type Asking = Pick<Runtime, 'ground' | 'ask' | 'refer'>;

/** A row whose picture is there. */
interface Question {
  row: FigureRow;
  image: string;
  folder: string;
}

/** @throws GroundnoteError as reading the index, its pictures and masks do; what a question throws counts as its failure */
export async function runEvalFigures(
  io: CliIo,
  runtime: Asking,
  task: FigureTask,
  options: FigureEvalOptions,
): Promise<void> {
  const { questions, missing } = await openIndex(task, options);
  if (missing)
    io.err(`${missing} questions are left out, because their pictures are not there (GROUNDNOTE_DATA).\n`);
  const scores: RowScore[] = [];
  const wrong: object[] = [];
  const times: number[] = [];
  let pack: PackRef | undefined;
  for (const [i, question] of questions.entries()) {
    const truth = await truthOf(question);
    const context = { ...contextOf(io), progress: () => {} };
    let outcome: TaskResult | undefined;
    let problem: string | undefined;
    try {
      outcome = await askOnce(runtime, task, question, options.pack, context);
    } catch (error) {
      if (io.signal.aborted) throw error;
      problem = toWireError(error).message;
    }
    pack = outcome?.pack ?? pack;
    if (outcome) times.push(outcome.timings.total_ms);
    const score = scoreRow(question.row, outcome, truth);
    scores.push(score);
    if (!score.right) wrong.push({ ...question.row, got: problem ?? said(outcome), iou: score.iou });
    if (io.interactive || (i + 1) % 20 === 0 || i + 1 === questions.length)
      io.err(
        `${io.interactive ? '\r\u001b[K' : ''}${i + 1} of ${questions.length}${io.interactive ? '' : '\n'}`,
      );
  }
  clearProgress(io);
  if (options.wrong !== undefined)
    await writeFile(options.wrong, wrong.map((line) => `${JSON.stringify(line)}\n`).join(''));

  const all = summarizeFigures(scores);
  const kinds = summarizeBy(scores, 'kind');
  const langs = summarizeBy(scores, 'lang');
  const median_ms = Math.round(median(times));
  if (options.json) printJson(io, { task, pack, missing, median_ms, ...all, kinds, langs });
  else {
    io.out(scoresTable({ all, ...kinds, ...langs }));
    io.err(`An answer takes ${median_ms} ms (median).\n`);
  }
}

async function openIndex(
  task: FigureTask,
  { index, root, kind, limit }: FigureEvalOptions,
): Promise<{ questions: Question[]; missing: number }> {
  const folder = root ?? path.dirname(index);
  const folders = [folder, process.env.GROUNDNOTE_DATA, '.'].filter((one) => one !== undefined);
  const rows = (await readIndex(index, figureRowSchema))
    .filter((row) => rowIsFor(task, row) && (kind === undefined || row.kind === kind))
    .slice(0, limit);
  if (!rows.length) throw new GroundnoteError('io', `The index "${index}" holds no questions for ${task}.`);
  const questions = rows.flatMap((row) => {
    const image = findFile(row.image, folders);
    return image === undefined ? [] : [{ row, image, folder }];
  });
  if (!questions.length)
    throw new GroundnoteError('not-found', `None of the pictures of "${index}" is there; give --root.`);
  return { questions, missing: rows.length - questions.length };
}

async function truthOf({ row: { mask }, folder }: Question): Promise<Mask | undefined> {
  if (mask === undefined) return undefined;
  return typeof mask === 'string' ? readMask(path.resolve(folder, mask)) : decodeRle(mask satisfies Rle);
}

/** Asks as a conversation does: the turns before first, with the pack's own answers. */
async function askOnce(
  runtime: Asking,
  task: FigureTask,
  { row, image: file }: Question,
  pack: string | undefined,
  context: HandlerContext,
): Promise<TaskResult> {
  const image = { path: file };
  if (task === 'ground') return runtime.ground({ image, text: row.text, pack }, context);
  const asked = (row.asked ?? []).map(({ name, geometry }, i): AskedRegion => ({
    id: `asked-${i + 1}`,
    name,
    geometry,
  }));
  const question = withNames(row.text, asked);
  if (task === 'refer') return runtime.refer({ image, asked, question, history: [], pack }, context);
  const history: Turn[] = [];
  for (const text of row.history ?? []) {
    const before = { text, spans: [] };
    const turn = await runtime.ask(
      { image, question: before, asked: [], history: [...history], pack },
      context,
    );
    history.push({
      question: before,
      asked: [],
      answer: { text: turn.text ?? '', spans: turn.spans ?? [] },
      regions: turn.regions,
      ...(turn.refused && { refused: true }),
    });
  }
  return runtime.ask({ image, question, asked, history, pack }, context);
}

/** The question with a span on each name of a region in it. */
function withNames(text: string, asked: readonly AskedRegion[]): GroundedText {
  const spans = asked.flatMap(({ id, name }) => {
    const start = text.indexOf(name);
    return start < 0 ? [] : [{ start, end: start + name.length, regions: [id] }];
  });
  return { text, spans };
}

const said = (outcome: Outcome) => ({
  text: outcome?.text,
  ...(outcome?.refused && { refused: true }),
  boxes: outcome?.regions.map(({ box }) => box.map(Math.round)),
});

/** A line for each group; an empty cell where it has no such questions. */
function scoresTable(groups: Record<string, FigureScores>): string {
  const share = (value: number | undefined) => (value === undefined ? '' : value.toFixed(3));
  const columns: [string, (scores: FigureScores) => string][] = [
    ['n', ({ n }) => String(n)],
    ['gIoU', ({ regions }) => share(regions?.giou)],
    ['cIoU', ({ regions }) => share(regions?.ciou)],
    ['acc@.5', ({ regions }) => share(regions?.acc_50)],
    ['exact', ({ regions }) => share(regions?.exact)],
    ['R@1', ({ regions }) => share(regions?.recall_1)],
    ['R@5', ({ regions }) => share(regions?.recall_5)],
    ['refused', ({ regions }) => share(regions?.wrong_refusals)],
    ['absent', ({ absent }) => share(absent?.refused)],
    ['answers', ({ answers }) => share(answers?.exact)],
    ['names', ({ names }) => share(names?.right)],
    ['labels', ({ labels }) => share(labels?.exact)],
    ['failed', ({ failed }) => String(failed)],
  ];
  const rows = Object.entries(groups).map(([name, scores]) => [name, ...columns.map(([, of]) => of(scores))]);
  // Columns that say nothing anywhere are left out.
  const kept = ['', ...columns.map(([title]) => title)].map(
    (_, i) => i === 0 || rows.some((row) => row[i] !== ''),
  );
  return textTable(
    [['group', ...columns.map(([title]) => title)], ...rows].map((row) => row.filter((_, i) => kept[i])),
  );
}
