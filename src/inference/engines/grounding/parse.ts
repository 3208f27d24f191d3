/**
 * The text of a language model → the same text without coordinates, and what these point at, tied to the words that they
 * stand behind. No text makes it fail, and no region comes out whose coordinates are not in the text: what is cut off,
 * out of range (see `formats`) or without area is left out, and a `[SEG]` stays a word.
 *
 * It reads, whatever the format: JSON with boxes or points under the usual keys, in fences or in prose; Qwen's `<ref>` and
 * `<box>` tokens; `<loc0000>` of PaliGemma and `<loc_0>` of Florence-2; `<point>` of Molmo. What is a place only by
 * agreement, four bare numbers in brackets, counts where the format writes places so.
 */
import type { Box, Point, Size } from '../../../protocol/geometry';
import type { ModelAnswer } from '../model';
import {
  florenceBins,
  paligemmaBins,
  readBox,
  readPoint,
  scaleOf,
  type GroundingFormat,
  type Scale,
} from './formats';
import { readLenient } from './lenientJson';
import { phraseBefore, type Stretch } from './phraseBefore';

export interface ParseOptions {
  format: GroundingFormat;
  /** The picture that the model was sent: what pixels in its text count. */
  sent: Size;
  /** The picture in whose pixels the places come out. */
  picture: Size;
}

/** A model that repeats itself without end does not fill the picture. */
const mostFound = 300;

/** A place as the text has it. Without a scale: numbers of the format. */
interface RawPlace {
  label?: string;
  score?: number;
  box?: Box;
  point?: Point;
  scale?: Scale;
  /** The words in the output that it is about. */
  about?: Stretch;
}

export type Grounded = Pick<ModelAnswer, 'text' | 'found'>;

export function parseGrounded(raw: string, { format, sent, picture }: ParseOptions): Grounded {
  const scale = scaleOf(format, sent);
  const reader = new Reader(withoutThoughts(raw), format, scale);
  reader.read();
  const { text, offset } = trimmed(reader.output);
  const usual = usualScale(reader.places, scale);
  const found: Grounded['found'] = [];
  const byPlace = new Map<string, Grounded['found'][number]>();
  for (const { box, point, scale = usual, about, ...rest } of reader.places) {
    const [place, key] = box
      ? [inPicture('box', readBox(box, scale), picture), `${box.join(' ')} ${rest.label}`]
      : [inPicture('point', point && readPoint(point, scale), picture), `${point?.join(' ')} ${rest.label}`];
    if (!place) continue;
    const span = about && within(about, offset, text.length);
    const before = byPlace.get(key);
    if (before) {
      if (span) before.spans.push(span);
      continue;
    }
    if (found.length >= mostFound) continue;
    const finding = { ...rest, ...place, spans: span ? [span] : [] };
    byPlace.set(key, finding);
    found.push(finding);
  }
  for (const finding of found) if (!finding.spans.length) finding.spans = mentionOf(finding.label, text);
  return { text, found };
}

/**
 * An answer that is places alone, in words: the names of what was found, each tied to its places. As it is where it has
 * words of its own.
 */
export function withWords({ text, found }: Grounded): Grounded {
  if (text || !found.length) return { text, found };
  let words = '';
  const spans = new Map<string, Stretch>();
  for (const [index, { label }] of found.entries()) {
    const name = label?.trim() || `region ${index + 1}`;
    if (spans.has(name)) continue;
    if (words) words += ', ';
    spans.set(name, { start: words.length, end: words.length + name.length });
    words += name;
  }
  return {
    text: words,
    found: found.map((finding, index) => {
      const span = spans.get(finding.label?.trim() || `region ${index + 1}`);
      return { ...finding, spans: span ? [span] : [] };
    }),
  };
}

/** What a model thinks before it answers is no answer; thoughts that were cut off leave none. */
export function withoutThoughts(raw: string): string {
  return raw.replace(/^\s*<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/i, '');
}

type Place = { box: Box } | { point: Point };

function inPicture(
  kind: 'box' | 'point',
  part: readonly number[] | undefined,
  { width, height }: Size,
): Place | undefined {
  if (!part) return undefined;
  const pixels = part.map((value, i) => value * (i % 2 ? height : width));
  return kind === 'box' ? { box: pixels as Box } : { point: pixels as Point };
}

/** Numbers of which none is over 1, and not all are whole, are parts of the picture: in any other scale they mark nothing. */
function usualScale(places: readonly RawPlace[], scale: Scale): Scale {
  const numbers = places.flatMap(({ box, point, scale: own }) => (own ? [] : (box ?? point ?? [])));
  const isUnit =
    numbers.every((value) => value >= 0 && value <= 1) && numbers.some((value) => value % 1 !== 0);
  return isUnit ? [1, 1] : scale;
}

function trimmed(output: string): { text: string; offset: number } {
  const text = output.trimStart();
  return { text: text.trimEnd(), offset: output.length - text.length };
}

function within({ start, end }: Stretch, offset: number, length: number): Stretch | undefined {
  const span = { start: Math.max(0, start - offset), end: Math.min(length, end - offset) };
  return span.end > span.start ? span : undefined;
}

/** The first place where a label stands in the text as a word, whatever its case. */
function mentionOf(label: string | undefined, text: string): Stretch[] {
  const wanted = label?.trim();
  if (!wanted) return [];
  const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  const lower = text.toLowerCase();
  // Where lower case has another length, places in it are not those of the text.
  const haystack = lower.length === text.length ? lower : text;
  const needle = haystack === lower ? wanted.toLowerCase() : wanted;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    const cjk = /\p{Script=Han}/u.test(needle);
    if (cjk || (!isWord(text[at - 1]) && !isWord(text[end]))) return [{ start: at, end }];
  }
  return [];
}

const tags = {
  fence: /```[\w-]*[ \t]*\n?/y,
  paligemma: /(?:<loc(\d{4})>)(?:<loc(\d{4})>)(?:<loc(\d{4})>)(?:<loc(\d{4})>)(?:<seg\d{3}>)*/y,
  paligemmaLabel: /[ \t]*([^;<\n]{1,200})/y,
  florence: /(?:<loc_(\d{1,4})>)(?:<loc_(\d{1,4})>)(?:<loc_(\d{1,4})>)(?:<loc_(\d{1,4})>)/y,
  point: /<points?\s+([^<>]{1,4000}?)\s*\/?>(?:([^<>]{0,400})<\/points?>)?/y,
  reference: /<\|object_ref_start\|>|<ref>/y,
  referenceEnd: /<\|object_ref_end\|>|<\/ref>/y,
  boxMark: /<\|box_(?:start|end)\|>|<\/?box>|<\|(?:im_end|endoftext|eot_id)\|>|<\/s>|<eos>/y,
  corners:
    /\(\s*(-?\d{1,6}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,6}(?:\.\d{1,9})?)\s*\)\s*,?\s*\(\s*(-?\d{1,6}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,6}(?:\.\d{1,9})?)\s*\)/y,
};

/** Formats that write a box as four numbers in brackets, in the middle of a sentence. */
const bareFormats: ReadonlySet<GroundingFormat> = new Set(['qwen', 'pixels', 'ferret']);

class Reader {
  output = '';
  readonly places: RawPlace[] = [];
  private at = 0;
  /** The words that a mark has named, for the box behind it. */
  private named?: Stretch;
  private openName?: number;
  /** Where the output was when the last place was read, and what that was about. */
  private last?: { end: number; about?: Stretch };

  constructor(
    private readonly raw: string,
    private readonly format: GroundingFormat,
    private readonly scale: Scale,
  ) {}

  read(): void {
    while (this.at < this.raw.length) {
      if (!this.special(this.raw[this.at])) this.output += this.raw[this.at++];
    }
  }

  /** Reads what begins with a character that may begin a place or a mark. @returns whether it was one */
  private special(char: string | undefined): boolean {
    switch (char) {
      case '`':
        return this.fence();
      case '<':
        return this.paligemma() || this.florence() || this.points() || this.token();
      case '[':
      case '{':
        return this.json();
      case '(':
        return this.corners();
      default:
        return false;
    }
  }

  private match(pattern: RegExp, at = this.at): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.raw) ?? undefined;
  }

  /** Steps over what was understood, and a space that would be left before a stop. */
  private skip(length: number): true {
    this.at += length;
    const next = this.raw[this.at];
    if (/[ \t]$/.test(this.output) && (next === undefined || /[\s.,;:!?)\]]/.test(next)))
      this.output = this.output.slice(0, -1);
    return true;
  }

  private fence(): boolean {
    const found = this.match(tags.fence);
    return found ? this.skip(found[0].length) : false;
  }

  private paligemma(): boolean {
    const found = this.match(tags.paligemma);
    if (!found) return false;
    const [y1, x1, y2, x2] = found.slice(1).map(Number) as Box;
    this.skip(found[0].length);
    const label = this.match(tags.paligemmaLabel);
    const name = label?.[1]?.trim();
    const start = this.output.length + (/\S$/.test(this.output) ? 1 : 0);
    if (label && name) {
      if (start > this.output.length) this.output += ' ';
      this.output += name;
      this.at += label[0].length;
    }
    this.add({
      box: [x1, y1, x2, y2],
      scale: [paligemmaBins, paligemmaBins],
      ...(name && { label: name, about: { start, end: start + name.length } }),
    });
    return true;
  }

  private florence(): boolean {
    const found = this.match(tags.florence);
    if (!found) return false;
    this.addBehind({ box: found.slice(1).map(Number) as Box, scale: [florenceBins, florenceBins] });
    return this.skip(found[0].length);
  }

  private points(): boolean {
    const found = this.match(tags.point);
    if (!found) return false;
    const attributes = new Map(
      [...(found[1] ?? '').matchAll(/([a-z]+\d*)\s*=\s*"([^"]*)"/gi)].map(
        ([, name, value]) => [name, value] as const,
      ),
    );
    const name = (found[2] ?? attributes.get('alt') ?? '').trim();
    const about = { start: this.output.length, end: this.output.length + name.length };
    this.output += name;
    for (const [key, value] of attributes) {
      const number = /^x(\d*)$/.exec(key ?? '')?.[1];
      const y = number === undefined ? undefined : attributes.get(`y${number}`);
      if (y === undefined || value?.trim() === '' || y.trim() === '') continue;
      const point: Point = [Number(value), Number(y)];
      if (point.every(Number.isFinite))
        this.add({ point, scale: [100, 100], ...(name && { label: name, about }) });
    }
    return this.skip(found[0].length);
  }

  private token(): boolean {
    const start = this.match(tags.reference);
    if (start) {
      this.openName = this.output.length;
      this.at += start[0].length;
      return true;
    }
    const end = this.match(tags.referenceEnd);
    if (end) {
      if (this.openName !== undefined) this.named = { start: this.openName, end: this.output.length };
      this.openName = undefined;
      this.at += end[0].length;
      return true;
    }
    const mark = this.match(tags.boxMark);
    return mark ? this.skip(mark[0].length) : false;
  }

  private corners(): boolean {
    if (this.format !== 'qwen' && this.format !== 'pixels') return false;
    const found = this.match(tags.corners);
    if (!found) return false;
    this.addBehind({ box: found.slice(1).map(Number) as Box });
    return this.skip(found[0].length);
  }

  /** JSON that holds places, or (as a model says that there are none) an empty list alone. */
  private json(): boolean {
    const read = readLenient(this.raw, this.at);
    if (!read) return false;
    const places: RawPlace[] = [];
    const bare = bareFormats.has(this.format);
    // Four numbers that mark nothing are a list of numbers.
    const alone = boxOf(read.value);
    if (alone && !readBox(alone, this.scale)) return false;
    const isPlaces = collect(read.value, undefined, bare, places);
    const isEmptyList = read.closed && Array.isArray(read.value) && !read.value.length;
    if (!isPlaces && !isEmptyList) return false;
    for (const place of places) {
      if (place.label === undefined) this.addBehind(place);
      else this.add(place);
    }
    return this.skip(read.end - this.at);
  }

  private add(place: RawPlace): void {
    this.places.push(place);
    this.last = { end: this.output.length, ...(place.about && { about: place.about }) };
  }

  /** A place that is about the words before it: those that a mark has named, or those since the last place. */
  private addBehind(place: RawPlace): void {
    const { output, last, named } = this;
    const isNamed = named && output.slice(named.end).trim() === '';
    const since = last?.end ?? 0;
    const about = isNamed
      ? named
      : last && /^[\s,;]*(?:and|or|&|和|与|及)?[\s,;]*$/i.test(output.slice(since))
        ? last.about
        : phraseBefore(output, since);
    const label = about && output.slice(about.start, about.end);
    this.add({ ...place, ...(label && { label }), ...(about && { about }) });
  }
}

const boxKeys = ['bbox_2d', 'bbox', 'box_2d', 'box', 'bounding_box', 'boundingBox', 'coordinates'];
const pointKeys = ['point_2d', 'point', 'points', 'coordinates'];
const cornerKeys = [
  ['x1', 'y1', 'x2', 'y2'],
  ['xmin', 'ymin', 'xmax', 'ymax'],
];
const labelKeys = ['label', 'name', 'object', 'class', 'category', 'text_content', 'text', 'caption'];
const scoreKeys = ['score', 'confidence'];

/**
 * Gathers the places of a value.
 * @param label the key that led here @param bare whether four numbers are a box without a key
 * @returns whether the value is about places, even where none of them can be used
 */
function collect(value: unknown, label: string | undefined, bare: boolean, places: RawPlace[]): boolean {
  if (Array.isArray(value)) {
    const box = bare ? boxOf(value) : undefined;
    if (box) {
      places.push({ box, ...(label !== undefined && { label }) });
      return true;
    }
    let isAbout = false;
    for (const item of value)
      if (typeof item === 'object' && item !== null) isAbout = collect(item, label, bare, places) || isAbout;
    return isAbout;
  }
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  const named = firstText(fields, labelKeys) ?? label;
  const score = scoreKeys.map((key) => fields[key]).find((each) => typeof each === 'number');
  const rest = {
    ...(named !== undefined && { label: named }),
    ...(score !== undefined && score >= 0 && score <= 1 && { score }),
  };
  const boxes = boxKeys.flatMap((key) => tuplesOf(fields[key], boxOf));
  const points = boxes.length ? [] : pointKeys.flatMap((key) => tuplesOf(fields[key], pointOf));
  for (const box of boxes) places.push({ box, ...rest });
  for (const point of points) places.push({ point, ...rest });
  if (boxes.length || points.length) return true;
  const corners = cornerKeys.map((keys) => boxOf(keys.map((key) => fields[key]))).find((box) => box);
  if (corners) {
    places.push({ box: corners, ...rest });
    return true;
  }
  let isAbout = boxKeys.concat(pointKeys).some((key) => Array.isArray(fields[key]));
  for (const [key, item] of Object.entries(fields))
    if (typeof item === 'object' && item !== null)
      isAbout = collect(item, isContainer(key) ? named : key, bare, places) || isAbout;
  return isAbout;
}

/** Keys that name a list and not what is in it. */
const isContainer = (key: string) =>
  /^(?:objects?|results?|detections?|regions?|items?|boxes|bboxes|bboxes_2d|annotations?|predictions?|points?|data)$/i.test(
    key,
  );

/** One tuple, or a list of them. */
function tuplesOf<T>(value: unknown, read: (value: unknown) => T | undefined): T[] {
  const one = read(value);
  if (one) return [one];
  return Array.isArray(value) ? value.map(read).filter((each) => each !== undefined) : [];
}

const boxOf = (value: unknown): Box | undefined => numbersOf(value, 4) as Box | undefined;
const pointOf = (value: unknown): Point | undefined => numbersOf(value, 2) as Point | undefined;

/** So many numbers; as text too. */
function numbersOf(value: unknown, count: number): number[] | undefined {
  if (!Array.isArray(value) || value.length !== count) return undefined;
  const numbers = value.map((each) =>
    typeof each === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(each) ? Number(each) : each,
  );
  return numbers.every((each) => typeof each === 'number' && Number.isFinite(each))
    ? (numbers as number[])
    : undefined;
}

function firstText(fields: Record<string, unknown>, keys: readonly string[]): string | undefined {
  const text = keys.map((key) => fields[key]).find((each) => typeof each === 'string' && each.trim() !== '');
  return (text as string | undefined)?.trim();
}
