/** Where the command line finds packs, and what `packs` shows of them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyPack } from '../inference/packs/registry';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError } from '../protocol/errors';
import { printJson, type CliIo } from './io';

/** The embedded packs: beside the bundle, or in dist/ when the sources run. */
function embeddedPacks(): string {
  const beside = fileURLToPath(new URL('models', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/models', import.meta.url));
}

/** The folders that were named, then the embedded ones. */
export function packFolders(named: readonly string[] = []): string[] {
  return [...named.map((folder) => path.resolve(folder)), embeddedPacks()];
}

/** `packs list`: what is there and what each can do; broken ones with the reason. */
export async function listPacks(io: CliIo, runtime: Runtime, json: boolean): Promise<void> {
  const packs = await runtime.listPacks();
  if (json) return printJson(io, { packs });
  if (!packs.length)
    io.out('No packs. Build the project first (npm run build), or name a folder with --packs.\n');
  for (const pack of packs) {
    const size = `${(pack.bytes / 1e6).toFixed(1)} MB`;
    const state = pack.state === 'ready' ? size : `cannot be used: ${pack.problem}`;
    io.out(
      `${pack.id} ${pack.version}  ${pack.tasks.join(', ')}  ${pack.license}  ${state}\n    ${pack.title}\n`,
    );
  }
}

/** `packs verify ID`: checks the contents of every file. @throws GroundnoteError no-pack, broken-pack */
export async function verifyOne(io: CliIo, runtime: Runtime, id: string, json: boolean): Promise<void> {
  const summary = (await runtime.listPacks()).find((pack) => pack.id === id);
  if (!summary) throw new GroundnoteError('no-pack', `There is no pack named "${id}" on this machine.`);
  const { manifest } = await verifyPack(summary.folder, io.signal);
  const files = manifest.files.length;
  if (json) printJson(io, { pack: { id, version: manifest.version }, verified: true, files });
  else io.out(`${id} ${manifest.version}: all ${files} files are the ones that the pack names.\n`);
}
