/**
 * The packs on this machine: folders whose children are packs. A pack is data; what it says of itself is checked
 * before anything of it is opened, and a pack that fails a check is listed with the reason and never run.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { GroundnoteError } from '../../protocol/errors';
import {
  packManifestSchema,
  packSummarySchema,
  type PackKind,
  type PackManifest,
  type PackSummary,
  type Task,
} from '../../protocol/packs';

export const manifestName = 'groundnote.json';
const maxManifestBytes = 1_000_000;

/** A pack whose manifest, files and sizes were checked. */
export interface Pack {
  readonly manifest: PackManifest;
  /** Absolute real path. */
  readonly folder: string;
}

/** What reading a folder gave: always a summary, and the pack itself when it is sound. */
export interface PackReading {
  summary: PackSummary;
  pack?: Pack;
}

/** Which pack a request wants: the first for the task, or the one that the user named. */
export interface PackWish {
  /** Absent: any. */
  task?: Task;
  id?: string;
}

/** What was read, and the state of everything that it was read from. */
interface KeptReadings {
  readings: PackReading[];
  places: readonly string[];
  state: string;
}

export class PackRegistry {
  private kept?: KeptReadings;

  /** @param folders folders whose children are packs; where two packs have one id, the first is taken */
  constructor(private readonly folders: readonly string[]) {}

  /** All packs, broken ones too, in the order of the folders and then by name. Folders that are not there hold none. */
  async list(): Promise<PackSummary[]> {
    return (await this.read()).map((reading) => reading.summary);
  }

  /** The pack for a request. @throws GroundnoteError no-pack, broken-pack, unsupported */
  async find({ task, id }: PackWish): Promise<Pack> {
    const readings = await this.read();
    if (id !== undefined) {
      const named = readings.find((reading) => reading.summary.id === id);
      if (!named) throw new GroundnoteError('no-pack', `There is no pack named "${id}" on this machine.`);
      if (!named.pack) throw brokenPack(named.summary.id, named.summary.problem ?? 'it cannot be read');
      if (task && !named.pack.manifest.tasks.includes(task))
        throw new GroundnoteError('unsupported', `The pack "${id}" cannot do the task "${task}".`);
      return named.pack;
    }
    const fitting = readings.filter((reading) => !task || reading.summary.tasks.includes(task));
    const sound = fitting.find((reading) => reading.pack);
    if (sound?.pack) return sound.pack;
    if (fitting[0])
      throw brokenPack(fitting[0].summary.id, fitting[0].summary.problem ?? 'it cannot be read');
    throw new GroundnoteError('no-pack', `No pack on this machine can do the task "${task}".`);
  }

  /** The first sound pack of a kind. @throws GroundnoteError no-pack */
  async ofKind(kind: PackKind): Promise<Pack> {
    const pack = await this.firstOfKind(kind);
    if (pack) return pack;
    throw new GroundnoteError(
      'no-pack',
      kind === 'ocr'
        ? 'No pack on this machine reads text.'
        : `No pack of the kind "${kind}" is on this machine.`,
    );
  }

  /** The same, undefined where there is none. */
  async firstOfKind(kind: PackKind): Promise<Pack | undefined> {
    return (await this.read()).find(({ pack }) => pack?.manifest.kind === kind)?.pack;
  }

  /** Reads the packs, or gives what was read before while nothing of it has changed. */
  private async read(): Promise<PackReading[]> {
    const { kept } = this;
    if (kept && stateOf(kept.places) === kept.state) return kept.readings;
    const folders = (await Promise.all(this.folders.map(childFolders))).flat();
    const manifests = folders.map((folder) => path.join(folder, manifestName));
    // The state goes before the reading: what changes meanwhile is read again the next time.
    const before = stateOf([...this.folders, ...folders, ...manifests]);
    const readings = await this.readAll();
    const files = readings.flatMap(({ pack }) =>
      pack ? pack.manifest.files.map((file) => path.join(pack.folder, file.path)) : [],
    );
    const places = [...this.folders, ...folders, ...manifests, ...files];
    const state = before + stateOf(files);
    this.kept = { readings, places, state };
    return readings;
  }

  private async readAll(): Promise<PackReading[]> {
    const readings: PackReading[] = [];
    const seen = new Map<string, string>();
    for (const root of this.folders) {
      for (const folder of await childFolders(root)) {
        const reading = await readPack(folder, root);
        const first = seen.get(reading.summary.id);
        if (first === undefined) seen.set(reading.summary.id, reading.summary.folder);
        readings.push(first === undefined ? reading : shadowed(reading, first));
      }
    }
    return readings;
  }
}

/**
 * Size, time of change and identity of files and folders, a line each: differs when one of them was changed or replaced. Asked
 * before every request, at once: waiting for each answer would take longer than a mask.
 */
function stateOf(places: readonly string[]): string {
  let lines = '';
  for (const place of places) {
    try {
      const { size, mtimeNs, ctimeNs, ino } = statSync(place, { bigint: true });
      lines += `${ino} ${size} ${mtimeNs} ${ctimeNs}\n`;
    } catch {
      lines += 'none\n';
    }
  }
  return lines;
}

/**
 * Reads a pack's manifest and checks that its files are there with their sizes; their contents are not read.
 * @param root when given, the folder that the pack must not lead out of through a link
 */
export async function readPack(folder: string, root?: string): Promise<PackReading> {
  const name = path.basename(folder);
  let told: unknown;
  try {
    const real = await realpath(folder);
    if (root !== undefined && !isInside(await realpath(root), real))
      throw new Problem('the folder is a link that leads out of the packs folder');
    told = await readManifest(real);
    const parsed = packManifestSchema.safeParse(told);
    if (!parsed.success) throw new Problem(`${manifestName} is not valid: ${firstIssue(parsed.error)}`);
    for (const file of parsed.data.files) {
      const { size } = await stat(await insidePath(real, file.path));
      if (size !== file.size)
        throw new Problem(`the file "${file.path}" has ${size} bytes instead of ${file.size}`);
    }
    const { files } = parsed.data;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    return {
      summary: packSummarySchema.parse({ ...parsed.data, folder: real, bytes, state: 'ready' }),
      pack: { manifest: parsed.data, folder: real },
    };
  } catch (error) {
    return { summary: brokenSummary(told, folder, name, problemOf(error)) };
  }
}

/** Whether the pack's manifest lists a file. */
export const hasFile = ({ manifest }: Pack, file: string): boolean =>
  manifest.files.some(({ path }) => path === file);

/**
 * The absolute path of a file that the pack's manifest lists. @throws GroundnoteError broken-pack when it is not
 * listed, is missing, or a link leads out of the pack
 */
export async function packFile(pack: Pack, file: string): Promise<string> {
  if (!hasFile(pack, file))
    throw brokenPack(pack.manifest.id, `its ${manifestName} does not list the file "${file}"`);
  try {
    return await insidePath(pack.folder, file);
  } catch (error) {
    throw brokenPack(pack.manifest.id, problemOf(error));
  }
}

/**
 * Checks the SHA-256 of files of a pack (all of them without `only`), reading them as streams.
 * @param onBytes told how many more bytes were read
 * @throws GroundnoteError broken-pack, naming the first file that differs
 */
export async function verifyFiles(
  pack: Pack,
  only?: readonly string[],
  signal?: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  for (const file of pack.manifest.files) {
    if (only && !only.includes(file.path)) continue;
    const hash = createHash('sha256');
    const stream = createReadStream(await packFile(pack, file.path), { signal, highWaterMark: 1 << 20 });
    for await (const chunk of stream) {
      hash.update(chunk as Buffer);
      onBytes?.((chunk as Buffer).byteLength);
    }
    if (hash.digest('hex') !== file.sha256)
      throw brokenPack(pack.manifest.id, `the file "${file.path}" is not the one that ${manifestName} names`);
  }
}

/** Reads a pack and checks the contents of all its files. @throws GroundnoteError broken-pack */
export async function verifyPack(folder: string, signal?: AbortSignal): Promise<Pack> {
  const { summary, pack } = await readPack(folder);
  if (!pack) throw brokenPack(summary.id, summary.problem ?? 'it cannot be read');
  await verifyFiles(pack, undefined, signal);
  return pack;
}

/** Reads and checks a JSON file of a pack. @throws GroundnoteError broken-pack */
export async function readPackJson<T extends z.ZodType>(
  pack: Pack,
  file: string,
  schema: T,
): Promise<z.output<T>> {
  const place = await packFile(pack, file);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(place, 'utf8'));
  } catch (error) {
    throw brokenPack(pack.manifest.id, `the file "${file}" is not valid JSON`, error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw brokenPack(pack.manifest.id, `the file "${file}" is not valid: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

/** The options of a pack's manifest in the form of its kind. @throws GroundnoteError broken-pack, naming the option */
export function optionsOf<T extends z.ZodType>(pack: Pack, schema: T): z.output<T> {
  const parsed = schema.safeParse(pack.manifest.options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw brokenPack(
    pack.manifest.id,
    `its option "${issue?.path.join('.') ?? ''}" is not valid: ${issue?.message ?? 'wrong form'}`,
  );
}

/** The error for a pack that cannot be used. @param problem the rest of a sentence, without a full stop */
export function brokenPack(id: string, problem: string, cause?: unknown): GroundnoteError {
  return new GroundnoteError('broken-pack', `The pack "${id}" cannot be used: ${problem}.`, { cause });
}

/** A check that failed, as the rest of a sentence. */
class Problem extends Error {}

function problemOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  const { code, path: place } = error as NodeJS.ErrnoException;
  const name = place === undefined ? 'one of its files' : `the file "${path.basename(place)}"`;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${name} is missing`;
  if (code === 'EACCES' || code === 'EPERM') return `${name} may not be read`;
  return `${name} cannot be read (${code ?? String(error)})`;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it has the wrong form';
  return `${issue.path.join('.') || 'the file'}: ${issue.message}`;
}

async function childFolders(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map((entry) => path.join(root, entry.name))
      .sort();
  } catch {
    return []; // A folder of the settings that is not there (yet) is not an error.
  }
}

async function readManifest(folder: string): Promise<unknown> {
  const place = await insidePath(folder, manifestName);
  if ((await stat(place)).size > maxManifestBytes) throw new Problem(`${manifestName} is too large`);
  const text = await readFile(place, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(`${manifestName} is not valid JSON`);
  }
}

/** The real path of a file inside a folder (a real path itself). @throws Problem when it leads out */
async function insidePath(folder: string, file: string): Promise<string> {
  const place = path.resolve(folder, file);
  if (!isInside(folder, place)) throw new Problem(`the file "${file}" lies outside the pack`);
  const real = await realpath(place);
  if (!isInside(folder, real)) throw new Problem(`the file "${file}" is a link that leads out of the pack`);
  if (!(await stat(real)).isFile()) throw new Problem(`the entry "${file}" is not a file`);
  return real;
}

function isInside(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return (
    relative !== '' &&
    !relative.startsWith(`..${path.sep}`) &&
    relative !== '..' &&
    !path.isAbsolute(relative)
  );
}

function shadowed(reading: PackReading, by: string): PackReading {
  const problem = `Another pack with the id "${reading.summary.id}" comes first (in ${by}).`;
  return { summary: { ...reading.summary, state: 'broken', problem } };
}

/** What a broken manifest still tells; what it does not is empty or absent. */
function brokenSummary(told: unknown, folder: string, name: string, problem: string): PackSummary {
  const fields = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  const shape = packManifestSchema.shape;
  const tell = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  };
  const id =
    tell(shape.id, fields.id) ?? (name.replace(/[^a-z0-9._-]/gi, '-').replace(/^[^a-z0-9]+/i, '') || 'pack');
  return {
    id,
    version: tell(shape.version, fields.version) ?? '?',
    title: tell(shape.title, fields.title) ?? name,
    description: tell(shape.description, fields.description) ?? '',
    tasks: tell(shape.tasks, fields.tasks) ?? [],
    engine: tell(shape.engine, fields.engine),
    kind: tell(shape.kind, fields.kind),
    prompts: tell(shape.prompts, fields.prompts) ?? [],
    returns: tell(shape.returns, fields.returns) ?? [],
    license: tell(shape.license, fields.license) ?? '',
    source: tell(shape.source, fields.source) ?? '',
    card: tell(shape.card, fields.card) ?? 'README.md',
    folder,
    bytes: 0,
    state: 'broken',
    problem: `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`,
  };
}
