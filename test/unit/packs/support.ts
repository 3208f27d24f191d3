/** A store in a folder of its own, and a pack that is quick to make. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPackStore } from '../../../src/inference/packs/install/packStore';
import type {
  InstallOptions,
  InstallPlan,
  InstallProgress,
  PackSource,
  PackStore,
  PackStoreOptions,
} from '../../../src/inference/packs/install/types';
import type { PackSummary } from '../../../src/protocol/packs';
import { writeOnnx } from '../../support/onnx';

const made: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-packs-'));
  made.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function storeIn(folder: string, options: Partial<PackStoreOptions> = {}): PackStore {
  return createPackStore({ folder, catalogue: [], stallMs: 400, retryMs: 5, retries: 2, ...options });
}

export const running = (): AbortSignal => new AbortController().signal;

/** Plans and installs, with the licence accepted. */
export async function add(
  store: PackStore,
  source: PackSource,
  options: Partial<InstallOptions> = {},
): Promise<{ plan: InstallPlan; pack: PackSummary; told: InstallProgress[] }> {
  const told: InstallProgress[] = [];
  const signal = options.signal ?? running();
  const plan = await store.plan(source, signal);
  const pack = await store.install(plan, true, { ...options, signal, onProgress: (now) => told.push(now) });
  return { plan, pack, told };
}

/** Bytes that are the same in each run, and are like no others. */
export function noise(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let have = 0; have < length; have += 32)
    parts.push(createHash('sha256').update(`${seed} ${have}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

const picture = { name: 'pixel_values', shape: ['batch', 3, 'height', 'width'] };

/** A detector in the Hugging Face layout. @param bytes of its weights */
export function detector(bytes = 300_000, seed = 'weights'): Record<string, Buffer | string> {
  const model = writeOnnx({
    inputs: [picture],
    outputs: [
      { name: 'logits', shape: ['batch', 300, 80] },
      { name: 'pred_boxes', shape: ['batch', 300, 4] },
    ],
    weights: { w: noise(bytes, seed) },
  });
  return {
    'README.md': '---\nlicense: apache-2.0\n---\n# A detector\n',
    '.gitattributes': '*.onnx filter=lfs\n',
    'config.json': JSON.stringify({ model_type: 'd_fine', id2label: { 0: 'cat' } }),
    'preprocessor_config.json': '{}',
    'onnx/model.onnx': model,
    'onnx/model_fp16.onnx': Buffer.from('not taken'),
    'model.safetensors': Buffer.from('not taken either'),
  };
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
