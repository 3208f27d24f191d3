/**
 * Plays the inference process for tests of batches: every picture has 40 × 30 pixels and one box, after 4 ms, from the pack that is asked. By its name a
 * picture may fail (`broken`), end the process (`crash`; the first time only for `crash-once`), or be refused (`refused`).
 */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  alive,
  configure,
  everything,
  ground,
  type ImageSource,
  type TaskResult,
} from '../../src/protocol/inference';
import { GroundnoteError } from '../../src/protocol/errors';
import { Endpoint } from '../../src/protocol/rpc';

process.on('disconnect', () => process.exit(0));
const endpoint = new Endpoint({
  post: (message) => void process.send?.(message),
  listen: (onMessage) => {
    process.on('message', onMessage);
    return () => process.off('message', onMessage);
  },
});
endpoint.handle(alive, () => ({}));
const answer = async (image: ImageSource, pack = 'quick', label?: string): Promise<TaskResult> => {
  const file = 'path' in image ? image.path : '';
  const name = path.basename(file);
  await new Promise((resolve) => setTimeout(resolve, 4));
  if (name.startsWith('broken')) throw new GroundnoteError('bad-image', `"${name}" is damaged.`);
  if (name.startsWith('crash-once') && !existsSync(`${file}.seen`)) {
    writeFileSync(`${file}.seen`, '');
    process.exit(7);
  }
  if (name.startsWith('crash.')) process.exit(7);
  const common = {
    image: { path: file, width: 40, height: 30 },
    pack: { id: pack, version: '1.0.0' },
    timings: { load_ms: 0, encode_ms: 0, decode_ms: 4, total_ms: 4 },
  };
  if (name.startsWith('refused'))
    return { ...common, regions: [], refused: true, text: 'This pack reads text only.' };
  return {
    ...common,
    regions: [{ id: '1', score: 0.5, box: [1, 2, 11, 12], ...(label !== undefined && { label }) }],
  };
};
endpoint.handle(ground, ({ image, text, pack }) => answer(image, pack, text));
endpoint.handle(everything, ({ image, pack }) => answer(image, pack));
endpoint.handle(configure, () => ({}));
