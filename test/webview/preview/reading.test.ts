/** What helps to read a note: the outline, finding, zooming, copying formulas, cards, keys; by mouse and by keyboard. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/chromium';
import { changeNote, openNote } from './openNote';
import { buildPage, inPage, posted, type PageOptions } from './page';

const section = (name: string, level = 2) =>
  `${'#'.repeat(level)} ${name}\n\n${Array.from({ length: 8 }, (_, i) => `Paragraph ${i} of ${name}, with some words that make it longer than one line of a narrow window can be.`).join('\n\n')}\n`;

const text = `# A note about places

See [the encoder](#encoder) and a footnote[^1]. The region is $R_i \\subset \\mathbb{R}^2$.

${section('Encoder')}
![An architecture](a.png "Figure 1. The encoder")

${section('Stem', 3)}
${section('Tokens and $x_1$', 3)}
$$
\\mathcal{L} = \\lambda_{txt}\\mathcal{L}_{txt} + \\sum_{i=1}^{n} \\frac{x_i}{1 + e^{-x_i}}
$$

${section('Decoder')}
![A mask](b.png)

| name | value |
|---|---|
| needle in a table | 1 |

${section('Results')}
<details>
<summary>More</summary>

A needle in a fold.

</details>

[^1]: The footnote says that a **needle** is small, $y = 2$.
`;

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
});
afterAll(() => browser.close());
afterEach(() => page?.close());
const open = async (source = text, options?: PageOptions) => {
  page = await openNote(browser, source, options);
};
const focused = () => inPage<string>(page, `document.activeElement?.textContent ?? ''`);
const isFocusIn = (selector: string) =>
  inPage<boolean>(page, `document.activeElement?.closest(${JSON.stringify(selector)}) !== null`);

describe('the outline', () => {
  const rows = () => page.locator('#gn-outline [role="treeitem"]:visible .gn-outline-text').allInnerTexts();
  const current = () => page.locator('#gn-outline [aria-current] .gn-outline-text').innerText();

  it('lists the headings, marks the current one, and goes where it is clicked', async () => {
    await open(text, { width: 1200 });
    await page.keyboard.press('t');
    expect(await rows()).toEqual([
      'A note about places',
      'Encoder',
      'Stem',
      expect.stringMatching(/^Tokens and x/),
      'Decoder',
      'Results',
    ]);
    await expect.poll(current).toBe('A note about places');
    await page.locator('#gn-outline').getByText('Decoder').click();
    await expect.poll(current).toBe('Decoder');
    const top = await page.locator('h2:has-text("Decoder")').evaluate((h) => h.getBoundingClientRect().top);
    expect(Math.abs(top)).toBeLessThan(60);
    // The editor comes along.
    expect((await posted(page, 'visibleLine')).at(-1)?.params?.['line']).toBeGreaterThan(20);
    await page.mouse.move(800, 400);
    await page.mouse.wheel(0, -20_000);
    await expect.poll(current).toBe('A note about places');
    await page.screenshot({ path: 'out/preview/outline-wide.png' });
    const overlap = await inPage<number>(
      page,
      `document.querySelector('#gn-outline').getBoundingClientRect().right - document.querySelector('#gn-note').getBoundingClientRect().left`,
    );
    expect(overlap).toBeLessThanOrEqual(0);
  });

  it('is a tree for the keyboard: levels fold, Enter goes to the heading', async () => {
    await open(text, { width: 1200 });
    await page.keyboard.press('t');
    await page.locator('#gn-outline [role="treeitem"]').first().waitFor();
    await page.keyboard.press('Home');
    await expect.poll(focused).toContain('A note about places');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(rows).not.toContain('Stem');
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe('Decoder');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await expect.poll(rows).toContain('Stem');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect.poll(() => inPage(page, `document.activeElement.id`)).toBe('results');
    await page.keyboard.press('t');
    await expect.poll(() => page.locator('#gn-outline').isVisible()).toBe(false);
  });

  it('lies over a narrow page, closes by Escape, and is remembered', async () => {
    await open(text, {
      width: 500,
      state: { uri: 'file:///note.md', outline: { open: true, collapsed: ['encoder'] } },
    });
    expect(await rows()).toEqual(['A note about places', 'Encoder', 'Decoder', 'Results']);
    await page.screenshot({ path: 'out/preview/outline-narrow.png' });
    await page.keyboard.press('Escape');
    expect(await page.locator('#gn-outline').isVisible()).toBe(false);
    expect(await page.locator('.gn-tools [aria-expanded]').getAttribute('aria-expanded')).toBe('false');
  });

  it('follows edits, and keeps the rows that did not change', async () => {
    await open(text, { width: 1200 });
    await page.keyboard.press('t');
    await inPage(
      page,
      `document.querySelectorAll('#gn-outline [role=treeitem]').forEach((row, i) => (row.mark = i))`,
    );
    await changeNote(page, text.replace('## Decoder', '## The decoder').replace('## Results', 'Results'));
    await expect
      .poll(rows)
      .toEqual(['A note about places', 'Encoder', 'Stem', expect.stringMatching(/^Tokens/), 'The decoder']);
    expect(
      await inPage(
        page,
        `[...document.querySelectorAll('#gn-outline [role=treeitem]')].map(({ mark }) => mark ?? null)`,
      ),
    ).toEqual([0, 1, 2, 3, null]);
    await changeNote(page, 'No headings here.');
    await expect.poll(() => page.locator('.gn-outline-empty').isVisible()).toBe(true);
  });
});

describe('finding', () => {
  const count = () => page.locator('.gn-find-count').innerText();

  it('counts, goes to each match, also inside folds, and selects the last one', async () => {
    await open();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('needle');
    await expect.poll(count).toBe('1 of 3');
    const shown = () =>
      inPage<string>(
        page,
        `(() => { const [range] = CSS.highlights.get('gn-find-current') ?? []; if (!range) return ''; const live = document.createRange(); live.setStart(range.startContainer, range.startOffset); live.setEnd(range.endContainer, range.endOffset); const { top, height } = live.getBoundingClientRect(); return height > 0 && top > 0 && top < innerHeight ? range.startContainer.parentElement.textContent : ''; })()`,
      );
    await expect.poll(shown).toBe('needle in a table');
    await page.screenshot({ path: 'out/preview/find.png' });
    await page.keyboard.press('Enter');
    await expect.poll(count).toBe('2 of 3');
    await expect.poll(shown).toBe('A needle in a fold.');
    expect(await inPage(page, `document.querySelector('#gn-note details').open`)).toBe(true);
    await page.keyboard.press('F3');
    await expect.poll(shown).toBe('needle');
    await page.keyboard.press('Shift+F3');
    await expect.poll(count).toBe('2 of 3');
    await page.keyboard.press('Escape');
    expect(await page.locator('.gn-findbar').isVisible()).toBe(false);
    expect(await inPage(page, 'String(getSelection())')).toBe('needle');
    expect(await inPage(page, 'CSS.highlights.size')).toBe(0);
  });

  it('matches case and whole words where it is asked to', async () => {
    await open('Mask, mask and masks; 掩码 mask\nmask in the next line, ma<b>sk</b>.');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('mask');
    await expect.poll(count).toBe('1 of 6');
    await page.keyboard.press('Alt+c');
    await expect.poll(count).toBe('1 of 5');
    await page.keyboard.press('Alt+w');
    await expect.poll(count).toBe('1 of 4');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('mask mask');
    await expect.poll(count).toBe('1 of 1');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('no.such(');
    await expect.poll(count).toBe('No results');
  });

  it('follows edits', async () => {
    await open('one needle');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('needle');
    await expect.poll(count).toBe('1 of 1');
    await changeNote(page, 'one needle\n\nand a needle');
    await expect.poll(count).toBe('1 of 2');
  });
});

describe('zooming', () => {
  const scale = async () => Number(await page.locator('.gn-lightbox-stage').getAttribute('data-scale'));

  it('opens a figure by key, zooms around the pointer, goes on to the next figure, and gives the focus back', async () => {
    await open();
    await page.locator('img[data-figure-source="a.png"]').focus();
    await page.keyboard.press('z');
    await page.waitForSelector('.gn-lightbox[open]');
    expect(await page.locator('.gn-lightbox-words').innerText()).toBe('Figure 1. The encoder (1 of 2)');
    const fitted = await scale();
    const view = page.locator('.gn-lightbox-view');
    const stage = (await page.locator('.gn-lightbox-stage').boundingBox()) ?? {
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    };
    const [px, py] = [stage.x + stage.width * 0.3, stage.y + stage.height * 0.45];
    const place = async () => {
      const box = (await view.boundingBox()) ?? { x: 0, y: 0, width: 1, height: 1 };
      return [(px - box.x) / box.width, (py - box.y) / box.height];
    };
    const before = await place();
    await page.mouse.move(px, py);
    await page.mouse.wheel(0, -600);
    await expect.poll(scale).toBeGreaterThan(fitted * 2);
    const after = await place();
    expect(Math.abs((after[0] ?? 0) - (before[0] ?? 1))).toBeLessThan(0.01);
    expect(Math.abs((after[1] ?? 0) - (before[1] ?? 1))).toBeLessThan(0.01);
    await page.screenshot({ path: 'out/preview/lightbox.png' });

    const box = await view.boundingBox();
    await page.mouse.down();
    await page.mouse.move(px + 50, py + 20, { steps: 3 });
    await page.mouse.up();
    expect(((await view.boundingBox())?.x ?? 0) - (box?.x ?? 0)).toBeCloseTo(50, 0);
    await page.keyboard.press('0');
    expect(await scale()).toBeCloseTo(fitted, 2);
    await page.keyboard.press('+');
    expect(await scale()).toBeCloseTo(fitted * 1.25, 2);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.gn-lightbox-words').innerText()).toBe('A mask (2 of 2)');
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      expect(await isFocusIn('.gn-lightbox')).toBe(true);
    }
    await page.keyboard.press('Escape');
    expect(await page.locator('.gn-lightbox').count()).toBe(0);
    expect(await isFocusIn('img[data-figure-source="a.png"]')).toBe(true);
    expect(await posted(page, 'openFigure')).toHaveLength(0);
  });

  it('opens by Control and a click, and by its button', async () => {
    await open();
    await page.locator('img[data-figure-source="b.png"]').click({ modifiers: ['Control'] });
    await page.waitForSelector('.gn-lightbox[open]');
    await page.locator('.gn-lightbox').getByLabel('Close (Escape)').click();
    await page.locator('img[data-figure-source="a.png"]').hover();
    await page.locator('.gn-zoom').first().click();
    await page.waitForSelector('.gn-lightbox[open]');
    expect(await posted(page, 'openFigure')).toHaveLength(0);
  });
});

describe('zooming a drawing', () => {
  it('works for diagrams, once they are drawn', async () => {
    await open('![A picture](a.png)\n\n```mermaid\ngraph LR\n  A[Encoder] --> B[Decoder]\n```\n');
    await page.locator('.gn-diagram .gn-drawn svg').waitFor({ timeout: 30_000 });
    await page.locator('.gn-diagram').hover();
    await page.locator('.gn-diagram > .gn-zoom').click();
    const view = page.locator('svg.gn-lightbox-view');
    await view.waitFor();
    expect(await page.locator('.gn-lightbox-words').innerText()).toContain('(2 of 2)');
    expect((await view.boundingBox())?.width).toBeGreaterThan(200);
    await page.screenshot({ path: 'out/preview/lightbox-diagram.png' });
  });
});

describe('formulas', () => {
  it('tell the menu of VS Code what they are', async () => {
    await open();
    await page.locator('#gn-note .katex-display .katex-html .mord').first().click({ button: 'right' });
    const context = await inPage<string>(
      page,
      `document.querySelector('[data-vscode-context*="equation"]').dataset.vscodeContext`,
    );
    const { webviewSection, groundnoteNote, groundnoteEquation } = JSON.parse(context) as Record<
      string,
      unknown
    >;
    expect([webviewSection, groundnoteNote]).toEqual(['equation', 'file:///note.md']);
    expect(groundnoteEquation).toEqual({
      tex: text.split('$$')[1]?.trim(),
      mathMl: expect.stringMatching(/^<math xmlns="http:\/\/www.w3.org\/1998\/Math\/MathML"[\s\S]*<\/math>$/),
      display: true,
    });
    expect(JSON.stringify(groundnoteEquation)).not.toContain('annotation encoding');
  });

  it('are copied by a menu of the page with the keyboard', async () => {
    await open();
    await page.locator('#gn-note .katex-block').first().focus();
    await page.keyboard.press('c');
    expect(await focused()).toBe('Copy as TeX');
    await page.screenshot({ path: 'out/preview/equation-menu.png' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const [message] = await posted(page, 'copyEquation');
    expect(message?.params).toMatchObject({ format: 'svg', equation: { display: true } });
    expect(await isFocusIn('.katex-block')).toBe(true);
    await page.keyboard.press('c');
    await page.keyboard.press('Escape');
    expect(await page.locator('.gn-menu').count()).toBe(0);
    expect(await isFocusIn('.katex-block')).toBe(true);
  });

  it('go to the clipboard as a picture, and the host hears where that is not allowed', async () => {
    await open();
    const png = [...readFileSync('media/icon.png')];
    await page.bringToFront();
    await inPage(
      page,
      `window.postMessage({ kind: 'request', id: 900, channel: 'copyPicture', document: 'file:///note.md', params: { png: new Uint8Array(${JSON.stringify(png)}) } }, '*')`,
    );
    await expect
      .poll(() =>
        inPage(page, `window.posted.find(({ kind, id }) => kind === 'result' && id === 900)?.result`),
      )
      .toEqual({ copied: expect.any(Boolean) });
  });
});

describe('cards of links inside the note', () => {
  const card = () => page.locator('.gn-card:visible').innerText();

  it('show a footnote and the beginning of a section', async () => {
    await open();
    await page.locator('.gn-footnote-ref a').first().hover();
    await expect.poll(card).toContain('The footnote says that a needle is small');
    expect(await page.locator('.gn-card .katex').count()).toBe(1);
    expect(await page.locator('.gn-card .gn-footnote-back').count()).toBe(0);
    await page.screenshot({ path: 'out/preview/footnote-card.png' });
    await page.mouse.move(5, 600);
    await expect.poll(() => page.locator('.gn-card:visible').count()).toBe(0);
    await page.getByRole('link', { name: 'the encoder' }).hover();
    await expect.poll(card).toContain('Paragraph 0 of Encoder');
    expect(await inPage(page, `document.querySelectorAll('#encoder').length`)).toBe(1);
  });
});

describe('the page', () => {
  it('lists its keys, in a dialog that holds the focus', async () => {
    await open();
    await page.keyboard.press('?');
    const keys = await page.locator('.gn-keys').innerText();
    for (const words of ['outline', 'Find in the note', 'Zoom the figure', 'Copy the formula'])
      expect(keys).toContain(words);
    await page.screenshot({ path: 'out/preview/keys.png' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await isFocusIn('.gn-dialog')).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('.gn-dialog').count()).toBe(0);
  });

  it('has no serious problem for axe in any theme, with everything open', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const theme of [
      'vscode-light',
      'vscode-dark',
      'vscode-high-contrast',
      'vscode-high-contrast-light',
    ] as const) {
      await open(text, { theme, width: 1200 });
      await page.keyboard.press('t');
      await page.keyboard.press('Control+f');
      await page.keyboard.type('needle');
      await page.waitForTimeout(300);
      await page.screenshot({ path: `out/preview/reading-${theme}.png` });
      await page.evaluate(axe);
      const problems = await inPage<{ id: string; impact: string; nodes: { html: string }[] }[]>(
        page,
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map(({ html, any }) => ({ html: html.slice(0, 160), any: any.map(({ message }) => message) })) })))`,
      );
      const serious = problems.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious, `${theme}: ${JSON.stringify(serious, undefined, 1)}`).toEqual([]);
      await page.close();
    }
  });
});
