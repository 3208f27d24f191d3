/** The forms of questions in Chinese. Earlier rules come first. */
import type { Choice, Direction, Found, Query, Referent, Rule } from './grammar';

const picture =
  '(?:在)?(?:这|该|本|整)?(?:张|幅|个)?(?:图片|图像|插图|图表|图|画面|照片)(?:中|里|上|内)?(?:面)?';
const texts = '(?:文字|文本|字样|字|词|单词|标签|内容|东西)';
const which = `(?:什么|哪些|哪几个|啥)(?:${texts})?`;
const side = '(?:边|面|侧|方|部)';
const beside = `(?:的)?(?:正|紧靠)?(?<direction>左${side}|右${side}|上${side}|下${side}|左|右|上|下|里面?|里边|内部|当中|之中|中(?!间))`;
const is = '(?:都|又)?(?:是|有|写着|写了|写的是|写有|标着|放着)?';

const directionOf = (words: string | undefined): Direction | undefined => {
  const sign = words?.[0];
  if (sign === undefined) return undefined;
  return ({ 左: 'left', 右: 'right', 上: 'above', 下: 'below' } as const)[sign] ?? 'inside';
};

function relation({ groups, refer }: Found): Query | undefined {
  const direction = directionOf(groups['direction']);
  if (!direction) return undefined;
  const of = refer(groups['a']);
  if (groups['a']?.trim() && !of) return undefined;
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
const digits: Readonly<Record<string, number>> = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5 };
function choiceOf(words: string): Choice | undefined {
  const number = /第\s*([一二三四五1-5])/u.exec(words)?.[1];
  if (number) return digits[number] ?? Number(number);
  if (/最后/u.test(words)) return -1;
  if (/左/u.test(words)) return 'left';
  if (/右/u.test(words)) return 'right';
  if (/上/u.test(words)) return 'above';
  return /下一|另|其他|别的/u.test(words) ? 'next' : 'below';
}
const howMany =
  '(?:多少|几)(?:个|条|处|块|行)?(?<things>框|方框|矩形框?|方块|模块|节点|形状|图形|文本框|标签|文字|文本|字样)';
const countThings = (things: string | undefined, within: Referent): Query => ({
  ask: 'countThings',
  things: /标签|文字|文本$|字样/u.test(things ?? '') ? 'labels' : 'boxes',
  within,
});
const end = '\\s*(?:呢|吗|呀|啊)?';

export const chineseRules: readonly Rule[] = [
  rule(
    `(?:那么?|还有)?\\s*(?<which>另外?一?(?:个|处)|其他(?:的|几个)?|别的|下一个|第\\s*[一二三四五1-5]\\s*(?:个|处)|最后一?(?:个|处)|(?:最)?[左右上下](?:边|面)?的?那个)(?:地方|位置)?(?:在哪里|在哪儿|在哪)?${end}`,
    ({ groups }) => {
      const choice = choiceOf(groups['which'] ?? '');
      return choice === undefined ? undefined : { ask: 'pick', which: choice };
    },
  ),

  rule(
    `(?:那么?)?\\s*(?<a>.+?)\\s*(?:和|与|跟|及|到)\\s*(?<b>.+?)\\s*(?:之间|中间|当中)\\s*(?:的)?(?:${is}\\s*${which})?${end}`,
    ({ groups, refer }) => {
      const [first, second] = [refer(groups['a']), refer(groups['b'])];
      return first && second && { ask: 'between', first, second };
    },
  ),

  rule(
    `(?:列出|读出|念出|列举|提取|显示|给出|识别)(?:一下)?(?:${picture}的?)?(?:所有|全部)?的?(?:${texts})${end}`,
    () => ({ ask: 'list' }),
  ),
  rule(`(?:所有|全部)的?(?:${texts})${end}`, () => ({ ask: 'list' })),
  rule(
    `(?:${picture})?(?:都|一共|总共)?(?:有|写了|写着|写有)(?:哪些|什么)(?:文字|文本|字样|字|词|单词|标签)${end}`,
    () => ({ ask: 'list' }),
  ),
  rule(`${picture}(?:都)?(?:写了|写着|写的是|说了)(?:些)?什么${end}`, () => ({ ask: 'list' })),

  rule(`(?:${picture})?\\s*(?:一共|总共|共)?有${howMany}${end}`, ({ groups }) =>
    countThings(groups['things'], { kind: 'picture' }),
  ),
  rule(`(?<a>.+?)(?:里面?|中|内部?|当中)?\\s*(?:一共|总共|共)?有${howMany}${end}`, ({ groups, refer }) => {
    const within = refer(groups['a']);
    return within && countThings(groups['things'], within);
  }),
  rule(
    `(?<a>.+?)\\s*(?:一共|总共)?(?:在${picture})?(?:出现|写)(?:过|了)?(?:多少|几)(?:次|处|遍)${end}`,
    only('count'),
  ),
  rule(`(?:${picture})?(?:一共|总共)?有(?:多少|几)(?:个|处|次)\\s*(?<a>.+?)${end}`, only('count')),

  // Before the sides, because 这里 ("here") holds a word for "inside".
  rule(
    `(?<a>这里|这儿|那里|那儿|这个.{0,4}|它们?)(?:里面?|上面?|中)?\\s*(?:写了|写着|写的是|写的|说的是|写)(?:些)?(?:什么|啥)(?:字|内容)?${end}`,
    only('read'),
  ),
  rule(`(?:那么?)?\\s*(?<a>.*?)\\s*${beside}\\s*(?:的)?(?:呢|${is}\\s*(?:些)?${which}${end})`, (found) => {
    const query = relation(found);
    // What a picture shows is no question about its words.
    return query?.ask === 'relation' && query.direction === 'inside' && query.of?.kind === 'picture'
      ? undefined
      : query;
  }),
  rule(
    `(?:列出|读出|找出)?(?:在)?(?<a>.+?)\\s*${beside}(?:的)?(?:所有|全部)?(?:的)?${texts}(?:有哪些|是什么)?${end}`,
    relation,
  ),
  rule(`(?:什么|哪些(?:${texts})?|哪个(?:${texts})?)在\\s*(?<a>.+?)\\s*${beside}${end}`, relation),

  rule(
    `(?<a>.+?)\\s*(?:这里|这儿)?(?:上面?|里面?)?(?:写了|写着|写的是|写的|说的是|写)(?:些)?(?:什么|啥)(?:字|内容)?${end}`,
    only('read'),
  ),
  rule(`(?:写了|写着|写的是|写的)(?:些)?(?:什么|啥)${end}`, () => ({ ask: 'read', what: { kind: 'it' } })),
  rule(
    `(?:读|念|识别)(?:出来|一下|一读|出)?\\s*(?<a>.+?)(?:的|里的|中的)?(?:文字|内容|字)?${end}`,
    only('read'),
  ),
  rule(`(?<a>.+?)\\s*是(?:什么|啥)(?:字|文字)?${end}`, ({ groups, refer }) => {
    const what = refer(groups['a']);
    return what?.kind === 'regions' || what?.kind === 'box' ? { ask: 'read', what } : undefined;
  }),

  rule(
    `(?:找到|找出|找|标出|标记|圈出|选中|选出|定位|显示|指出)(?:一下)?\\s*(?<a>.+?)(?:在哪里|在哪儿|在哪|的位置)?${end}`,
    only('locate'),
  ),
  rule(
    `(?<a>.+?)\\s*(?:写)?(?:在|位于)(?:${picture}的?)?(?:什么|哪|何)(?:里|儿|处|个?地方|个?位置)?${end}`,
    only('locate'),
  ),
  rule(`(?:哪里|哪儿|哪)(?:有|写着|写了)\\s*(?<a>.+?)${end}`, only('locate')),
  rule(`(?<a>.+?)\\s*的位置(?:在哪里|在哪|是什么)?${end}`, only('locate')),

  rule(
    `(?:${picture})?(?:有没有|是否有|是否存在|存不存在|有无)\\s*(?:写着|写有)?\\s*(?<a>.+?)${end}`,
    only('exists'),
  ),
  rule(`(?:${picture})?(?:有|存在|写着|写有|出现了?)\\s*(?<a>.+?)\\s*(?:吗|(?<!什)么)`, only('exists')),
  rule(`(?<a>.+?)\\s*(?:在${picture}(?:吗|么)|(?:出现|存在)(?:了)?(?:吗|么))`, only('exists')),
];
