import { describe, expect, it } from 'vitest';
import { groundingQuestion, questionText } from '../../../src/inference/engines/grounding/questions';
import type { Geometry } from '../../../src/protocol/geometry';

const picture = { width: 200, height: 100 };
const place = (name: string, geometry: Geometry, ...spans: { start: number; end: number }[]) => ({
  name,
  geometry,
  spans,
});
const box: Geometry = { type: 'box', box: [20, 10, 100, 50] };

describe('questions to language models', () => {
  it('have places behind the names that stand for them', () => {
    const asked = [place('Region 1', box, { start: 8, end: 16 })];
    expect(questionText('qwen', { text: 'What is Region 1?', asked }, picture, picture)).toBe(
      'What is Region 1 [100, 100, 500, 500]?',
    );
  });

  it('have places that are not named before them', () => {
    const asked = [place('A', box), place('B', { type: 'point', point: [100, 50] })];
    expect(questionText('ferret', { text: '', asked }, picture, picture)).toBe(
      'A: [100, 100, 500, 500]\nB: [500, 500]\nWhat are these?',
    );
  });

  it('count pixels as the model sees them', () => {
    const sent = { width: 400, height: 200 };
    expect(questionText('pixels', { text: 'And this?', asked: [place('A', box)] }, picture, sent)).toBe(
      '[40, 20, 200, 100]\nAnd this?',
    );
  });

  it('ask for a description where nothing is asked', () => {
    expect(questionText('paligemma', { text: '', asked: [] }, picture, picture)).toBe('caption en');
    expect(groundingQuestion('paligemma', 'a cat')).toBe('detect a cat');
    expect(groundingQuestion('qwen', 'a cat')).toContain('bbox_2d');
  });
});
