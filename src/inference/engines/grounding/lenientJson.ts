/**
 * JSON as language models write it: in single quotes, with commas too many, cut off in the middle. What was complete
 * before the place where it breaks is kept; of an array of numbers nothing, because its last number may be cut.
 */

/** A value that ends before `end`; `closed` is false where the text broke off or went wrong in it. */
export interface LenientValue {
  value: unknown;
  end: number;
  closed: boolean;
}

const deepest = 24;
const longestString = 2000;

/** Reads the object or array that begins at `start`; undefined where none does. */
export function readLenient(text: string, start: number): LenientValue | undefined {
  const first = text[start];
  if (first !== '[' && first !== '{') return undefined;
  return readValue(text, start, 0);
}

function readValue(text: string, start: number, depth: number): LenientValue | undefined {
  const at = skipSpace(text, start);
  switch (text[at]) {
    case '[':
      return depth < deepest ? readArray(text, at, depth) : undefined;
    case '{':
      return depth < deepest ? readObject(text, at, depth) : undefined;
    case '"':
    case "'":
      return readString(text, at);
    default:
      return readWord(text, at);
  }
}

function readArray(text: string, start: number, depth: number): LenientValue {
  const value: unknown[] = [];
  /** What was read up to a break: numbers are not, objects and arrays are. */
  const broken = (end: number): LenientValue => ({
    value: value.filter((each) => typeof each === 'object'),
    end,
    closed: false,
  });
  for (let at = skipSpace(text, start + 1); ;) {
    if (text[at] === ']') return { value, end: at + 1, closed: true };
    const item = readValue(text, at, depth + 1);
    if (!item) return broken(at);
    if (item.closed || typeof item.value === 'object') value.push(item.value);
    if (!item.closed) return broken(item.end);
    at = skipSpace(text, item.end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
    else if (text[at] !== ']') return broken(at);
  }
}

function readObject(text: string, start: number, depth: number): LenientValue {
  // Without a prototype: a key of the text must not reach one.
  const value = Object.create(null) as Record<string, unknown>;
  for (let at = skipSpace(text, start + 1); ;) {
    if (text[at] === '}') return { value, end: at + 1, closed: true };
    const key = text[at] === '"' || text[at] === "'" ? readString(text, at) : readKey(text, at);
    if (!key?.closed) return { value, end: key?.end ?? at, closed: false };
    at = skipSpace(text, key.end);
    if (text[at] !== ':') return { value, end: at, closed: false };
    const item = readValue(text, at + 1, depth + 1);
    if (!item) return { value, end: at, closed: false };
    if (item.closed || typeof item.value === 'object') value[String(key.value)] = item.value;
    if (!item.closed) return { value, end: item.end, closed: false };
    at = skipSpace(text, item.end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
    else if (text[at] !== '}') return { value, end: at, closed: false };
  }
}

function readString(text: string, start: number): LenientValue {
  const quote = text[start];
  let value = '';
  const last = Math.min(text.length, start + longestString);
  for (let at = start + 1; at < last; at++) {
    const char = text[at] as string;
    if (char === quote) return { value, end: at + 1, closed: true };
    if (char !== '\\') {
      value += char;
      continue;
    }
    const escaped = text[++at] ?? '';
    const code = escaped === 'u' ? /^[0-9a-f]{4}/i.exec(text.slice(at + 1, at + 5))?.[0] : undefined;
    if (code !== undefined) at += 4;
    value += code !== undefined ? String.fromCharCode(parseInt(code, 16)) : (escapes[escaped] ?? escaped);
  }
  return { value, end: last, closed: false };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function readKey(text: string, start: number): LenientValue | undefined {
  sticky.key.lastIndex = start;
  const key = sticky.key.exec(text)?.[0];
  return key === undefined ? undefined : { value: key, end: start + key.length, closed: true };
}

/** Numbers, and the words for true, false and nothing. One at the very end of the text may be cut. */
function readWord(text: string, start: number): LenientValue | undefined {
  sticky.number.lastIndex = start;
  const number = sticky.number.exec(text)?.[0];
  if (number !== undefined) {
    const end = start + number.length;
    return { value: Number(number), end, closed: end < text.length };
  }
  sticky.key.lastIndex = start;
  const word = sticky.key.exec(text)?.[0];
  if (word === undefined || !words.has(word.toLowerCase())) return undefined;
  return { value: words.get(word.toLowerCase()), end: start + word.length, closed: true };
}

const words = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['none', null],
]);

const sticky = {
  key: /[A-Za-z_][\w-]{0,60}/y,
  number: /[-+]?(?:\d{1,15}(?:\.\d{0,20})?|\.\d{1,20})(?:e[-+]?\d{1,3})?/iy,
  space: /\s*/y,
};

function skipSpace(text: string, at: number): number {
  sticky.space.lastIndex = at;
  return at + (sticky.space.exec(text)?.[0].length ?? 0);
}
