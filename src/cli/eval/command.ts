/** Runs `eval segment` over an index of objects. */
import path from 'node:path';
import { readPicture } from '../../inference/process/images';
import type { Runtime } from '../../inference/process/runtime';
import { GroundnoteError } from '../../protocol/errors';
import type { PackRef } from '../../protocol/geometry';
import { processOptionsSchema } from '../../protocol/inference';
import { decodeRle, encodeRle, type Mask } from '../../protocol/rle';
import { clearProgress, contextOf, printJson, type CliIo } from '../io';
import { readMask } from '../pictures';
import { loadGrabCut } from './grabCut';
import { readIndex } from './indexLines';
import { iou, median } from './metrics';
import {
  boxMask,
  evalRowSchema,
  scoreObject,
  summarize,
  summarizeSets,
  type ObjectScores,
  type SegmentOne,
  type SegmentScores,
} from './segmentEval';
import { textTable } from './table';

export interface EvalOptions {
  index: string;
  root?: string;
  limit?: number;
  maxClicks: number;
  /** Give each corrective click the mask of the one before. */
  previous: boolean;
  baselines?: boolean;
  pack?: string;
  json?: boolean;
}

/** @throws GroundnoteError as reading the index, its pictures and masks, and the segmenter do */
export async function runEvalSegment(io: CliIo, runtime: Runtime, options: EvalOptions): Promise<void> {
  const rows = (await readIndex(options.index, evalRowSchema)).slice(0, options.limit);
  if (!rows.length) throw new GroundnoteError('io', `The index "${options.index}" holds no objects.`);
  const root = options.root ?? path.dirname(options.index);
  const grabCut = options.baselines ? await loadGrabCut() : undefined;
  if (options.baselines && !grabCut)
    io.err('GrabCut is skipped: OpenCV (@techstark/opencv-js) is not installed.\n');
  const { maxPixels } = processOptionsSchema.parse({ packFolders: [] });

  const objects: ObjectScores[] = [];
  const clickTimes: number[] = [];
  let pack: PackRef | undefined;
  for (const [i, row] of rows.entries()) {
    const image = path.resolve(root, row.image);
    const truth = await readMask(path.resolve(root, row.mask));
    const segment: SegmentOne = async (prompts, previous) => {
      const result = await runtime.segment(
        {
          image: { path: image },
          prompts: [...prompts],
          pack: options.pack,
          ...(options.previous && previous && { previous: encodeRle(previous) }),
        },
        { ...contextOf(io), progress: () => {} },
      );
      pack = result.pack;
      if (previous) clickTimes.push(result.timings.total_ms);
      return maskOf(result.regions[0]?.mask, truth);
    };
    const scores = await scoreObject(row, truth, segment, options.maxClicks);
    const baselines: Record<string, number> = {};
    if (options.baselines) {
      baselines.box = iou(boxMask(row.box, truth.width, truth.height), truth);
      if (grabCut)
        baselines.grabcut = iou(grabCut(await readPicture({ path: image }, { maxPixels }), row.box), truth);
    }
    objects.push({ ...scores, baselines });
    if (io.interactive || (i + 1) % 20 === 0 || i + 1 === rows.length)
      io.err(`${io.interactive ? '\r\u001b[K' : ''}${i + 1} of ${rows.length}${io.interactive ? '' : '\n'}`);
  }
  clearProgress(io);

  const overall = summarize(objects, options.maxClicks);
  const sets = summarizeSets(objects, options.maxClicks);
  const click_ms = Math.round(median(clickTimes) * 10) / 10;
  if (options.json)
    printJson(io, {
      pack,
      ...overall,
      ...(clickTimes.length && { click_ms }),
      ...(Object.keys(sets).length && { sets }),
      ...(options.baselines && !grabCut && { skipped: ['grabcut'] }),
    });
  else {
    io.out(scoresTable({ all: overall, ...sets }));
    io.err(`A click takes ${click_ms} ms (median, after encoding).\n`);
  }
}

function maskOf(rle: Parameters<typeof decodeRle>[0] | undefined, { width, height }: Mask): Mask {
  return rle ? decodeRle(rle) : { width, height, data: new Uint8Array(width * height) };
}

/** A line for each set. */
function scoresTable(scores: Record<string, SegmentScores>): string {
  const baselines = Object.keys(scores.all?.baselines ?? {});
  const head = ['set', 'n', 'point', 'box', '5 clicks', 'noc 85', ...baselines];
  const rows = Object.entries(scores).map(([name, score]) => [
    name,
    String(score.n),
    ...[score.miou_point, score.miou_box, score.miou_5clicks].map((value) => value.toFixed(3)),
    score.noc_85.toFixed(2),
    ...baselines.map((baseline) => (score.baselines?.[baseline] ?? 0).toFixed(3)),
  ]);
  return textTable([head, ...rows]);
}
