/** Indexes of questions about figures, for `eval ground`, `ask` and `refer`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { boxSchema, geometrySchema, rleSchema } from '../../protocol/geometry';

const boxesSchema = z.array(boxSchema).min(1);

/** What an answer must say. Exactly one key. */
const answerSchema = z.union([
  z.object({ count: z.number().int().nonnegative() }).strict(),
  z.object({ yes: z.boolean() }).strict(),
  z.object({ text: z.string().min(1) }).strict(),
]);
export type ExpectedAnswer = z.infer<typeof answerSchema>;

/**
 * A line of the index: a question about a picture, and exactly one of what is right: regions (`boxes`), that there are none
 * (`absent`), what the answer says (`answer`), which of two names a region has (`names`), or what is written there (`label`).
 */
export const figureRowSchema = z
  .object({
    id: z.string().optional(),
    /** Relative to the first folder that has it: `--root`, the index's own, GROUNDNOTE_DATA, the current one. */
    image: z.string().min(1),
    text: z.string().trim().min(1),
    kind: z.string().default('all'),
    lang: z.string().default('en'),
    boxes: boxesSchema.optional(),
    /** Other sets of boxes that are as right as `boxes`. */
    also: z.array(boxesSchema).optional(),
    /** All that is meant, as a mask of the picture's size; a path to a PNG, or runs. */
    mask: z.union([z.string().min(1), rleSchema]).optional(),
    absent: z.literal(true).optional(),
    answer: answerSchema.optional(),
    names: z.object({ right: z.string().min(1), wrong: z.string().min(1) }).optional(),
    label: z.string().min(1).optional(),
    /** Regions that the question is about, with the names that it gives them. */
    asked: z.array(z.object({ name: z.string().min(1), geometry: geometrySchema })).optional(),
    /** Questions that were asked before, oldest first. */
    history: z.array(z.string().trim().min(1)).optional(),
  })
  .refine(
    ({ boxes, absent, answer, names, label }) =>
      [boxes, absent, answer, names, label].filter((value) => value !== undefined).length === 1,
    'exactly one of boxes, absent, answer, names and label',
  )
  .refine(
    ({ names, label, asked }) => (!names && !label) || asked?.length,
    'names and label need a region in asked',
  );
export type FigureRow = z.infer<typeof figureRowSchema>;

export const figureTasks = ['ground', 'ask', 'refer'] as const;
export type FigureTask = (typeof figureTasks)[number];

/** Whether a row is one for a task: phrases and questions for regions are asked both ways, the others as they are meant. */
export function rowIsFor(task: FigureTask, row: FigureRow): boolean {
  if (row.names ?? row.label) return task === 'refer';
  if (row.answer ?? row.asked ?? row.history) return task === 'ask';
  return task !== 'refer';
}

/** The file in the first folder that has it; undefined where none has. */
export function findFile(file: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => path.resolve(folder, file)).find((found) => existsSync(found));
}
