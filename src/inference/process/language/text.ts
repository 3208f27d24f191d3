/** Tokens of questions and labels, and their hashed character n-grams (docs/figure-language.md, "The language model's graphs"). */

/** Buckets of the table of n-grams; 0 is padding. */
const buckets = 8192;
/** N-grams of a token, and of all of a region's text. */
export const gramsOfToken = 12;
export const gramsOfRegion = 32;
/** Tokens of a question, and of the program before, that are read. */
export const mostQuestion = 64;
const mostHistory = 12;

export interface Token {
  /** Normalised. */
  text: string;
  /** Where it stands in the original text, in UTF-16 units. */
  start: number;
  end: number;
  /** It has letters or digits and is no punctuation. */
  word: boolean;
}

type Kind = 'han' | 'letter' | 'digit' | 'space' | 'mark';

function kindOf(character: string): Kind {
  const code = character.codePointAt(0) as number;
  const isHan =
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x20000 && code <= 0x2fa1f);
  if (isHan) return 'han';
  if (/[\p{L}\p{M}]/u.test(character)) return 'letter';
  if (/\p{N}/u.test(character)) return 'digit';
  return /[\p{Z}\p{Cc}]/u.test(character) ? 'space' : 'mark';
}

interface Character {
  text: string;
  kind: Kind;
  start: number;
  end: number;
}

/** Each code point is normalised by itself: NFKC, then lower case. */
function charactersOf(text: string): Character[] {
  const found: Character[] = [];
  let start = 0;
  for (const original of text) {
    const end = start + original.length;
    for (const each of original.normalize('NFKC').toLowerCase())
      found.push({ text: each, kind: kindOf(each), start, end });
    start = end;
  }
  return found;
}

/**
 * A Han character is a token; letters in a row are one; digits in a row are one, with a single point between digits; any other
 * character that is no space is one.
 */
export function tokensOf(text: string): Token[] {
  const characters = charactersOf(text);
  const found: Token[] = [];
  let at = 0;
  while (at < characters.length) {
    const { kind, start } = characters[at] as Character;
    const end = endOfToken(characters, at);
    const own = characters.slice(at, end);
    if (kind !== 'space')
      found.push({
        text: own.map((character) => character.text).join(''),
        start,
        end: (own.at(-1) as Character).end,
        word: kind !== 'mark',
      });
    at = end;
  }
  return found;
}

function endOfToken(characters: readonly Character[], at: number): number {
  const { kind } = characters[at] as Character;
  let end = at + 1;
  if (kind === 'letter') while (characters[end]?.kind === 'letter') end++;
  if (kind !== 'digit') return end;
  let point = false;
  for (;;) {
    if (characters[end]?.kind === 'digit') end++;
    else if (!point && characters[end]?.text === '.' && characters[end + 1]?.kind === 'digit') {
      point = true;
      end += 2;
    } else return end;
  }
}

const encoder = new TextEncoder();

/** FNV-1a, 32 bits, over UTF-8; of its value the bucket, from 1 on. */
export function bucketOf(gram: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(gram)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return 1 + (hash % (buckets - 1));
}

/** Buckets of `=` and the token, then of the trigrams of `^token$`. */
export function gramsOf(token: string): number[] {
  const padded = [...`^${token}$`];
  const trigrams = padded.slice(2).map((_, i) => padded.slice(i, i + 3).join(''));
  return [`=${token}`, ...trigrams].slice(0, gramsOfToken).map(bucketOf);
}

/** Buckets of a region's text: those of its tokens one after the other. */
export const gramsOfText = (text: string): number[] =>
  tokensOf(text)
    .slice(0, gramsOfRegion)
    .flatMap((token) => gramsOf(token.text))
    .slice(0, gramsOfRegion);

/** Buckets, one a token, of the program before, without its pointers. */
export const gramsOfHistory = (program: readonly string[]): number[] =>
  program
    .filter((token) => !/^[@^]/u.test(token))
    .slice(0, mostHistory)
    .map((token) => bucketOf(`«${token}»`));
