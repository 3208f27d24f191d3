/**
 * Compares a phrase with texts that were read. Only near certainty counts: the same letters, the phrase as whole
 * words inside a longer text, or a few typing and reading errors that leave every word recognisable.
 */
import { distance } from 'fastest-levenshtein';
import { foldedLetters, isChinese, lettersOf, normalize, readingsOf, withoutSpaces } from './phrase';

/** How a text matches a phrase; higher is surer, 1 is the same text. */
export interface TextMatch<T> {
  item: T;
  score: number;
  kind: 'same' | 'contained' | 'similar';
}

/** Scores of the kinds of sameness. */
const sameScores = { text: 1, letters: 0.98, folded: 0.93 };
/** Matches of a kind that are this much less sure than the best one are left out. */
const scoreMargin = 0.2;
/** Latin phrases of fewer letters are not looked for inside a run of letters without spaces. */
const leastInside = 5;
/** What is left of such a run has at least so many letters, or it may be part of the word ("text" in "context"). */
const leastRest = 4;

/** What turns the meaning of the words after it around. */
const negated = /(?:[非不无未反]|non|not|no|without|anti)$/u;

/** The best kind of match among texts for the first reading of the phrase that has any; best first, else in order. */
export function matchPhrase<T extends { text: string }>(phrase: string, items: readonly T[]): TextMatch<T>[] {
  for (const reading of readingsOf(phrase)) {
    for (const kind of ['same', 'contained', 'similar'] as const) {
      const scored = items
        .map((item) => ({ item, kind, score: scorers[kind](reading, item.text) }))
        .filter(({ score }) => score > 0);
      if (!scored.length) continue;
      const best = Math.max(...scored.map(({ score }) => score));
      return scored.filter(({ score }) => score >= best - scoreMargin).sort((a, b) => b.score - a.score);
    }
  }
  return [];
}

/** All texts that are the phrase or hold it as whole words, for the first reading of the phrase that any has. */
export function occurrencesOf<T extends { text: string }>(
  phrase: string,
  items: readonly T[],
): TextMatch<T>[] {
  for (const reading of readingsOf(phrase)) {
    const found = items.flatMap((item): TextMatch<T>[] => {
      const kind = sameScore(reading, item.text) > 0 ? 'same' : 'contained';
      const score = scorers[kind](reading, item.text);
      return score > 0 ? [{ item, kind, score }] : [];
    });
    if (found.length) return found;
  }
  return [];
}

/** The texts nearest to a phrase in writing, as hints for the person; no answer. */
export function nearestTexts(phrase: string, texts: readonly string[], count: number): string[] {
  const readings = readingsOf(phrase).map(lettersOf);
  const likeness = (text: string) =>
    Math.max(
      ...readings.map((reading) => {
        const letters = lettersOf(text);
        const shared = letters.includes(reading) || reading.includes(letters) ? 0.3 : 0;
        return shared + 1 - distance(reading, letters) / Math.max(reading.length, letters.length, 1);
      }),
    );
  return [...new Set(texts)]
    .map((text) => ({ text, score: likeness(text) }))
    .filter(({ score }) => score >= 0.3)
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ text }) => text);
}

const scorers = { same: sameScore, contained: containedScore, similar: similarScore };

function sameScore(phrase: string, text: string): number {
  if (withoutSpaces(phrase) === withoutSpaces(text)) return sameScores.text;
  // In numbers, signs and points count.
  if (/^[\d\W]*$/u.test(normalize(phrase)) && !isChinese(phrase)) return 0;
  if (lettersOf(phrase) === lettersOf(text)) return sameScores.letters;
  return foldedLetters(phrase) === foldedLetters(text) ? sameScores.folded : 0;
}

/** The phrase as whole words of a longer text; surer the more of the text it is. */
function containedScore(phrase: string, text: string): number {
  const [part, whole] = [lettersOf(phrase), lettersOf(text)];
  if (part.length === 0 || part.length >= whole.length || !whole.includes(part)) return 0;
  if (negated.test(whole.slice(0, whole.indexOf(part)))) return 0;
  const share = part.length / whole.length;
  if (isChinese(part)) return part.length >= 2 ? 0.55 + 0.35 * share : 0;
  if (hasWords(normalize(text), normalize(phrase))) return 0.55 + 0.35 * share;
  // Words that the recogniser wrote together: only at an end of the run, and only when both parts are long.
  const [inside, run] = [withoutSpaces(phrase), longestRunWith(normalize(text), withoutSpaces(phrase))];
  const atAnEnd = run.startsWith(inside) || run.endsWith(inside);
  return inside.length >= leastInside && run.length - inside.length >= leastRest && atAnEnd
    ? 0.45 + 0.35 * share
    : 0;
}

function hasWords(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + words.length] ?? ' '];
    if (isBoundary(before, words[0] ?? '') && isBoundary(words.at(-1) ?? '', after)) return true;
  }
  return false;
}

/** Whether a word can end between two characters: not between two letters, nor between two digits. */
function isBoundary(left: string, right: string): boolean {
  const letters = /[\p{L}\p{M}]/u;
  const digits = /\p{N}/u;
  if (isChinese(left) || isChinese(right)) return true;
  return !(letters.test(left) && letters.test(right)) && !(digits.test(left) && digits.test(right));
}

function longestRunWith(text: string, part: string): string {
  return text
    .split(' ')
    .filter((run) => run.includes(part))
    .reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/** The same words with a few errors each. Numbers must agree, and so must the beginnings of words. */
function similarScore(phrase: string, text: string): number {
  const [a, b] = [foldedLetters(phrase), foldedLetters(text)];
  const longer = Math.max(a.length, b.length);
  const edits = distance(a, b);
  if (longer < 4 || edits / longer > 0.3 || numbersOf(phrase) !== numbersOf(text)) return 0;
  if (!wordsSurvive(phrase, b)) return 0;
  return 0.9 - edits / longer;
}

/** The numbers in a text. Digits that look like letters were folded and are compared as those. */
const numbersOf = (text: string): string => (lettersOf(text).match(/[2-9]+/gu) ?? []).join(' ');

/** Errors that a word of so many letters may have. One at its beginning counts twice: it changes what is meant. */
const allowedErrors = (letters: number): number => (letters < 4 ? 0 : letters < 9 ? 1 : 2);

/** Whether each word of the phrase keeps all but a few of its letters in the text (letters only, without spaces). */
function wordsSurvive(phrase: string, text: string): boolean {
  const words = normalize(phrase)
    .split(/[^\p{L}\p{N}]+/u)
    .map(foldedLetters)
    .filter(Boolean);
  const letters = words.join('');
  const wordAt = words.flatMap((word, index) => Array.from(word, () => index));
  const starts = new Set(words.map((_, index) => words.slice(0, index).join('').length));
  const errors = new Array<number>(words.length).fill(0);
  for (const { at, kind } of editsBetween(letters, text)) {
    const index = wordAt[Math.min(at, letters.length - 1)] as number;
    // Another Chinese character is another word; only one too many or too few may be an error.
    if (isChinese(letters) && kind === 'replace') return false;
    errors[index] = (errors[index] as number) + (starts.has(at) ? 2 : 1);
  }
  return words.every((word, index) => (errors[index] as number) <= allowedErrors(word.length));
}

/** The edits of a shortest way from one text to another; `at` is the place in the first. */
function editsBetween(from: string, to: string): { at: number; kind: 'replace' | 'insert' | 'remove' }[] {
  const columns = to.length + 1;
  const cost = new Uint16Array((from.length + 1) * columns);
  const cell = (i: number, j: number) => cost[i * columns + j] as number;
  for (let i = 0; i <= from.length; i++)
    for (let j = 0; j <= to.length; j++)
      cost[i * columns + j] =
        i === 0 || j === 0
          ? i + j
          : Math.min(
              cell(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1),
              cell(i - 1, j) + 1,
              cell(i, j - 1) + 1,
            );
  const edits: { at: number; kind: 'replace' | 'insert' | 'remove' }[] = [];
  let [i, j] = [from.length, to.length];
  while (i > 0 || j > 0) {
    const same = i > 0 && j > 0 && from[i - 1] === to[j - 1];
    if (i > 0 && j > 0 && cell(i, j) === cell(i - 1, j - 1) + (same ? 0 : 1)) {
      if (!same) edits.push({ at: i - 1, kind: 'replace' });
      i--;
      j--;
    } else if (i > 0 && cell(i, j) === cell(i - 1, j) + 1) {
      edits.push({ at: i - 1, kind: 'remove' });
      i--;
    } else {
      edits.push({ at: i, kind: 'insert' });
      j--;
    }
  }
  return edits;
}
