/** The dialect by itself, without the renderer of whole notes. */
import { createMarkdown, type DialectOptions, type NoteEnv } from '../../../src/notes/markdown/markdown';

const parsers = new Map<string, ReturnType<typeof createMarkdown>>();

/** HTML of Markdown, without line marks. Pictures exist when their name says "here"; so do notes. */
export function dialectHtml(
  source: string,
  env: Partial<NoteEnv> = {},
  options: DialectOptions = {},
): string {
  const key = JSON.stringify(options);
  const md = parsers.get(key) ?? createMarkdown(options);
  parsers.set(key, md);
  const whole: NoteEnv = Object.assign(env, {
    allowHtml: env.allowHtml ?? true,
    resolveImage: (image: string) => ({ uri: `res:${image}`, exists: image.includes('here') }),
    resolveNote: (note: string) => ({ href: `${note}.md`, exists: note.includes('here') }),
    figure: { interactive: false, note: '' },
    figures: [],
    firstLine: 0,
  });
  return md
    .render(source, whole)
    .replace(/ data-line="\d+"/g, '')
    .trim();
}
