/** Each example of the specifications, in the plain flavours. `npm run test:commonmark` runs this file alone. */
import { describe, expect, it } from 'vitest';
import { cmarkGfmExamples, commonmarkExamples, gfmExtensions, specHtml } from './examples';

describe('CommonMark 0.31', () => {
  it.each(commonmarkExamples)('example $number, $section', ({ markdown, html }) => {
    expect(specHtml(markdown, 'commonmark')).toBe(html);
  });
});

describe('GFM extensions', () => {
  it.each(gfmExtensions)('example $number, $section', ({ markdown, html }) => {
    expect(specHtml(markdown, 'gfm')).toBe(html);
  });
});

describe('cmark-gfm extensions', () => {
  it.each(cmarkGfmExamples)('example $number, $section', ({ markdown, html }) => {
    expect(specHtml(markdown, 'gfm')).toBe(html);
  });
});
