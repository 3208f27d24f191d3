import { expect, it } from 'vitest';
import { asked } from '../../../../src/inference/engines/transformers/florence/questions';

it.each([
  ['Where is the red car?', { kind: 'find', phrase: 'the red car' }],
  ['find a dog, a cat', { kind: 'find', phrase: 'a dog, a cat' }],
  ['Please show me the legend.', { kind: 'find', phrase: 'the legend' }],
  ['红色的车在哪里？', { kind: 'find', phrase: '红色的车' }],
  ['找出解码器', { kind: 'find', phrase: '解码器' }],
  ['What does the sign say?', { kind: 'read' }],
  ['Read the text', { kind: 'read' }],
  ['Describe this figure', { kind: 'describe' }],
  ['What is in the picture?', { kind: 'describe' }],
  ['What does the image show?', { kind: 'describe' }],
  ['Why is the sky blue?', { kind: 'other' }],
  ['How many dogs are there?', { kind: 'other' }],
])('%s', (question, expected) => {
  expect(asked(question)).toEqual(expected);
});
