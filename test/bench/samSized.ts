/** What lies around the graphs of a pack of Segment Anything's size: a random model of that cost, through the whole pipeline. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { writeManifest } from '../models/parity/onnxPacks';
import { findPython, preparePython, runPython } from '../support/python/environment';

const script = path.resolve('test/support/python/sized/sized.py');

/** A folder whose one child is the pack; made where it is not there (a minute), undefined where there is no Python. */
export function samSizedPacks(): string | undefined {
  const python = findPython();
  if (python === undefined) return undefined;
  const folder = path.resolve('.cache/parity/sized');
  if (existsSync(folder)) return folder;
  const making = `${folder}.making-${process.pid}`;
  mkdirSync(making, { recursive: true });
  runPython(preparePython(python, 'models'), script, making);
  writeManifest(path.join(making, 'sam-sized'));
  renameSync(making, folder);
  return folder;
}
