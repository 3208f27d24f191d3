/** Where the command line finds packs, and what `packs list` and `packs verify` show of them. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../inference/packs/catalogue/catalogue';
import { createMeter } from '../inference/packs/install/progress';
import { progressInWords } from '../inference/packs/install/words';
import { brokenPack, readPack, verifyFiles } from '../inference/packs/registry';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError } from '../protocol/errors';
import { bytesInWords } from '../protocol/words';
import { clearProgress, printJson, showProgress, type CliIo } from './io';

/** The embedded packs: beside the bundle, or in dist/ when the sources run. */
export function embeddedPacks(): string {
  const beside = fileURLToPath(new URL('models', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/models', import.meta.url));
}

/** Where `packs add` puts packs: GROUNDNOTE_PACKS, else the platform's folder for a program's data. */
export function installedPacks({
  env,
  platform,
}: Pick<NodeJS.Process, 'env' | 'platform'> = process): string {
  if (env.GROUNDNOTE_PACKS) return path.resolve(env.GROUNDNOTE_PACKS);
  const home = homedir();
  const data =
    platform === 'win32'
      ? (env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Application Support')
        : env.XDG_DATA_HOME || path.join(home, '.local', 'share');
  return path.join(data, 'groundnote', 'packs');
}

/** The folders that were named, then the embedded packs, then the installed ones. */
export function packFolders(named: readonly string[] = [], store: string = installedPacks()): string[] {
  return [...named.map((folder) => path.resolve(folder)), embeddedPacks(), path.resolve(store)];
}

/** `packs list`: what is there and what each can do; broken ones with the reason. */
export async function listPacks(io: CliIo, runtime: Runtime, json: boolean): Promise<void> {
  const packs = await runtime.listPacks();
  if (json) return printJson(io, { packs });
  if (!packs.length)
    io.out('No packs. Build the project first (npm run build), or name a folder with --packs.\n');
  for (const pack of packs) {
    const state = pack.state === 'ready' ? bytesInWords(pack.bytes) : `cannot be used: ${pack.problem}`;
    io.out(
      `${pack.id} ${pack.version}  ${pack.tasks.join(', ')}  ${pack.license}  ${state}\n    ${pack.title}\n`,
    );
  }
}

/** `packs list --available`: what the catalogue offers. */
export async function listAvailable(io: CliIo, runtime: Runtime, json: boolean): Promise<void> {
  const here = new Set((await runtime.listPacks()).map(({ id }) => id));
  const available = catalogue().map((entry) => ({
    ...entry,
    bytes: entry.files.reduce((sum, { size }) => sum + size, 0),
    installed: here.has(entry.id),
  }));
  if (json) return printJson(io, { available });
  for (const { id, title, tasks, license, bytes, verified, installed, goodFor } of available) {
    const size = `${verified === undefined ? 'about ' : ''}${bytesInWords(bytes)}`;
    const state = installed ? '  installed' : '';
    io.out(`${id}  ${tasks.join(', ')}  ${license}  ${size}${state}\n    ${title}: ${goodFor}\n`);
  }
  io.out('Install one with: groundnote packs add ID\n');
}

/** `packs verify ID`: checks the contents of every file. @throws GroundnoteError no-pack, broken-pack */
export async function verifyOne(io: CliIo, runtime: Runtime, id: string, json: boolean): Promise<void> {
  const summary = (await runtime.listPacks()).find((pack) => pack.id === id);
  if (!summary) throw new GroundnoteError('no-pack', `There is no pack named "${id}" on this machine.`);
  const { pack } = await readPack(summary.folder);
  if (!pack) throw brokenPack(id, summary.problem?.replace(/\.$/, '') ?? 'it cannot be read');
  const meter = createMeter(summary.bytes, 0, (now) => showProgress(io, { phase: progressInWords(now) }));
  meter.begin('verifying');
  await verifyFiles(pack, undefined, io.signal, meter.add);
  clearProgress(io);
  const { version, files } = pack.manifest;
  if (json) printJson(io, { pack: { id, version }, verified: true, files: files.length });
  else {
    const all = files.length === 1 ? 'its file is the one' : `all ${files.length} files are the ones`;
    io.out(`${id} ${version}: ${all} that the pack names.\n`);
  }
}
