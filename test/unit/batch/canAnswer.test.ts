import { describe, expect, it } from 'vitest';
import { canAnswer } from '../../../src/annotate/folder/canAnswer';
import type { PackSummary } from '../../../src/protocol/packs';

type Answerer = Pick<PackSummary, 'state' | 'kind' | 'tasks'>;
const ready = (kind: PackSummary['kind'], ...tasks: PackSummary['tasks']): Answerer => ({
  state: 'ready',
  kind,
  tasks,
});

describe('who can be asked in a batch', () => {
  it('is who finds phrases, or sees all there is', () => {
    const answers = (pack: Answerer) => [canAnswer(pack, 'everything'), canAnswer(pack, 'ground')];
    expect(answers(ready('promptable-segmenter', 'segment'))).toEqual([true, false]);
    expect(answers(ready('ocr', 'ground', 'refer', 'ask'))).toEqual([false, true]);
    expect(answers(ready('detector', 'ground'))).toEqual([true, true]);
    expect(answers(ready('x-anylabeling', 'ground', 'segment'))).toEqual([true, true]);
    expect(answers(ready('openai-chat', 'ask', 'ground'))).toEqual([false, true]);
  });

  it('is neither what is broken nor the editor’s own models', () => {
    expect(canAnswer({ ...ready('ocr', 'ground'), state: 'broken' }, 'ground')).toBe(false);
    expect(canAnswer(ready('editor-model', 'ground'), 'ground')).toBe(false);
  });
});
