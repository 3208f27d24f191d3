/**
 * What has become of each image of a batch: JSON lines, each on the disk before the next image begins to count. After a crash
 * the journal says what is left; half a line at its end is what was being written then, and counts as nothing.
 */
import { mkdir, open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {
  batchJobSchema,
  outcomeSchema,
  type BatchJob,
  type ImageOutcome,
  type Outcome,
} from '../protocol/batch';
import { GroundnoteError } from '../protocol/errors';

const headerSchema = z.object({
  journal: z.literal('groundnote-batch'),
  version: z.literal(1),
  job: batchJobSchema,
  /** Number of images when it began. */
  total: z.number().int(),
});
const imageSchema = z.object({ image: z.string() }).and(outcomeSchema);
const endSchema = z.object({ finished: z.string() });

export interface JournalContent {
  job: BatchJob;
  total: number;
  /** The newest of each image. */
  outcomes: Map<string, Outcome>;
  finished: boolean;
  /** Bytes up to the end of the last whole line. */
  length: number;
}

/** @returns undefined where there is no journal. @throws GroundnoteError io, for a file that is none */
export async function readJournal(file: string): Promise<JournalContent | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new GroundnoteError('io', `The journal ${file} cannot be read (${codeOf(error)}).`, {
      cause: error,
    });
  }
  const length = bytes.lastIndexOf(0x0a) + 1;
  // Not even the first line was written: nothing had begun.
  if (length === 0) return undefined;
  const [first, ...lines] = bytes.subarray(0, length).toString('utf8').trimEnd().split('\n');
  const header = headerSchema.safeParse(parseLine(first));
  if (!header.success) throw new GroundnoteError('io', `${file} is no journal of a batch.`);
  const outcomes = new Map<string, Outcome>();
  let finished = false;
  for (const line of lines) {
    const value = parseLine(line);
    const entry = imageSchema.safeParse(value);
    if (entry.success) {
      const { image, ...outcome } = entry.data;
      outcomes.set(image, outcome);
      finished = false;
    } else if (endSchema.safeParse(value).success) {
      finished = true;
    } else {
      throw new GroundnoteError('io', `The journal ${file} is damaged; nothing is done with it.`);
    }
  }
  return { job: header.data.job, total: header.data.total, outcomes, finished, length };
}

/** A journal that is being written, by this process alone. */
export class Journal {
  private work: Promise<void> = Promise.resolve();

  private constructor(
    readonly file: string,
    readonly job: BatchJob,
    readonly outcomes: Map<string, Outcome>,
    private readonly handle: FileHandle,
  ) {}

  /** Begins a journal. @throws GroundnoteError io, where there is one already */
  static async create(file: string, job: BatchJob, total: number): Promise<Journal> {
    await mkdir(path.dirname(file), { recursive: true });
    await lock(file);
    try {
      if (await readJournal(file)) throw new GroundnoteError('io', `There is a journal already: ${file}.`);
      const journal = new Journal(file, job, new Map(), await open(file, 'w'));
      await journal.write({ journal: 'groundnote-batch', version: 1, job, total });
      return journal;
    } catch (error) {
      await unlock(file);
      throw error;
    }
  }

  /** Goes on with a journal. @throws GroundnoteError io, not-found */
  static async resume(file: string): Promise<Journal> {
    await lock(file);
    try {
      const content = await readJournal(file);
      if (!content) throw new GroundnoteError('not-found', `There is no journal ${file}.`);
      const handle = await open(file, 'r+');
      await handle.truncate(content.length);
      await handle.close();
      return new Journal(file, content.job, content.outcomes, await open(file, 'a'));
    } catch (error) {
      await unlock(file);
      throw error;
    }
  }

  /** Resolves when the outcome is on the disk. @throws GroundnoteError io */
  async record({ image, ...outcome }: ImageOutcome): Promise<void> {
    await this.write({ image, ...outcome });
    this.outcomes.set(image, outcome);
  }

  /** All images have had their turn. */
  async finish(): Promise<void> {
    await this.write({ finished: new Date().toISOString() });
  }

  async close(): Promise<void> {
    await this.work.catch(() => undefined);
    await this.handle.close();
    await unlock(this.file);
  }

  private write(value: unknown): Promise<void> {
    const job = this.work.then(async () => {
      await this.handle.appendFile(`${JSON.stringify(value)}\n`);
      await this.handle.datasync();
    });
    this.work = job;
    return job.catch((error: unknown) => {
      throw new GroundnoteError('io', `The journal ${this.file} cannot be written (${codeOf(error)}).`, {
        cause: error,
      });
    });
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);

function parseLine(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}

const lockOf = (file: string) => `${file}.lock`;

/** One process at a time; a lock whose process has gone counts for nothing. */
async function lock(file: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(lockOf(file), String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt > 0)
        throw new GroundnoteError('io', `The journal ${file} cannot be locked (${codeOf(error)}).`, {
          cause: error,
        });
      if (await isHeld(file))
        throw new GroundnoteError(
          'io',
          `This batch is running already. If it is not, remove ${lockOf(file)} and try again.`,
        );
      await rm(lockOf(file), { force: true });
    }
  }
}

const unlock = (file: string) => rm(lockOf(file), { force: true });

/** True while a process works on this journal. */
export async function isHeld(file: string): Promise<boolean> {
  const pid = Number(await readFile(lockOf(file), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
