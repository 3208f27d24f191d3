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
    // Measured with pack groundnote-segment 0.1.0: 0.863, 0.920, 0.927.
    expect(figures.miou_point, 'one click').toBeGreaterThan(0.84);
    expect(figures.miou_box, 'box').toBeGreaterThan(0.9);
    expect(figures.miou_5clicks, 'five clicks').toBeGreaterThan(0.91);
  });
});

const reason = hasValidation ? '' : ` (skipped: ${validation} is not there; set GROUNDNOTE_DATA)`;
describe.skipIf(!hasValidation)(`validation photos${reason}`, () => {
  it(
    'reaches its floors on all objects',
    async () => {
      const figures = await measure(runtime, validation);
      report('validation', figures);
      // Measured with pack groundnote-segment 0.1.0: 0.635, 0.809, 0.866.
      expect(figures.miou_point, 'one click').toBeGreaterThan(0.61);
      expect(figures.miou_box, 'box').toBeGreaterThan(0.79);
      expect(figures.miou_5clicks, 'five clicks').toBeGreaterThan(0.85);
    },
    1_800_000,
  );
});
