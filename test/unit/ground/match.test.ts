/** A phrase and the texts that were read: what counts as the same, and what must not. */
import { describe, expect, it } from 'vitest';
import { matchPhrase, nearestTexts } from '../../../src/inference/process/ground/match';
import { normalize, readingsOf } from '../../../src/inference/process/ground/phrase';

const found = (phrase: string, ...texts: string[]) =>
  matchPhrase(
    phrase,
    texts.map((text) => ({ text })),
  ).map(({ item }) => item.text);
const kindOf = (phrase: string, text: string) => matchPhrase(phrase, [{ text }])[0]?.kind;

describe('the same text', () => {
  it.each([
    ['Modality router', 'Modality router'],
    ['modality ROUTER', 'Modality router'],
    ['Modality tokenizers', 'Modalitytokenizers'],
    ['Conv 2D, stride 10', 'Conv2D,stride10'],
    ['Ｃｏｎｖ　２Ｄ', 'Conv 2D'],
    ['mean IoU', 'mean loU'],
    ['Expert P1', 'Expert Pl'],
    ['“vision encoder”', 'Vision encoder'],
    ['掩码解码器', '掩码解码器'],
    ['图像 特征', '图像特征'],
    ['+', '+'],
  ])('%s is %s', (phrase, text) => {
    expect(kindOf(phrase, text)).toBe('same');
  });

  it('gives every place that bears it, and no other', () => {
    expect(found('conv 2d', 'Conv 2D', 'Conv 1D', 'Conv 2D', 'Conv 2D, stride 10')).toEqual([
      'Conv 2D',
      'Conv 2D',
    ]);
  });

  it('is surer than the same letters read differently', () => {
    const [exact] = matchPhrase('IoU', [{ text: 'IoU' }]);
    const [folded] = matchPhrase('IoU', [{ text: 'loU' }]);
    expect(exact?.score).toBe(1);
    expect(folded?.score).toBeLessThan(1);
  });
});

describe('what is written around a label', () => {
  it.each([
    ['the modality router', 'Modality router'],
    ["the label 'Modality router'", 'Modality router'],
    ['the box that says Modality router', 'Modality router'],
    ['the box which reads "Modality router"', 'Modality router'],
    ['find the box labelled Modality router', 'Modality router'],
    ['where is the Modality router?', 'Modality router'],
    ['modality router box', 'Modality router'],
    ['the modality router in the figure', 'Modality router'],
    ['the node named LLM', 'LLM'],
    ['图中的文本损失', '文本损失'],
    ['总损失的框', '总损失'],
    ['写着“多模态大模型”的框', '多模态大模型'],
    ['请找出图中写着多模态大模型的方框', '多模态大模型'],
    ['圈出“总损失”', '总损失'],
  ])('%s', (phrase, text) => {
    expect(found(phrase, text, 'Something else', '别的')).toEqual([text]);
  });

  it('takes the words as typed first', () => {
    expect(found('text prompt', 'Prompt', 'Text prompt')).toEqual(['Text prompt']);
    expect(found('the label', 'The label', 'Something')).toEqual(['The label']);
    expect(readingsOf('图像编码器')[0]).toBe('图像编码器');
  });

  it.each([
    "the box to the right of 'Encoder'",
    "the arrow from 'Encoder' to 'Decoder'",
    'the arrow from the encoder to the LLM',
    'everything except the Encoder',
  ])('does not answer with a label that is only mentioned: %s', (phrase) => {
    expect(found(phrase, 'Encoder', 'Decoder', 'LLM')).toEqual([]);
  });
});

describe('part of a longer text', () => {
  it('is found as whole words', () => {
    expect(kindOf('encoder', 'Universal encoder')).toBe('contained');
    expect(kindOf('SEG', '<SEG>嵌入向量')).toBe('contained');
    expect(kindOf('损失', '文本损失')).toBe('contained');
  });

  it('is found where the recogniser lost the spaces, but not inside another word', () => {
    expect(kindOf('encoder', 'Universalencoder')).toBe('contained');
    expect(found('text', 'context')).toEqual([]);
    expect(found('IMU', 'simulation')).toEqual([]);
    expect(found('8 blocks', '18 blocks')).toEqual([]);
  });
});

describe('typing and reading errors', () => {
  it.each([
    ['modalty router', 'Modality router'],
    ['Modality tokeniser', 'Modality tokenizer'],
    ['Universal projecton module', 'Universalprojectionmodule'],
    ['Spatial aware visual sampler', 'Spatial-aware visual sampier'],
    ['图象特征提取', '图像特征提取'],
  ])('%s is %s', (phrase, text) => {
    expect(found(phrase, text, 'Output')).toEqual([text]);
  });

  it.each([
    ['Expert P4', 'Expert P1'],
    ['Expert P1', 'Expert P2'],
    ['Conv 3D', 'Conv 2D'],
    ['image encoder', 'image decoder'],
    ['text encoder', 'text decoder'],
    ['supervised', 'unsupervised'],
    ['图像编码器', '图像解码器'],
    ['掩码编码器', '掩码解码器'],
    ['线性投影层', '非线性投影层'],
    ['linear layer', 'non-linear layer'],
    ['0.85', '0.65'],
    ['8.5', '85'],
    ['cat', 'car'],
  ])('%s is not %s', (phrase, text) => {
    expect(found(phrase, text)).toEqual([]);
  });
});

it('names the nearest texts of a refusal, most alike first', () => {
  expect(nearestTexts('Expert P4', ['Audio', 'Expert P1', 'IMU'], 2)).toEqual(['Expert P1']);
  expect(nearestTexts('zebra', ['42'], 3)).toEqual([]);
});

it('normalises width, case, quotes and spaces', () => {
  expect(normalize('  “Ｆｕｌｌ”\u200b  Width — ok ')).toBe('"full" width - ok');
});
