/** What an answer says: numbers, yes or no, names, texts. English and Chinese. */
import type { GroundedText } from '../../protocol/inference';
import type { ExpectedAnswer } from './figureIndex';

const quoted = /"([^"]*)"|“([^”]*)”|「([^」]*)」|'([^']*)'/g;
const english = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const chinese = '零一二三四五六七八九十';

/** Letters and digits alone, without case and width. */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Whether an answer says what it must. An answer that is not there says nothing. */
export function says(answer: ExpectedAnswer, text: string): boolean {
  if ('count' in answer) return firstNumber(text) === answer.count;
  if ('yes' in answer) return yesOrNo(text) === answer.yes;
  return plain(text).includes(plain(answer.text));
}

/** The first number of a text, in digits or words; what is quoted does not count. */
export function firstNumber(text: string): number | undefined {
  const bare = text.replace(quoted, ' ').toLowerCase();
  const match =
    /(?<digits>\d+)|\b(?<word>zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b|(?<pair>两)|(?<char>[零一二三四五六七八九十]+)(?=[个条根张列行种块处幅])/u.exec(
      bare,
    );
  if (!match?.groups) return undefined;
  const { digits, word, pair, char } = match.groups;
  if (digits !== undefined) return Number(digits);
  if (word !== undefined) return english.indexOf(word);
  if (pair !== undefined) return 2;
  return char === undefined ? undefined : chineseNumber(char);
}

/** 零 to 九十九. */
function chineseNumber(text: string): number {
  const [tens, ones] = text.includes('十') ? text.split('十') : ['', text];
  const digit = (char: string | undefined, none: number) => (char ? chinese.indexOf(char) : none);
  return (text.includes('十') ? digit(tens, 1) * 10 : 0) + digit(ones, 0);
}

/** What an answer begins with; undefined where it is neither. */
export function yesOrNo(text: string): boolean | undefined {
  const start = text.trim().toLowerCase();
  if (/^(no\b|not\b|不|没|否|无)/.test(start)) return false;
  return /^(yes\b|是|有|对|存在)/.test(start) ? true : undefined;
}

/** Which of two names an answer gives, after what it says “not” of; undefined where it gives both or neither. */
export function chosenName<Name extends string>(text: string, names: readonly Name[]): Name | undefined {
  const denied =
    /\b(?:not|isn't|rather than)\s+(?:an?\s+|the\s+)?["“'][^"”']*["”']|(?:不是|而非)\s*["“][^"”]*["”]/giu;
  let rest = plain(text.replace(denied, ' '));
  // The longer one first, so that a name inside the other is not found there.
  const found = [...names]
    .sort((a, b) => plain(b).length - plain(a).length)
    .filter((name) => {
      const there = rest.includes(plain(name));
      rest = rest.replaceAll(plain(name), '\n');
      return there;
    });
  return found.length === 1 ? found[0] : undefined;
}

/** What an answer says is written: what it quotes, what is tied to a region, or all of it. */
export function writtenTexts({ text, spans }: GroundedText): string[] {
  const quotes = [...text.matchAll(quoted)].map(
    (match) => match.slice(1).find((part) => part !== undefined) ?? '',
  );
  return [...quotes, ...spans.map(({ start, end }) => text.slice(start, end)), text];
}

/** F1 of the words of two texts (Chinese: the characters), as bags. */
export function tokenF1(said: string, truth: string): number {
  const [a, b] = [tokens(said), tokens(truth)];
  const rest = [...b];
  const both = a.filter((token) => {
    const at = rest.indexOf(token);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  }).length;
  return both ? (2 * both) / (a.length + b.length) : 0;
}

const tokens = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? [];
