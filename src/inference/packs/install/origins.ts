/** A place that holds the files of a pack, before they are taken: a folder, an archive, a repository of the hub. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import { packManifestSchema, type PackManifest } from '../../../protocol/packs';
import { onnxBytesOfStream, readOnnxBytes, readOnnxMetadata, type OnnxMetadata } from '../onnxMetadata';
import { manifestName } from '../registry';
import { archiveStem, walkArchive, type ArchiveEntry } from './archive';
import { diskError } from './files';
import { hubFileUrl, readHubText, type HubRepo } from './hub';
import type { Net } from './net';
import { recognise } from './recognise';
import type { PlannedFile } from './types';

export interface Origin {
  /** What to call it, where it does not say so itself. */
  name: string;
  /** What goes into the manifest as its source. */
  source: string;
  version: string;
  license: string;
  licenseUrl?: string;
  files: PlannedFile[];
  readText(file: string): Promise<string>;
  /** Absent where that would take a download. */
  graph?(file: string): Promise<OnnxMetadata>;
}

/** A pack as it will be, without the sums of its files. */
export interface Found {
  manifest: Omit<PackManifest, 'files'>;
  licenseUrl?: string;
  files: PlannedFile[];
  /** Text for a card, where the pack has none. */
  card?: string;
}

/** The longest text of a pack that is read (a `config.json`, a `groundnote.json`, a card). */
const maxTextBytes = 4 << 20;
const maxFolderFiles = 10_000;

/** @throws GroundnoteError not-found, io, unsupported */
export async function openFolder(folder: string, only?: readonly string[]): Promise<Origin> {
  const files: PlannedFile[] = [];
  const walk = async (place: string, inside: string): Promise<void> => {
    for (const entry of await readdir(place, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const file = path.join(place, entry.name);
      const name = inside ? `${inside}/${entry.name}` : entry.name;
      // Links are followed: a cache of the hub is full of them, and this is a folder of the user's own.
      const found = await stat(file);
      if (found.isDirectory()) await walk(file, name);
      else if (found.isFile() && (!only || only.includes(name)))
        files.push({ path: name, size: found.size, at: { file } });
      if (files.length > maxFolderFiles)
        throw new GroundnoteError(
          'unsupported',
          `${folder} has more than ${maxFolderFiles} files: name the folder of one model.`,
        );
    }
  };
  try {
    await walk(folder, '');
  } catch (error) {
    throw diskError(error, folder);
  }
  const readText = (file: string) => readSmall(path.join(folder, file));
  return {
    name: path.basename(path.resolve(folder)),
    source: path.resolve(folder),
    version: localVersion,
    ...(await licenseOfFolder(files, readText)),
    files,
    readText,
    graph: (file) => readOnnxMetadata(path.join(folder, file)),
  };
}

/** The version of what has none; it becomes one of the contents when the pack is made. */
export const localVersion = 'local';

/** One `.onnx` file, with the files of its weights beside it. @throws GroundnoteError not-found, io, broken-pack */
export async function openGraph(file: string): Promise<Origin> {
  const { externalFiles } = await readOnnxMetadata(file);
  const name = path.basename(file);
  const origin = await openFolder(path.dirname(file), [name, ...externalFiles]);
  return { ...origin, name: path.basename(file, '.onnx'), source: path.resolve(file) };
}

/** An archive on this machine. @throws GroundnoteError as `walkArchive` */
export async function openArchive(file: string, signal: AbortSignal): Promise<Origin> {
  const entries: ArchiveEntry[] = [];
  await walkArchive(file, async (entry) => void entries.push(entry), signal);
  const root = rootOf(entries.map((entry) => entry.path));
  const files = entries
    .filter((entry) => entry.path.startsWith(root))
    .map((entry): PlannedFile => ({
      path: entry.path.slice(root.length),
      size: entry.size,
      at: { archive: file, entry: entry.path },
    }));
  const withEntry = async <T>(
    name: string,
    read: (entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>) => Promise<T>,
  ) => {
    let result: { value: T } | undefined;
    const visit = async (entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>) => {
      if (entry.path === `${root}${name}`) result = { value: await read(entry, bytes) };
    };
    await walkArchive(file, visit, signal);
    if (!result) throw new GroundnoteError('not-found', `There is no "${name}" in ${path.basename(file)}.`);
    return result.value;
  };
  const readText = (name: string) =>
    withEntry(name, async ({ size }, bytes) => {
      if (size > maxTextBytes) throw tooLong(name);
      const parts: Uint8Array[] = [];
      for await (const chunk of bytes) parts.push(chunk);
      return Buffer.concat(parts).toString('utf8');
    });
  return {
    name: archiveStem(file),
    source: path.resolve(file),
    version: localVersion,
    ...(await licenseOfFolder(files, readText)),
    files,
    readText,
    graph: (name) =>
      withEntry(name, ({ size }, bytes) => readOnnxBytes(name, onnxBytesOfStream(size, bytes))),
  };
}

/** The folder of an archive in which the pack is, with a slash at its end: that of its manifest or config, else what all share. */
function rootOf(names: readonly string[]): string {
  for (const mark of [manifestName, 'config.json']) {
    const found = names
      .filter((name) => name === mark || name.endsWith(`/${mark}`))
      .sort((a, b) => a.split('/').length - b.split('/').length)[0];
    if (found !== undefined) return found.slice(0, -mark.length);
  }
  const folders = names.map((name) => name.split('/').slice(0, -1));
  const [first = []] = folders;
  const shared = first.findIndex((part, depth) => folders.some((folder) => folder[depth] !== part));
  const common = first.slice(0, shared < 0 ? first.length : shared);
  return common.length ? `${common.join('/')}/` : '';
}

/** A repository of the hub, as it was told. */
export function openHub(net: Net, repo: HubRepo, signal: AbortSignal): Origin {
  return {
    name: repo.repo.split('/').at(-1) as string,
    source: `${net.endpoint()}/${repo.repo}`,
    version: repo.commit.slice(0, 12),
    license: repo.license,
    ...(repo.licenseUrl !== undefined && { licenseUrl: repo.licenseUrl }),
    files: repo.files.map((file) => ({
      ...file,
      at: { url: hubFileUrl(net, repo.repo, repo.commit, file.path) },
    })),
    readText: (file) => readHubText(net, repo, file, signal),
  };
}

/**
 * Says what pack an origin is: by its `groundnote.json`, else by what its files are.
 * @returns undefined where only files that are still to be downloaded could tell
 * @throws GroundnoteError unsupported, broken-pack
 */
export async function findPack(origin: Origin, id: string): Promise<Found | undefined> {
  const names = origin.files.map((file) => file.path);
  if (names.includes(manifestName)) return ownManifest(origin);
  const config = names.includes('config.json')
    ? json(await origin.readText('config.json'), 'config.json')
    : undefined;
  const known = await recognise(origin.name, {
    files: names,
    ...(config !== undefined && { config }),
    ...(origin.graph && { graph: origin.graph }),
  });
  if (!known) return undefined;
  const { engine, kind, does, options, by } = known;
  const manifest = {
    ...packManifestSchema.omit({ files: true }).parse({
      id,
      version: origin.version,
      title: origin.name,
      description: `A pack of the kind "${kind}", told by ${by}.`,
      engine,
      kind,
      ...does,
      license: origin.license || unknownLicense,
      source: origin.source,
      options,
    }),
  };
  const files = origin.files.filter((file) => known.files.includes(file.path));
  return { manifest, files, ...(origin.licenseUrl !== undefined && { licenseUrl: origin.licenseUrl }) };
}

export const unknownLicense = 'not stated';

async function ownManifest(origin: Origin): Promise<Found> {
  const parsed = packManifestSchema.safeParse(json(await origin.readText(manifestName), manifestName));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new GroundnoteError(
      'broken-pack',
      `The ${manifestName} of ${origin.name} is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong form'}.`,
    );
  }
  const { files: listed, ...manifest } = parsed.data;
  if (manifest.engine === 'remote')
    throw new GroundnoteError(
      'unsupported',
      `${origin.name} is a server: name it in the setting "groundnote.servers".`,
    );
  const there = new Map(origin.files.map((file) => [file.path, file]));
  const files = listed.map((told): PlannedFile => {
    const file = there.get(told.path);
    if (!file)
      throw new GroundnoteError(
        'broken-pack',
        `${origin.name} lacks the file "${told.path}" that its ${manifestName} names.`,
      );
    if (file.size !== told.size || (file.sha256 !== undefined && file.sha256 !== told.sha256))
      throw new GroundnoteError(
        'broken-pack',
        `The file "${told.path}" of ${origin.name} is not the one that its ${manifestName} names.`,
      );
    return { ...file, sha256: told.sha256 };
  });
  // The card need not be listed.
  const card = there.get(manifest.card);
  if (card && !files.some((file) => file.path === card.path)) files.push(card);
  return { manifest, files, ...(origin.licenseUrl !== undefined && { licenseUrl: origin.licenseUrl }) };
}

function json(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GroundnoteError('broken-pack', `The file "${name}" is not valid JSON.`, { cause: error });
  }
}

async function readSmall(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > maxTextBytes) throw tooLong(path.basename(file));
    return await readFile(file, 'utf8');
  } catch (error) {
    throw diskError(error, file);
  }
}

const tooLong = (name: string) => new GroundnoteError('broken-pack', `The file "${name}" is too long.`);

const cardSchema = z.object({
  license: z.union([z.string(), z.array(z.string())]).optional(),
  license_name: z.string().optional(),
  license_link: z.string().optional(),
});

/** The licence that a model card names in its head. */
async function licenseOfFolder(
  files: readonly PlannedFile[],
  readText: (file: string) => Promise<string>,
): Promise<{ license: string; licenseUrl?: string }> {
  const card = files.find((file) => /^readme\.md$/i.test(file.path) && file.size < maxTextBytes);
  const head = card && /^---\r?\n([\s\S]*?)\r?\n---/.exec(await readText(card.path))?.[1];
  if (!head) return { license: '' };
  let told: unknown;
  try {
    told = parseYaml(head);
  } catch {
    return { license: '' };
  }
  const parsed = cardSchema.safeParse(told);
  if (!parsed.success) return { license: '' };
  const { license, license_name: name, license_link: link } = parsed.data;
  const [first = ''] = [license ?? []].flat();
  return {
    license: first === 'other' ? (name ?? first) : first,
    ...(link && URL.canParse(link) && { licenseUrl: link }),
  };
}
