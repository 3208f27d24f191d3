/**
 * The questions that a figure whose words were read can answer: an explicit grammar. Quoted words, coordinates and chips
 * become single signs first, so that the rules below see the frame of a question and not what it is about.
 */
import type { Box } from '../../../protocol/geometry';
import type { GroundedText } from '../../../protocol/inference';
import { isChinese } from '../ground/phrase';
import { chineseRules } from './chinese';
import { englishRules } from './english';

export type Language = 'en' | 'zh';
export type Direction = 'inside' | 'left' | 'right' | 'above' | 'below';

/** What a question names. `it` is what it points at without a name: its chips, or what the turn before was about. */
export type Referent =
  | { kind: 'phrase'; text: string }
  | { kind: 'regions'; ids: string[] }
  | { kind: 'box'; box: Box }
  | { kind: 'picture' }
  | { kind: 'it' };

/** Which of several places: the next one, the one of a number (1 is the first, −1 the last), or the one at a side. */
export type Choice = 'next' | number | Exclude<Direction, 'inside'>;

export type Query =
  | { ask: 'locate'; what: Referent; /** Only words, without a question. */ bare?: true }
  | { ask: 'exists'; what: Referent }
  | { ask: 'read'; what: Referent }
  | { ask: 'count'; what: Referent }
  | { ask: 'countThings'; things: 'boxes' | 'labels'; within: Referent }
  /** Without `of`: of what the turn before was about. */
  | { ask: 'relation'; direction: Direction; of?: Referent }
  | { ask: 'between'; first: Referent; second: Referent }
  | { ask: 'list' }
  | { ask: 'pick'; which: Choice };

export interface ParsedQuestion {
  language: Language;
  /** Undefined where the question has none of the forms. */
  query: Query | undefined;
}

/** A form of question. Groups of the pattern are given to `make` as referents where they are named a or b. */
export interface Rule {
  pattern: RegExp;
  make(found: Found): Query | undefined;
}

/** What a rule's pattern found. */
export interface Found {
  groups: Readonly<Record<string, string | undefined>>;
  /** The referent that a part of the question names. */
  refer(part: string | undefined): Referent | undefined;
}

/** First of the signs that stand for chips, coordinates and quoted words (Unicode's private use area). */
const signs = { chip: 0xe000, box: 0xe400, quote: 0xe800 };
const mostChips = 0x400;
const chipSign = '[\\ue000-\\ue3ff]';

const quotes =
  /"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|「([^」]+)」|『([^』]+)』|《([^》]+)》|‘([^’]+)’|(?<![\p{L}\p{N}])'([^']+)'(?![\p{L}\p{N}])/gu;
/** A box in the text of a question. */
export const coordinates = /\[\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\]/gu;
/** Longer names than this are sentences. */
const longestPhrase = 80;

const endOfQuestion = /(?:\s*[?？.。!！…:：,，;；])+$/u;
const pictureNames =
  /^(?:(?:the|this|that)\s+)?(?:whole\s+|entire\s+)?(?:picture|figure|image|diagram|chart|plot|drawing|photo|screenshot)$|^(?:这|该|本|整)?(?:张|幅|个)?(?:图片|图像|插图|图表|图|画面|照片)(?:中|里|上|内)?(?:面)?$/iu;
const pronouns =
  /^(?:it|this|that|them|these|those|here|there|(?:this|that|the|these|those|the selected) (?:one|region|area|place|part|box|shape|label|text|regions|boxes)s?|(?:它|它们|他|她|此|这|那)(?:个|块|里|儿|些|处)?(?:地方|区域|框|方框|位置|部分|标签|文字)?)$/iu;
/** What may stand around chips. */
const aroundChips =
  /^(?:the |this |that |these |selected |region |regions |area |box |shape |and |与|和|跟|及|,|、|这个|区域|框|里面?|中|的|\s)*$/iu;

/** Reads a question. @param asked ids of its chips are those of its spans */
export function parseQuestion({ text, spans }: GroundedText): ParsedQuestion {
  const chips: string[][] = [];
  const boxes: Box[] = [];
  const quoted: string[] = [];
  let signed = '';
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at || span.end > text.length || chips.length >= mostChips) continue;
    signed += `${text.slice(at, span.start)} ${String.fromCharCode(signs.chip + chips.length)} `;
    chips.push(span.regions);
    at = span.end;
  }
  signed += text.slice(at);
  signed = signed
    .replace(coordinates, (_, ...values: string[]) => {
      const [x1, y1, x2, y2] = values.slice(0, 4).map(Number) as Box;
      boxes.push([Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]);
      return ` ${String.fromCharCode(signs.box + boxes.length - 1)} `;
    })
    .normalize('NFKC')
    .replace(quotes, (whole, ...groups: (string | undefined)[]) => {
      const inner = groups
        .slice(0, 8)
        .find((group) => group !== undefined)
        ?.trim();
      if (!inner) return whole;
      quoted.push(inner);
      return ` ${String.fromCharCode(signs.quote + quoted.length - 1)} `;
    })
    .replace(/’/gu, "'")
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(endOfQuestion, '')
    .trim();
  const words = signed.replace(/[\ue000-\uebff]/gu, '');
  const language: Language = isChinese(words || quoted.join('')) ? 'zh' : 'en';

  // "What does it say? [Region 1]": chips beside a sentence are what it points at.
  const beside = new RegExp(
    `^(?:${chipSign}[\\s,、和与]*)+[:：,，]?\\s*(?=\\S)|[\\s:：,，?？.。]*(?:${chipSign}[\\s,、和与]*)+$`,
    'gu',
  );
  const rest = signed.replace(beside, ' ').trim().replace(endOfQuestion, '');
  const pointed = [...signed.matchAll(beside)].flatMap(([whole]) => chipsIn(whole, chips));
  const restore = (part: string) =>
    part
      .replace(/[\ue800-\uebff]/gu, (each) => `"${quoted[each.charCodeAt(0) - signs.quote] ?? ''}"`)
      .replace(/[\ue000-\ue7ff]/gu, ' ')
      .replace(/\s+/gu, ' ')
      .trim();
  const refer = (raw: string | undefined): Referent | undefined => {
    const part = raw
      ?.trim()
      .replace(/^[,，:：的]+|[,，:：的]+$/gu, '')
      .trim();
    if (!part) return undefined;
    const ids = chipsIn(part, chips);
    if (ids.length)
      return aroundChips.test(part.replace(/[\ue000-\ue3ff]/gu, ' ')) ? { kind: 'regions', ids } : undefined;
    const box = /[\ue400-\ue7ff]/u.exec(part)?.[0];
    if (box) {
      const around = part.replace(box, ' ').trim();
      // A region's name before its coordinates, as Ferret writes it, says nothing more.
      return around.split(' ').length <= 4
        ? { kind: 'box', box: boxes[box.charCodeAt(0) - signs.box] as Box }
        : undefined;
    }
    if (pronouns.test(part)) return pointed.length ? { kind: 'regions', ids: pointed } : { kind: 'it' };
    if (pictureNames.test(part)) return { kind: 'picture' };
    // A question inside a question is no name.
    if (/^(?:what|who|whom|whose|why|how|which|when|where)\b|什么|怎么|为何|谁|多少/iu.test(part))
      return undefined;
    const phrase = restore(part);
    return phrase && phrase.length <= longestPhrase ? { kind: 'phrase', text: phrase } : undefined;
  };

  if (!words.trim() && !quoted.length) {
    const ids = chipsIn(signed, chips);
    const what: Referent | undefined = ids.length ? { kind: 'regions', ids } : refer(signed);
    return { language, query: what && { ask: 'read', what } };
  }
  const rules = language === 'zh' ? chineseRules : englishRules;
  const parse = (frame: string): Query | undefined => {
    const sentence = frame.replace(polite[language], '').trim();
    for (const { pattern, make } of rules) {
      const match = pattern.exec(sentence);
      const query = match && make({ groups: match.groups ?? {}, refer });
      if (query) return query;
    }
    return bareWords(sentence, language, refer);
  };
  const query =
    pointed.length && mentionsPronoun(rest, language)
      ? parse(rest)
      : (parse(signed) ?? (pointed.length ? parse(rest) : undefined));
  return { language, query: query && withoutInside(query) };
}

/** What stands inside a place that is no shape of the figure is what is written there. */
function withoutInside(query: Query): Query {
  if (query.ask !== 'relation' || query.direction !== 'inside') return query;
  return query.of?.kind === 'regions' || query.of?.kind === 'box' ? { ask: 'read', what: query.of } : query;
}

const polite: Record<Language, RegExp> = {
  en: /^(?:(?:please|hey|hi|hello|ok|okay|so|can you|could you|would you|will you|tell me|i want to know|i wonder|do you know)[,!]?\s+)+/iu,
  zh: /^(?:请问|请你?|麻烦你?|帮我|帮忙|告诉我|能不能|可以|你能|我想知道|,|，|\s)+/u,
};

function mentionsPronoun(text: string, language: Language): boolean {
  return language === 'zh'
    ? /它|这|那|此/u.test(text)
    : /\b(?:it|this|that|these|those|them|here|there)\b/iu.test(text);
}

function chipsIn(part: string, chips: readonly string[][]): string[] {
  return [...part.matchAll(/[\ue000-\ue3ff]/gu)].flatMap(
    ([each]) => chips[each.charCodeAt(0) - signs.chip] ?? [],
  );
}

/** A few words that are no sentence: where they are written. */
function bareWords(text: string, language: Language, refer: Found['refer']): Query | undefined {
  const sentence =
    language === 'zh'
      ? /[吗呢吧么]$|什么|为何|为什么|怎么|怎样|哪|谁|几|多少|如何|是否/u
      : /^(?:what|who|whom|whose|why|how|when|which|where|is|are|was|does|do|did|can|could|should|would|will|explain|describe|tell|summari[sz]e|compare|translate|count|list|draw|write|give)\b/iu;
  if (sentence.test(text) || text.split(' ').length > 6) return undefined;
  const what = refer(text);
  return what?.kind === 'phrase' ? { ask: 'locate', what, bare: true } : undefined;
}
