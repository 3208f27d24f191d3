/** docs/markdown.md lists every example of the specifications that notes read in another way: no more, and no less. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commonmarkExamples, gfmExamples, gfmExtensions, specHtml, type Example } from './examples';
import type { Flavour } from '../../../../src/notes/markdown/markdown';

const docs = readFileSync(path.resolve('docs/markdown.md'), 'utf8');

/** Rows of the table under a heading: the numbers in its last columns, and the reason beside them. */
function listed(heading: string, column: number): { numbers: number[]; reasons: string[] } {
  const section = docs.split(`## ${heading}\n`)[1]?.split(/^#+ /m)[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => /^\| (?!What differs|:?-)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return {
    numbers: rows.flatMap((cells) => (cells[column + 2] ?? '').match(/\d+/g) ?? []).map(Number),
    reasons: rows.map((cells) => cells[2] ?? ''),
  };
}

const differing = (examples: readonly Example[], flavour: Flavour): number[] =>
  examples.filter(({ markdown, html }) => specHtml(markdown, flavour) !== html).map(({ number }) => number);

const sorted = (numbers: number[]) => [...numbers].sort((a, b) => a - b);

describe('the specifications', () => {
  it('are there as a whole', () => {
    expect(commonmarkExamples).toHaveLength(652);
    expect(gfmExamples).toHaveLength(677);
    expect(gfmExtensions).toHaveLength(28);
  });
});

describe('deviations of notes', () => {
  const heading = 'Where notes differ from CommonMark and GFM';

  it('from CommonMark are those of the documentation', () => {
    expect(sorted(listed(heading, 1).numbers)).toEqual(differing(commonmarkExamples, 'groundnote'));
  });

  it("from GFM's extensions are those of the documentation", () => {
    expect(sorted(listed(heading, 2).numbers)).toEqual(differing(gfmExtensions, 'groundnote'));
  });

  it('each have a reason', () => {
    const { reasons } = listed(heading, 1);
    expect(reasons.length).toBeGreaterThan(3);
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(20);
  });
});

describe('the plain flavour of GFM', () => {
  it('differs from all of its specification only as the documentation says', () => {
    expect(sorted(listed('Plain CommonMark and plain GFM', 1).numbers)).toEqual(
      differing(gfmExamples, 'gfm'),
    );
  });
});
