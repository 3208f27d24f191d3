/** A class for each pixel, and one mask, against PyTorch and Hugging Face's own processing: the same tiny random weights. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../../src/inference/process/runtime';
import { rleArea, rleFromRuns, rleOverlap } from '../../../src/protocol/rle';
import { noPython, parityPacks, python, type ParityPacks } from './onnxPacks';

const leastIou = 0.99;
const caseSchema = z.object({ picture: z.string(), masks: z.record(z.string(), z.array(z.number())) });

let made: ParityPacks;
let runtime: Runtime;
beforeAll(() => {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  if (python === undefined) return;
  made = parityPacks();
  runtime = createRuntime({ packFolders: [made.packs], threads: 1 });
}, 900_000);

describe.skipIf(python === undefined)(`pixel classifiers against PyTorch${noPython}`, () => {
  it.each(['segformer', 'matting', 'matting-logits'])('gives the masks of %s', async (pack) => {
    let [least, masks] = [1, 0];
    for (const each of made.expected(pack, z.array(caseSchema))) {
      const image = { path: made.picture(each.picture) };
      for (const [name, runs] of Object.entries(each.masks)) {
        const text = name.split(',')[0] as string;
        const { image: size, regions } = await runtime.ground({ image, text, pack }, quietContext());
        const truth = rleFromRuns(size, runs);
        // A class of a few pixels is all edge.
        if (rleArea(truth) < 0.01 * size.width * size.height) continue;
        const mask = regions[0]?.mask;
        const told = `${pack}, ${each.picture}, ${name}`;
        expect(mask, told).toBeDefined();
        if (!mask) continue;
        const { intersection, union } = rleOverlap(mask, truth);
        least = Math.min(least, intersection / union);
        masks++;
        expect(intersection / union, told).toBeGreaterThanOrEqual(leastIou);
        expect(regions[0]?.score).toBeGreaterThan(0);
      }
    }
    console.info(`${pack}: ${masks} masks, least IoU ${least.toFixed(4)}`);
    expect(masks).toBeGreaterThanOrEqual(4);
  });

  it('looks for all there is, and refuses what it does not know', async () => {
    const image = { path: made.picture('square') };
    const all = await runtime.everything({ image, pack: 'segformer' }, quietContext());
    expect(all.regions.length).toBeGreaterThan(1);
    const ground = (pack: string, text: string) => runtime.ground({ image, text, pack }, quietContext());
    const none = await ground('segformer', 'a purple elephant');
    expect(none.refused).toBe(true);
    expect(none.text).toContain('wall, sky, tree');
    expect((await ground('segformer', 'the people')).refused).toBeUndefined();
    const [front] = (await ground('matting', 'the subject')).regions;
    const [back] = (await ground('matting', 'background')).regions;
    expect(rleArea(front?.mask as never) + rleArea(back?.mask as never)).toBe(160 * 160);
    expect((await ground('matting', 'a chair')).refused).toBe(true);
  });
});
