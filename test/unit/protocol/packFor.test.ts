/** Which pack a question or a phrase goes to. */
import { describe, expect, it } from 'vitest';
import { packFor } from '../../../src/protocol/conversation';

const grounder = { id: 'grounder', tasks: ['ground'] };
const reader = { id: 'reader', tasks: ['ground', 'refer', 'ask'] };
const chat = { id: 'chat', tasks: ['ask', 'refer'] };
const packs = [grounder, reader, chat];

describe('packFor', () => {
  it('takes the most able one where nothing was set', () => {
    expect(packFor('ask', packs, undefined)?.id).toBe('reader');
    expect(packFor('find', packs, undefined)?.id).toBe('reader');
    expect(packFor('ask', [grounder], undefined)?.id).toBe('grounder');
    expect(packFor('ask', [], undefined)).toBeUndefined();
  });

  it('takes the default of the task, where it is there and can', () => {
    expect(packFor('ask', packs, undefined, { ask: 'chat' })?.id).toBe('chat');
    expect(packFor('find', packs, undefined, { ask: 'chat' })?.id).toBe('reader');
    expect(packFor('find', packs, undefined, { ground: 'grounder', ask: 'chat' })?.id).toBe('grounder');
    expect(packFor('ask', packs, undefined, { ask: 'gone' })?.id).toBe('reader');
    expect(packFor('find', packs, undefined, { ground: 'chat' })?.id).toBe('reader');
  });

  it('takes the one that is chosen before any default', () => {
    expect(packFor('ask', packs, 'reader', { ask: 'chat' })?.id).toBe('reader');
    expect(packFor('ask', packs, 'gone', { ask: 'chat' })?.id).toBe('chat');
  });
});
