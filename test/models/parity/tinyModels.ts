/** Packs of the tiny models that test/support/python/transformersModels.py makes, opened as the process opens packs. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openPack } from '../../../src/inference/engines/open';
import type { PackModel, Run } from '../../../src/inference/engines/model';
import { readPack, type Pack } from '../../../src/inference/packs/registry';
import { createPictureStore } from '../../../src/inference/process/pictureStore';
import type { Picture } from '../../../src/inference/process/picture';
import { createSessionStore } from '../../../src/inference/process/sessionStore';
import { Stopwatch } from '../../../src/inference/process/stopwatch';
import { configurationSchema, type Configuration } from '../../../src/protocol/inference';
import type { PackManifest } from '../../../src/protocol/packs';
import type { Progress } from '../../../src/protocol/rpc';
import { environments, findPython, preparePython, runPython } from '../../support/python/environment';

const script = path.resolve('test/support/python/transformersModels.py');
const folder = path.resolve('.cache/parity/transformers');

export const python = findPython();
/** Why the tests are left out, for their title. */
export const reason =
  python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';

/** Makes the models, once for each state of the script and of the environment. */
export function makeTinyModels(): void {
  if (python === undefined) return;
  const inVenv = preparePython(python, 'models');
  const stamp = createHash('sha256')
    .update(readFileSync(script))
    .update(environments.models.packages.join('\n'))
    .digest('hex');
  const stampFile = path.join(folder, 'stamp.txt');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  runPython(inVenv, script, folder);
  writeFileSync(stampFile, stamp);
}

/** What PyTorch answered. */
export const expectedOf = <T>(name: string): T =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as T;

export const picturePath = path.join(folder, 'picture.png');

export function picture(): Promise<Picture> {
  const limits = { maxPixels: 1e8, largePixels: 1e8 };
  const pictures = createPictureStore({ ...limits, tiles: { limitBytes: 1e6 }, quiet: () => Promise.resolve() });
  return pictures.open({ path: picturePath });
}

/** Writes a model's `groundnote.json` and gives the folder that holds it. */
export function packFolder(name: string, kind: PackManifest['kind'], options: PackManifest['options'] = {}): string {
  const root = path.join(folder, name);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'groundnote.json')
    .map((entry) => {
      const place = path.join(entry.parentPath, entry.name);
      const content = readFileSync(place);
      return {
        path: path.relative(root, place).split(path.sep).join('/'),
        sha256: createHash('sha256').update(content).digest('hex'),
        size: content.length,
      };
    });
  const manifest: PackManifest = {
    id: `tiny-${name}`,
    version: '1',
    title: `Tiny ${name}`,
    description: '',
    tasks: ['ground', 'refer', 'ask', 'describe'],
    engine: 'transformers',
    kind,
    prompts: ['text', 'box'],
    returns: ['box', 'mask', 'text'],
    license: 'Apache-2.0',
    source: '',
    card: 'README.md',
    options,
    files,
  };
  writeFileSync(path.join(root, 'groundnote.json'), JSON.stringify(manifest));
  return root;
}

export async function packNamed(...args: Parameters<typeof packFolder>): Promise<Pack> {
  const { pack, summary } = await readPack(packFolder(...args));
  if (!pack) throw new Error(summary.problem);
  return pack;
}

export interface Opened {
  model: PackModel;
  /** Lines of the log. */
  log: string[];
}

export async function opened(pack: Pack, configuration: Partial<Configuration> = {}): Promise<Opened> {
  const log: string[] = [];
  const model = await openPack(pack, {
    sessions: createSessionStore(1),
    threads: 1,
    log: (level, message) => log.push(`${level}: ${message}`),
    configuration: () => configurationSchema.parse(configuration),
    pack: () => Promise.reject(new Error('There are no other packs.')),
  });
  return { model, log };
}

/** A run that keeps what it is told. */
export function runOf(signal = new AbortController().signal): Run & { told: Progress[] } {
  const told: Progress[] = [];
  return { signal, progress: (progress) => void told.push(progress), stopwatch: new Stopwatch(), told };
}
