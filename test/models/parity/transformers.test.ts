/**
 * The adapters of transformers.js against PyTorch: tiny models with the same random weights. The tolerances are those of
 * docs/engines.md.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadLibrary } from '../../../src/inference/engines/transformers/loading';
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

  it('Depth Anything: nearness within one of 255 steps', async () => {
    const { nearness } = expectedOf<{ nearness: number[] }>('depth');
    const { model } = await opened(await packNamed('depth', 'depth-estimator'));
    const depth = (await model.depth?.(await picture(), runOf())) ?? [];
    expect(depth).toHaveLength(nearness.length);
    expect(apart(depth, nearness)).toBeLessThanOrEqual(1);
    await model.close();
  });

  const describePicture = { text: '', asked: [], history: [] };

  it('ViT-GPT2: the same caption, told as it grows', async () => {
    const { tokens, text } = expectedOf<{ tokens: number; text: string }>('captioner');
    const { model } = await opened(await packNamed('captioner', 'captioner', { max_tokens: tokens }));
    const run = runOf();
    expect(await model.answer?.(await picture(), describePicture, run)).toEqual({ text, found: [] });
    const told = run.told.flatMap(({ text }) => text ?? []);
    expect(told.length).toBeGreaterThan(0);
    for (const part of told) expect(text.startsWith(part)).toBe(true);
    const refused = await model.answer?.(await picture(), { ...describePicture, text: 'Why?' }, run);
    expect(refused).toMatchObject({ refused: true });
    await model.close();
  });

  it('Florence-2: the same answers, their places at the middles of bins', async () => {
    const { answers, tokens } = expectedOf<{ answers: Record<string, string>; tokens: number }>('florence');
    const options = { max_tokens: tokens, describe: 'CAPTION', describe_with_regions: false };
    const { PreTrainedModel } = await loadLibrary();
    const encoded = vi.spyOn(PreTrainedModel.prototype, 'encode_image');
    const { model } = await opened(await packNamed('florence', 'florence', options));
    const image = await picture();
    const words = (answers.CAPTION ?? '').replace(/<[^>]*>/g, ' ').split(' ').filter(Boolean);
    const described = await model.answer?.(image, describePicture, runOf());
    expect(described?.text.split(/\s+/).filter(Boolean)).toEqual(words);
    for (const [name, found] of [
      ['OD', await model.everything?.(image, runOf())],
      ['disc', await model.ground?.(image, 'the red disc', runOf())],
    ] as const)
      expect(found?.found.map(({ box }) => box)).toEqual(boxesByHand(answers[name] ?? '', image));
    // Three questions about one picture, which was encoded once.
    expect(encoded).toHaveBeenCalledTimes(1);
    encoded.mockRestore();
    await model.close();
  });

  it.each(['idefics', 'qwen', 'llava'])('%s: the same answers over two turns', async (name) => {
    const { first, second, tokens } = expectedOf<{ first: string; second: string; tokens: number }>(name);
    const { model } = await opened(await packNamed(name, 'vision-language', { max_tokens: tokens }));
    const image = await picture();
    const question = { text: 'What is the red disc?', asked: [], history: [] };
    const answer = await model.answer?.(image, question, runOf());
    // What was cut off says so.
    expect(answer?.text.replace(/ …$/, '')).toBe(first);
    const turn = { question: question.text, answer: first, asked: [] };
    const next = await model.answer?.(
      image,
      { text: 'where is the bar?', asked: [], history: [turn] },
      runOf(),
    );
    expect(next?.text.replace(/ …$/, '')).toBe(second);
    expect(`${answer?.text}${next?.text}`).toContain(' …');
    await model.close();
  });

  it('a model that marks no places is not asked for any', async () => {
    const pack = await packNamed('idefics', 'vision-language', { max_tokens: 4 });
    const { model } = await opened({ ...pack, manifest: { ...pack.manifest, tasks: ['ask', 'describe'] } });
    expect(model.ground).toBeUndefined();
    const answer = await model.answer?.(await picture(), describePicture, runOf());
    expect(answer).toMatchObject({ found: [] });
    expect(answer?.text).not.toBe('');
    await model.close();
  });

  it('where nothing is found, the phrases are named', async () => {
    const segmenter = await opened(await packNamed('clipseg', 'text-segmenter', { threshold: 1 }));
    const nothing = await segmenter.model.ground?.(await picture(), 'disc; bar', runOf());
    expect(nothing).toEqual({
      found: [],
      refused: true,
      text: 'Nothing here looks like “disc” and “bar” (nothing scored over 1).',
    });
    await segmenter.model.close();
    const detector = await opened(await packNamed('owlvit', 'zero-shot-detector', { threshold: 1 }));
    const none = await detector.model.ground?.(await picture(), 'disc', runOf());
    expect(none).toEqual({ found: [], text: 'Nothing here looks like “disc” (nothing scored over 1).' });
    await detector.model.close();
  });
});

/** Boxes of runs of four places, without those of no area. */
function boxesByHand(text: string, { width, height }: { width: number; height: number }): Box[] {
  const boxes: Box[] = [];
  for (const run of text.replace(/> +</g, '><').match(/(<loc_\d+>)+/g) ?? []) {
    const bins = [...run.matchAll(/\d+/g)].map(Number);
    for (let i = 0; i + 4 <= bins.length; i += 4) {
      const at = (k: number) => (((bins[i + k] as number) + 0.5) / 1000) * (k % 2 ? height : width);
      const box: Box = [
        Math.min(at(0), at(2)),
        Math.min(at(1), at(3)),
        Math.max(at(0), at(2)),
        Math.max(at(1), at(3)),
      ];
      if (box[2] > box[0] && box[3] > box[1]) boxes.push(box);
    }
  }
  return boxes;
}
