/** `ask` and `refer`. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError } from '../protocol/errors';
import type { Geometry, Prompt } from '../protocol/geometry';
import {
  taskResultSchema,
  turnSchema,
  type AskedRegion,
  type GroundedText,
  type TaskResult,
  type Turn,
} from '../protocol/inference';
import { encodeRle } from '../protocol/rle';
import { contextOf, type CliIo } from './io';
import { readMask } from './pictures';
import { finish, type ResultFiles } from './tasks';

type Options = ResultFiles & { pack?: string; trace?: boolean };

/**
 * Answers a question. Regions stand in it as `[x1, y1, x2, y2]`.
 * @throws GroundnoteError as the task does, io, and invalid-params for a history that cannot be read
 */
export async function runAsk(
  io: CliIo,
  runtime: Runtime,
  image: string,
  text: string,
  { history, pack, trace, ...files }: Options & { history?: string },
): Promise<void> {
  const turns = history === undefined ? [] : await readHistory(history);
  const question: GroundedText = { text, spans: [] };
  const result = await runtime.ask(
    { image: { path: image }, question, asked: [], history: turns, pack, trace },
    contextOf(io),
  );
  // With its question the result can be a turn of the next history.
  const turn: TaskResult & { question: GroundedText } = { ...result, question };
  await finish(io, runtime, image, turn, files);
  if (!files.json) tellTrace(io, result);
}

/** Tells what regions say. @throws GroundnoteError as the task does, and io */
export async function runRefer(
  io: CliIo,
  runtime: Runtime,
  image: string,
  { prompts, masks }: { prompts: readonly Prompt[]; masks: readonly string[] },
  { ask, pack, trace, ...files }: Options & { ask?: string },
): Promise<void> {
  const geometries: Geometry[] = prompts.flatMap(geometryOf);
  for (const file of masks) geometries.push({ type: 'mask', mask: encodeRle(await readMask(file)) });
  const asked = geometries.map((geometry, i): AskedRegion => ({
    id: `region-${i + 1}`,
    name: `Region ${i + 1}`,
    geometry,
  }));
  const question = ask?.trim() ? { text: ask.trim(), spans: [] } : undefined;
  const result = await runtime.refer(
    { image: { path: image }, asked, history: [], pack, trace, ...(question && { question }) },
    contextOf(io),
  );
  await finish(io, runtime, image, result, files);
  if (!files.json) tellTrace(io, result);
}

/** The trace as lines: the program with what else it might have been, and which words fit which parts. */
function tellTrace(io: CliIo, { trace }: TaskResult): void {
  if (!trace) return;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const name = (part: number) => trace.parts[part]?.name ?? '';
  const told = ({ token, part, probability }: { token: string; part?: number; probability: number }) =>
    `${part === undefined ? token : name(part)} ${percent(probability)}`;
  for (const token of trace.program) {
    const others = token.alternatives.map(told).join(', ');
    const words = token.attended?.map(({ word, weight }) => `${word} ${percent(weight)}`).join(', ');
    io.out(`${told(token)}${others && `; or ${others}`}${words ? `; from ${words}` : ''}\n`);
  }
  for (const { word, part, score } of trace.links) io.out(`${word} – ${name(part)} ${percent(score)}\n`);
}

function geometryOf(prompt: Prompt): Geometry[] {
  switch (prompt.type) {
    case 'point':
      return [{ type: 'point', point: prompt.point }];
    case 'box':
      return [{ type: 'box', box: prompt.box }];
    case 'stroke':
      return [{ type: 'stroke', points: prompt.points }];
    case 'mask':
      return [{ type: 'mask', mask: prompt.mask }];
    case 'text':
      return [];
  }
}

/** A turn as the panel keeps it, or what `ask --json` has printed. */
const historySchema = z.array(
  z.union([
    turnSchema,
    taskResultSchema
      .extend({ question: turnSchema.shape.question })
      .transform(({ question, text = '', spans = [], regions, refused }): Turn => ({
        question,
        asked: [],
        answer: { text, spans },
        regions,
        ...(refused && { refused }),
      })),
  ]),
);

async function readHistory(file: string): Promise<Turn[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new GroundnoteError('io', `The history "${file}" cannot be read (${code ?? String(error)}).`);
  }
  try {
    return historySchema.parse(JSON.parse(text));
  } catch {
    throw new GroundnoteError(
      'invalid-params',
      `The history "${file}" is no JSON array of answers of "groundnote ask --json".`,
    );
  }
}
