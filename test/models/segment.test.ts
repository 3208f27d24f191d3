/** Floors of the shipped segmenter. They are what was measured less a small margin, so that a worse model does not pass. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '../../src/inference/process/runtime';
import type { SegmentScores } from '../../src/cli/eval/segmentEval';
import { measure } from './measure';

const validation = path.resolve(process.env.GROUNDNOTE_DATA ?? '../shared/data', 'val/index.jsonl');
const hasValidation = existsSync(validation);

let runtime: Runtime;
beforeAll(() => {
  // The telemetry of ONNX Runtime is off before it is loaded.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  runtime = createRuntime({ packFolders: [path.resolve('models')] });
});

function report(name: string, { n, miou_point, miou_box, miou_5clicks }: SegmentScores): void {
  console.info(`${name}: ${n} objects, mean IoU ${miou_point} by one click, ${miou_box} by box, ${miou_5clicks} by five`);
}

describe('free photos and synthetic pictures', () => {
  it('reaches its floors', async () => {
    const objects: string[] = [];
    const index = path.resolve('test/fixtures/photos/index.jsonl');
    const figures = await measure(runtime, index, (line) => objects.push(line));
    console.info(objects.join('\n'));
    report('fixtures', figures);
    expect(figures.n).toBe(20);
    // Measured with pack groundnote-segment 0.1.0 (first export): 0.574, 0.832, 0.886.
    expect(figures.miou_point, 'one click').toBeGreaterThan(0.55);
    expect(figures.miou_box, 'box').toBeGreaterThan(0.81);
    expect(figures.miou_5clicks, 'five clicks').toBeGreaterThan(0.86);
  });
});

const reason = hasValidation ? '' : ` (skipped: ${validation} is not there; set GROUNDNOTE_DATA)`;
describe.skipIf(!hasValidation)(`validation photos${reason}`, () => {
  it(
    'reaches the floors of the design on all objects',
    async () => {
      const figures = await measure(runtime, validation);
      report('validation', figures);
      expect(figures.miou_point, 'one click').toBeGreaterThanOrEqual(0.42);
      expect(figures.miou_box, 'box').toBeGreaterThanOrEqual(0.66);
      expect(figures.miou_5clicks, 'five clicks').toBeGreaterThanOrEqual(0.64);
    },
    1_800_000,
  );
});
