import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Providers } from '../../../src/inference/engines/onnx/providers';
import { contractProblem, openSession, sessionThreads } from '../../../src/inference/engines/onnx/session';
import { readPack } from '../../../src/inference/packs/registry';
import { buildEntry } from '../../support/build';

const packFolder = path.resolve('models/groundnote-segment');
const hasPack = existsSync(path.join(packFolder, 'groundnote.json'));

describe('a session', () => {
  it('uses the threads asked for, or one less than the cores', () => {
    expect(sessionThreads(3)).toBe(3);
    expect(sessionThreads(0)).toBeGreaterThanOrEqual(1);
  });

  it('says in plain words how a graph breaks its contract', () => {
    const contract = { inputs: ['pixels'], outputs: ['features'] };
    const problem = (inputNames: string[], outputNames: string[]) =>
      contractProblem({ inputNames, outputNames }, contract);
    expect(problem(['pixels'], ['features', 'more'])).toBeUndefined();
    expect(problem(['image'], ['features'])).toBe('has no input "pixels"');
    expect(problem(['pixels', 'mask'], ['features'])).toBe(
      'wants an input that Groundnote does not know: "mask"',
    );
    expect(problem(['pixels'], ['a'])).toBe('has no output "features"');
  });

  it.skipIf(!hasPack)('is not opened for a file that is no graph, nor for one with other names', async () => {
    const { pack } = await readPack(packFolder);
    if (!pack) throw new Error('The embedded pack should be sound.');
    const open = (file: string) =>
      openSession(
        pack,
        file,
        { inputs: ['other'], outputs: [] },
        { threads: 1, providers: new Providers(() => {}) },
      );
    await expect(open('config.json')).rejects.toMatchObject({ code: 'broken-pack' });
    await expect(open('onnx/image_encoder.onnx')).rejects.toMatchObject({
      code: 'broken-pack',
      message: expect.stringContaining('has no input "other"') as string,
    });
  });
});

describe('ONNX Runtime', () => {
  it.skipIf(!hasPack)(
    'is loaded on first use only, and with its telemetry off',
    { timeout: 60_000 },
    async () => {
      const probe = await buildEntry('test/support/telemetryProbe.ts', 'telemetryProbe');
      const env = { ...process.env };
      delete env.ORT_DISABLE_TELEMETRY;
      const { stdout, stderr } = spawnSync(process.execPath, [probe, packFolder], { encoding: 'utf8', env });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({ atImport: [], loadedWith: ['1'] });
    },
  );
});
