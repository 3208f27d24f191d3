/**
 * Segment Anything by Meta's and Hugging Face's names, SAM 2 and EdgeTAM against PyTorch: the same random weights, the same
 * pictures and prompts, and masks of the whole picture after all that lies around the graphs.
 */
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readPack } from '../../../src/inference/packs/registry';
import { quietContext } from '../../../src/inference/process/cancel';
import { readPicture } from '../../../src/inference/process/images';
import { wholeOf, type Picture } from '../../../src/inference/process/picture';
import { createRuntime } from '../../../src/inference/process/runtime';
import { finishMask } from '../../../src/inference/process/segment/finish';
import type { PromptSet } from '../../../src/inference/process/segment/prompts';
import { createSessionStore } from '../../../src/inference/process/sessionStore';
import { Stopwatch } from '../../../src/inference/process/stopwatch';
import { SamGraphs } from '../../../src/inference/engines/onnx/sam/graphs';
import type { Prompt, Rle } from '../../../src/protocol/geometry';
import { encodeRle, rleFromRuns, rleOverlap } from '../../../src/protocol/rle';
import { noPython, parityPacks, python, type ParityPacks } from './onnxPacks';

const leastIou = 0.99;

const caseSchema = z.object({
  picture: z.string(),
  prompt: z.string(),
  points: z.array(z.tuple([z.number(), z.number(), z.union([z.literal(0), z.literal(1)])])),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullish(),
  masks: z.array(z.object({ score: z.number(), runs: z.array(z.number()) })),
  chosen: z.number(),
});
type Case = z.output<typeof caseSchema>;

let made: ParityPacks;
beforeAll(() => {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  if (python !== undefined) made = parityPacks();
}, 900_000);

const iou = (a: Rle, b: Rle) => {
  const { intersection, union } = rleOverlap(a, b);
  return union === 0 ? 1 : intersection / union;
};
const open = (name: string) => readPicture({ path: made.picture(name) }, { maxPixels: 1e7 });
const promptSet = ({ points, box }: Case): PromptSet => ({
  points: points.map(([x, y, label]) => ({ point: [x, y], label })),
  strokes: [],
  ...(box && { box }),
});
const promptsOf = ({ points, box }: Case): Prompt[] => [
  ...points.map(([x, y, label]): Prompt => ({ type: 'point', point: [x, y], label })),
  ...(box ? [{ type: 'box', box } as const] : []),
];
const maskOf = (runs: readonly number[], picture: Picture) => rleFromRuns(picture, runs);

describe.skipIf(python === undefined)(`Segment Anything against PyTorch${noPython}`, () => {
  const packs = ['sam-hugging-face', 'sam-meta', 'sam-meta-sized', 'sam2', 'edgetam'];
  it.each(packs)(`gives every mask of %s with an IoU of ${leastIou} or more`, async (name) => {
    const { pack } = await readPack(path.join(made.packs, name));
    if (!pack) throw new Error(`The pack ${name} should be sound.`);
    const graphs = await SamGraphs.open(pack, createSessionStore(1));
    const worst = { iou: 1, score: 0, masks: 0 };
    for (const each of made.expected(name, z.array(caseSchema))) {
      const picture = await open(each.picture);
      const stopwatch = new Stopwatch();
      const view = await graphs.encode(picture, wholeOf(picture), stopwatch);
      const decoded = await graphs.decode(view, promptSet(each), undefined, stopwatch);
      const refine = { mask_threshold: 0, refine: null };
      for (const { score, runs } of each.masks) {
        const near = [...decoded].sort(
          (a, b) => Math.abs(a.score - clamped(score)) - Math.abs(b.score - clamped(score)),
        );
        const truth = maskOf(runs, picture);
        // Scores outside 0 to 1 are cut, so that they may tell two masks apart no longer.
        const same = near.filter((mask) => Math.abs(mask.score - clamped(score)) < 0.01);
        const best = Math.max(
          ...same.map(({ logits }) => iou(finishMask(logits, view, picture, refine), truth)),
        );
        worst.score = Math.max(worst.score, Math.abs((near[0]?.score ?? 9) - clamped(score)));
        worst.iou = Math.min(worst.iou, best);
        worst.masks++;
        expect(best, `${name}, ${each.picture}, ${each.prompt}`).toBeGreaterThanOrEqual(leastIou);
      }
    }
    console.info(
      `${name}: ${worst.masks} masks, least IoU ${worst.iou.toFixed(4)}, scores within ${worst.score.toExponential(1)}`,
    );
    expect(worst.masks).toBeGreaterThan(5);
  });
});

const clamped = (score: number) => Math.min(Math.max(score, 0), 1);

describe.skipIf(python === undefined)(`the task "segment" with Segment Anything${noPython}`, () => {
  it.each(['sam-hugging-face', 'sam2', 'edgetam'])(
    'answers with the mask of %s that meets the prompts, and offers the others',
    async (name) => {
      const runtime = createRuntime({ packFolders: [made.packs], threads: 1 });
      for (const each of made.expected(name, z.array(caseSchema)).filter(({ points }) => points.length)) {
        const result = await runtime.segment(
          {
            image: { path: made.picture(each.picture) },
            prompts: promptsOf(each),
            pack: name,
            candidates: true,
          },
          quietContext(),
        );
        const picture = await open(each.picture);
        const truth = maskOf(each.masks[each.chosen]?.runs ?? [], picture);
        const mask = result.regions[0]?.mask;
        expect(mask && iou(mask, truth), `${each.picture}, ${each.prompt}`).toBeGreaterThanOrEqual(leastIou);
        expect(result.pack.id).toBe(name);
        expect(result.candidates?.length).toBeGreaterThan(0);
      }
    },
  );

  it('gives a mask for a box alone to a decoder that takes none, and for a stroke', async () => {
    const runtime = createRuntime({ packFolders: [made.packs], threads: 1 });
    const image = { path: made.picture('wide') };
    const prompts: Prompt[] = [
      { type: 'box', box: [60, 30, 240, 140] },
      { type: 'stroke', points: [[100, 80], [180, 120]], label: 1 },
    ];
    for (const prompt of prompts)
      for (const pack of ['sam-hugging-face', 'sam-meta', 'sam2']) {
        const { regions } = await runtime.segment({ image, prompts: [prompt], pack }, quietContext());
        expect(regions[0]?.mask, `${pack}, ${prompt.type}`).toBeDefined();
      }
  });

  it('takes the mask before where the decoder does, and encodes the picture once', async () => {
    const timed: Record<string, number>[] = [];
    const runtime = createRuntime({ packFolders: [made.packs], threads: 1 });
    runtime.onTimed = (stopwatch) => timed.push(stopwatch.phases());
    const image = { path: made.picture('wide') };
    const point: Prompt = { type: 'point', point: [120, 100], label: 1 };
    const other: Prompt = { type: 'point', point: [10, 10], label: 0 };
    const data = Uint8Array.from({ length: 301 * 200 }, (_, i) => Number(i % 301 < 150));
    const previous = encodeRle({ width: 301, height: 200, data });
    const answer = async (pack: string, given?: Rle) => {
      const asked = { image, prompts: [point, other], pack, candidates: true };
      const { regions, candidates } = await runtime.segment(
        { ...asked, ...(given && { previous: given }) },
        quietContext(),
      );
      return JSON.stringify([...regions, ...(candidates ?? [])].map(({ score, mask }) => [score, mask]));
    };
    const masks = async (pack: string) => [await answer(pack, previous), await answer(pack)];
    const [refined, fresh] = await masks('sam-meta');
    expect(refined).not.toBe(fresh);
    expect(timed.filter((phases) => phases.encodeRun !== undefined)).toHaveLength(1);
    const [same, again] = await masks('sam2');
    expect(same).toBe(again);
  });

  it('answers what is under the pointer, and looks for all there is', async () => {
    const runtime = createRuntime({ packFolders: [made.packs], threads: 1 });
    const params = {
      image: { path: made.picture('wide') },
      prompts: [{ type: 'point', point: [120, 100], label: 1 } as Prompt],
      pack: 'sam2',
    };
    expect((await runtime.hover(params, quietContext())).regions).toEqual([]);
    await runtime.segment(params, quietContext());
    expect((await runtime.hover(params, quietContext())).regions).toHaveLength(1);
    const all = await runtime.everything({ image: params.image, pointsPerSide: 4, pack: 'sam2' }, quietContext());
    expect(all.pack.id).toBe('sam2');
  });
});
