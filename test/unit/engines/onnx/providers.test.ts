import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Providers } from '../../../../src/inference/engines/onnx/providers';
import { quietContext } from '../../../../src/inference/process/cancel';
import { createRuntime } from '../../../../src/inference/process/runtime';
import { configurationSchema, type Configuration } from '../../../../src/protocol/inference';

describe('the choice of where models run', () => {
  it('falls back once, says so once, and tries again when the setting changes', () => {
    const lines: string[] = [];
    const providers = new Providers((level, message) => lines.push(`${level} ${message}`));
    expect(providers.current).toBe('cpu');
    providers.set('cuda');
    expect(providers.current).toBe('cuda');
    providers.fail('cuda', 'there is no driver');
    providers.fail('cuda', 'there is no driver');
    expect(providers.current).toBe('cpu');
    expect(lines).toEqual([
      'warn The setting asks for CUDA, which cannot be used here: there is no driver. Models run on the CPU instead.',
    ]);
    providers.set('cpu');
    providers.set('cuda');
    expect(providers.current).toBe('cuda');
  });

  it.skipIf(!existsSync('models/groundnote-segment/groundnote.json'))(
    'that this machine does not have gives the masks of the CPU, and a warning in the log',
    async () => {
      const lines: string[] = [];
      const runtime = createRuntime({
        packFolders: [path.resolve('models')],
        threads: 1,
        log: (level, message) => level === 'warn' && lines.push(message),
      });
      // No machine has both.
      const missing: Configuration['executionProvider'] = process.platform === 'darwin' ? 'dml' : 'coreml';
      const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } });
      const image = { name: 'grey.png', bytes: new Uint8Array(await picture.png().toBuffer()) };
      const segment = (x: number) =>
        runtime.segment({ image, prompts: [{ type: 'point', point: [x, 30], label: 1 }] }, quietContext());
      const onCpu = await segment(30);
      runtime.configure(configurationSchema.parse({ executionProvider: missing }));
      const asked = await segment(30);
      await segment(20);
      expect(asked.regions).toEqual(onCpu.regions);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('cannot be used here: ONNX Runtime does not have it for');
      runtime.configure(configurationSchema.parse({ executionProvider: 'cpu' }));
      expect((await segment(30)).regions).toEqual(onCpu.regions);
      expect(lines).toHaveLength(1);
    },
  );
});
