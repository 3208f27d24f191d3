import { describe, expect, it } from 'vitest';
import { loadGrabCut } from '../../../src/cli/eval/grabCut';

/** A white square at (8, 8) of 16 × 16 pixels on black, in a picture of 32 × 32. */
function square() {
  const data = new Uint8Array(32 * 32 * 3);
  for (let y = 8; y < 24; y++) data.fill(255, (y * 32 + 8) * 3, (y * 32 + 24) * 3);
  return { width: 32, height: 32, data, contentHash: 'square' };
}

describe('GrabCut', () => {
  it('finds a square in its box', async () => {
    const grabCut = await loadGrabCut();
    const mask = grabCut!(square(), [6, 6, 26, 26]);
    expect(mask.data.reduce((sum, value) => sum + value, 0)).toBe(16 * 16);
    expect(mask.data[16 * 32 + 16]).toBe(1);
  });

  it('answers with the box where the box leaves no background', async () => {
    const grabCut = await loadGrabCut();
    const mask = grabCut!(square(), [0, 0, 32, 32]);
    expect(mask.data.every((value) => value === 1)).toBe(true);
  });
});
