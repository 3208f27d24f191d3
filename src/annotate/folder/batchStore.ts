/** The journals and reports of “Segment Folder…”, in the storage of the workspace. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isHeld, readJournal, type JournalContent } from '../../batch/journal';
import type { BatchJob } from '../../protocol/batch';

/** Finished batches that are kept for their reports. */
const kept = 10;

export interface StoredBatch extends JournalContent {
  files: BatchFiles;
}

export interface BatchFiles {
  journal: string;
  report: string;
}

export class BatchStore {
  constructor(private readonly folder: string) {}

  filesOf({ id }: Pick<BatchJob, 'id'>): BatchFiles {
    return { journal: path.join(this.folder, `${id}.jsonl`), report: path.join(this.folder, `${id}.md`) };
  }

  /** Batches that are neither finished nor running, the newest first. Journals that cannot be read are left alone. */
  async unfinished(): Promise<StoredBatch[]> {
    const found: StoredBatch[] = [];
    for (const journal of await this.journals()) {
      const content = await readJournal(journal).catch(() => undefined);
      if (content && !content.finished && !(await isHeld(journal)))
        found.push({ ...content, files: this.filesOf(content.job) });
    }
    return found;
  }

  async remove({ journal, report }: BatchFiles): Promise<void> {
    await Promise.all([journal, report].map((file) => rm(file, { force: true })));
  }

  /** Makes the folder, and gives up the oldest finished batches. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    for (const journal of (await this.journals()).slice(kept)) {
      const content = await readJournal(journal).catch(() => undefined);
      if (content?.finished) await this.remove(this.filesOf(content.job));
    }
  }

  private async journals(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    const files = await Promise.all(
      names
        .filter((name) => name.endsWith('.jsonl'))
        .map(async (name) => {
          const file = path.join(this.folder, name);
          return { file, time: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
        }),
    );
    return files.sort((a, b) => b.time - a.time).map(({ file }) => file);
  }
}
