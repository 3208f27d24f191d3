/**
 * The adapters of transformers.js against PyTorch: tiny models with the same random weights. The tolerances are those of
 * docs/engines.md.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TextSegmenter } from '../../../src/inference/engines/transformers/textSegmenter';
import type { Finding } from '../../../src/inference/engines/model';
import type { Box } from '../../../src/protocol/geometry';
import { decodeRle } from '../../../src/protocol/rle';
import { expectedOf, makeTinyModels, opened, packNamed, picture, python, reason, runOf } from './tinyModels';

beforeAll(makeTinyModels, 900_000);

/** Largest difference of two lists. */
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), a.length - b.length);

interface Boxes {
  scores: number[];
  boxes: Box[];
}
/** Boxes of one phrase, best first. */
const sorted = ({ scores, boxes }: Boxes) =>
  scores.map((score, i) => ({ score, box: boxes[i] as Box })).sort((a, b) => b.score - a.score);

/** Each expected box is found with its score. */
function expectSame(found: readonly Finding[], expected: ReturnType<typeof sorted>): void {
  expect(found).toHaveLength(expected.length);
  for (const { score, box } of expected) {
    const near = found.filter((each) => Math.abs((each.score ?? 0) - score) < 1e-3);
    expect(Math.min(...near.map((each) => apart(each.box ?? [], box)))).toBeLessThan(1);
  }
}

describe.skipIf(python === undefined)(`packs of transformers.js against PyTorch${reason}`, () => {
  it('CLIPSeg: heat maps within 1e-3, masks within a thousandth of the pixels', async () => {
    interface Answer {
      heat: number[];
      threshold: number;
      mask: string;
      score: number;
    }
    const { answers } = expectedOf<{ answers: Record<string, Answer> }>('clipseg');
    const image = await picture();
    for (const [phrase, { heat, threshold, mask, score }] of Object.entries(answers)) {
      const options = { threshold, parts: 'together', tidy_share: 0 };
      const { model } = await opened(await packNamed('clipseg', 'text-segmenter', options));
      const segmenter = model as TextSegmenter;
      expect(apart((await segmenter.heat(image, phrase)).data, heat)).toBeLessThan(1e-3);
      const { found } = (await segmenter.ground?.(image, phrase, runOf())) ?? { found: [] };
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ label: phrase });
      expect(found[0]?.score).toBeCloseTo(score, 3);
      const pixels = decodeRle(found[0]?.mask ?? { size: [0, 0], counts: '' }).data;
      const differing = pixels.filter((value, i) => value !== Number(mask[i])).length;
      expect(differing / mask.length).toBeLessThan(1e-3);
      await model.close();
    }
  });

  it.each(['owlv2', 'owlvit'])('%s: boxes within a pixel, scores within 1e-3', async (name) => {
    const { phrases, scores, boxes } = expectedOf<{ phrases: string[]; scores: number[][]; boxes: Box[] }>(name);
    const options = { threshold: 0, overlap: 1, template: '{}' };
    const { model } = await opened(await packNamed(name, 'zero-shot-detector', options));
    const { found } = (await model.ground?.(await picture(), phrases.join('; '), runOf())) ?? { found: [] };
    for (const [column, phrase] of phrases.entries())
      expectSame(
        found.filter(({ label }) => label === phrase),
        sorted({ scores: scores.map((row) => row[column] as number), boxes }),
      );
    await model.close();
  });

  it('Grounding DINO: boxes within a pixel, scores within 1e-3, labels as they were asked for', async () => {
    const { answers } = expectedOf<{ answers: Record<string, Boxes> }>('grounding-dino');
    const options = { threshold: 0, overlap: 1 };
    const { model } = await opened(await packNamed('grounding-dino', 'zero-shot-detector', options));
    const phrases = Object.keys(answers);
    const { found } = (await model.ground?.(await picture(), phrases.join(', '), runOf())) ?? { found: [] };
    for (const [phrase, boxes] of Object.entries(answers))
      expectSame(
        found.filter(({ label }) => label === phrase),
        sorted(boxes),
      );
    await model.close();
  });
});
