/** The preview for screen readers and keyboards: axe-core, a walk with Tab through all of the page, and reduced motion. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { overlayRegions } from '../../../src/notes/ground/overlays';
import type { FigureOverlay } from '../../../src/notes/markdown/overlay';
import { grave, inSentences, violationsOf } from '../../support/axe';
import { launchBrowser } from '../../support/chromium';
import { NoteFeed } from './noteFeed';
import { buildPage, inPage, openPage, sendSplices, type ThemeName } from './page';

const themes: ThemeName[] = [
  'vscode-light',
  'vscode-dark',
  'vscode-high-contrast',
  'vscode-high-contrast-light',
];

const picture =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="240"><rect width="640" height="240" fill="#e6effa"/></svg>',
  );
const size = { width: 640, height: 240 };
const overlay: FigureOverlay = {
  stamp: '1',
  size,
  omitted: 3,
  regions: overlayRegions(
    [
      { name: 'Encoder', color: '#e69f00', geometry: { type: 'box', box: [40, 70, 240, 170] } },
      { name: 'Decoder', color: '#56b4e9', geometry: { type: 'box', box: [400, 70, 600, 170] } },
    ],
    size,
  ),
};

/** A note with everything that a reader meets. */
const note = `---
title: "Reading with a finger"
date: 2026-03-02
author: ["Groundnote"]
tags: ["grounding", "分割"]
---

# Reading with a finger

A <SEG> token, a link to [the loss](#loss), to [LISA](https://arxiv.org/abs/2308.00692) and to <https://example.org>,
a [[missing note]], \`code\`, ~~struck~~, <kbd>K</kbd>, <mark>marked</mark> and a note below.[^1]

> [!WARNING]
> The draw is random.

> A remark.

![An architecture](here.png "Figure 1")

A picture ![inside](here-too.png) in a line, one that is missing:

![Gone](gone.png)

## Loss

$$
\\mathcal{L} = \\lambda_{txt}\\mathcal{L}_{txt} + \\underbrace{(\\mathrm{BCE} + \\mathrm{DICE})}_{\\text{mask}} + a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} + a_{13} + a_{14} \\label{loss}
$$

By \\eqref{loss}, and a wrong one: $\\frac{1$.

| model | gIoU | cIoU | a column with many words in it | another column with many words in it | and one more of them |
|---|---|---|---|---|---|
| LISA-7B | 52.9 | 54.0 | x | y | z |

\`\`\`python title="decoder.py"
def mask(token): return decoder(token, features)  # a long line of code that does not fit into a narrow panel at all, whatever
\`\`\`

- [x] read
- [ ] understood

Term
: what it means

<details>
<summary>More</summary>

inside

</details>

\`\`\`ground
image: here.png
query: the decoder
\`\`\`

\`\`\`mermaid
flowchart LR
  a --> b
\`\`\`

### 一个小节

多模态的对齐。

[^1]: The note below.

${Array.from({ length: 20 }, (_, i) => `Paragraph ${i}.`).join('\n\n')}
`;

const feed = () =>
  new NoteFeed({
    notePath: '/nowhere/note.md',
    resolveImage: (name) => ({
      uri: picture,
      exists: name.includes('here'),
      path: `/nowhere/${name}`,
      ...(name === 'here.png' && { overlay }),
    }),
  });

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
});
afterAll(() => browser.close());
afterEach(() => page?.close());

/** Opens the note, all of it in view: parts far below are made ready when they come near. */
async function open(theme: ThemeName, width = 700): Promise<void> {
  page = await openPage(browser, feed().open(note), { theme, width });
  await page.setViewportSize({ width, height: 4000 });
  await page.waitForSelector('.katex-block[tabindex]');
  // Parts that scroll become stops once they have been seen, a moment later.
  await page.waitForSelector('[aria-label="Code, scrolls sideways"]');
  // It is shown once the diagram is drawn.
  await page.waitForSelector('.gn-diagram .gn-zoom');
}

/** Serious and critical problems, as sentences. */
async function problems(): Promise<string[]> {
  // KaTeX draws its formulas for the eye in HTML that is hidden from readers; the maths they get is MathML.
  return inSentences(grave(await violationsOf(page, { exclude: ['.katex-html'] })));
}

describe('the preview for screen readers', () => {
  it.each(themes)('has no serious problem in %s', async (theme) => {
    await open(theme);
    await page.screenshot({ path: `out/preview/accessibility-${theme}.png` });
    expect(await problems()).toEqual([]);
    // With what opens beside and over the text, by keys alone.
    await page.keyboard.press('t');
    await page.locator('#gn-outline [role="treeitem"]').first().waitFor();
    expect(await problems(), 'outline').toEqual([]);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('paragraph');
    await page.getByText('1 of 20').waitFor();
    expect(await problems(), 'find').toEqual([]);
    await page.keyboard.press('Escape');
    const opened: [focus: string, key: string, shows: string][] = [
      ['.katex-block', 'c', '[role=menu]'],
      ['img[data-figure-source]', 'z', 'dialog'],
      ['a[href="#loss"]', 'Shift', '.gn-card:not([hidden])'],
      ['.gn-copy', '?', 'dialog'],
    ];
    for (const [focus, key, shows] of opened) {
      await page.locator(focus).first().focus();
      await page.keyboard.press(key);
      await page.locator(shows).waitFor();
      expect(await problems(), shows).toEqual([]);
      await page.screenshot({ path: `out/preview/accessibility-${theme}-${key === '?' ? 'keys' : key}.png` });
      await page.keyboard.press('Escape');
      await page.locator(shows).waitFor({ state: 'hidden' });
      expect(
        await inPage(page, `document.activeElement === document.querySelector('${focus}')`),
        `${shows} gives the focus back`,
      ).toBe(true);
    }
  });

  it('has one main part, named tools, a named outline, and the language of the note', async () => {
    await open('vscode-light');
    await page.keyboard.press('t');
    const landmarks = await inPage<string[]>(
      page,
      `[...document.querySelectorAll('main, nav, [role=group], [role=status]')].filter((e) => !e.closest('#gn-note') || e.tagName === 'MAIN')
        .map((e) => e.tagName.toLowerCase() + ' ' + (e.getAttribute('aria-label') ?? ''))`,
    );
    expect(landmarks).toEqual(expect.arrayContaining(['main ', 'nav Outline', 'div Preview tools']));
    expect(landmarks.filter((name) => name.startsWith('main'))).toHaveLength(1);
    expect(await inPage(page, 'document.documentElement.lang + document.title')).toBe('enPreview note.md');
    expect(await page.getAttribute('main', 'lang')).toBeNull();
    await sendSplices(page, feed().open('多模态的对齐，把 image 的 token 送进语言模型。'));
    await page.waitForSelector('main[lang=zh]');
  });

  it('says what its parts are, and reads formulas as maths', async () => {
    await open('vscode-light');
    const tree = await page.getByRole('main').ariaSnapshot();
    for (const part of [
      'note "Warning"',
      'figure "Figure 1"',
      'button "An architecture: open in Groundnote"',
      'button "Regions" [pressed]',
      'list "Regions"',
      'button "Encoder"',
      'img "This image is missing: gone.png"',
      'group "Formula":\n      - math: L = λ',
      'columnheader "gIoU"',
      'group "Code, scrolls sideways"',
      'button "Copy code"',
      'checkbox "Done" [checked] [disabled]',
    ])
      expect(tree).toContain(part);
  });
});

/** An element that has the focus. */
interface Stop {
  name: string;
  /** In a card that has opened beside a link on the way. */
  card: boolean;
  /** Its ring: a style, a width in CSS pixels, and its contrast to what lies behind the page's text. */
  ring: { style: string; width: number; contrast: number };
}

/** Where the focus is; undefined when it has left the page. */
const stop = () =>
  inPage<Stop | undefined>(
    page,
    `(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const card = element.closest('.gn-card') !== null;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      const rgb = (color) => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d');
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      };
      const light = ([r, g, b]) => {
        const linear = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
      };
      const [a, b] = [outlineColor, getComputedStyle(document.body).backgroundColor].map((color) => light(rgb(color)) + 0.05);
      const label = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40);
      return {
        name: element.tagName.toLowerCase() + ' ' + label,
        card,
        ring: { style: outlineStyle, width: parseFloat(outlineWidth), contrast: Math.max(a, b) / Math.min(a, b) },
      };
    })()`,
  );

/** Presses Tab until the focus has left the page. */
async function walk(): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press('Tab');
    const at = await stop();
    if (!at) return stops;
    stops.push(at);
  }
  throw new Error('The focus does not leave the page.');
}

describe('the preview without a mouse', () => {
  it.each(themes)('shows where the keyboard is in %s, and reaches everything', async (theme) => {
    await open(theme);
    const stops = await walk();
    for (const { name, ring } of stops) {
      expect(ring.style, name).not.toBe('none');
      expect(ring.width, name).toBeGreaterThanOrEqual(2);
      expect(ring.contrast, name).toBeGreaterThanOrEqual(3);
    }
    // Everything that a click does something with is on the way, once.
    const clickable = await inPage<string[]>(
      page,
      `[...document.querySelectorAll('a[href], button, summary, input:not([disabled]), img[data-figure-source], [tabindex="0"]')]
        .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0 && !e.closest('.gn-card'))
        .map((e) => e.tagName.toLowerCase() + ' ' + (e.getAttribute('aria-label') ?? e.textContent.trim().slice(0, 40)))`,
    );
    expect(stops.filter(({ card }) => !card).map(({ name }) => name)).toEqual(clickable);
    expect(clickable.length).toBeGreaterThan(15);
  });
});

describe('a part that scrolls sideways', () => {
  it('is moved by the arrow keys, and is no stop where it fits', async () => {
    await open('vscode-light');
    const formula = page.locator('.katex-block');
    await formula.focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => formula.evaluate((element) => (element as { scrollLeft: number }).scrollLeft))
      .toBeGreaterThan(0);
    await page.setViewportSize({ width: 1600, height: 4000 });
    await page.waitForSelector('table:not([tabindex])');
    await page.setViewportSize({ width: 260, height: 4000 });
    await page.waitForSelector('table[tabindex="0"]:not([role])');
  });
});

describe('the preview for those who want no motion', () => {
  const moving = () =>
    inPage<string[]>(
      page,
      `[...document.querySelectorAll('*')].flatMap((e) => {
        const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e);
        const moves = transitionDuration.split(', ').some((d) => parseFloat(d) > 0) || animationName !== 'none' || scrollBehavior === 'smooth';
        return moves ? [e.tagName + '.' + e.getAttribute('class')] : [];
      })`,
    );

  it('moves nothing, whether the system or VS Code says so', async () => {
    await open('vscode-light');
    await page.keyboard.press('t');
    expect((await moving()).length).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving()).toEqual([]);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await inPage(page, `document.body.classList.add('vscode-reduce-motion')`);
    expect(await moving()).toEqual([]);
  });
});
