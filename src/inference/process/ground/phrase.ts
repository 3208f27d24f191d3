/** What a user writes to name a label, and how texts are made comparable. English and Chinese. */

/** Quotes around what is asked for: straight, curly, angular, Chinese, backticks. */
const quoted = /["“”„«»「」『』《》'‘’`]([^"“”„«»「」『』《》`]+?)["“”„«»「」『』《》'‘’`]/gu;

const asks =
  /^(?:please\s+)?(?:find|show|highlight|select|locate|mark|segment|ground|where(?:'s|\s+is|\s+are)|point\s+(?:at|to))\s+(?:me\s+)?/iu;
const article = /^(?:the|an?|this|that|these|those|all|every|each|any)\s+(?:of\s+the\s+)?/iu;
const thing =
  '(?:labels?|texts?|words?|phrase|title|caption|heading|box(?:es)?|blocks?|nodes?|cells?|modules?|buttons?|rectangles?|circles?|ellipses?|panels?|shapes?|components?)';
/** "box that says", "label", "node named" … before the label itself. */
const saying = new RegExp(
  `^${thing}\\s+(?:(?:that|which)\\s+(?:says?|reads?|is\\s+(?:named|called|labell?ed))|saying|reading|labell?ed(?:\\s+as)?|named|called|titled|entitled|marked|with\\s+(?:the\\s+)?(?:label|text|words?|title|name))\\s*:?\\s+`,
  'iu',
);
/** "word encoder"; not "text prompt", which may be a label itself. */
const plainWord = /^(?:words?|label|phrase)\s+(?!of\b|for\b)/iu;
const trailingThing = new RegExp(`\\s+${thing}$`, 'iu');
const trailingPlace =
  /\s+(?:in|of|on|from)\s+(?:the|this)\s+(?:figure|picture|image|diagram|chart|plot|table|drawing)$/iu;

const zhAsks = /^(?:请)?(?:帮我)?(?:找到|找出|标出|标记|圈出|选中|选出|显示|定位|高亮)(?:一下)?(?=\S)/u;
const zhPlace = /^(?:在)?(?:这张|这幅|本|该)?(?:图片|图像|插图|图表|图)(?:中|里|上|内)(?:面|部)?的?/u;
const zhSaying = /^(?:写着|写有|标着|标有|标注为|标注着|标签为|名为|名叫|叫做|叫)/u;
const zhThing =
  /(?:(?:这|那)(?:个|些))?的?(?:那个|这个)?(?:文本框|方框|矩形框|矩形|框框|框|方块|模块|标签|文字|字样|文本|节点|按钮|单元格|标题|几个字|字)$/u;

/** Words that may stand around a quoted label without saying anything about another place. */
const wrapperOnly = new RegExp(
  `^(?:${asks.source.slice(1)})?(?:${article.source.slice(1)})?(?:${thing}|the|an?|that|which|says?|reads?|saying|reading|labell?ed|named|called|titled|marked|with|as|is|:|\\s)*$`,
  'iu',
);
const zhWrapperOnly =
  /^(?:请|帮我|找到|找出|标出|圈出|选中|显示|定位|在|图片|图像|插图|图|中|里|上|面|写着|写有|标着|标有|名为|叫做|叫|标签为|标注为|这个|那个|的|文本框|方框|矩形|框|方块|模块|标签|文字|字样|文本|节点|标题|几个字|字|\s)*$/u;

/** NFKC (full width becomes half width), lower case, plain quotes and dashes, single spaces. */
export function normalize(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/gu, '')
    .replace(/[‘’‚‛´`]/gu, "'")
    .replace(/[“”„‟«»「」『』]/gu, '"')
    .replace(/[‐‑‒–—―−]/gu, '-')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Without spaces: the recogniser loses them, and Chinese has none. */
export const withoutSpaces = (text: string): string => normalize(text).replace(/\s/gu, '');

/** Letters and digits only; the text without spaces when it has none of these ("+"). */
export function lettersOf(text: string): string {
  return normalize(text).replace(/[^\p{L}\p{N}]/gu, '') || withoutSpaces(text);
}

/** The same, with letters that a recogniser confuses folded into one, and usual confusions of Chinese writers. */
export function foldedLetters(text: string): string {
  return lettersOf(text)
    .replace(/[1i|!]/gu, 'l')
    .replace(/0/gu, 'o')
    .replace(/象/gu, '像');
}

export const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);

/**
 * What a phrase may mean as a label, the words as typed first, then with ever more of its wrapping taken away:
 * articles, "the box that says …", quotes, "… box", 图中的…, …的框. A phrase that speaks of another place than a label
 * ("right of 'A'") keeps its words, so that it does not match the label that it mentions.
 */
export function readingsOf(phrase: string): string[] {
  const readings: string[] = [];
  const add = (text: string) => {
    const clean = text.replace(/\s+/gu, ' ').trim();
    if (clean && withoutSpaces(clean) && !readings.includes(clean)) readings.push(clean);
    return clean;
  };
  let rest = add(phrase.normalize('NFKC').replace(/[?？。.!！]+$/u, ''));
  const quotes = [...rest.matchAll(quoted)];
  if (quotes.length === 1 && quotes[0]) {
    const around = rest.replace(quotes[0][0], ' ').trim();
    if (wrapperOnly.test(around) || zhWrapperOnly.test(around)) {
      add(quotes[0][1] as string);
      return readings;
    }
  }
  for (const strip of [asks, zhAsks, article, zhPlace, trailingPlace, saying, zhSaying, article, plainWord])
    rest = add(rest.replace(strip, ''));
  rest = add(rest.replace(/^["'“‘「『]|["'”’」』]$/gu, ''));
  rest = add(rest.replace(trailingThing, ''));
  if (isChinese(rest)) add(rest.replace(zhThing, ''));
  return readings;
}
