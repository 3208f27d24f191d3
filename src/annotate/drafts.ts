/**
 * Unsaved annotations, one stable file for each picture. VS Code's own backup names may be of an older state when the page is
 * loaded again, so the draft is written right after each edit and looked for whenever the picture is opened.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { annotationSchema, type Annotation } from '../protocol/annotator';

const draftSchema = z.object({
  version: z.literal(1),
  uri: z.string(),
  /** Hash of the sidecar that the annotations started from. */
  base: z.string(),
  annotations: z.array(annotationSchema),
});

export interface DraftContent {
  base: string;
  annotations: readonly Annotation[];
}

/** Edits that follow each other faster than this are written once. */
const debounceMs = 30;

/** The draft of one picture. */
export class Draft {
  readonly path: string;
  private generation = 0;
  private waiting: DraftContent | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Writes and removals, one after the other. */
  private work: Promise<void> = Promise.resolve();

  /** @param onError hears of a draft that could not be written; the edit itself goes on */
  constructor(
    folder: string,
    private readonly uri: string,
    private readonly onError: (error: unknown) => void,
  ) {
    this.path = path.join(folder, `${createHash('sha1').update(uri).digest('hex')}.json`);
  }

  /** The draft that was left behind, or undefined. An unreadable one is put aside, not deleted. */
  async read(): Promise<DraftContent | undefined> {
    await this.flush();
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch {
      return undefined;
    }
    try {
      const draft = draftSchema.parse(JSON.parse(text));
      return draft.uri === this.uri ? draft : undefined;
    } catch (error) {
      this.onError(error);
      await rename(this.path, `${this.path}.broken`).catch(this.onError);
      return undefined;
    }
  }

  /** Writes soon. @returns the generation, for `removeUpTo` */
  write(content: DraftContent): number {
    this.waiting = content;
    this.timer ??= setTimeout(() => void this.flush(), debounceMs);
    return ++this.generation;
  }

  get currentGeneration(): number {
    return this.generation;
  }

  /** Resolves when everything is on the disk. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const content = this.waiting;
    this.waiting = undefined;
    if (content) {
      this.enqueue(async () => {
        await mkdir(path.dirname(this.path), { recursive: true });
        const text = JSON.stringify({ version: 1, uri: this.uri, ...content });
        await writeFileAtomic(this.path, text, { fsync: true });
      });
    }
    return this.work;
  }

  /** Removes the draft: its annotations are saved, or the user gave them up. */
  remove(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = undefined;
    this.generation++;
    this.enqueue(() => rm(this.path, { force: true }));
    return this.work;
  }

  /** Removes the draft only when nothing was written after this generation. */
  async removeUpTo(generation: number): Promise<void> {
    if (generation === this.generation) await this.remove();
  }

  private enqueue(job: () => Promise<unknown>): void {
    this.work = this.work.then(job).then(() => undefined, this.onError);
  }
}
