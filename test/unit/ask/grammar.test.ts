/** Which questions the grammar reads, as what, and which it leaves alone. */
import { describe, expect, it } from 'vitest';
import { parseQuestion, type Query } from '../../../src/inference/process/ask/grammar';

/** A question in which `[r1]` is a chip. */
function parse(text: string): Query | undefined {
  const spans = [...text.matchAll(/\[(r\d)\]/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    regions: [match[1] as string],
  }));
  return parseQuestion({ text, spans }).query;
}
const phrase = (text: string) => ({ kind: 'phrase' as const, text });
const regions = (...ids: string[]) => ({ kind: 'regions' as const, ids });
const it_ = { kind: 'it' as const };
const picture = { kind: 'picture' as const };

describe('where something is', () => {
  it.each<[string, string]>([
    ['Where is the mask decoder?', 'the mask decoder'],
    ["where's Projector", 'Projector'],
    ['Find “Vision encoder” in the figure', '"Vision encoder"'],
    ['show me the projector', 'the projector'],
    ['Where does "Stage 3" stand in the diagram?', '"Stage 3"'],
    ['「编码器」在哪里？', '"编码器"'],
    ['图像编码器在哪儿', '图像编码器'],
    ['请找出“总损失”', '"总损失"'],
    ['掩码解码器在图中的什么位置', '掩码解码器'],
    ['哪里写着“权重”？', '"权重"'],
    ['Please, where is [CLS]?', '[CLS]'],
    ['where is start here', 'start here'],
  ])('%s', (question, text) => {
    expect(parse(question)).toEqual({ ask: 'locate', what: phrase(text) });
  });

  it('also by the words alone', () => {
    expect(parse('Mask decoder')).toEqual({ ask: 'locate', what: phrase('Mask decoder'), bare: true });
    expect(parse('掩码解码器')).toEqual({ ask: 'locate', what: phrase('掩码解码器'), bare: true });
  });
});

describe('what is written', () => {
  it.each<[string, Query]>([
    ['What does it say?', { ask: 'read', what: it_ }],
    ['What does [r1] say?', { ask: 'read', what: regions('r1') }],
    ['What does it say? [r1]', { ask: 'read', what: regions('r1') }],
    ['[r1] [r2]: read this', { ask: 'read', what: regions('r1', 'r2') }],
    ['read this', { ask: 'read', what: it_ }],
    ['Read [r1]', { ask: 'read', what: regions('r1') }],
    ['Read the text in [r1] and [r2]', { ask: 'read', what: regions('r1', 'r2') }],
    ['What is [r1]?', { ask: 'read', what: regions('r1') }],
    ['[r1]', { ask: 'read', what: regions('r1') }],
    ['What is written in [r1]?', { ask: 'read', what: regions('r1') }],
    ['what is in [10, 20, 200, 90]?', { ask: 'read', what: { kind: 'box', box: [10, 20, 200, 90] } }],
    ['what does [200, 90, 10, 20] say', { ask: 'read', what: { kind: 'box', box: [10, 20, 200, 90] } }],
    [
      'What does the region the box [10, 20, 200, 90] say',
      { ask: 'read', what: { kind: 'box', box: [10, 20, 200, 90] } },
    ],
    ['这里写了什么？', { ask: 'read', what: it_ }],
    ['[r1]里面写着什么', { ask: 'read', what: regions('r1') }],
    ['读一下 [r1]', { ask: 'read', what: regions('r1') }],
    ['[r1]是什么', { ask: 'read', what: regions('r1') }],
    ['List all the text', { ask: 'list' }],
    ['which words are there in the picture?', { ask: 'list' }],
    ['What text is in the figure?', { ask: 'list' }],
    ['what does the picture say?', { ask: 'list' }],
    ['列出所有文字', { ask: 'list' }],
    ['图中有哪些文字？', { ask: 'list' }],
  ])('%s', (question, query) => {
    expect(parse(question)).toEqual(query);
  });
});

describe('what stands beside', () => {
  it.each<[string, Query]>([
    ['What is left of the projector?', { ask: 'relation', direction: 'left', of: phrase('the projector') }],
    [
      'which words are inside "Visual sampler"',
      { ask: 'relation', direction: 'inside', of: phrase('"Visual sampler"') },
    ],
    ['Which labels are to the right of [r1]?', { ask: 'relation', direction: 'right', of: regions('r1') }],
    ["what's on the left side of it?", { ask: 'relation', direction: 'left', of: it_ }],
    ['what is directly above "Pooling"?', { ask: 'relation', direction: 'above', of: phrase('"Pooling"') }],
    ['what is written under Sampling', { ask: 'relation', direction: 'below', of: phrase('Sampling') }],
    ['find all the words below [r1]', { ask: 'relation', direction: 'below', of: regions('r1') }],
    ['is there anything right of "Head"?', { ask: 'relation', direction: 'right', of: phrase('"Head"') }],
    ['What is on the left of the figure?', { ask: 'relation', direction: 'left', of: picture }],
    ['What is at the top?', { ask: 'relation', direction: 'above', of: picture }],
    ['which words are at the bottom of the picture', { ask: 'relation', direction: 'below', of: picture }],
    ['And below it?', { ask: 'relation', direction: 'below', of: it_ }],
    ['and to the right?', { ask: 'relation', direction: 'right' }],
    ['what about above?', { ask: 'relation', direction: 'above' }],
    ['「投影层」左边是什么？', { ask: 'relation', direction: 'left', of: phrase('"投影层"') }],
    ['编码器的右边有哪些文字', { ask: 'relation', direction: 'right', of: phrase('编码器') }],
    ['[r1]里面有哪些字？', { ask: 'read', what: regions('r1') }],
    ['什么在“输出”的上面', { ask: 'relation', direction: 'above', of: phrase('"输出"') }],
    ['它的下面呢？', { ask: 'relation', direction: 'below', of: it_ }],
    ['那右边呢', { ask: 'relation', direction: 'right' }],
    [
      'What is between "Encoder" and "Decoder"?',
      { ask: 'between', first: phrase('"Encoder"'), second: phrase('"Decoder"') },
    ],
    [
      'what stands between [r1] and the mask decoder',
      { ask: 'between', first: regions('r1'), second: phrase('the mask decoder') },
    ],
    [
      '「编码器」和「解码器」之间是什么？',
      { ask: 'between', first: phrase('"编码器"'), second: phrase('"解码器"') },
    ],
  ])('%s', (question, query) => {
    expect(parse(question)).toEqual(query);
  });
});

describe('how many, whether, which', () => {
  it.each<[string, Query]>([
    ['How many times does "Attention" occur?', { ask: 'count', what: phrase('"Attention"') }],
    ['how often is the word attention written in the picture', { ask: 'count', what: phrase('attention') }],
    ['How many "Conv" are there?', { ask: 'count', what: phrase('"Conv"') }],
    ['How many boxes are there?', { ask: 'countThings', things: 'boxes', within: picture }],
    ['how many labels are inside [r1]', { ask: 'countThings', things: 'labels', within: regions('r1') }],
    ['图中有几个框？', { ask: 'countThings', things: 'boxes', within: picture }],
    ['一共有多少个标签', { ask: 'countThings', things: 'labels', within: picture }],
    ['“专家”出现了几次？', { ask: 'count', what: phrase('"专家"') }],
    ['Is there a tokenizer?', { ask: 'exists', what: phrase('tokenizer') }],
    ['does the figure mention "SEG"?', { ask: 'exists', what: phrase('"SEG"') }],
    ['is "LoRA" in the picture?', { ask: 'exists', what: phrase('"LoRA"') }],
    ['图中有没有“损失”？', { ask: 'exists', what: phrase('"损失"') }],
    ['有“解码器”吗？', { ask: 'exists', what: phrase('"解码器"') }],
    ['the other one', { ask: 'pick', which: 'next' }],
    ['and the second one?', { ask: 'pick', which: 2 }],
    ['the left one', { ask: 'pick', which: 'left' }],
    ['另一个呢', { ask: 'pick', which: 'next' }],
    ['第二个在哪里', { ask: 'pick', which: 2 }],
  ])('%s', (question, query) => {
    expect(parse(question)).toEqual(query);
  });
});

it.each([
  'What is LISA?',
  'what is in the picture?',
  'What colour is the box?',
  'Why does the encoder come first?',
  'Describe the figure',
  'Explain this diagram to me in simple words please',
  'who drew this?',
  'How does the projector work?',
  'Which region is the largest?',
  'what is the meaning of [r1]?',
  'what happens left to right',
  '这张图是什么意思？',
  '为什么要用编码器？',
  '图里有什么？',
  '这个框是什么颜色',
])('leaves alone: %s', (question) => {
  expect(parse(question)).toBeUndefined();
});

it('answers in the language of the question, not of the words that it quotes', () => {
  const language = (text: string) => parseQuestion({ text, spans: [] }).language;
  expect(language('where is "编码器"?')).toBe('en');
  expect(language('“Encoder”在哪里？')).toBe('zh');
  expect(language('编码器')).toBe('zh');
});
