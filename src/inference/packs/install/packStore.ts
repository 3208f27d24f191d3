/** The packs that were installed on this machine, and those that can be. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError, isCancelled } from '../../../protocol/errors';
import type { PackManifest, PackSummary } from '../../../protocol/packs';
import { bytesInWords } from '../../../protocol/words';
import { catalogue as shipped } from '../catalogue/catalogue';
import { manifestName, readPack, verifyFiles } from '../registry';
import { isArchiveName } from './archive';
import { exists, fetchFiles, moveFolder } from './fetchFiles';
import { diskError, freeBytes as freeOnDisk, type Sums } from './files';
import { createLicences } from './licences';
import { isLocked, takeLock } from './lock';
import { cancelled, createNet } from './net';
import { findPack, localVersion, openArchive, openFolder, unknownLicense } from './origins';
import { cardText, resolve } from './plan';
import { createMeter } from './progress';
import type { InstallOptions, InstallPlan, PackStore, PackStoreOptions, PartialInstall } from './types';
import { filesUnder, openWork, readPartial, type WorkFolder } from './work';

/** Room that is left on the disk. */
const marginBytes = 32 << 20;

/** Folders of the store that hold no packs. Registries do not look into what begins with a dot. */
const folders = { partial: '.partial', locks: '.locks', replaced: '.replaced', removed: '.removed' };

/** A plan whose pack is known. */
type KnownPlan = InstallPlan & { manifest: NonNullable<InstallPlan['manifest']> };

/** Touches nothing before it is asked. */
export function createPackStore(options: PackStoreOptions): PackStore {
  const root = path.resolve(options.folder);
  const at = (kind: keyof typeof folders, name = '') => path.join(root, folders[kind], name);
  const lockOf = (id: string) => at('locks', id);
  const net = createNet(options);
  const licences = createLicences(root);
  const entries = () => options.catalogue ?? shipped();
  const freeBytes = () => (options.freeBytes ?? freeOnDisk)(root);

  /** Runs something that only one may do with a pack at a time. @throws GroundnoteError io */
  async function alone<T>(id: string, run: () => Promise<T>): Promise<T> {
    const release = await takeLock(lockOf(id));
    if (!release)
      throw new GroundnoteError(
        'io',
        `"${id}" is being installed or removed already, by another window or program: wait for it, or stop it there.`,
      );
    try {
      await recover(id);
      return await run();
    } finally {
      await release();
    }
  }

  /** Finishes what a crash has interrupted in the moment in which one version took the place of another. */
  async function recover(only?: string): Promise<void> {
    for (const name of await readdir(at('replaced')).catch(() => [])) {
      const id = name.slice(0, name.lastIndexOf('~'));
      if (only !== undefined && id !== only) continue;
      const release = only === undefined ? await takeLock(lockOf(id)) : undefined;
      if (only === undefined && !release) continue;
      try {
        const place = path.join(root, id);
        if (await exists(place)) await rm(at('replaced', name), { recursive: true, force: true });
        else await moveFolder(at('replaced', name), place);
      } finally {
        await release?.();
      }
    }
    for (const name of await readdir(at('removed')).catch(() => []))
      await rm(at('removed', name), { recursive: true, force: true }).catch(() => undefined);
  }

  /** An installed pack, sound or broken. */
  async function installed(id: string): Promise<PackSummary | undefined> {
    const names = await readdir(root, { withFileTypes: true }).catch(() => []);
    const places = names
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
    // Packs lie under their ids, but for those that somebody has put here by hand.
    for (const name of places.sort((a, b) => Number(b === id) - Number(a === id))) {
      const { summary } = await readPack(path.join(root, name));
      if (summary.id === id) return summary;
    }
    return undefined;
  }

  const isReserved = async (id: string) => {
    // A folder that is not there reserves nothing.
    const ids = await options.reserved?.().catch((): readonly string[] => []);
    return ids?.includes(id) ?? false;
  };

  /** @throws GroundnoteError unsupported */
  async function needFreeName(id: string): Promise<void> {
    if (await isReserved(id))
      throw new GroundnoteError(
        'unsupported',
        `A pack with the id "${id}" comes with Groundnote: give this one another id in its ${manifestName}.`,
      );
  }

  async function needInstalled(id: string): Promise<PackSummary> {
    const summary = await installed(id);
    if (!summary)
      throw new GroundnoteError(
        'not-found',
        `There is no pack "${id}" among those that were installed here.`,
      );
    return summary;
  }

  async function needRoom(bytes: number): Promise<void> {
    const free = await freeBytes();
    if (bytes + marginBytes > free)
      throw new GroundnoteError(
        'no-space',
        `There is too little room for it: it needs ${bytesInWords(bytes)} more and ${root} has ${bytesInWords(free)} free. Remove something, or choose another folder.`,
      );
  }

  /** @throws GroundnoteError invalid-params */
  async function needConsent(
    id: string,
    license: string,
    isGiven: boolean,
    licenseUrl?: string,
  ): Promise<void> {
    if (await licences.isAccepted(id, license)) return;
    if (!isGiven)
      throw new GroundnoteError(
        'invalid-params',
        `"${id}" is under the licence "${license}"${licenseUrl ? ` (${licenseUrl})` : ''}, which was not accepted.`,
      );
    await licences.accept(id, license);
  }

  /** Fetches all of a plan. */
  async function fetchPlan(plan: InstallPlan, work: WorkFolder, { signal, onProgress }: InstallOptions) {
    await work.begin(plan);
    const here = await work.bytesHere(plan.files);
    await needRoom(plan.bytes - here);
    let counted = 0;
    for (const file of plan.files) counted += (await work.done(file))?.size ?? 0;
    const meter = createMeter(plan.bytes, counted, onProgress);
    const spare = Math.max(0, (await freeBytes()) - marginBytes);
    const sums = await fetchFiles(net, plan.files, work, meter, spare, signal);
    meter.flush();
    return sums;
  }

  /** Says what a pack is that only its files tell, and brings its files together. */
  async function tell(
    plan: InstallPlan,
    work: WorkFolder,
    sums: ReadonlyMap<string, Sums>,
    install: InstallOptions,
  ): Promise<{ plan: KnownPlan; files: string; sums: ReadonlyMap<string, Sums> }> {
    const [only] = plan.files;
    const archive =
      plan.files.length === 1 && only && isArchiveName(only.path)
        ? path.join(work.files, only.path)
        : undefined;
    const origin = archive ? await openArchive(archive, install.signal) : await openFolder(work.files);
    const found = await findPack(
      {
        ...origin,
        name: plan.title,
        source:
          plan.source.from === 'hub'
            ? `${net.endpoint()}/${plan.source.repo}`
            : only && 'url' in only.at
              ? only.at.url
              : origin.source,
        version: plan.version,
        license: plan.license || origin.license,
        licenseUrl: plan.licenseUrl ?? origin.licenseUrl,
      },
      plan.id,
    );
    // Everything is here, so that something was found or refused.
    if (!found) throw new GroundnoteError('internal', `Nothing could be told of "${plan.id}".`);
    const { manifest, licenseUrl } = found;
    const known: KnownPlan = {
      ...plan,
      manifest,
      id: manifest.id,
      license: manifest.license,
      bytes: found.files.reduce((sum, file) => sum + file.size, 0),
      files: found.files,
      ...(licenseUrl !== undefined && { licenseUrl }),
    };
    if (!(await licences.isAccepted(manifest.id, manifest.license))) {
      const told = {
        id: manifest.id,
        license: manifest.license,
        ...(licenseUrl !== undefined && { licenseUrl }),
      };
      await needConsent(
        manifest.id,
        manifest.license,
        (await install.acceptLicense?.(told)) ?? false,
        licenseUrl,
      );
    }
    if (!archive) {
      const wanted = new Set(found.files.map((file) => file.path));
      for (const name of await filesUnder(work.files))
        if (!wanted.has(name)) await rm(path.join(work.files, name));
      return { plan: known, files: work.files, sums };
    }
    const inner = await openWork(at('partial', path.join(plan.id, 'unpacked')));
    return { plan: known, files: inner.files, sums: await fetchPlan(known, inner, install) };
  }

  /** Writes the manifest, checks the whole, and moves it to its place. */
  async function putInPlace(
    { manifest, card, license }: KnownPlan,
    files: string,
    sums: ReadonlyMap<string, Sums>,
  ): Promise<PackSummary> {
    const listed = [...sums].map(([file, { sha256, size }]) => ({ path: file, sha256, size }));
    const complete: PackManifest = {
      ...manifest,
      version: manifest.version === localVersion ? versionOf(listed) : manifest.version,
      license: manifest.license || license || unknownLicense,
      // What the manifest itself says of its files it says already; the card may change without harm.
      files: listed.filter((file) => file.path !== manifest.card && file.path !== manifestName),
    };
    try {
      if (!(await exists(path.join(files, manifest.card))))
        await writeFile(path.join(files, manifest.card), card ?? cardText(manifest));
      await writeFile(path.join(files, manifestName), `${JSON.stringify(complete, undefined, 2)}\n`);
    } catch (error) {
      throw diskError(error, files);
    }
    const { pack, summary } = await readPack(files);
    if (!pack)
      throw new GroundnoteError('broken-pack', `"${manifest.id}" was not installed: ${summary.problem}`);
    const { id } = manifest;
    const place = path.join(root, id);
    const old = at('replaced', `${id}~${randomBytes(4).toString('hex')}`);
    const replaces = await exists(place);
    if (replaces) {
      await mkdir(at('replaced'), { recursive: true });
      await moveFolder(place, old);
    }
    try {
      await moveFolder(files, place);
    } catch (error) {
      if (replaces) await moveFolder(old, place);
      throw error;
    }
    if (replaces) await rm(old, { recursive: true, force: true }).catch(() => undefined);
    return (await readPack(place)).summary;
  }

  async function install(plan: InstallPlan, consent: boolean, given: InstallOptions): Promise<PackSummary> {
    const { id, signal, onProgress } = { ...plan, ...given };
    if (plan.license) await needConsent(id, plan.license, consent, plan.licenseUrl);
    return alone(id, async () => {
      const work = await openWork(at('partial', id));
      const sums = await fetchPlan(plan, work, given);
      const { manifest } = plan;
      const made = manifest
        ? { plan: { ...plan, manifest }, files: work.files, sums }
        : await tell(plan, work, sums, given);
      if (signal.aborted) throw cancelled();
      const put = () => putInPlace(made.plan, made.files, made.sums);
      // What an archive says it is may have another name than the archive.
      const summary = made.plan.id === id ? await put() : await alone(made.plan.id, put);
      await work.remove();
      onProgress?.({ phase: 'done', bytes: made.plan.bytes, total: made.plan.bytes });
      options.log?.(
        'info',
        `The pack "${summary.id}" ${summary.version} was installed in ${summary.folder}.`,
      );
      return summary;
    });
  }

  return {
    catalogue: async () => entries(),

    async plan(source, signal) {
      try {
        const resolved = await resolve(
          {
            net,
            catalogue: entries(),
            sourceOf: async (id) => ((await isReserved(id)) ? 'embedded' : (await installed(id))?.source),
          },
          source,
          signal,
        );
        const { id, title, version, licenseUrl, files, manifest, card } = resolved;
        await needFreeName(id);
        const license = resolved.license || (manifest ? unknownLicense : '');
        const work = await openWork(at('partial', id));
        const hosts = new Set(files.flatMap((file) => ('url' in file.at ? [new URL(file.at.url).host] : [])));
        const replaces = (await installed(id))?.version;
        return {
          source,
          id,
          title,
          version,
          license,
          ...(licenseUrl !== undefined && { licenseUrl }),
          needsConsent: license !== '' && !(await licences.isAccepted(id, license)),
          bytes: files.reduce((sum, file) => sum + file.size, 0),
          bytesHere: await work.bytesHere(files),
          bytesFree: await freeBytes(),
          hosts: [...hosts],
          files,
          ...(manifest && { manifest }),
          ...(card !== undefined && { card }),
          ...(replaces !== undefined && { replaces }),
        };
      } catch (error) {
        throw signal.aborted ? cancelled() : error;
      }
    },

    async install(plan, consent, given) {
      try {
        return await install(plan, consent, given);
      } catch (error) {
        throw given.signal.aborted || isCancelled(error) ? cancelled() : error;
      }
    },

    async partial() {
      await recover();
      const found: PartialInstall[] = [];
      for (const name of await readdir(at('partial')).catch(() => [])) {
        const told = await readPartial(at('partial', name));
        if (told) found.push({ ...told, running: await isLocked(lockOf(name)) });
      }
      return found;
    },

    async discard(id) {
      if (!isName(id) || !(await exists(at('partial', id))))
        throw new GroundnoteError('not-found', `No installation of "${id}" was interrupted.`);
      await alone(id, async () => (await openWork(at('partial', id))).remove());
    },

    async remove(id) {
      const { folder } = await needInstalled(id);
      await alone(id, async () => {
        const away = at('removed', `${id}~${randomBytes(4).toString('hex')}`);
        await mkdir(at('removed'), { recursive: true });
        await moveFolder(folder, away);
        await rm(away, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
      });
      options.log?.('info', `The pack "${id}" was removed.`);
    },

    async verify(id, { signal, onProgress }) {
      const summary = await needInstalled(id);
      const { pack } = await readPack(summary.folder);
      if (!pack)
        throw new GroundnoteError(
          'broken-pack',
          `The pack "${id}" cannot be used: ${summary.problem} Install it again.`,
        );
      const meter = createMeter(summary.bytes, 0, onProgress);
      try {
        for (const file of pack.manifest.files) {
          meter.begin('verifying', file.path);
          await verifyFiles(pack, [file.path], signal, meter.add);
        }
      } catch (error) {
        throw signal.aborted ? cancelled() : error;
      }
      onProgress?.({ phase: 'done', bytes: summary.bytes, total: summary.bytes });
    },
  };
}

/** A name that can be a pack's, so that it is no path. */
const isName = (id: string) => /^[a-z0-9][a-z0-9._-]*$/i.test(id);

/** The same files have the same version. */
function versionOf(files: readonly { path: string; sha256: string }[]): string {
  const lines = files.map((file) => `${file.sha256} ${file.path}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 12);
}
