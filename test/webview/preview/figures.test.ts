/** Regions over the figures of the page, and ground fences, in Chromium. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerKey, imageHash, putAnswers, type Answer } from '../../../src/notes/ground/answers';
import { overlayRegions } from '../../../src/notes/ground/overlays';
import type { FigureOverlay } from '../../../src/notes/markdown/overlay';
import { launchBrowser } from '../../support/chromium';
import { NoteFeed } from './noteFeed';
import { buildPage, inPage, openPage, post, posted, send, sendSplices, type PageOptions } from './page';

const picture =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="240"><rect width="640" height="240" fill="#e6effa"/>' +
      '<rect x="40" y="70" width="200" height="100" rx="12" fill="#7fb3e6"/><rect x="400" y="70" width="200" height="100" rx="12" fill="#e6b57f"/></svg>',
  );
const size = { width: 640, height: 240 };
const overlay: FigureOverlay = {
  stamp: '1',
  size,
  omitted: 0,
  regions: overlayRegions(
    [
      {
        name: 'Encoder',
        color: '#e69f00',
        geometry: {
          type: 'polygon',
          polygons: [
            [
              [40, 70],
              [240, 70],
              [240, 170],
              [40, 170],
            ],
          ],
          holes: [
            [
              [100, 100],
              [180, 100],
              [180, 140],
              [100, 140],
            ],
          ],
        },
      },
      { name: 'Decoder', color: '#56b4e9', geometry: { type: 'box', box: [400, 70, 600, 170] } },
      { name: 'Decoder', color: '#2ec08b', geometry: { type: 'point', point: [500, 200] } },
      { name: 'arrow', color: '#f0e442', geometry: { type: 'stroke', points: [[240, 120], [390, 120]] } }, // prettier-ignore
    ],
    size,
  ),
};

const feedOf = (shown: FigureOverlay | undefined = overlay, notePath?: string) =>
  new NoteFeed({
    ...(notePath !== undefined && { notePath }),
    resolveImage: (name) => ({
      uri: picture,
      exists: name.includes('here'),
      ...(notePath !== undefined && { path: path.join(path.dirname(notePath), name) }),
      ...(name.includes('regions') && shown && { overlay: shown }),
    }),
  });
const opened = (text: string, shown?: FigureOverlay) => feedOf(shown).open(text);

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
  mkdirSync('out/preview', { recursive: true });
});
afterAll(() => browser.close());
afterEach(() => page?.close());

const open = async (text: string, options?: PageOptions, shown?: FigureOverlay) => {
  page = await openPage(browser, opened(text, shown), options);
};
const lit = (selector: string) =>
  inPage<string[]>(
    page,
    `[...document.querySelectorAll('${selector}.gn-on')].map((each) => each.getAttribute('aria-label') ?? each.textContent)`,
  );
const figure = '![Two boxes](here-regions.png "Figure 1")\n\nText with ![b](here-regions.png) in a line.';

describe('regions over a figure', () => {
  it('fit the picture at any size, in all themes', async () => {
    for (const theme of ['vscode-light', 'vscode-dark', 'vscode-high-contrast'] as const)
      for (const width of [900, 340]) {
        await open(
          `${figure}\n\n<img src="here-regions.png" width="50%">\n\n<img src="here-regions.png" width="300" height="300">`,
          { theme, width },
        );
        const boxes = await inPage<{ image: number[]; svg: number[]; overflow: number }[]>(
          page,
          `[...document.querySelectorAll('.gn-frame')].map((frame) => {
            const of = (selector) => {
              const { x, y, width, height } = frame.querySelector(selector).getBoundingClientRect();
              return [x, y, width, height].map(Math.round);
            };
            return {
              image: of('img'),
              svg: of('svg'),
              overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            };
          })`,
        );
        expect(boxes).toHaveLength(4);
        for (const { image, svg, overflow } of boxes) {
          expect(svg, `${theme} ${width}`).toEqual(image);
          expect(image[2]).toBeGreaterThan(100);
          expect(overflow).toBe(0);
        }
        await page.hover('.gn-labels button >> nth=1');
        await page.screenshot({ path: `out/preview/regions-${theme}-${width}.png` });
        await page.close();
      }
  });

  it('light up with their label, and the label with its region', async () => {
    await open(figure);
    await page
      .locator('figure .gn-region')
      .first()
      .hover({ position: { x: 10, y: 10 } });
    expect(await lit('.gn-region')).toEqual(['Encoder']);
    expect(await lit('.gn-label')).toEqual(['Encoder']);
    expect(await page.locator('figure.gn-lit').count()).toBe(1);
    // The hole of the region is none of it.
    const frame = await page.locator('figure .gn-frame').boundingBox();
    const scale = (frame?.width ?? 0) / size.width;
    await page.mouse.move((frame?.x ?? 0) + 140 * scale, (frame?.y ?? 0) + 120 * scale);
    expect(await page.locator('.gn-lit').count()).toBe(0);

    await page.locator('figure button.gn-label', { hasText: 'Decoder' }).hover();
    expect(await lit('.gn-region')).toEqual(['Decoder', 'Decoder']);
    await page.mouse.move(1, 1);
    expect(await page.locator('.gn-lit, .gn-on').count()).toBe(0);

    await page.locator('figure button.gn-label', { hasText: 'arrow' }).focus();
    expect(await lit('.gn-region')).toEqual(['arrow']);
    await page.keyboard.press('Enter');
    await page.locator('figure .gn-button').first().focus();
    expect(await lit('.gn-region'), 'a label that was pressed stays lit').toEqual(['arrow']);
  });

  it('go on and off with one key, by their button and by the host; what was chosen survives a reload', async () => {
    await open(figure);
    const shown = () => page.locator('figure .gn-regions').isVisible();
    expect(await shown()).toBe(true);
    await page.keyboard.press('o');
    expect(await shown()).toBe(false);
    expect(await page.locator('.gn-toggle').first().getAttribute('aria-pressed')).toBe('false');
    expect(await inPage(page, 'window.acquireVsCodeApi().getState().regionsOff')).toBe(true);
    await page.locator('figure button.gn-label').first().hover();
    expect(await page.locator('figure .gn-region.gn-on').isVisible()).toBe(true);
    await page.locator('.gn-toggle').first().click();
    expect(await shown()).toBe(true);
    await send(page, 'toggleRegions', {});
    await expect.poll(shown).toBe(false);
    await page.close();
    await open(figure, { state: { uri: 'file:///note.md', regionsOff: true } });
    expect(await shown()).toBe(false);
  });

  it('pass clicks on to the picture, which opens, and is grounded by G', async () => {
    await open(figure);
    await page.locator('figure .gn-region').nth(1).click();
    await page.locator('figure img').focus();
    await page.keyboard.press('g');
    await page.locator('figure .gn-find').click();
    const asked = (await posted(page, 'openFigure')).map(({ params }) => params);
    expect(asked).toEqual([
      { source: 'here-regions.png', ground: false },
      { source: 'here-regions.png', ground: true },
      { source: 'here-regions.png', ground: true },
    ]);
  });

  it('that are for a picture of another shape are put away, and the figure says so', async () => {
    await open(figure, {}, { ...overlay, stamp: '2', size: { width: 640, height: 480 } });
    const note = page.locator('figure .gn-misfit-note');
    expect(await note.innerText()).toBe(
      'The regions are for a picture of 640 × 480 pixels, and this one has 640 × 240.',
    );
    expect(await page.locator('figure .gn-regions').isVisible()).toBe(false);
  });

  it('are replaced by a sentence where the sidecar is broken; a missing picture has no buttons', async () => {
    const problem = 'a.json is not used: it is broken JSON.';
    await open(`${figure}\n\n![gone](gone.png)`, {}, { ...overlay, regions: [], problem });
    expect(await page.locator('figure .gn-overlay-note').innerText()).toBe(problem);
    expect(await page.locator('.gn-regions').count()).toBe(0);
    expect(await page.locator('.gn-missing button, .gn-missing [data-vscode-context]').count()).toBe(0);
  });
});

describe('a ground fence', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const notePath = path.join(folder, 'note.md');
  writeFileSync(path.join(folder, 'here.png'), 'a picture');
  const fence = (query: string, more = '') =>
    `\`\`\`ground\nimage: here.png\nquery: ${query}\n${more}\`\`\`\n`;
  const key = (query: string) => answerKey({ image: 'here.png', query });
  const answer = (query: string, more: Partial<Answer> = {}): Answer => ({
    question: { image: 'here.png', query },
    imageHash: imageHash(path.join(folder, 'here.png')) as string,
    size,
    packs: [{ id: 'groundnote-ocr', version: '1.0.0' }],
    when: '2026-11-05T10:00:00.000Z',
    regions: [
      { id: '1', label: 'Encoder', score: 0.9, box: [40, 70, 240, 170] },
      { id: '2', label: 'Decoder', score: 0.8, box: [400, 70, 600, 170] },
    ],
    text: 'Found "Encoder" and "Decoder".',
    spans: [
      { start: 7, end: 14, regions: ['1'] },
      { start: 21, end: 28, regions: ['2'] },
    ],
    ...more,
  });
  let feed: NoteFeed;
  const note = () => {
    feed = feedOf(undefined, notePath);
    return feed.open(text);
  };
  const text = [
    fence('coder', 'caption: An answer\n'),
    fence('dark', 'show: spotlight\n'),
    fence('line', 'show: outline\nlabels: false\nwidth: 60%\n'),
    fence('the cat'),
    fence('changed'),
    fence('new'),
    fence('x', 'shwo: fill\n'),
  ].join('\n');

  it('shows its answer and its state, in all themes', async () => {
    const used = new Set(['coder', 'dark', 'line', 'the cat', 'changed', 'new'].map(key));
    const answers = [
      answer('coder'),
      answer('dark'),
      answer('line'),
      answer('the cat', {
        regions: [],
        spans: [],
        refused: true,
        text: '"the cat" is not written in this picture, in which 2 lines of text were read. This pack finds written words only.',
      }),
      answer('changed', { imageHash: 'other' }),
    ];
    await putAnswers(notePath, answers, used);
    for (const theme of ['vscode-light', 'vscode-dark', 'vscode-high-contrast'] as const) {
      page = await openPage(browser, note(), { theme, width: 760 });
      await page.screenshot({ path: `out/preview/ground-${theme}.png`, fullPage: true });
      expect(
        await inPage(page, `[...document.querySelectorAll('.gn-ground')].map((each) => each.dataset.state)`),
      ).toEqual(['answered', 'answered', 'answered', 'answered', 'stale', 'missing', 'broken']);
      await page.close();
    }
  });

  it('lights the regions that its words name', async () => {
    page = await openPage(browser, note());
    const first = page.locator('.gn-ground').first();
    await first.locator('.gn-ground-span', { hasText: 'Decoder' }).hover();
    expect(await lit('.gn-region')).toEqual(['Decoder']);
    expect(await lit('.gn-label')).toEqual(['Decoder']);
    await first.locator('.gn-ground-span', { hasText: 'Encoder' }).focus();
    expect(await lit('.gn-region')).toEqual(['Encoder']);
  });

  it('is run, stopped and tried again by its button, and shows the answer when it comes', async () => {
    page = await openPage(browser, note(), { silent: 'groundFence' });
    const fence = page.locator(`.gn-ground[data-ground="${key('new')}"]`);
    const state = fence.locator('.gn-ground-state');
    const button = fence.locator('.gn-ground-run');
    expect(await state.innerText()).toBe('Not yet run.');
    await button.click();
    expect(await button.innerText()).toBe('Stop');
    const [request] = await posted(page, 'groundFence');
    expect(request?.params).toEqual({ key: key('new') });
    await post(page, {
      kind: 'progress',
      id: request?.id,
      progress: { phase: 'Reading the text', fraction: 0.4 },
    });
    await expect.poll(() => state.innerText()).toBe('Reading the text 40 %');
    await button.click();
    await expect.poll(() => state.innerText()).toBe('Not yet run.');
    expect(
      await inPage(page, `window.posted.filter(({ kind }) => kind === 'cancel').map(({ id }) => id)`),
    ).toEqual([request?.id]);

    await button.click();
    const second = (await posted(page, 'groundFence')).at(-1);
    await post(page, {
      kind: 'error',
      id: second?.id,
      error: { code: 'no-pack', message: 'There is no pack.' },
    });
    await expect.poll(() => state.innerText()).toBe('There is no pack.');
    expect(await button.innerText()).toBe('Try again');
    // An edit elsewhere in the block does not hide it.
    await sendSplices(page, feed.change(`${text}\nmore`));
    expect(await state.innerText()).toBe('There is no pack.');

    await button.click();
    const third = (await posted(page, 'groundFence')).at(-1);
    await post(page, { kind: 'result', id: third?.id, result: {} });
    await putAnswers(notePath, [answer('new')], new Set(['coder', 'changed', 'new'].map(key)));
    await sendSplices(page, feed.refresh());
    await expect.poll(() => fence.getAttribute('data-state')).toBe('answered');
    await expect.poll(() => button.innerText()).toBe('Run again');
    expect(await fence.locator('.gn-region').count()).toBe(2);
  });
});
