/** Which tokens of a question may name which region: numbers that are computed, not learned (docs/figure-language.md). */
import language from '../../../../models/groundnote-one/language.json';
import { mostQuestion, tokensOf, type Token } from './text';

/** Features of a token and a region, each 0–1: `whole`, `word`, `best` (see `link`). */
export const linkFeatures = 3;
const longestSpan = 10;
/** `whole` from which a region can be the best for a token. */
const bestFrom = 0.5;

interface Dictionary {
  english: ReadonlyMap<string, string>;
  chinese: ReadonlyMap<string, string>;
  longest: number;
}

/** Words in both languages, [English, Chinese]; of several translations the first counts. */
function dictionaryOf(pairs: readonly (readonly string[])[]): Dictionary {
  const english = new Map<string, string>();
  const chinese = new Map<string, string>();
  for (const [en = '', zh = ''] of pairs) {
    if (!english.has(zh)) english.set(zh, en);
    if (!chinese.has(en)) chinese.set(en, zh);
  }
  return { english, chinese, longest: Math.max(0, ...[...english.keys()].map((zh) => [...zh].length)) };
}

const dictionary = dictionaryOf(language.translations);

/** Adjacent characters of `^text$`. */
function pairsOf(text: string): Set<string> {
  const padded = [...`^${text}$`];
  return new Set(padded.slice(1).map((each, i) => `${padded[i]}${each}`));
}

/** Tokens with letters or digits, written together; all tokens where none has. */
const compact = (tokens: readonly Token[]): string =>
  joined(tokens.filter(({ word }) => word)) || joined(tokens);
const joined = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join('');

/**
 * A label's words in the other language; undefined where none is known. From Chinese: the longest entries from the left. From
 * English: word by word.
 */
function translated(tokens: readonly Token[]): string[] | undefined {
  const words: string[] = [];
  let found = false;
  let at = 0;
  while (at < tokens.length) {
    let count = Math.max(1, Math.min(dictionary.longest, tokens.length - at));
    while (count > 1 && !dictionary.english.has(joined(tokens.slice(at, at + count)))) count--;
    const text = joined(tokens.slice(at, at + count));
    const other = dictionary.english.get(text) ?? dictionary.chinese.get(text);
    found ||= other !== undefined;
    words.push(other ?? text);
    at += count;
  }
  return found ? words : undefined;
}

/** Ways to write a label (as it is, translated, its initials from three words on), and its words; each as pairs. */
function variantsOf(text: string): { ways: Set<string>[]; words: Set<string>[] } {
  const tokens = tokensOf(text);
  const ways = [compact(tokens)];
  const words = tokens.map((token) => token.text);
  const other = translated(tokens)?.map(tokensOf);
  if (other) {
    ways.push(joined(other.flat().filter(({ word }) => word)));
    words.push(...other.flat().map((token) => token.text));
  }
  const latin = tokens.filter((token) => /^[a-z]+$/u.test(token.text));
  if (latin.length >= 3) ways.push(latin.map((token) => token.text[0]).join(''));
  return {
    ways: [...new Set(ways)].filter(Boolean).map(pairsOf),
    words: [...new Set(words)].map(pairsOf),
  };
}

/** The texts of a parse's regions, ready for linking. */
export class Labels {
  private readonly whole: PairTable;
  private readonly word: PairTable;

  /** @param texts one for each region */
  constructor(texts: readonly (string | undefined)[]) {
    this.whole = new PairTable(texts.length);
    this.word = new PairTable(texts.length);
    texts.forEach((text, region) => {
      if (!text) return;
      const { ways, words } = variantsOf(text);
      for (const way of ways) this.whole.add(region, way);
      for (const word of words) this.word.add(region, word);
    });
  }

  /**
   * For the first tokens of a question: `whole`, the greatest Dice coefficient of pairs between a span that holds the token
   * (beginning and ending with a word, or one token) and a way to write the label; `word`, the same between the token alone and a
   * word of the label; `best`, 1 where `whole` is at least 0.5 and no other region's is greater.
   * @returns [tokens, regions, 3]
   */
  link(tokens: readonly Token[]): Float32Array {
    const { regions } = this.whole;
    const asked = tokens.slice(0, mostQuestion);
    const out = new Float32Array(asked.length * regions * linkFeatures);
    const place = (token: number, region: number) => (token * regions + region) * linkFeatures;
    const whole = (token: number, region: number) => out[place(token, region)] as number;
    asked.forEach((first, i) => {
      for (let j = i; j < Math.min(i + longestSpan, asked.length); j++) {
        if (i !== j && !(first.word && (asked[j] as Token).word)) continue;
        this.whole.dice(pairsOf(compact(asked.slice(i, j + 1)))).forEach((score, region) => {
          if (score === 0) return;
          for (let token = i; token <= j; token++)
            out[place(token, region)] = Math.max(whole(token, region), score);
        });
      }
      this.word.dice(pairsOf(first.text)).forEach((score, region) => (out[place(i, region) + 1] = score));
    });
    for (let token = 0; token < asked.length; token++) {
      let top = 0;
      for (let region = 0; region < regions; region++) top = Math.max(top, whole(token, region));
      for (let region = 0; region < regions; region++) {
        const score = whole(token, region);
        if (score >= bestFrom && score > top - 1e-6) out[place(token, region) + 2] = 1;
      }
    }
    return out;
  }
}

/** Sets of pairs, each with the region that it belongs to. */
class PairTable {
  private readonly sets: { size: number; region: number }[] = [];
  private readonly holding = new Map<string, number[]>();

  constructor(readonly regions: number) {}

  add(region: number, pairs: ReadonlySet<string>): void {
    for (const pair of pairs) {
      const holding = this.holding.get(pair);
      if (holding) holding.push(this.sets.length);
      else this.holding.set(pair, [this.sets.length]);
    }
    this.sets.push({ size: pairs.size, region });
  }

  /** For each region the greatest Dice coefficient with one of its sets. */
  dice(pairs: ReadonlySet<string>): Float32Array {
    const shared = new Uint16Array(this.sets.length);
    for (const pair of pairs)
      for (const set of this.holding.get(pair) ?? []) shared[set] = (shared[set] as number) + 1;
    const best = new Float32Array(this.regions);
    this.sets.forEach(({ size, region }, set) => {
      const dice = (2 * (shared[set] as number)) / (pairs.size + size);
      if (dice > (best[region] as number)) best[region] = dice;
    });
    return best;
  }
}
