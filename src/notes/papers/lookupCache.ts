/** Answers that were looked up, in a JSON file that all windows share. A file that is broken counts as empty. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { paperDetailsSchema, type PaperDetails } from './details';

const fileSchema = z.object({
  version: z.literal(1),
  papers: z.record(z.string(), z.object({ at: z.number(), details: paperDetailsSchema })),
});
type Entries = z.infer<typeof fileSchema>['papers'];

export interface CachedDetails {
  details: PaperDetails;
  /** When it was looked up, in milliseconds since 1970. */
  at: number;
}

const dayMs = 86_400_000;

export class LookupCache {
  private entries: Promise<Map<string, CachedDetails>> | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** @param options `maxAgeDays`: older answers are asked for again; `maxEntries`: the oldest go first */
  constructor(
    private readonly file: string,
    private readonly options: { maxAgeDays?: number; maxEntries?: number; now?: () => number } = {},
  ) {}

  private now = () => (this.options.now ?? Date.now)();

  async get(key: string): Promise<CachedDetails | undefined> {
    this.entries ??= this.read();
    const found = (await this.entries).get(key);
    return found && this.now() - found.at <= (this.options.maxAgeDays ?? 180) * dayMs ? found : undefined;
  }

  /** Remembers an answer and writes the file. What another window wrote meanwhile stays. @throws when it cannot be written */
  set(key: string, details: PaperDetails): Promise<void> {
    const entry = { details, at: this.now() };
    const write = async () => {
      const known = (await this.entries) ?? new Map<string, CachedDetails>();
      const all = new Map([...(await this.read()), ...known, [key, entry]]);
      const kept = [...all].sort(([, a], [, b]) => b.at - a.at).slice(0, this.options.maxEntries ?? 2000);
      this.entries = Promise.resolve(new Map(kept));
      await mkdir(path.dirname(this.file), { recursive: true });
      const papers: Entries = Object.fromEntries(kept);
      await writeFileAtomic(this.file, JSON.stringify({ version: 1, papers }), { encoding: 'utf8' });
    };
    this.writing = this.writing.then(write, write);
    return this.writing;
  }

  private async read(): Promise<Map<string, CachedDetails>> {
    try {
      const { papers } = fileSchema.parse(JSON.parse(await readFile(this.file, 'utf8')));
      return new Map(Object.entries(papers));
    } catch {
      return new Map();
    }
  }
}
