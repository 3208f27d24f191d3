/** The conversation about one picture on the disk: in the extension's storage, never beside the picture. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { conversationSchema, type Conversation } from '../../protocol/conversation';
import { sizeSchema, type Size } from '../../protocol/geometry';

const fileSchema = conversationSchema.extend({
  version: z.literal(1),
  uri: z.string(),
  /** Of the picture: regions of a picture that has another size now mean nothing. */
  size: sizeSchema,
});

/** Turns, and characters of the file, that are kept; the oldest turns go first. */
const most = { turns: 60, characters: 4_000_000 };

/** Reads and writes in the order of asking. */
export class ConversationFile {
  readonly path: string;
  private work: Promise<unknown> = Promise.resolve();

  /** @param onError hears of a conversation that could not be read or written; it goes on in memory */
  constructor(
    folder: string,
    private readonly uri: string,
    private readonly onError: (error: unknown) => void,
  ) {
    this.path = path.join(folder, `${createHash('sha1').update(uri).digest('hex')}.json`);
  }

  /** What was kept; empty when nothing was, or the picture had another size. An unreadable file is put aside. */
  async read(size: Size): Promise<Conversation> {
    await this.work;
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch {
      return { turns: [] };
    }
    try {
      const { uri, size: before, turns, pack } = fileSchema.parse(JSON.parse(text));
      if (uri !== this.uri || before.width !== size.width || before.height !== size.height)
        return { turns: [] };
      return { turns, ...(pack !== undefined && { pack }) };
    } catch (error) {
      this.onError(error);
      await rename(this.path, `${this.path}.broken`).catch(this.onError);
      return { turns: [] };
    }
  }

  /** Resolves when it is on the disk. An empty conversation has no file. */
  write(conversation: Conversation, size: Size): Promise<void> {
    const job = this.work.then(async () => {
      const { pack } = conversation;
      if (!conversation.turns.length && pack === undefined) return rm(this.path, { force: true });
      let turns = conversation.turns.slice(-most.turns);
      const format = () => JSON.stringify({ version: 1, uri: this.uri, size, turns, pack });
      let text = format();
      while (text.length > most.characters && turns.length > 1) {
        turns = turns.slice(1);
        text = format();
      }
      await mkdir(path.dirname(this.path), { recursive: true });
      await writeFileAtomic(this.path, text);
    });
    this.work = job.catch(this.onError);
    return this.work.then(() => undefined);
  }
}
