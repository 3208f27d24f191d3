import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  onnxBytesOfStream,
  readOnnxBytes,
  readOnnxMetadata,
} from '../../../src/inference/packs/onnxMetadata';
import { writeOnnx } from '../../support/onnx';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = { name: 'images', shape: ['batch', 3, 640, 640] };
const output = { name: 'output0', shape: ['batch', 84, 8400] };
const names = "{0: 'person', 1: 'bicycle'}";

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe('what an ONNX file says of itself', () => {
  it('is its inputs, outputs and properties, past weights of any size', async () => {
    const model = writeOnnx({
      inputs: [image, { name: 'w', shape: [1] }],
      outputs: [output],
      properties: { names, task: 'detect' },
      weights: { w: Buffer.alloc(3 << 20), far: 'model.onnx_data' },
    });
    const read = await readOnnxMetadata(put('a.onnx', model));
    expect(read).toMatchObject({
      producer: 'a test',
      opset: 17,
      properties: { names, task: 'detect' },
      inputs: [{ ...image, type: 'float32' }],
      outputs: [{ ...output, type: 'float32' }],
      externalFiles: ['model.onnx_data'],
    });
    expect(read.inputs).toHaveLength(1);
  });

  it('is the same from a stream, in whatever pieces it comes', async () => {
    const model = writeOnnx({
      inputs: [image],
      outputs: [output],
      properties: { names },
      weights: { w: Buffer.alloc(5000) },
    });
    const whole = await readOnnxMetadata(put('b.onnx', model));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (size) => {
        async function* pieces() {
          for (let at = 0; at < model.length; at += size) yield model.subarray(at, at + size);
        }
        expect(await readOnnxBytes('b.onnx', onnxBytesOfStream(model.length, pieces()))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('of the embedded packs is what their engine opens', async () => {
    const onnx = 'models/groundnote-segment/onnx';
    for (const file of readdirSync(onnx)) {
      const { inputs, outputs } = await readOnnxMetadata(path.join(onnx, file));
      expect(inputs.length).toBeGreaterThan(0);
      expect(outputs.length).toBeGreaterThan(0);
    }
  });
});

describe('nonsense is refused', () => {
  const model = writeOnnx({ inputs: [image], outputs: [output], weights: { w: Buffer.alloc(2000) } });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['text', Buffer.from('{"not": "a model"}'.repeat(50))],
    ['zeros', Buffer.alloc(5000)],
    [
      'a pointer to a large file',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n'),
    ],
    ['a page of a login', Buffer.from('<!DOCTYPE html><title>Sign in</title>')],
  ])('%s', async (_, bytes) => {
    await expect(readOnnxMetadata(put('c.onnx', bytes))).rejects.toMatchObject({
      code: 'broken-pack',
      message: 'c.onnx is not an ONNX model, or only a part of one.',
    });
  });

  it('a model that was cut off anywhere', async () => {
    const file = put('d.onnx', model);
    for (let size = model.length - 1; size > 0; size -= 97) {
      truncateSync(file, size);
      // Cut behind the graph it is whole but for its last fields.
      await readOnnxMetadata(file).then(
        (read) => expect(read.outputs).toHaveLength(1),
        (error) => expect(error).toMatchObject({ code: 'broken-pack' }),
      );
    }
  });

  it('any bytes, without an endless wait or another error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(model.length - 1), async (bytes, at) => {
        const mixed = Buffer.from(model);
        mixed.set(bytes.subarray(0, mixed.length - at), at);
        for (const each of [bytes, mixed])
          await readOnnxMetadata(put('e.onnx', each)).catch((error) =>
            expect(error).toMatchObject({ code: 'broken-pack' }),
          );
      }),
      { numRuns: 150 },
    );
  });

  it('a file that is not there', async () => {
    await expect(readOnnxMetadata(path.join(folder, 'none.onnx'))).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
