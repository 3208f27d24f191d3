/** One installation of a pack at a time, over all windows and programs of this machine: a file with the number of the process. */
import { mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { diskError } from './files';

const holderSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  started: z.string().optional(),
});
type Holder = z.output<typeof holderSchema>;

/** A lock that is being written is empty for a moment; one that stays so was left by a crash. */
const writingMs = 10_000;

/** Locks of this process, which a lock file with its number must be among. */
const held = new Set<string>();

/** @returns a function that lets go, or undefined when another holds it. @throws GroundnoteError io, no-space */
export async function takeLock(file: string): Promise<(() => Promise<void>) | undefined> {
  const place = path.resolve(file);
  try {
    await mkdir(path.dirname(place), { recursive: true });
    if (!(await create(place)) && !(await takeOver(place))) return undefined;
  } catch (error) {
    throw diskError(error, path.dirname(place));
  }
  return async () => {
    held.delete(place);
    await unlink(place).catch(() => undefined);
  };
}

/** Whether somebody holds it now. */
export async function isLocked(file: string): Promise<boolean> {
  return (await holds(path.resolve(file))) !== 'nobody';
}

async function create(place: string): Promise<boolean> {
  let handle;
  try {
    handle = await open(place, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    const started = await startOf(process.pid);
    const holder: Holder = { pid: process.pid, host: hostname(), ...(started !== undefined && { started }) };
    await handle.writeFile(JSON.stringify(holder));
  } finally {
    await handle.close();
  }
  held.add(place);
  return true;
}

/** Puts a lock of ours in the place of one that a dead process has left. A second file keeps two from doing so at once. */
async function takeOver(place: string): Promise<boolean> {
  if ((await holds(place)) === 'somebody') return false;
  const guard = `${place}.taking`;
  const isOld = await stat(guard).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > writingMs,
    () => false,
  );
  if (isOld) await unlink(guard).catch(() => undefined);
  if (!(await create(guard))) return false;
  try {
    if ((await holds(place)) === 'somebody') return false;
    await unlink(place).catch(() => undefined);
    return await create(place);
  } finally {
    held.delete(guard);
    await unlink(guard).catch(() => undefined);
  }
}

async function holds(place: string): Promise<'somebody' | 'nobody'> {
  let holder: Holder;
  try {
    holder = holderSchema.parse(JSON.parse(await readFile(place, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nobody';
    const age = await stat(place).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    );
    return age > writingMs ? 'nobody' : 'somebody';
  }
  // Nothing can be known of a process of another machine (a home folder on the network).
  if (holder.host !== hostname()) return 'somebody';
  if (holder.pid === process.pid) return held.has(place) ? 'somebody' : 'nobody';
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'somebody' : 'nobody';
  }
  // The number may have gone to another process since.
  const started = await startOf(holder.pid);
  return holder.started !== undefined && started !== undefined && started !== holder.started
    ? 'nobody'
    : 'somebody';
}

/** When a process started, in the kernel's own terms; undefined where that cannot be read. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses, which may hold anything.
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}
