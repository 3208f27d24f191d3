/** The hand-written questions are sound: each one's own program gives an accepted answer, and other answers are not accepted. */
import { describe, expect, it } from 'vitest';
import { AskedPhrasing, phrasingParses, phrasings } from '../../support/phrasings';

describe('hand-written questions', () => {
  it('are many, in both languages, of all kinds', () => {
    expect(phrasings.length).toBeGreaterThanOrEqual(180);
    expect(phrasings.filter(({ lang }) => lang === 'zh').length).toBeGreaterThanOrEqual(80);
    expect(new Set(phrasings.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(20);
    expect(new Set(phrasings.map(({ id }) => id)).size).toBe(phrasings.length);
    expect(Object.keys(phrasingParses).length).toBeGreaterThanOrEqual(8);
  });
  it.each(phrasings)('$id $question', (phrasing) => {
    const asked = new AskedPhrasing(phrasing);
    const isAbsent = phrasing.program[0] === 'ABSENT';
    const result = isAbsent ? asked.run(['ABSENT', '^0', '^0'], 1) : asked.run(phrasing.program);
    expect(asked.isRight(result), JSON.stringify(result)).toBe(true);
    expect(asked.isRight(undefined)).toBe(false);
    const none = asked.run(['CAPTION']);
    expect(asked.isRight(none)).toBe(false);
  });
});
