/**
 * The answers of a note's ground fences, in one file beside it: `note.md` → `note.ground.json`. It is read where notes are
 * rendered and written where fences are run. A file that cannot be understood is never overwritten.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { DiskFile } from '../../annotate/textFile';
import { GroundnoteError } from '../../protocol/errors';
import { packRefSchema, sizeSchema } from '../../protocol/geometry';
import { resultRegionSchema, taskResultSchema } from '../../protocol/inference';
import { fenceQuestionSchema, type FenceQuestion } from './question';

/** What a model answered to a fence's question about a picture. */
export const answerSchema = z.object({
  question: fenceQuestionSchema,
  /** SHA-256 of the picture's file when it was asked: another one now means that the answer is stale. */
  imageHash: z.string(),
  size: z.object(sizeSchema.shape),
  /** The packs that answered, the last one first responsible. */
  packs: z.array(packRefSchema).min(1),
  /** ISO 8601, UTC. */
  when: z.string(),
  regions: z.array(resultRegionSchema),
  text: z.string().optional(),
  spans: taskResultSchema.shape.spans,
  /** True where the model could not answer; `text` says why and what could. */
  refused: z.boolean().optional(),
});
export type Answer = z.infer<typeof answerSchema>;

/** `groundnote` names the kind of file and the version of its schema. */
const fileSchema = z.object({
  groundnote: z.literal('ground-answers/1'),
  answers: z.record(z.string(), answerSchema),
});

/** Answers by the key of their question. */
export type Answers = Readonly<Record<string, Answer>>;

/** What reading the file gave. */
export interface AnswersReading {
  answers: Answers;
  /** Changes with the file. */
  stamp: string;
  /** Why the file cannot be used, in one sentence. */
  problem?: string;
}

/** `notes/a.md` → `notes/a.ground.json`. */
export function answersPath(notePath: string): string {
  return notePath.replace(/\.[^./\\]*$/, '') + '.ground.json';
}

/** A question's key: the same words about the same picture with the same pack have the same. */
export function answerKey({ image, query, prompts, pack }: FenceQuestion): string {
  const said = JSON.stringify([image, query ?? null, prompts ?? null, pack ?? null]);
  return createHash('sha256').update(said).digest('hex').slice(0, 16);
}

const readings = new LRUCache<string, AnswersReading>({ max: 50 });

/** The answers beside a note; none where there is no file. Never throws; cached until the file changes. */
export function readAnswers(notePath: string): AnswersReading {
  const file = answersPath(notePath);
  const stats = statOf(file);
  if (!stats) return { answers: {}, stamp: 'none' };
  const stamp = `${stats.mtimeMs} ${stats.size}`;
  const known = readings.get(file);
  if (known?.stamp === stamp) return known;
  let reading: AnswersReading;
  try {
    reading = { answers: parseAnswers(readFileSync(file, 'utf8'), path.basename(file)), stamp };
  } catch (error) {
    const problem =
      error instanceof GroundnoteError ? error.message : `${path.basename(file)} cannot be read.`;
    reading = { answers: {}, stamp, problem };
  }
  readings.set(file, reading);
  return reading;
}

/** @throws GroundnoteError 'bad-sidecar' when the text is broken, of another kind or of a newer version */
export function parseAnswers(text: string, name: string): Answers {
  const fail = (why: string): never => {
    throw new GroundnoteError(
      'bad-sidecar',
      `${name} is not used and will not be overwritten: ${why}. Move or repair the file to keep answers.`,
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return fail('it is broken JSON');
  }
  const file = fileSchema.safeParse(json);
  if (file.success) return file.data.answers;
  const kind = z.object({ groundnote: z.string().regex(/^ground-answers\/\d+$/) }).safeParse(json);
  if (kind.success && kind.data.groundnote !== 'ground-answers/1')
    return fail('a newer version of Groundnote has written it');
  const issue = file.error.issues[0];
  return fail(
    `it holds no answers of ground fences (${issue?.path.join('.') || 'top level'}: ${issue?.message})`,
  );
}

/** The text of the file: sorted by key, so that two people's answers merge. */
export function formatAnswers(answers: Answers): string {
  const sorted = Object.fromEntries(Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  return JSON.stringify({ groundnote: 'ground-answers/1', answers: sorted }, null, 2) + '\n';
}

const writing = new Map<string, Promise<unknown>>();

/**
 * Puts answers into the file beside a note, which is read anew first. Writes to one file wait for each other.
 * @param used keys of all fences of the note: answers about the same pictures that no fence uses any more are dropped
 * @throws GroundnoteError 'bad-sidecar' when the file that is there is broken (it stays as it is), 'io'
 */
export function putAnswers(
  notePath: string,
  put: readonly Answer[],
  used: ReadonlySet<string>,
): Promise<void> {
  const file = new DiskFile(answersPath(notePath));
  const job = (writing.get(notePath) ?? Promise.resolve())
    .catch(() => undefined)
    .then(async () => {
      const text = await file.read();
      const answers = text === undefined ? {} : { ...parseAnswers(text, file.name) };
      const images = new Set(put.map(({ question }) => question.image));
      for (const [key, { question }] of Object.entries(answers))
        if (images.has(question.image) && !used.has(key)) delete answers[key];
      for (const answer of put) answers[answerKey(answer.question)] = answer;
      await file.write(formatAnswers(answers));
    });
  writing.set(notePath, job);
  void job
    .catch(() => undefined)
    .finally(() => {
      if (writing.get(notePath) === job) writing.delete(notePath);
    });
  return job;
}

const hashes = new LRUCache<string, string>({ max: 500 });

/** SHA-256 of a picture's file, or undefined where it cannot be read. Cached until the file changes. */
export function imageHash(file: string): string | undefined {
  const stats = statOf(file);
  if (!stats) return undefined;
  const key = `${file}\n${stats.mtimeMs} ${stats.size}`;
  let hash = hashes.get(key);
  if (hash === undefined) {
    try {
      hash = createHash('sha256').update(readFileSync(file)).digest('hex');
    } catch {
      return undefined;
    }
    hashes.set(key, hash);
  }
  return hash;
}

function statOf(file: string): { mtimeMs: number; size: number } | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats?.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}
