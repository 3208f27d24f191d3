import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NoteSplice } from '../../../src/protocol/preview';
import { launchBrowser } from '../../support/chromium';
import { longNote } from '../../support/longNote';
import { NoteFeed } from './noteFeed';
import { buildPage, inPage, openPage, posted, send, sendSplices, type PageOptions } from './page';

const picture =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="240"><rect width="640" height="240" fill="#e6effa"/>' +
      '<rect x="40" y="70" width="200" height="100" rx="12" fill="#7fb3e6"/><rect x="400" y="70" width="200" height="100" rx="12" fill="#e6b57f"/>' +
      '<path d="M240 120h150" stroke="#333" stroke-width="4"/></svg>',
  );
const text = `---
title: "指着图读论文"
date: 2026-03-02T10:00:00+08:00
author: ["Groundnote"]
tags: ["多模态", "分割"]
---

# Reading with a finger

**多模态的对齐：**紧跟文字. The model adds a <SEG> token; see [the loss](#loss) and [LISA](https://arxiv.org/abs/2308.00692).

![An architecture](here.png "Figure 1. Encoder and decoder")

- input: <region_name><coordinates><SPE>text
- inline $\\gamma(\\tilde h) = \\sqrt{x^2 + 1}$ and \`code\`

> A remark that is worth remembering.

## Loss

$$
\\mathcal{L} = \\lambda_{txt}\\mathcal{L}_{txt} + \\lambda_{mask}\\underbrace{(\\mathrm{BCE} + \\mathrm{DICE})}_{\\text{mask}} + a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12}
$$

A wrong one: $\\frac{1$, and a picture ![b](missing.png) in a line.

| model | gIoU | cIoU | a column with many words in it | another column with many words in it | and one more of them |
|---|---|---|---|---|---|
| LISA-7B | 52.9 | 54.0 | x | y | z |

\`\`\`python
def mask(token): return decoder(token, features)  # a long line of code that does not fit into a narrow panel at all
\`\`\`

![Gone](gone/图.png)

<details>
<summary>More</summary>

inside

</details>

${Array.from({ length: 40 }, (_, i) => `Paragraph ${i} of a note that is long enough to be scrolled.`).join('\n\n')}
`;

interface Sizes {
  overflow: number;
  inline: { width: number; height: number };
  display: Sizes['inline'];
  image: Sizes['inline'];
  font: boolean;
}

let feed: NoteFeed;
const newFeed = () =>
  new NoteFeed({ resolveImage: (name) => ({ uri: picture, exists: name.includes('here') }) });

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
  mkdirSync('out/preview', { recursive: true });
});
afterAll(() => browser.close());
afterEach(() => page?.close());

const open = async (source: string | undefined, options?: PageOptions) => {
  feed = newFeed();
  page = await openPage(browser, source === undefined ? undefined : feed.open(source), options);
};

describe('the preview', () => {
  it('shows the note, its maths and its figures, without scrolling sideways', async () => {
    for (const theme of ['vscode-light', 'vscode-dark', 'vscode-high-contrast'] as const) {
      for (const width of [900, 320]) {
        await open(text, { theme, width });
        await page.screenshot({ path: `out/preview/${theme}-${width}.png`, fullPage: width === 900 });
        const sizes = await inPage<Sizes>(
          page,
          `(() => {
            const of = (selector) => document.querySelector(selector)?.getBoundingClientRect().toJSON();
            return {
              overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
              inline: of('p .katex, li .katex'),
              display: of('.katex-display .katex-html'),
              image: of('img[data-figure-source]'),
              font: document.fonts.check('16px KaTeX_Main'),
            };
          })()`,
        );
        expect(sizes.overflow, `${theme} ${width}`).toBe(0);
        for (const box of [sizes.inline, sizes.display, sizes.image]) {
          expect(box.width).toBeGreaterThan(20);
          expect(box.height).toBeGreaterThan(8);
        }
        expect(sizes.font).toBe(true);
        await page.close();
      }
    }
    await open(text);
    expect(await page.textContent('.gn-header')).toContain('指着图读论文');
    expect(await page.textContent('#gn-note')).toContain('<region_name><coordinates><SPE>text');
    expect(await page.locator('.gn-missing-file').allTextContents()).toEqual(['missing.png', 'gone/图.png']);
    expect(await page.locator('.katex-error').count()).toBe(1);
  });

  it('keeps the elements that an edit does not change', async () => {
    await open(text);
    const mark = () =>
      inPage(page, `document.querySelectorAll('.gn-block').forEach((block, i) => (block.mark = i))`);
    const marks = () =>
      inPage<(number | undefined)[]>(
        page,
        `[...document.querySelectorAll('.gn-block')].map(({ mark }) => mark)`,
      );
    await mark();
    await page.locator('#gn-note summary').click();
    const before = await marks();

    await sendSplices(page, feed.change(text.replace('Paragraph 3 of', 'Paragraph 3 (new) of')));
    await page.waitForSelector('text=Paragraph 3 (new)');
    expect(await marks()).toEqual(before);

    await sendSplices(page, feed.change(text.replace('## Loss', 'One block more.\n\n## Loss')));
    await page.waitForSelector('text=One block more.');
    const after = await marks();
    expect(after.filter((each) => each !== undefined)).toHaveLength(before.length);
    expect(await page.locator('.gn-block').count()).toBe(before.length + 1);
    expect(await inPage(page, `document.querySelector('#gn-note details').open`)).toBe(true);
    await sendSplices(page, feed.change(''));
    await page.waitForSelector('.gn-empty');
    expect(await page.locator('.gn-block').count()).toBe(0);
  });

  it('shows what came with the page before it asks, once', async () => {
    const [splice] = newFeed().open('first </script><script>alert(1)</script> & "second"');
    const first = { id: 'a', splice: splice as NoteSplice };
    page = await openPage(browser, undefined, { first });
    await page.waitForSelector('text=second');
    expect(await posted(page, 'previewReady')).toMatchObject([{ params: { first: 'a' } }]);
    expect(await page.evaluate('document.scripts.length')).toBe(2);
    await page.close();
    // The same page after it was hidden: the note may have changed since.
    page = await openPage(browser, undefined, { first, state: { first: 'a' } });
    await expect.poll(() => posted(page, 'previewReady')).toMatchObject([{ params: {} }]);
    expect(await page.textContent('#gn-note')).toBe('');
  });

  it('drops what was meant for the page before a reload', async () => {
    await open('first');
    const late = feed.change('late');
    await page.close();
    feed = newFeed();
    page = await openPage(browser, undefined);
    await sendSplices(page, late);
    await sendSplices(page, feed.open('second'));
    await page.waitForSelector('text=second');
    expect(await page.textContent('#gn-note')).not.toContain('late');
  });

  it('shows a long note from the middle on, and grows to all of it without moving what is read', async () => {
    const long = longNote(4000);
    feed = newFeed();
    const [first, ...rest] = feed.open(long, 2000);
    page = await openPage(browser, first && [first], { state: { line: 2000 } });
    const place = () =>
      inPage<number>(
        page,
        `[...document.querySelectorAll('h2')].find((each) => each.textContent === 'Part 126').getBoundingClientRect().top`,
      );
    await page.waitForTimeout(300);
    const before = await place();
    expect(rest.length).toBeGreaterThan(2);
    await sendSplices(page, rest);
    await page.waitForSelector('body[data-complete="true"]');
    await page.waitForTimeout(500);
    expect(Math.abs((await place()) - before), `${before}`).toBeLessThan(3);
    await page.screenshot({ path: 'out/preview/middle.png' });
    expect(await page.locator('.gn-block').count()).toBe(
      rest.reduce((sum, { blocks }) => sum + blocks.length, first?.blocks.length ?? 0),
    );
  });

  it('opens figures by click, by button and by key', async () => {
    await open(text);
    const figure = page.locator('img[data-figure-source="here.png"]');
    await figure.click();
    await figure.hover();
    await page.locator('.gn-open').first().click();
    await figure.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => posted(page, 'openFigure')).toHaveLength(3);
    for (const { params } of await posted(page, 'openFigure'))
      expect(params).toEqual({ source: 'here.png', ground: false });
    await figure.hover();
    await page.screenshot({ path: 'out/preview/hover.png' });
  });

  it('follows links: out through the host, inside by itself', async () => {
    await open(text);
    await page.locator('a:text("LISA")').click();
    await page.locator('a:text("the loss")').click();
    expect((await posted(page, 'openLink')).map(({ params }) => params)).toEqual([
      { href: 'https://arxiv.org/abs/2308.00692' },
    ]);
    const top = await inPage<number>(page, `document.getElementById('loss').getBoundingClientRect().top`);
    expect(Math.abs(top)).toBeLessThan(30);
  });

  it('scrolls with the editor, both ways, and comes back to its line', async () => {
    await open(text);
    const line = (part: string) => text.split('\n').findIndex((each) => each.startsWith(part));
    await send(page, 'visibleLine', { line: line('Paragraph 12 of') });
    const topOf = () =>
      page.locator('p', { hasText: 'Paragraph 12 of' }).evaluate((p) => p.getBoundingClientRect().top);
    await expect.poll(async () => Math.abs(await topOf())).toBeLessThan(3);
    await page.waitForTimeout(400);
    expect(await posted(page, 'visibleLine')).toHaveLength(0);

    await page.mouse.move(300, 400);
    await page.mouse.wheel(0, 300);
    await expect.poll(async () => (await posted(page, 'visibleLine')).length).toBeGreaterThan(0);
    const heard = (await posted(page, 'visibleLine')).at(-1)?.params?.['line'];
    expect(heard).toBeGreaterThan(line('Paragraph 12 of') + 1);
    await page.close();

    await open(text, { state: { uri: 'file:///note.md', line: line('Paragraph 5 of') } });
    const back = await page
      .locator('p', { hasText: 'Paragraph 5 of' })
      .evaluate((p) => p.getBoundingClientRect().top);
    expect(Math.abs(back)).toBeLessThan(3);
  });

  it('says that nobody answers', async () => {
    await open(undefined);
    await page.waitForSelector('.gn-notice:not([hidden])', { timeout: 15_000 });
    expect(await page.textContent('.gn-notice')).toContain('does not answer');
  });

  it('shows what the host answers when a figure cannot be opened', async () => {
    await open(text, { failing: 'openFigure' });
    await page.locator('img[data-figure-source="here.png"]').click();
    await page.waitForSelector('.gn-notice:not([hidden])');
    expect(await page.textContent('.gn-notice')).toBe('It failed.');
    await page.locator('a:text("LISA")').click();
    await page.waitForSelector('.gn-notice', { state: 'hidden' });
  });
});

describe('hostile HTML in a real browser', () => {
  it('runs nothing and loads nothing', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const evil = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const hostile = [
      `<img src=x onerror="fired()"><svg onload="fired()"><script>fired()</script>`,
      `<script src="${evil}/1.js"></script><link rel=stylesheet href="${evil}/2.css"><iframe src="${evil}/3"></iframe>`,
      `![x](${evil}/4.png) <img src="${evil}/5.png"> <p style="background:url(${evil}/6)">x</p>`,
      `<math><mtext><table><mglyph><style><img src=x onerror="fired()">`,
      `<noscript><p title="</noscript><img src=x onerror=fired()>">`,
      `<details open ontoggle="fired()"><summary>x</summary></details>`,
      `<form action="${evil}/7"><input autofocus onfocus="fired()"></form><meta http-equiv=refresh content="0;url=${evil}/8">`,
      `$$\\href{javascript:fired()}{x} \\includegraphics{${evil}/9.png} \\htmlData{onclick=fired()}{x}$$`,
      `![x](here.png "\\" onload=\\"fired()") </main></body><script>fired()</script>`,
    ].join('\n\n');
    await open(hostile);
    await inPage(page, `window.fired = () => (document.body.dataset.fired = 'yes')`);
    await sendSplices(page, feed.change(`${hostile}\n\nlast`));
    await page.waitForSelector('text=last');
    for (const element of await page.locator('#gn-note :is(a, summary, .katex)').all()) {
      await element.dispatchEvent('click');
    }
    await page.waitForTimeout(500);
    expect(await inPage(page, `document.body.dataset.fired`)).toBeUndefined();
    expect(asked).toEqual([]);
    expect(page.url()).toMatch(new RegExp(`^${pathToFileURL(path.resolve('.cache/test/preview')).href}`));
    server.close();
  });
});
