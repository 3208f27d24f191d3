/** What the filmstrip is told, and where the keys of a folder lead. */
import { describe, expect, it } from 'vitest';
import { countRegions } from '../../../src/annotate/folder/countRegions';
import { leastRecent } from '../../../src/annotate/folder/leastRecent';
import { targetOf } from '../../../src/annotate/folder/target';

describe('regions of a sidecar', () => {
  const file = (shapes: unknown[], imagePath = 'a.png') => JSON.stringify({ imagePath, shapes });

  it('counts parts of one region once, and shapes of other tools each', () => {
    const shapes = [
      { label: 'a', groundnote: { id: 'one', rle: {} } },
      { label: 'a', groundnote: { id: 'one' } },
      { label: 'b' },
      { label: 'b', groundnote: 'of another tool' },
    ];
    expect(countRegions(file(shapes, '..\\up\\a.png'))).toEqual({ regions: 3, imageName: 'a.png' });
    expect(countRegions('\uFEFF' + file([]))).toEqual({ regions: 0, imageName: 'a.png' });
  });

  it.each(['', '{', '[]', '{"shapes": []}', '{"imagePath": "a.png"}'])('is unknown for %j', (text) => {
    expect(countRegions(text)).toBeUndefined();
  });
});

describe('where the keys lead', () => {
  const names = ['a', 'b', 'c', 'd'];
  const regions: Record<string, number> = { a: 0, b: 2, c: 1, d: 0 };
  const problems: Record<string, string> = {};
  const target = (at: number, to: Parameters<typeof targetOf>[2]) =>
    targetOf(
      names,
      at,
      to,
      (name) =>
        Promise.resolve({
          regions: regions[name] ?? 0,
          ...(name in problems && { problem: problems[name] }),
        }),
      new AbortController().signal,
    );

  it('goes to the neighbours, and says where the folder ends', async () => {
    expect(await target(1, 'previous')).toEqual({ name: 'a' });
    expect(await target(1, 'next')).toEqual({ name: 'c' });
    expect(await target(0, 'previous')).toHaveProperty('message');
    expect(await target(3, 'next')).toHaveProperty('message');
    expect(await target(1, { name: 'd' })).toEqual({ name: 'd' });
    expect(await target(1, { name: 'gone' })).toHaveProperty('message');
  });

  it('finds what has no annotations behind this picture first, then from the beginning', async () => {
    expect(await target(1, 'nextUnannotated')).toEqual({ name: 'd' });
    expect(await target(3, 'nextUnannotated')).toEqual({ name: 'a' });
    problems['a'] = 'a.json belongs to a.jpg';
    expect(await target(3, 'nextUnannotated')).toHaveProperty('message');
  });
});

it('gives the thumbnails up that were used least recently, down to four fifths', () => {
  const files = [3, 1, 2, 4].map((used) => ({ name: String(used), used, bytes: 30 }));
  expect(leastRecent(files, 120)).toEqual([]);
  expect(leastRecent(files, 100)).toEqual(['1', '2']);
});
