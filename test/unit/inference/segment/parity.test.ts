/**
 * The pipeline against its Python reference (training/segment/pipeline.py), on the fixture that training/segment/parity.py wrote. The
 * two resize with different libraries, so masks are compared by IoU, not bit by bit.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { boxSchema, pointSchema, type Prompt } from '../../../../src/protocol/geometry';
import { rleFromRuns, rleOverlap } from '../../../../src/protocol/rle';
import { verifyPack } from '../../../../src/inference/packs/registry';
import { readPicture } from '../../../../src/inference/process/images';
import { quietContext } from '../../../../src/inference/process/cancel';
import { sortPrompts } from '../../../../src/inference/process/segment/prompts';
import { Segmenter } from '../../../../src/inference/process/segment/segmenter';
import { createSessionStore } from '../../../../src/inference/process/sessionStore';
import { Stopwatch } from '../../../../src/inference/process/stopwatch';

const fixtures = path.resolve('test/fixtures/parity');
const packFolder = path.resolve('models/groundnote-segment');
const fixtureSchema = z.object({
  picture: z.string(),
  files: z.record(z.string(), z.string()),
  cases: z.record(
    z.string(),
    z.object({
      prompt: z.object({
        points: z.array(z.tuple([z.number(), z.number(), z.number()])).optional(),
        box: boxSchema.optional(),
        strokes: z.array(z.array(pointSchema)).optional(),
      }),
      final: z.object({
        mask: z.object({ size: z.tuple([z.number(), z.number()]), counts: z.array(z.number()) }),
        score: z.number(),
      }),
    }),
  ),
});

describe.skipIf(!existsSync(path.join(packFolder, 'groundnote.json')))(
  'parity with the Python reference',
  async () => {
    const fixture = fixtureSchema.parse(JSON.parse(readFileSync(path.join(fixtures, 'parity.json'), 'utf8')));
    const pack = await verifyPack(packFolder);
    const segmenter = await Segmenter.open(pack, createSessionStore(1));
    const picture = await readPicture({ path: path.join(fixtures, fixture.picture) }, { maxPixels: 1e6 });

    it('was made with this pack', () => {
      const files = Object.fromEntries(pack.manifest.files.map(({ path: name, sha256 }) => [name, sha256]));
      expect(fixture.files).toEqual(files);
    });

    it.each(Object.entries(fixture.cases))('%s', async (_name, { prompt, final }) => {
      const prompts: Prompt[] = [
        ...(prompt.points ?? []).map(([x, y, label]): Prompt => ({
          type: 'point',
          point: [x, y],
          label: label ? 1 : 0,
        })),
        ...(prompt.box ? [{ type: 'box', box: prompt.box } as const] : []),
        ...(prompt.strokes ?? []).map((points): Prompt => ({ type: 'stroke', points, label: 1 })),
      ];
      const { mask, score } = await segmenter.segment(
        picture,
        sortPrompts(prompts, picture),
        quietContext(),
        new Stopwatch(),
      );
      const [height, width] = final.mask.size;
      const { intersection, union } = rleOverlap(mask, rleFromRuns({ width, height }, final.mask.counts));
      expect(intersection / union).toBeGreaterThan(0.99);
      expect(score).toBeCloseTo(final.score, 1.5);
    });
  },
);
