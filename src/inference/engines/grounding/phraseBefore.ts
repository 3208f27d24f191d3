/** The words that a box in the middle of a sentence is about: the last few before it, back to where their phrase begins. */

/** Part of a text in UTF-16 units, from `start` to before `end`. */
export interface Stretch {
  start: number;
  end: number;
}

/** Words before which a new phrase begins. */
const openers = new Set(
  (
    'and or but is are was were be been has have had with without of to in on at by for from into onto over under near ' +
    'behind beside between above below next left right that which who where there it its this these those as like ' +
    'holding wearing sitting standing lying shows show see sees contains located found around'
  ).split(' '),
);
const articles = new Set(['a', 'an', 'the']);
const mostWords = 5;
const mostHan = 12;
const mostChars = 300;

/** @param after where the last place ended: its words are not taken twice. @returns undefined where no word stands there */
export function phraseBefore(text: string, after: number): Stretch | undefined {
  const since = Math.max(after, text.length - mostChars);
  const part = text.slice(since);
  const han = new RegExp(`[\\p{Script=Han}]{1,${mostHan}}[\\s:：]*$`, 'u').exec(part);
  if (han) {
    const end = since + han.index + han[0].replace(/[\s:：]+$/, '').length;
    return { start: since + han.index, end };
  }
  let phrase: Stretch | undefined;
  let end = part.length;
  for (let count = 0; count < mostWords; count++) {
    // Between the box and its words a colon or a bracket may stand; between words only spaces.
    const gap = count === 0 ? /[\s:("'“”*-]*$/ : /[ \t]+$/;
    const until = part.slice(0, end).replace(gap, '').length;
    if (count > 0 && until === end) break;
    const word = /[\p{L}\p{N}][\p{L}\p{N}'’-]*$/u.exec(part.slice(Math.max(0, until - 60), until))?.[0];
    if (!word) break;
    const lower = word.toLowerCase();
    if (openers.has(lower)) break;
    end = until - word.length;
    phrase = { start: since + end, end: phrase?.end ?? since + until };
    if (articles.has(lower)) break;
  }
  return phrase;
}
