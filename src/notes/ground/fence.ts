/** A ` ```ground ` fence of a note: finding it in the text, and reading its YAML with errors that say what to do. */
import { distance } from 'fastest-levenshtein';
import { LRUCache } from 'lru-cache';
import { isMap, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import * as z from 'zod';
import { answerKey } from './answers';
import { fencePromptSchema, type FenceQuestion } from './question';

/** Keys of a fence, in the order in which they are offered, with what they mean. */
export const fenceKeys = {
  image: 'The picture, relative to the note.',
  query: 'A word or phrase that is written in the picture.',
  prompts: 'Points, boxes and strokes that give a thing in the picture.',
  pack: 'The pack that answers; otherwise the first that can.',
  show: 'How regions are drawn: fill, outline or spotlight.',
  labels: 'Whether the labels are listed under the picture: true or false.',
  caption: 'A line under the picture.',
  width: 'Width of the picture: pixels or a percentage.',
} as const;
const keyNames = Object.keys(fenceKeys);

/** What stands in a fence that could be read. */
export interface GroundFence {
  question: FenceQuestion;
  /** The key of its answer. */
  key: string;
  show: 'fill' | 'outline' | 'spotlight';
  labels: boolean;
  caption?: string;
  /** Pixels or a percentage, as `<img width>` takes them. */
  width?: string;
}

/** What is wrong, and where: a line of the fence's inside, 0-based. */
export interface FenceProblem {
  line: number;
  message: string;
}

export type FenceReading = { fence: GroundFence } | { problems: FenceProblem[] };

/** A fence in a note. Lines are 0-based lines of the note. */
export interface FoundFence {
  source: string;
  /** First line of the inside. */
  line: number;
  /** The line of the closing fence, or where the note ends. */
  endLine: number;
}

/** Numbers and truth values are read by us: as YAML reads them, a phrase such as `3.10` or `true` would be none. */
const number = z
  .string()
  .regex(/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i, 'This is no number.')
  .transform(Number);
const point = z.tuple([number, number], 'A point is [x, y], in pixels of the picture.');
const truth = z.enum(['true', 'false'], 'This is true or false.').transform((value) => value === 'true');
const text = (message: string) => z.string(message).trim().min(1, message);

const promptHelp = 'A prompt is {point: [x, y]}, {box: [x1, y1, x2, y2]} or {stroke: [[x, y], …]}';
const promptSchema = z
  .strictObject(
    {
      point: point.optional(),
      box: z
        .tuple([number, number, number, number], 'A box is [x1, y1, x2, y2], in pixels of the picture.')
        .refine(
          ([x1, y1, x2, y2]) => x2 > x1 && y2 > y1,
          'The box is empty: x2 must be larger than x1, and y2 than y1.',
        )
        .optional(),
      stroke: z
        .array(point, 'A stroke is [[x, y], [x, y], …].')
        .min(1, 'The stroke has no points.')
        .optional(),
      positive: truth.optional(),
    },
    `${promptHelp}.`,
  )
  .refine(
    ({ point, box, stroke }) => [point, box, stroke].filter((each) => each !== undefined).length === 1,
    `${promptHelp}.`,
  )
  .refine(
    ({ box, positive }) => !(box && positive !== undefined),
    'A box cannot be negative: leave out positive.',
  );

const schema = z.strictObject(
  {
    image: text('Name the picture, for instance image: figures/a.png')
      .refine(
        (image) => !/^(?:[a-z][a-z0-9+.-]+:|\/\/)/i.test(image),
        'Only pictures on this machine can be grounded.',
      )
      .transform((image) => image.replace(/^(?:\.\/)+/, '')),
    query: text('The query is empty.').optional(),
    prompts: z.array(promptSchema, `${promptHelp}, in a list.`).min(1, 'There are no prompts.').optional(),
    pack: text('Name a pack, or leave this out.').optional(),
    show: z.enum(['outline', 'fill', 'spotlight'], 'This is outline, fill or spotlight.').default('fill'),
    labels: truth.default(true),
    caption: z.string('The caption is a line of text.').trim().optional(),
    width: z
      .string()
      .regex(
        /^(?:\d{1,4}(?:px)?|\d{1,3}%)$/,
        'The width is a number of pixels or a percentage, such as 400 or 60%.',
      )
      .transform((width) => width.replace('px', ''))
      .optional(),
  },
  'A ground fence holds keys and values, for instance image: figures/a.png and query: the legend',
);

const readings = new LRUCache<string, FenceReading>({ max: 500 });

/** Reads the inside of a fence. Never throws: what is wrong comes back with its line. */
export function parseFence(source: string): FenceReading {
  let reading = readings.get(source);
  if (!reading) {
    reading = read(source);
    readings.set(source, reading);
  }
  return reading;
}

function read(source: string): FenceReading {
  const counter = new LineCounter();
  const lineAt = (offset: number) => Math.max(0, counter.linePos(offset).line - 1);
  const document = parseDocument(source, {
    // All values are text: see above.
    schema: 'failsafe',
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'silent',
  });
  if (document.errors.length)
    return {
      problems: document.errors.map(({ message, pos }) => ({
        line: lineAt(pos[0]),
        message: `This is not valid YAML: ${message.replace(/\s+/g, ' ')}`,
      })),
    };
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: 20 });
  } catch {
    return { problems: [{ line: 0, message: 'This is not valid YAML: it has too many aliases.' }] };
  }
  const parsed = schema.safeParse(values ?? {});
  const lineOf = (path: readonly PropertyKey[]) => lineAt(offsetOf(document, path));
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, lineOf)) };
  const { image, query, prompts, pack, show, labels, caption, width } = parsed.data;
  if ((query === undefined) === (prompts === undefined)) {
    const both = query !== undefined;
    const message = both
      ? 'A fence has a query or prompts, not both.'
      : 'Say what to find: query: a phrase, or prompts: a list of points, boxes and strokes.';
    return { problems: [{ line: both ? lineOf(['prompts']) : 0, message }] };
  }
  const question: FenceQuestion = {
    image,
    ...(query !== undefined && { query }),
    ...(prompts && { prompts: z.array(fencePromptSchema).parse(prompts.map(withoutUndefined)) }),
    ...(pack !== undefined && { pack }),
  };
  return {
    fence: {
      question,
      key: answerKey(question),
      show,
      labels,
      ...(caption && { caption }),
      ...(width && { width }),
    },
  };
}

const withoutUndefined = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

function problemsOf(
  issue: z.core.$ZodIssue,
  lineOf: (path: readonly PropertyKey[]) => number,
): FenceProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      line: lineOf([...issue.path, key]),
      message: issue.path.length ? `Unknown key "${key}". ${promptHelp}.` : unknownKey(key),
    }));
  const at = issue.path.map((part) => (typeof part === 'number' ? `${part + 1}` : String(part)));
  const where = at.length ? `${at[0] === 'prompts' && at[1] ? `prompt ${at[1]}` : at[0]}: ` : '';
  return [{ line: lineOf(issue.path), message: `${where}${issue.message}` }];
}

function unknownKey(key: string): string {
  const near = keyNames.map((name) => ({ name, far: distance(name, key.toLowerCase()) }));
  const best = near.reduce((a, b) => (b.far < a.far ? b : a));
  const hint = best.far <= 2 ? ` Did you mean "${best.name}"?` : '';
  return `Unknown key "${key}".${hint} A fence has ${keyNames.join(', ')}.`;
}

/** Where a value begins in the source; its key, where there is no value; the start of what holds it, without either. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String((key as { value?: unknown }).value) === String(part));
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = (node as { items?: unknown[] } | null)?.items?.[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** True where a note has a ground fence, or looks like it: a quick test before the lines are read. */
const mayHaveFence = /(?:```|~~~)[ \t]*\{?\.?ground\b/;

/**
 * The ground fences of a note, also in lists and quotes. A fence inside a longer one is text. Code that is indented by
 * four columns is not told apart from a fence in a list.
 */
export function findFences(noteText: string): FoundFence[] {
  if (!mayHaveFence.test(noteText)) return [];
  const found: FoundFence[] = [];
  let open: { marks: string; indent: number; ground: FoundFence | undefined; inside: string[] } | undefined;
  const lines = noteText.split(/\r\n?|\n/);
  const end = (line: number) => {
    if (open?.ground)
      found.push({ ...open.ground, endLine: line, source: open.inside.map((each) => `${each}\n`).join('') });
    open = undefined;
  };
  lines.forEach((raw, line) => {
    const text = raw.replace(/^(?:[ \t]{0,3}>[ \t]?)+/, '');
    if (open) {
      const closing = /^[ \t]*(`{3,}|~{3,})[ \t]*$/.exec(text)?.[1];
      if (closing && closing[0] === open.marks[0] && closing.length >= open.marks.length) return end(line);
      open.inside.push(text.replace(new RegExp(`^[ \\t]{0,${open.indent}}`), ''));
      return;
    }
    const start = /^([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}|~{3,})[ \t]*([^`]*)$/.exec(text);
    if (!start) return;
    const [, before = '', marks = '', info = ''] = start;
    open = {
      marks,
      indent: before.length,
      inside: [],
      ground: isGround(info) ? { source: '', line: line + 1, endLine: lines.length } : undefined,
    };
  });
  end(lines.length);
  return found;
}

/** True for the info string of a ground fence. */
export const isGround = (info: string): boolean => /^\{?\.?ground(?=[\s},]|$)/.test(info.trim());
