/** Where the answers of a batch go: into sidecars, as saving in the panel does it, or into files of results. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { editOnDisk, filesBeside, refuse } from '../annotate/closedPicture';
import { parseSidecar, sidecarConflict } from '../annotate/sidecar';
import { writeError } from '../annotate/textFile';
import type { BatchJob, Outcome } from '../protocol/batch';
import { GroundnoteError } from '../protocol/errors';
import type { TaskResult } from '../protocol/inference';
import { editOf, outcomeBefore } from './edits';

/** Both questions are about an image by its path relative to the job's folder. */
export interface BatchSink {
  /** What becomes of an image without asking the model; undefined: ask it. @throws GroundnoteError bad-sidecar, io */
  before(image: string): Promise<Outcome | undefined>;
  /** Keeps an answer, on the disk when it resolves. @returns how many regions. @throws GroundnoteError bad-sidecar, io */
  write(image: string, result: TaskResult): Promise<number>;
}

/** Images that are open in a panel: theirs is the newest state, and they are edited instead. */
export interface OpenImages {
  before(image: string): Promise<{ closed: boolean; outcome?: Outcome }>;
  write(image: string, result: TaskResult): Promise<{ closed: boolean; regions: number }>;
}

/** Another program may write a sidecar at the same time; then it is read again. */
const attempts = 3;

/** Writes into the sidecars beside the images. */
export class SidecarSink implements BatchSink {
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly job: BatchJob,
    private readonly open?: OpenImages,
  ) {}

  async before(image: string): Promise<Outcome | undefined> {
    const open = await this.open?.before(image);
    if (open && !open.closed) return open.outcome;
    const { imageName, sidecar, beside } = filesBeside(this.fileOf(image));
    const text = await sidecar.read();
    if (text === undefined) return undefined;
    const parsed = parseSidecar(text, sidecar.name);
    // The size is not known yet; saving looks at it.
    const picture = { name: imageName, width: 0, height: 0 };
    refuse(await sidecarConflict({ ...parsed, size: undefined }, sidecar.name, picture, beside));
    return outcomeBefore(parsed.annotations, this.job, image);
  }

  write(image: string, result: TaskResult): Promise<number> {
    // One after the other: two images of one stem share a sidecar.
    const job = this.writing.then(() => this.writeNow(image, result));
    this.writing = job.catch(() => undefined);
    return job;
  }

  private async writeNow(image: string, result: TaskResult): Promise<number> {
    const { width, height } = result.image;
    for (let attempt = 1; ; attempt++) {
      const open = await this.open?.write(image, result);
      if (open && !open.closed) return open.regions;
      const edit = await editOnDisk(this.fileOf(image), { width, height }, (annotations) =>
        editOf(annotations, this.job, image, result),
      );
      if (edit) return edit.put.length;
      if (attempt === attempts)
        throw new GroundnoteError(
          'io',
          'Another program keeps changing its annotations; they were not touched.',
        );
    }
  }

  private readonly fileOf = (image: string) => path.join(this.job.folder, image);
}

const resultFileSchema = z.object({ batch: z.string(), regions: z.array(z.unknown()) });

/** Writes each answer, in the command line's own form, into a folder of its own: `sub/a.png` → `OUT/sub/a.png.json`. */
export class ResultSink implements BatchSink {
  constructor(
    private readonly job: BatchJob,
    private readonly out: string,
  ) {}

  async before(image: string): Promise<Outcome | undefined> {
    const text = await readFile(this.fileOf(image), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const file = resultFileSchema.safeParse(JSON.parse(text));
    // It was written, and then the journal could not be.
    return file.data?.batch === this.job.id
      ? { state: 'done', regions: file.data.regions.length }
      : undefined;
  }

  async write(image: string, result: TaskResult): Promise<number> {
    const file = this.fileOf(image);
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFileAtomic(file, `${JSON.stringify({ batch: this.job.id, ...result })}\n`, { fsync: true });
    } catch (error) {
      throw writeError(path.basename(file), path.dirname(file), error);
    }
    return result.regions.length;
  }

  private readonly fileOf = (image: string) => path.join(this.out, `${image}.json`);
}
