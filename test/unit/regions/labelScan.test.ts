import { describe, expect, it } from 'vitest';
import { LabelCounts, labelsOf } from '../../../src/annotate/labels/scan';

const sidecar = (...labels: string[]) =>
  JSON.stringify({
    imagePath: 'a.png',
    shapes: labels.map((label) => ({
      label,
      points: [[1, 2]],
      shape_type: 'point',
      groundnote: { id: 'x', prompts: [{ type: 'point', point: [1, 2], label: 1 }] },
    })),
  });

describe('labels of sidecars', () => {
  it('are counted, with any characters in them; labels of prompts are none', () => {
    expect([...labelsOf(sidecar('杯子', 'say "no"', '杯子', ' '))]).toEqual([
      ['杯子', 2],
      ['say "no"', 1],
    ]);
  });

  it('are none in other JSON files and in broken ones', () => {
    expect(labelsOf('{"label": "x"}').size).toBe(0);
    expect(labelsOf(`${sidecar('cup').slice(0, -9)}"label": "unfinished`).size).toBe(1);
  });

  it('are summed over files, the most frequent first, and follow each file', () => {
    const counts = new LabelCounts();
    expect(counts.set('a', labelsOf(sidecar('cup', 'plate')))).toBe(true);
    expect(counts.set('b', labelsOf(sidecar('plate')))).toBe(false);
    expect(counts.labels(9)).toEqual(['plate', 'cup']);
    expect(counts.labels(1)).toEqual(['plate']);
    expect(counts.set('a', new Map())).toBe(true);
    expect(counts.labels(9)).toEqual(['plate']);
  });
});
