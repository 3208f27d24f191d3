/** What the dialect looks like, and what a screen reader gets of it: a self-contained page in Chromium. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPage } from '../../../src/notes/render/page';
import { launchBrowser } from '../../support/chromium';
import themes from './themes.json';

const note = String.raw`
> [!WARNING]
> Fix the seed.

- [x] read
- [ ] understand

$$
\begin{align}
a &= b \\
c &= d \notag \\
e &= f \tag{A}
\end{align}
$$

$\frac{1}{\nothing} + x$

Term
: Definition

| left | right |
| :-- | --: |
| a | b |

${'a'.repeat(10)} $$${'x + '.repeat(80)} y \label{wide}$$
`;

describe('the dialect in Chromium', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const file = path.resolve('.cache/test/dialect/note.html');
    mkdirSync(path.dirname(file), { recursive: true });
    // As the preview has it: blocks that are not on the screen are not laid out.
    const style = '<style>.gn-block{content-visibility:auto;contain-intrinsic-size:auto 10em}</style>';
    writeFileSync(file, renderPage(note, { path: file }).html.replace('</head>', `${style}</head>`));
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 700, height: 500 }, bypassCSP: true });
    await page.goto(String(pathToFileURL(file)));
  });
  afterAll(() => browser.close());

  const styleOf = (selector: string, property: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);

  it('shows the numbers of equations as text, in the formula and for screen readers', async () => {
    const numbers = await page.locator('.katex-html .tag').first().innerText();
    expect(numbers.replace(/\s+/g, '')).toMatch(/^\(1\).*\(A\)/);
    const counters = await page.evaluate<number>(
      `[...document.querySelectorAll('.katex *')]
        .filter((element) => getComputedStyle(element, '::before').counterIncrement !== 'none').length`,
    );
    expect(counters).toBe(0);
    expect(await page.locator('math mtext').first().textContent()).toBe('(1)');
  });

  it('underlines the wrong place of a formula and says what is wrong', async () => {
    const place = page.locator('.gn-math-place');
    expect(await place.innerText()).toBe('\\nothing');
    expect(await styleOf('.gn-math-place', 'textDecorationStyle')).toBe('wavy');
    expect(await page.locator('.gn-math-message').innerText()).toContain(
      'Undefined control sequence: \\nothing',
    );
  });

  it('gives boxes, alerts and lists their roles and names', async () => {
    await page.getByRole('checkbox', { name: 'Done' }).waitFor();
    await page.getByRole('checkbox', { name: 'To do' }).waitFor();
    expect(await page.getByRole('checkbox').first().isDisabled()).toBe(true);
    expect(await page.getByRole('note', { name: 'Warning' }).innerText()).toContain('Fix the seed.');
    expect(await page.locator('dl dd').innerText()).toBe('Definition');
  });

  it('keeps the columns of a table where the note has them', async () => {
    const align = (column: number) => styleOf(`td:nth-child(${column})`, 'textAlign');
    expect([await align(1), await align(2)]).toEqual(['left', 'right']);
  });

  it('never draws a number over a formula that is too wide', async () => {
    const overlap = await page
      .locator('.katex-block')
      .last()
      .evaluate((block) => {
        const tag = block.querySelector('.tag')?.getBoundingClientRect();
        const bases = [...block.querySelectorAll('.katex-html > .base')].map((base) =>
          base.getBoundingClientRect(),
        );
        return bases.some((base) => tag !== undefined && base.right > tag.left + 1);
      });
    expect(overlap).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  });

  it.each(Object.entries(themes))(
    'has alerts, links and errors that can be read in %s',
    async (_, colors) => {
      const other = await browser.newPage({ bypassCSP: true });
      const kinds = ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION'].map((kind) => `> [!${kind}]\n> Text.`);
      const style = Object.entries(colors).map(([name, value]) => `--vscode-${name}:${value}`);
      const { html } = renderPage([...kinds, '\\eqref{no} [[no]] $\\no$'].join('\n\n'), { path: 'note.md' });
      await other.setContent(html);
      await other.evaluate(`document.documentElement.style.cssText = ${JSON.stringify(style.join(';'))}`);
      expect(await serious(other, ['color-contrast'])).toEqual([]);
      await other.close();
    },
  );

  it('lets a wide formula be reached by keyboard, to be scrolled', async () => {
    for (let tab = 0; tab < 20; tab++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate("document.activeElement?.matches('.katex-block')")) break;
    }
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      "document.activeElement.matches('.katex-block') && document.activeElement.scrollLeft > 0",
    );
  });

  it('has no serious fault for people who use a screen reader', async () => {
    // Chromium lets the keyboard reach what scrolls (tested above); the rule looks for a tabindex.
    const problems = await serious(page).then((all) =>
      all.filter((line) => !/^scrollable-region/.test(line)),
    );
    expect(problems).toEqual([]);
  });
});

/** What axe-core finds of serious faults; with `rules` by these alone. */
async function serious(page: Page, rules?: string[]): Promise<string[]> {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  return page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(only ? { runOnly: only } : {});
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, rules);
}
