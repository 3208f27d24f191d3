/** The forms of questions in English. Earlier rules come first. */
import type { Choice, Direction, Found, Query, Rule } from './grammar';

const picture =
  '(?:(?:in|on|of|from)\\s+)?(?:(?:the|this|that)\\s+)?(?:whole\\s+|entire\\s+)?(?:picture|figure|image|diagram|chart|plot|table|drawing|photo|screenshot)';
const inPicture = `(?:\\s+(?:there|here|altogether|in total|${picture}))*`;
const ofPicture = `(?:\\s+${picture})?`;
const texts = '(?:(?:written )?(?:words?|texts?|labels?|lines?|letters|captions?|entries|entry))';
/** Places beside something; a side must be followed by "of" where something follows. */
const beside = `(?<direction>inside(?: of)?|within|in(?:side)?|(?:(?:on|to|at) )?(?:the )?(?:left|right)(?:[- ]hand)?(?: side)?(?: (?:of|from))?|above|over|on top of|below|under|underneath|beneath)`;
const exactly =
  '(?:(?:directly|just|immediately|straight|right|written|shown|found|located|standing|there) )*?';
const be = "(?:'s| is| are| stands?| comes?| lies?| appears?| sits?| do you (?:see|read|find))";

const directionOf = (words: string | undefined): Direction | undefined => {
  if (words === undefined) return undefined;
  if (/left/iu.test(words)) return 'left';
  if (/right/iu.test(words)) return 'right';
  if (/above|over|top/iu.test(words)) return 'above';
  return /below|under|beneath|bottom/iu.test(words) ? 'below' : 'inside';
};

/** A relation to what is named, or without a name to what the turn before was about. */
function relation({ groups, refer }: Found): Query | undefined {
  const direction = directionOf(groups['direction']);
  if (!direction) return undefined;
  const of = refer(groups['a']);
  if (groups['a'] !== undefined && !of) return undefined;
  // "Left the room" is no place: a side needs "of" before a name.
  const words = groups['direction'] as string;
  if (of && /(?:left|right)/iu.test(words) && !/(?:of|from)$/iu.test(words)) return undefined;
  return of ? { ask: 'relation', direction, of } : { ask: 'relation', direction };
}

const rule = (pattern: string, make: Rule['make']): Rule => ({
  pattern: new RegExp(`^${pattern}$`, 'iu'),
  make,
});
const only =
  (ask: 'locate' | 'exists' | 'read' | 'count'): Rule['make'] =>
  ({ groups, refer }) => {
    const what = refer(groups['a']);
    return what && { ask, what };
  };
const numbers: Readonly<Record<string, Choice>> = {
  first: 1,
  '1st': 1,
  second: 2,
  '2nd': 2,
  third: 3,
  '3rd': 3,
  fourth: 4,
  '4th': 4,
  fifth: 5,
  '5th': 5,
  last: -1,
  other: 'next',
  others: 'next',
  next: 'next',
  left: 'left',
  leftmost: 'left',
  right: 'right',
  rightmost: 'right',
  top: 'above',
  upper: 'above',
  topmost: 'above',
  bottom: 'below',
  lower: 'below',
  lowest: 'below',
};

export const englishRules: readonly Rule[] = [
  // Which of several.
  rule(
    `(?:and |then |what about |how about )*(?:the )?(?<which>${Object.keys(numbers).join('|')})(?: (?:one|ones|place|places|occurrence|match))(?: then)?`,
    ({ groups }) => {
      const which = numbers[(groups['which'] ?? '').toLowerCase()];
      return which === undefined ? undefined : { ask: 'pick', which };
    },
  ),

  // What is between two things.
  rule(
    `(?:(?:and |what about )*|(?:what|which)(?: ${texts}| things?| boxes)?${be}?\\s+${exactly}|(?:list|read|find|show)(?: me)?(?: all)?(?: the)? ${texts} )between (?<a>.+?) and (?<b>.+)`,
    ({ groups, refer }) => {
      const [first, second] = [refer(groups['a']), refer(groups['b'])];
      return first && second && { ask: 'between', first, second };
    },
  ),

  // All the text.
  rule(
    `(?:list|read|show|give|transcribe|extract|ocr|copy)(?: me)?(?: out)?(?: (?:all|every|everything))?(?: of)?(?: (?:the|its))?(?: ${texts}| everything| that is written| what is written)*${inPicture}`,
    () => ({ ask: 'list' }),
  ),
  rule(
    `(?:what|which) ${texts}(?: (?:is|are|do you see|can you (?:see|read)))?(?: there| written| shown)*${inPicture}`,
    () => ({ ask: 'list' }),
  ),
  rule(`what(?:'s| is) (?:all )?(?:written|the text)${inPicture}`, () => ({ ask: 'list' })),
  rule(`what does ${picture} say`, () => ({ ask: 'list' })),
  rule(`all (?:of )?(?:the )?${texts}${inPicture}`, () => ({ ask: 'list' })),

  // How many.
  rule(
    `(?:how many|count(?: all)?(?: the)?) (?<things>boxes|shapes|blocks|rectangles|nodes|labels?|texts?|pieces of text|lines? of text|text boxes)(?: (?:with|of|that (?:have|hold)) (?:text|labels?|words))?(?: (?:are|is|do you see))?(?: there)?(?:\\s+(?:${picture}|there|here|in total|altogether)|\\s+(?:inside(?: of)?|in|within) (?<a>.+))?`,
    ({ groups, refer }) => {
      const within = groups['a'] === undefined ? ({ kind: 'picture' } as const) : refer(groups['a']);
      const things = /label|text/iu.test(groups['things'] ?? '') ? 'labels' : 'boxes';
      return within && { ask: 'countThings', things, within };
    },
  ),
  rule(
    `how (?:many times|often) (?:does|do|is|are|can you (?:see|find|read))(?: the)?(?: ${texts})? (?<a>.+?)(?: (?:occur|appear|show up|stand|written|mentioned|shown|found|used|there))*${inPicture}`,
    only('count'),
  ),
  rule(`count (?:(?:the )?(?:occurrences|places) of )?(?<a>.+?)${inPicture}`, only('count')),
  rule(
    `how many (?<a>.+?)(?: (?:is|are|do you see|can you see))?(?: there| written)*${inPicture}`,
    only('count'),
  ),

  // What stands at a side of the picture.
  rule(
    `(?:(?:what|which)(?: ${texts}| things?)?${be}?|(?:list|read|find|show)(?: me)?(?: all)?(?: the)?(?: ${texts}| everything| what)(?: is| are)?) ${exactly}(?:at|in|on|near|along) the (?:very )?(?<direction>top|bottom|left|right)(?:[- ]hand)?(?: (?:side|part|half|third|edge|end))?(?:\\s+(?:in|of) (?:(?:the|this|that) )?(?:picture|figure|image|diagram|chart|plot|drawing|photo|screenshot|page))?`,
    ({ groups }) => {
      const direction = directionOf(groups['direction']);
      const named = /\b(?:top|bottom)\b/iu.test(groups['direction'] ?? '');
      return direction && named ? { ask: 'relation', direction, of: { kind: 'picture' } } : undefined;
    },
  ),

  // What stands beside, above, below or inside.
  rule(
    `(?:what|which)(?: (?:words?|texts?|labels?|boxes|box|things?|else))?${be}?(?: the)?(?: ${texts})? ${exactly}${beside}(?: (?<a>.+))?`,
    (found) => {
      const query = relation(found);
      // What a picture shows is no question about its words.
      return query?.ask === 'relation' && query.direction === 'inside' && query.of?.kind === 'picture'
        ? undefined
        : query;
    },
  ),
  rule(
    `(?:list|read|find|show|give|mark)(?: me)?(?: all)?(?: of)?(?: the)?(?: ${texts}| everything| what)(?: (?:that|which))?(?: (?:is|are|stands?))? ${exactly}${beside} (?<a>.+)`,
    relation,
  ),
  rule(
    `(?:is|are) there (?:anything|something|any|some|an?)(?: ${texts}| box(?:es)?| things?)?(?: ${texts})? ${exactly}${beside} (?<a>.+)`,
    relation,
  ),
  rule(`what does it say ${exactly}${beside} (?<a>.+)`, relation),
  rule(`(?:and |then |what about |how about )+(?:what${be} )?${exactly}${beside}(?: (?<a>.+))?`, relation),
  rule(`${exactly}${beside} (?<a>it|this|that|them)`, relation),

  // What is written there.
  rule('what (?:does|do) (?<a>.+?) (?:say|read)(?: here)?', only('read')),
  rule(
    `what(?:'s| is) (?:written|the ${texts}|it saying) (?:here|there|in|inside|on|of|at)(?: (?<a>.+))?`,
    ({ groups, refer }) => ({ ask: 'read', what: refer(groups['a']) ?? { kind: 'it' } }),
  ),
  rule(
    `(?:read|transcribe|ocr)(?: me)?(?: out)?(?: aloud)?(?: the)?(?: ${texts}(?: (?:in|inside|of|on))?)? (?<a>.+)`,
    only('read'),
  ),
  rule("what(?:'s| is| are) (?:in |inside )?(?<a>.+)", ({ groups, refer }) => {
    const what = refer(groups['a']);
    return what?.kind === 'regions' || what?.kind === 'box' ? { ask: 'read', what } : undefined;
  }),

  // Whether it is there, and where.
  rule(
    `(?:is|are) there (?:(?:an?|any|some|the) )?(?<a>.+?)(?: anywhere| written| somewhere)*${ofPicture}`,
    only('exists'),
  ),
  rule(
    `does (?:it|${picture}) (?:say|contain|mention|have|show|include) (?:(?:an?|any) )?(?<a>.+?)(?: anywhere)?`,
    only('exists'),
  ),
  rule(`do(?:es)? (?<a>.+?) (?:occur|appear|exist|stand)(?: anywhere)?${ofPicture}`, only('exists')),
  rule(
    `(?:is|are) (?<a>.+?) (?:(?:written|mentioned|shown|there|present|anywhere)${ofPicture}|${picture})`,
    only('exists'),
  ),
  rule(
    `where(?:'s| is| are| does| do| can i (?:see|find)) (?<a>.+?)(?: (?:written|occur|appear|located|stand|said|shown|placed|say))?${ofPicture}`,
    only('locate'),
  ),
  rule(
    `(?:find|locate|show|highlight|mark|select|segment|point (?:at|to|out))(?: me)?(?: where)? (?<a>.+?)(?: (?:is|are))?${ofPicture}`,
    only('locate'),
  ),
];
