/** The tiny models of test/support/python/onnx as packs, made once for the scripts that make them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { packManifestSchema, type PackManifest } from '../../../src/protocol/packs';
import { environments, findPython, preparePython, runPython } from '../../support/python/environment';

const scripts = path.resolve('test/support/python/onnx');
const photos = path.resolve('examples/photos');

export const python = findPython();
export const noPython =
  python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';

export interface ParityPacks {
  /** Folder whose children are packs. */
  readonly packs: string;
  picture(name: string): string;
  expected<T extends z.ZodType>(pack: string, schema: T): z.output<T>;
  /** Runs a script of the same folder with arguments. */
  run(script: string, ...args: string[]): string;
}

/** Makes them where they are not there yet (about a minute without the environment, which takes longer). */
export function parityPacks(): ParityPacks {
  if (python === undefined) throw new Error('There is no Python.');
  const inVenv = preparePython(python, 'models');
  const hash = createHash('sha256').update(environments.models.packages.join('\n'));
  for (const name of readdirSync(scripts).filter((each) => each.endsWith('.py')).sort())
    hash.update(readFileSync(path.join(scripts, name)));
  const folder = path.resolve('.cache/parity', `onnx-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) {
    const making = `${folder}.making-${process.pid}`;
    mkdirSync(making, { recursive: true });
    runPython(inVenv, path.join(scripts, 'make.py'), making, photos);
    for (const name of readdirSync(path.join(making, 'packs'))) {
      const pack = path.join(making, 'packs', name);
      if (statSync(pack).isDirectory()) writeManifest(pack);
    }
    for (const name of readdirSync(path.dirname(folder)))
      if (/^onnx-[0-9a-f]+$/.test(name)) rmSync(path.join(folder, '..', name), { recursive: true, force: true });
    renameSync(making, folder);
  }
  return {
    packs: path.join(folder, 'packs'),
    picture: (name) => path.join(folder, 'pictures', `${name}.png`),
    expected: (pack, schema) =>
      schema.parse(JSON.parse(readFileSync(path.join(folder, 'packs', `${pack}.expected.json`), 'utf8'))),
    run: (script, ...args) => runPython(inVenv, path.join(scripts, script), ...args),
  };
}

/** `groundnote.json` of a folder with a `pack.json`, for the files that lie in it. */
export function writeManifest(folder: string): void {
  const told = path.join(folder, 'pack.json');
  const manifest = JSON.parse(readFileSync(told, 'utf8')) as Partial<PackManifest>;
  rmSync(told);
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => {
      const bytes = readFileSync(path.join(folder, name));
      return {
        path: name.replaceAll(path.sep, '/'),
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size: bytes.length,
      };
    });
  const whole = packManifestSchema.parse({ ...manifest, files });
  writeFileSync(path.join(folder, 'groundnote.json'), JSON.stringify(whole));
}
