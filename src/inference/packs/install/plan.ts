/** From what the user names to what will be fetched. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError } from '../../../protocol/errors';
import { packManifestSchema } from '../../../protocol/packs';
import type { CatalogueEntry } from '../catalogue/schema';
import { archiveStem, isArchiveName } from './archive';
import { diskError } from './files';
import { hubFileUrl, readHubRepo } from './hub';
import type { Net } from './net';
import { findPack, openArchive, openFolder, openGraph, openHub, type Found, type Origin } from './origins';
import { dataFiles } from './recognise';
import type { PackSource, PlannedFile } from './types';

/** What a source is; `manifest` is absent where only what is still to be downloaded tells. */
export type Resolved = Omit<Found, 'manifest'> & {
  manifest?: Found['manifest'];
  id: string;
  title: string;
  version: string;
  license: string;
};

const repoPattern = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** A name for a pack from that of a file or repository. */
export function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'pack'
  );
}

export interface Resolver {
  net: Net;
  catalogue: readonly CatalogueEntry[];
  /** The source of the installed pack with this id, if there is one. */
  sourceOf(id: string): Promise<string | undefined>;
}

/** @throws GroundnoteError as `PackStore.plan` */
export function resolve(by: Resolver, source: PackSource, signal: AbortSignal): Promise<Resolved> {
  switch (source.from) {
    case 'catalogue': {
      const entry = by.catalogue.find(({ id }) => id === source.id);
      if (!entry)
        throw new GroundnoteError(
          'not-found',
          `There is no "${source.id}" in the catalogue: it has ${by.catalogue.map(({ id }) => id).join(', ')}.`,
        );
      return fromCatalogue(by.net, entry, signal);
    }
    case 'hub':
      return fromHub(by, source.repo, source.revision, signal);
    case 'url':
      return fromUrl(by, source.url, signal);
    case 'path':
      return fromPath(by, source.path, signal);
  }
}

async function fromCatalogue(net: Net, entry: CatalogueEntry, signal: AbortSignal): Promise<Resolved> {
  const { hub, goodFor, licenseUrl, files: named, verified, ...told } = entry;
  const names = named.map((file) => file.path);
  const repo = await readHubRepo(
    net,
    hub.repo,
    hub.revision,
    signal,
    verified === undefined ? undefined : names,
  );
  const { taken, options } =
    verified === undefined
      ? await uncheckedFiles(entry, openHub(net, repo, signal))
      : { taken: names, options: entry.options };
  const files = taken.map((name): PlannedFile => {
    const file = repo.files.find((each) => each.path === name);
    if (!file) throw gone(entry, name);
    const sha256 = named.find((each) => each.path === name)?.sha256;
    if (sha256 !== undefined && file.sha256 !== undefined && file.sha256 !== sha256)
      throw new GroundnoteError(
        'broken-pack',
        `The file "${name}" of "${hub.repo}" is not the one that was checked on ${verified}, so it is not used.`,
      );
    const at = { url: hubFileUrl(net, hub.repo, repo.commit, name) };
    return { ...file, ...(sha256 !== undefined && { sha256 }), at };
  });
  const version = repo.commit.slice(0, 12);
  const manifest = packManifestSchema.omit({ files: true }).parse({ ...told, options, version });
  const card = cardText(manifest, `${goodFor}${licenseUrl ? `\n\nLicence: ${licenseUrl}` : ''}`);
  return {
    ...manifestFacts(manifest),
    manifest,
    files,
    card,
    ...(licenseUrl !== undefined && { licenseUrl }),
  };
}

/**
 * The files of an entry that nobody has checked yet, as the repository has them: with the files of weights that go with its
 * graphs, or under other names where the repository's configuration says that it is what the entry says.
 */
async function uncheckedFiles(
  entry: CatalogueEntry,
  origin: Origin,
): Promise<{ taken: string[]; options: Record<string, unknown> }> {
  const there = origin.files.map((file) => file.path);
  const names = entry.files.map((file) => file.path);
  const missing = names.find((name) => !there.includes(name));
  if (missing === undefined)
    return { taken: [...new Set([...names, ...dataFiles(names, there)])], options: entry.options };
  const found = await findPack(origin, entry.id).catch((error: unknown) => {
    if (error instanceof GroundnoteError && error.code === 'unsupported') return undefined;
    throw error;
  });
  if (!found || found.manifest.kind !== entry.kind) throw gone(entry, missing);
  return {
    taken: found.files.map((file) => file.path),
    options: { ...entry.options, ...found.manifest.options },
  };
}

const gone = ({ hub, id }: CatalogueEntry, name: string) =>
  new GroundnoteError(
    'not-found',
    `The repository "${hub.repo}" has no file "${name}" (any more), so "${id}" cannot be installed from the catalogue.`,
  );

const manifestFacts = ({ id, title, version, license }: Found['manifest']) => ({
  id,
  title,
  version,
  license,
});

/** A card for packs that bring none. */
export function cardText({ title, description, source, license }: Found['manifest'], more = ''): string {
  return (
    [`# ${title}`, description, more, `Source: ${source}`, `Licence: ${license}`]
      .filter(Boolean)
      .join('\n\n') + '\n'
  );
}

async function fromHub(
  by: Resolver,
  repo: string,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<Resolved> {
  if (!repoPattern.test(repo))
    throw new GroundnoteError(
      'invalid-params',
      `"${repo}" is no repository of a hub: they are named OWNER/NAME.`,
    );
  const entry = by.catalogue.find(({ hub }) => hub.repo === repo);
  if (entry && (revision === undefined || revision === entry.hub.revision))
    return fromCatalogue(by.net, entry, signal);
  const told = await readHubRepo(by.net, repo, revision ?? 'main', signal);
  const origin = openHub(by.net, told, signal);
  return fromOrigin(by, origin, repo.replace('/', '-'));
}

/** @param longId for the case that another pack has the short one */
async function fromOrigin(by: Resolver, origin: Origin, longId: string): Promise<Resolved> {
  const short = slug(origin.name);
  const taken = await by.sourceOf(short);
  const id = taken !== undefined && taken !== origin.source ? slug(longId) : short;
  const found = await findPack(origin, id);
  const { name: title, version, license, licenseUrl } = origin;
  if (!found)
    return {
      id,
      title,
      version,
      license,
      files: needed(origin),
      ...(licenseUrl !== undefined && { licenseUrl }),
    };
  return { ...found, ...manifestFacts(found.manifest), card: cardText(found.manifest) };
}

/** The graphs of a repository that says nothing about them, and what lies beside them. */
function needed({ files }: Origin): PlannedFile[] {
  return files.filter((file) => /\.(onnx|onnx_data.*|onnx\.data|json|txt|md)$/i.test(file.path));
}

async function fromUrl(by: Resolver, address: string, signal: AbortSignal): Promise<Resolved> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new GroundnoteError(
      'invalid-params',
      `"${address}" is no address of a pack: it must begin with https://.`,
    );
  const page = hubPage(url, new URL(by.net.endpoint()));
  if (page && 'repo' in page) return fromHub(by, page.repo, page.revision, signal);
  const at = page?.file ?? url.href;
  const name = decodeURIComponent(new URL(at).pathname.split('/').at(-1) ?? '');
  const isGraph = /\.onnx$/i.test(name);
  if (!isGraph && !isArchiveName(name))
    throw new GroundnoteError(
      'unsupported',
      `${address} is no pack: give the address of an archive (.zip, .tar.gz, .tgz) or of an .onnx file, or the name of a repository of the hub.`,
    );
  const what = `the file "${name}"`;
  let told = new Headers();
  const response = await by.net.ask(at, {
    method: 'HEAD',
    signal,
    what,
    // Some servers answer only for the file itself; then its length is told when it comes.
    allow: [400, 403, 405, 501],
    onRedirect: (headers) => (told = headers.has('x-linked-etag') ? headers : told),
  });
  const header = (name: string) => told.get(name) ?? response.headers.get(name) ?? '';
  const length = Number(header('x-linked-size') || (response.ok ? header('content-length') : ''));
  const size = Number.isSafeInteger(length) && length > 0 ? length : 0;
  const sha256 = /^"?([0-9a-f]{64})"?$/.exec(header('x-linked-etag'))?.[1];
  const stem = isGraph ? name.replace(/\.onnx$/i, '') : archiveStem(name);
  return {
    id: slug(stem),
    title: stem,
    version: 'local',
    license: '',
    files: [
      {
        path: slug(stem) + name.slice(stem.length).toLowerCase(),
        size,
        ...(sha256 && { sha256 }),
        at: { url: at },
      },
    ],
  };
}

/** An address of the hub that is for people: a repository, or a file in one. */
function hubPage(
  url: URL,
  endpoint: URL,
): { repo: string; revision?: string } | { file: string } | undefined {
  if (url.origin !== endpoint.origin) return undefined;
  const parts = url.pathname.slice(endpoint.pathname.replace(/\/$/, '').length).split('/').filter(Boolean);
  const [owner, name, verb, ...rest] = parts;
  if (!owner || !name) return undefined;
  const repo = `${owner}/${name}`;
  if (!verb) return { repo };
  if (verb === 'tree' && rest[0]) return { repo, revision: decodeURIComponent(rest[0]) };
  if (verb !== 'blob') return undefined;
  return { file: `${endpoint.href.replace(/\/$/, '')}/${repo}/resolve/${rest.join('/')}` };
}

async function fromPath(by: Resolver, place: string, signal: AbortSignal): Promise<Resolved> {
  const full = path.resolve(place);
  const found = await stat(full).catch((error) => {
    throw diskError(error, place);
  });
  if (found.isDirectory())
    return fromOrigin(
      by,
      await openFolder(full),
      `${path.basename(path.dirname(full))}-${path.basename(full)}`,
    );
  if (/\.onnx$/i.test(full))
    return fromOrigin(
      by,
      await openGraph(full),
      `${path.basename(path.dirname(full))}-${path.basename(full, '.onnx')}`,
    );
  if (isArchiveName(full)) return fromOrigin(by, await openArchive(full, signal), archiveStem(full));
  throw new GroundnoteError(
    'unsupported',
    `${place} is no pack: name a folder, an archive (.zip, .tar.gz, .tgz) or an .onnx file.`,
  );
}
