/** Measures the segmenter on an index of objects through the pipeline that ships, with the scores of `groundnote eval`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import {
  evalRowSchema,
  scoreObject,
  summarize,
  type ObjectScores,
  type SegmentScores,
} from '../../src/cli/eval/segmentEval';
import type { Runtime } from '../../src/inference/process/runtime';
import { decodeRle, encodeRle, type Mask } from '../../src/protocol/rle';

const context = { signal: new AbortController().signal, progress: () => {} };

/**
 * One click, the box, and up to five clicks for every object.
 * @param index path of an index.jsonl; images and masks are relative to it. @param log told each object's IoUs
 */
export async function measure(
  runtime: Runtime,
  index: string,
  log?: (line: string) => void,
): Promise<SegmentScores> {
  const folder = path.dirname(index);
  const objects: ObjectScores[] = [];
  for (const line of readFileSync(index, 'utf8').trim().split('\n')) {
    const row = evalRowSchema.parse(JSON.parse(line));
    const truth = await readMask(path.join(folder, row.mask));
    const image = { path: path.join(folder, row.image) };
    const scores = await scoreObject(
      row,
      truth,
      async (prompts, previous) => {
        const params = { image, prompts: [...prompts], ...(previous && { previous: encodeRle(previous) }) };
        const mask = (await runtime.segment(params, context)).regions[0]?.mask;
        return mask ? decodeRle(mask) : { ...truth, data: new Uint8Array(truth.data.length) };
      },
      5,
    );
    const ious = [scores.point, scores.box, scores.clicks.at(-1) ?? 0].map((iou) => iou.toFixed(2));
    log?.(`${path.basename(row.image)}, ${row.class ?? 'region'}: ${ious.join(' ')}`);
    objects.push({ ...scores, baselines: {} });
  }
  return summarize(objects, 5);
}

async function readMask(file: string): Promise<Mask> {
  const { data, info } = await sharp(file).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
