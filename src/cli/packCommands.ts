/** The commands `packs list | add | remove | verify | discard`. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { catalogue } from '../inference/packs/catalogue/catalogue';
import type { PackSource, PackStore } from '../inference/packs/install/types';
import { progressInWords } from '../inference/packs/install/words';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError, isCancelled } from '../protocol/errors';
import { bytesInWords } from '../protocol/words';
import { clearProgress, printJson, showProgress, type CliIo } from './io';
import { embeddedPacks, installedPacks, listAvailable, listPacks, verifyOne } from './packs';

interface PackOptions {
  json?: boolean;
  verbose?: boolean;
  store: string;
}

interface AddOptions extends PackOptions {
  yes?: boolean;
  endpoint?: string;
  revision?: string;
  offline?: boolean;
}

/** @param command makes a command with the options that all have @param runtimeOf what these options ask for */
export function addPackCommands<Shared>(
  io: CliIo,
  command: (name: string, description: string) => Command,
  runtimeOf: (options: Shared, store: string) => Runtime,
): void {
  const stored = (name: string, description: string) =>
    command(name, description).option(
      '--store <folder>',
      'where installed packs lie; otherwise GROUNDNOTE_PACKS, or the folder of your system for the data of programs',
      installedPacks(),
    );
  const runtime = (options: Shared & PackOptions) => runtimeOf(options, options.store);

  stored('list', 'what is there and what it can do')
    .option('--available', 'what can be installed by its name')
    .action((options: Shared & PackOptions & { available?: boolean }) =>
      (options.available ? listAvailable : listPacks)(io, runtime(options), options.json ?? false),
    );

  stored(
    'add <what>',
    'install a pack: an ID of the catalogue, OWNER/NAME of the hub, a folder, an archive, an .onnx file, or the address of one',
  )
    .option('--yes', 'accept its licence')
    .option(
      '--endpoint <url>',
      'the hub, or a mirror of it; otherwise HF_ENDPOINT, or https://huggingface.co',
    )
    .option('--revision <name>', 'of a repository of the hub: a branch, tag or commit')
    .option('--offline', 'ask nothing beyond this machine')
    .action(async (what: string, options: AddOptions) => addPack(io, what, options));

  stored('remove <id>', 'take an installed pack away').action(async (id: string, options: PackOptions) => {
    await (await openStore(io, options)).remove(id);
    if (options.json) printJson(io, { removed: id });
    else io.out(`${id} was removed.\n`);
  });

  stored('verify <id>', 'check the contents of all files of a pack').action(
    (id: string, options: Shared & PackOptions) => verifyOne(io, runtime(options), id, options.json ?? false),
  );

  stored('discard <id>', 'forget an installation that was interrupted, and what it has downloaded').action(
    async (id: string, options: PackOptions) => {
      await (await openStore(io, options)).discard(id);
      if (options.json) printJson(io, { discarded: id });
      else io.out(`What was downloaded of ${id} is gone.\n`);
    },
  );
}

/** The token of the hub comes from HF_TOKEN: an argument could be read by others on this machine. */
async function openStore(io: CliIo, options: PackOptions & Partial<AddOptions>): Promise<PackStore> {
  const { createPackStore } = await import('../inference/packs/install/packStore');
  return createPackStore({
    folder: options.store,
    reserved: () => readdir(embeddedPacks()),
    endpoint: () => options.endpoint ?? process.env.HF_ENDPOINT,
    token: async () => process.env.HF_TOKEN,
    offline: () => options.offline ?? process.env.HF_HUB_OFFLINE === '1',
    log: (level, message) => {
      if (options.verbose || level === 'warn' || level === 'error') io.err(`${level}: ${message}\n`);
    },
  });
}

/** What a person means: a name of the catalogue goes before a file, which can be written as `./NAME`. */
export function sourceNamed(what: string, revision?: string): PackSource {
  if (/^https?:\/\//i.test(what)) return { from: 'url', url: what };
  if (catalogue().some(({ id }) => id === what)) return { from: 'catalogue', id: what };
  if (existsSync(what)) return { from: 'path', path: what };
  if (/^[\w.-]+\/[\w.-]+$/.test(what) && !what.startsWith('.') && !/\.(onnx|zip|tar|tgz|gz)$/i.test(what))
    return { from: 'hub', repo: what, ...(revision !== undefined && { revision }) };
  throw new GroundnoteError(
    'not-found',
    `"${what}" is in no catalogue and no file here: "groundnote packs list --available" shows what is offered; repositories of the hub are named OWNER/NAME.`,
  );
}

/** `packs add`: says what will happen, installs with progress; Ctrl+C pauses. */
async function addPack(io: CliIo, what: string, options: AddOptions): Promise<void> {
  const source = sourceNamed(what, options.revision);
  const store = await openStore(io, options);
  const plan = await store.plan(source, io.signal);
  const { id, title, license, licenseUrl, needsConsent, bytes, bytesHere, hosts } = plan;
  const at = licenseUrl ? ` (${licenseUrl})` : '';
  if (needsConsent && !options.yes)
    throw new GroundnoteError(
      'invalid-params',
      `${title} is under the licence "${license}"${at}: read it, and run this again with --yes to accept it.`,
    );
  const from = hosts.length ? ` from ${hosts.join(', ')}` : '';
  const gone = bytesHere ? `, ${bytesInWords(bytesHere)} of it are here already` : '';
  io.err(
    `${id} (${title}), licence ${license || 'told by its archive'}: ${bytes ? bytesInWords(bytes) : 'size not told'}${from}${gone}\n`,
  );
  try {
    const pack = await store.install(plan, options.yes ?? false, {
      signal: io.signal,
      onProgress: (now) => showProgress(io, { phase: progressInWords(now) }),
      acceptLicense: async () => options.yes ?? false,
    });
    clearProgress(io);
    if (options.json) return printJson(io, { pack });
    io.out(
      `${pack.id} ${pack.version} is installed (${pack.tasks.join(', ')}): use it with --pack ${pack.id}\n`,
    );
  } catch (error) {
    clearProgress(io);
    if (!isCancelled(error)) throw error;
    const kept = (await store.partial()).find((each) => each.id === id);
    if (!kept) throw error;
    throw new GroundnoteError(
      'cancelled',
      `Paused: ${bytesInWords(kept.bytesHere)} of ${bytesInWords(kept.bytes)} are here. Go on with the same command, or forget it with: groundnote packs discard ${id}`,
    );
  }
}
