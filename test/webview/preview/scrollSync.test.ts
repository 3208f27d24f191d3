/** How well the page and the editor agree on lines, at many places of a long note, both ways. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/chromium';
import { openNote } from './openNote';
import { buildPage, inPage, posted, send } from './page';

/** A line of the note whose text names it: `code_120_` is in line 120. */
type Kind = 'code' | 'row' | 'item' | 'words' | 'quote';

/** A note of some 2,000 lines whose lines name themselves, with figures and maths between them. */
function longNote(): { text: string; lines: { line: number; kind: Kind }[] } {
  const text: string[] = [];
  const lines: { line: number; kind: Kind }[] = [];
  const named = (kind: Kind, write: (name: string) => string) => {
    lines.push({ line: text.length, kind });
    text.push(write(`${kind}_${text.length}_`));
  };
  for (let section = 0; section < 12; section++) {
    text.push(`## Section ${section}`, '');
    for (let i = 0; i < 4; i++)
      named('words', (name) => `${name} begins a line of a paragraph that is not long.`);
    text.push('', '```python');
    for (let i = 0; i < 45; i++) {
      if (i % 9 === 4) text.push('');
      named('code', (name) => `${name} = f(${'x, '.repeat((i * 7) % 40)})  # a line of code`);
    }
    text.push('```', '', '| name | value |', '|---|---|');
    for (let i = 0; i < 40; i++)
      named('row', (name) => `| ${name} | ${'some words in a cell '.repeat(1 + (i % 5))} |`);
    text.push('', '$$', '\\begin{aligned}');
    for (let i = 0; i < 10; i++) text.push(`a_{${i}} &= \\sum_k x_k^{${i}} \\\\`);
    text.push('\\end{aligned}', '$$', '', '![A figure](figure.png "A figure")', '');
    for (let i = 0; i < 20; i++) {
      named('item', (name) => `- ${name} is an item`);
      if (i % 5 === 0) text.push('  that goes on in a second line', '', '  and has a second paragraph');
    }
    text.push('');
    for (let i = 0; i < 6; i++) {
      named('quote', (name) => `> ${name} is quoted`);
      text.push('>');
    }
    text.push('', 'A last paragraph.', '');
  }
  return { text: text.join('\n'), lines };
}

/** Code of the page that the measurements share: where a named line is, and which one stands at the window's top. */
const helpers = `
  const frames = (count) => new Promise((done) => { const next = () => (count-- > 0 ? requestAnimationFrame(next) : done()); next(); });
  const settled = async () => { let last = -1; for (let i = 0, same = 0; i < 60 && same < 3; i++) { await frames(1); same = Math.abs(scrollY - last) < 0.5 ? same + 1 : 0; last = scrollY; } };
  const nodes = new Map();
  {
    const walker = document.createTreeWalker(document.querySelector('#gn-note'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const match of node.data.matchAll(/(code|row|item|words|quote)_(\\d+)_/g)) nodes.set(Number(match[2]), { node, at: match.index, kind: match[1] });
  }
  /** Top and height of a named line, in CSS pixels of the window. */
  const boxOf = (line) => {
    const { node, at, kind } = nodes.get(line);
    if (kind === 'row') { const { top, height } = node.parentElement.closest('tr').getBoundingClientRect(); return { top, height }; }
    const range = document.createRange();
    range.setStart(node, at); range.setEnd(node, at + 4);
    const rect = range.getBoundingClientRect();
    const height = parseFloat(getComputedStyle(node.parentElement).lineHeight);
    return { top: rect.top - (height - rect.height) / 2, height };
  };
`;

const { text, lines } = longNote();
/** 240 places, the same in each run: all kinds, all parts of the note, in an order that jumps. */
const places = lines
  .map((place, index) => ({ place, order: (index * 7919) % lines.length }))
  .sort((a, b) => a.order - b.order)
  .slice(0, 240)
  .map(({ place }) => place);

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

function report(title: string, errors: readonly { kind: Kind; error: number }[]): Record<Kind, number> {
  const worst = {} as Record<Kind, number>;
  for (const kind of ['code', 'row', 'item', 'words', 'quote'] as const) {
    const own = errors.filter((each) => each.kind === kind).map(({ error }) => Math.abs(error));
    worst[kind] = Math.max(0, ...own);
    console.log(
      `${title}, ${kind}: ${own.length} places, median ${median(own).toFixed(2)}, worst ${worst[kind].toFixed(2)} lines`,
    );
  }
  const all = errors.map(({ error }) => Math.abs(error));
  console.log(`${title}: ${all.length} places, median ${median(all).toFixed(2)} lines`);
  return worst;
}

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
  page = await openNote(browser, text);
});
afterAll(() => browser.close());

for (const [name, style] of [
  ['', ''],
  [
    ', wrapped code',
    '#gn-note pre, #gn-note pre code { white-space: pre-wrap !important; overflow-wrap: anywhere }',
  ],
] as const) {
  describe(`scroll sync${name}`, () => {
    beforeAll(async () => {
      if (style) await page.addStyleTag({ content: style });
    });

    it('puts the line of the editor at the top of the page', async () => {
      const errors = await inPage<{ kind: Kind; error: number }[]>(
        page,
        `(async () => {
          ${helpers}
          const errors = [];
          for (const { line, kind } of ${JSON.stringify(places)}) {
            window.postMessage({ kind: 'event', channel: 'visibleLine', document: 'file:///note.md', params: { line } }, '*');
            await frames(1);
            await settled();
            const { top, height } = boxOf(line);
            errors.push({ kind, error: top / height });
          }
          return errors;
        })()`,
      );
      const worst = report(`editor → page${name}`, errors);
      expect(worst.code).toBeLessThanOrEqual(1);
      expect(worst.row).toBeLessThanOrEqual(1);
      expect(median(errors.map(({ error }) => Math.abs(error)))).toBeLessThan(0.3);
      // Nothing of it went back to the editor.
      expect(await posted(page, 'visibleLine')).toHaveLength(0);
    });

    it('tells the editor the line at the top of the page', async () => {
      const errors = await inPage<{ kind: Kind; error: number }[]>(
        page,
        `(async () => {
          ${helpers}
          const errors = [];
          for (const { line, kind } of ${JSON.stringify(places)}) {
            // As a reader scrolls: by the wheel, to somewhere inside the line.
            window.dispatchEvent(new WheelEvent('wheel'));
            document.querySelector('.gn-block') && nodes.get(line).node.parentElement.scrollIntoView();
            await settled();
            const box = boxOf(line);
            window.posted.length = 0;
            window.scrollBy(0, box.top + box.height * 0.4);
            await settled();
            await frames(2);
            const heard = window.posted.filter(({ channel }) => channel === 'visibleLine').at(-1);
            const after = boxOf(line);
            // Where the window's top is inside the line, by what is drawn.
            const inside = (-after.top / after.height);
            errors.push({ kind, error: heard ? Math.floor(heard.params.line) - (line + Math.floor(inside)) : 99 });
          }
          window.posted.length = 0;
          return errors;
        })()`,
      );
      const worst = report(`page → editor${name}`, errors);
      expect(worst.code).toBeLessThanOrEqual(1);
      expect(worst.row).toBeLessThanOrEqual(1);
      expect(median(errors.map(({ error }) => Math.abs(error)))).toBeLessThan(1);
    });
  });
}

describe('scroll sync', () => {
  const topOf = (token: string) =>
    inPage<number>(page, `(() => { ${helpers} return boxOf(${token.split('_')[1]}).top; })()`);

  it('keeps the line in its place when a picture above it becomes larger', async () => {
    const { line } = lines.find(({ kind, line }) => kind === 'row' && line > 900) as { line: number };
    await send(page, 'visibleLine', { line });
    await expect.poll(() => topOf(`row_${line}_`)).toBeLessThan(3);
    await inPage(
      page,
      `document.querySelectorAll('figure img').forEach((image) => { image.style.width = '600px'; image.style.height = '700px'; image.style.maxHeight = 'none'; })`,
    );
    await page.waitForTimeout(300);
    expect(Math.abs(await topOf(`row_${line}_`))).toBeLessThan(3);
    expect(await posted(page, 'visibleLine')).toHaveLength(0);
  });

  it('marks the line of the text cursor and follows it where it is typed in', async () => {
    const { line } = lines.find(({ kind, line }) => kind === 'code' && line > 400) as { line: number };
    const bar = page.locator('.gn-cursor');
    await send(page, 'cursorLine', { line, show: true, typed: false });
    const before = await inPage<number>(page, 'scrollY');
    await page.waitForTimeout(100);
    expect(await inPage(page, 'scrollY')).toBe(before);
    await send(page, 'cursorLine', { line, show: true, typed: true });
    await expect.poll(() => topOf(`code_${line}_`)).toBeGreaterThan(0);
    const top = await topOf(`code_${line}_`);
    expect(top).toBeLessThan(900);
    await expect.poll(async () => Math.abs(((await bar.boundingBox())?.y ?? -99) - top)).toBeLessThan(3);
    await page.screenshot({ path: 'out/preview/cursor.png' });
    expect(await posted(page, 'visibleLine')).toHaveLength(0);
    await send(page, 'cursorLine', { line, show: false, typed: false });
    await expect.poll(() => bar.isVisible()).toBe(false);
  });

  it('leads to the line that is double-clicked', async () => {
    const { line } = lines.find(({ kind, line }) => kind === 'row' && line > 600) as { line: number };
    await send(page, 'visibleLine', { line: line - 5 });
    await page.locator(`td:has-text("row_${line}_")`).dblclick();
    await expect.poll(async () => (await posted(page, 'goToLine')).at(-1)?.params).toEqual({ line });
  });
});
