/** Notes by other people. They are not part of the repository: skipped where they are not there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderPage } from '../../../src/notes/render/page';

const folder = path.join(process.env['GROUNDNOTE_DATA'] ?? '../shared/data', 'paper_notes_dev');
const here = existsSync(folder);
if (!here)
  console.warn(
    "Skipped: the notes by other people are not here (paper_notes_dev; set GROUNDNOTE_DATA to their folder's parent).",
  );

const noteSchema = z.object({ note: z.string(), display_math: z.number(), inline_math: z.number() });
const notes = here
  ? readFileSync(path.join(folder, 'index.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => noteSchema.parse(JSON.parse(line)))
  : [];

describe.skipIf(!here)('notes by other people', () => {
  it('are there', () => expect(notes.length).toBeGreaterThanOrEqual(6));

  it.each(notes)('$note is rendered with all its formulas', ({ note, ...counted }) => {
    const file = path.join(folder, note);
    const page = renderPage(readFileSync(file, 'utf8'), { path: file });
    const errors = page.html.match(/class="katex-error"[\s\S]{0,300}/g) ?? [];
    expect(errors).toEqual([]);
    expect(page.formulaErrors).toBe(0);
    expect(page.html.split('class="katex-display"').length - 1).toBe(counted.display_math);
    expect(page.formulas).toBe(counted.display_math + counted.inline_math);
    // No formula was left in the text.
    const text = page.html
      .replace(
        /<style[\s\S]*?<\/style>|<annotation[\s\S]*?<\/annotation>|<pre[\s\S]*?<\/pre>|<code[\s\S]*?<\/code>/g,
        '',
      )
      .replace(/<[^>]*>/g, '');
    expect(text).not.toMatch(/\$\$|\\begin\{|\\(?:frac|mathbf|mathcal|sum)\b/);
  });
});
