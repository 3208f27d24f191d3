/** The hostile snippets of test/fixtures/hostile: notes that want to run or load something. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

export interface HostileSnippet {
  /** File and name, unique. */
  name: string;
  text: string;
}

const snippet = z.union([
  z.object({ name: z.string(), text: z.string() }),
  z
    .object({
      name: z.string(),
      before: z.string(),
      repeat: z.string(),
      times: z.number(),
      inside: z.string(),
      close: z.string(),
    })
    .transform(({ name, before, repeat, times, inside, close }) => ({
      name,
      text: before + repeat.repeat(times) + inside + close.repeat(times),
    })),
]);

const folder = path.resolve('test/fixtures/hostile');

/** All snippets. In the text files a line `=== name` begins one. */
export function hostileSnippets(): HostileSnippet[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const source = readFileSync(path.join(folder, file), 'utf8');
      const list = file.endsWith('.json')
        ? z.array(snippet).parse(JSON.parse(source))
        : source
            .split(/^=== /m)
            .slice(1)
            .map((part) => {
              const end = part.indexOf('\n');
              return { name: part.slice(0, end), text: part.slice(end + 1).replace(/\n$/, '') };
            });
      return list.map(({ name, text }) => ({ name: `${path.parse(file).name}: ${name}`, text }));
    });
}
