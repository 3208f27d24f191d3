/**
 * The folder in which a pack is put together, `.partial/ID` beside the installed ones. Its `install.json` says where the files
 * come from and which of them are complete, so that an installation that was cut off, even by a power failure, goes on.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { diskError, type Sums } from './files';
import type { InstallPlan, PackSource, PartialInstall, PlannedFile } from './types';

const sourceSchema = z.discriminatedUnion('from', [
  z.object({ from: z.literal('catalogue'), id: z.string() }),
  z.object({ from: z.literal('hub'), repo: z.string(), revision: z.string().optional() }),
  z.object({ from: z.literal('url'), url: z.string() }),
  z.object({ from: z.literal('path'), path: z.string() }),
]) satisfies z.ZodType<PackSource>;

const fileStateSchema = z.object({
  /** What the file is: differs when something else lies under its name now. */
  key: z.string(),
  etag: z.string().optional(),
  done: z.object({ sha256: z.string(), size: z.number() }).optional(),
});

const stateSchema = z.object({
  id: z.string(),
  title: z.string(),
  source: sourceSchema,
  bytes: z.number(),
  files: z.record(z.string(), fileStateSchema),
});
type State = z.output<typeof stateSchema>;

const stateName = 'install.json';

/** What a file is, whatever it is called and wherever it is. */
function keyOf({ at, size, sha256, gitOid }: PlannedFile): string {
  const content = sha256 ?? gitOid;
  return content ?? `${JSON.stringify(at)} ${size}`;
}

export interface WorkFolder {
  /** Complete files lie here under their own paths. */
  readonly files: string;
  /** Where a file's bytes are collected. */
  part(file: string): string;
  /** What is known of a complete file that is still there as it was. */
  done(file: PlannedFile): Promise<Sums | undefined>;
  etag(file: PlannedFile): string | undefined;
  setEtag(file: PlannedFile, etag: string | undefined): Promise<void>;
  setDone(file: PlannedFile, sums: Sums): Promise<void>;
  /** Bytes of the planned files that need not come again. */
  bytesHere(files: readonly PlannedFile[]): Promise<number>;
  /** Makes it the folder for this plan: what belongs to no file of it goes. */
  begin(plan: InstallPlan): Promise<void>;
  remove(): Promise<void>;
}

/** @param folder `.partial/ID`, which need not be there */
export async function openWork(folder: string): Promise<WorkFolder> {
  let state = await readState(folder);
  const files = path.join(folder, 'files');
  const part = (file: string) => path.join(folder, 'parts', file);
  const known = (file: PlannedFile) => {
    const told = state?.files[file.path];
    return told?.key === keyOf(file) ? told : undefined;
  };
  const write = async () => {
    try {
      await mkdir(folder, { recursive: true });
      await writeFileAtomic(path.join(folder, stateName), JSON.stringify(state), { fsync: true });
    } catch (error) {
      throw diskError(error, folder);
    }
  };
  const update = async (file: PlannedFile, change: Partial<z.output<typeof fileStateSchema>>) => {
    if (!state) return;
    state.files[file.path] = { ...known(file), key: keyOf(file), ...change };
    await write();
  };
  const done = async (file: PlannedFile) => {
    const told = known(file)?.done;
    return told && (await sizeOf(path.join(files, file.path))) === told.size ? told : undefined;
  };
  return {
    files,
    part,
    done,
    etag: (file) => known(file)?.etag,
    setEtag: (file, etag) => update(file, { etag, done: undefined }),
    setDone: (file, sums) => update(file, { done: sums }),
    async bytesHere(planned) {
      let bytes = 0;
      for (const file of planned) {
        if (!known(file)) continue;
        bytes += (await done(file))?.size ?? (await sizeOf(part(file.path))) ?? 0;
      }
      return bytes;
    },
    async begin({ id, title, source, bytes, files: planned }) {
      const kept = planned.flatMap((file) => {
        const told = known(file);
        return told ? [[file.path, told] as const] : [];
      });
      const names = new Set(kept.map(([name]) => name));
      for (const root of [files, path.join(folder, 'parts')])
        for (const name of await filesUnder(root))
          if (!names.has(name)) await rm(path.join(root, name), { force: true });
      const fresh = planned.map((file) => [file.path, known(file) ?? { key: keyOf(file) }] as const);
      state = { id, title, source, bytes, files: Object.fromEntries(fresh) };
      await write();
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** What was begun in a folder of work, or undefined where nothing can be told. */
export async function readPartial(folder: string): Promise<Omit<PartialInstall, 'running'> | undefined> {
  const state = await readState(folder);
  if (!state) return undefined;
  const { id, title, source, bytes } = state;
  let bytesHere = 0;
  for (const name of Object.keys(state.files))
    bytesHere +=
      (await sizeOf(path.join(folder, 'files', name))) ??
      (await sizeOf(path.join(folder, 'parts', name))) ??
      0;
  return { id, title, source, bytes, bytesHere };
}

async function readState(folder: string): Promise<State | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path.join(folder, stateName), 'utf8')));
  } catch {
    return undefined;
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
}

/** Paths of all files under a folder, with `/`; none where it is not there. */
export async function filesUnder(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
