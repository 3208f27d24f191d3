/** The card of papers and citations, and the links back, in the built page. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Backlink, ReferenceCard } from '../../../src/protocol/preview';
import { grave, violationsOf } from '../../support/axe';
import { launchBrowser } from '../../support/chromium';
import { NoteFeed } from './noteFeed';
import { buildPage, inPage, openPage, post, posted, send, sendSplices, type ThemeName } from './page';

const screenshots = path.resolve('out/webview/references');
const note = `# Note

See [LISA](https://arxiv.org/abs/2308.00692), [an example](https://example.org/) and [@lai2024].

${Array.from({ length: 60 }, (_, i) => `Paragraph ${i}.`).join('\n\n')}

At the end [Ferret](https://doi.org/10.1000/ferret) closes it.
`;
const details: ReferenceCard = {
  state: 'details',
  name: 'arXiv:2308.00692',
  url: 'https://arxiv.org/abs/2308.00692',
  note: '',
  canMakeNote: true,
  title: 'LISA: <b>Reasoning</b> Segmentation via Large Language Model',
  authors: [
    'Xin Lai',
    'Zhuotao Tian',
    'Yukang Chen',
    'Yanwei Li',
    'Yuhui Yuan',
    'Shu Liu',
    'Jiaya Jia',
    'A',
    'B',
    'C',
  ],
  year: 2023,
  venue: 'CVPR 2024',
  source: 'arXiv',
};
const ask: ReferenceCard = {
  ...{ state: 'ask', service: 'arXiv', name: 'arXiv:2308.00692', note: '', canMakeNote: true },
  url: 'https://arxiv.org/abs/2308.00692',
};

let browser: Browser;
let page: Page;
const feed = new NoteFeed({
  resolveImage: () => ({ uri: '', exists: false }),
  citations: () => ({ lai2024: { authors: 'Lai et al.', year: '2024', title: 'LISA', href: 'refs.bib' } }),
});
beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  await buildPage();
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => page.close());

const open = async (theme: ThemeName = 'vscode-light') => {
  page = await openPage(browser, feed.open(note), { theme, silent: 'lookupReference' });
};
const card = () => page.locator('.gn-card');
const link = (words: string) => page.locator('#gn-note a', { hasText: words });

/** Answers the newest question about a paper. */
async function answer(result: ReferenceCard): Promise<void> {
  await expect.poll(async () => (await posted(page, 'lookupReference')).length).toBeGreaterThan(0);
  const question = (await posted(page, 'lookupReference')).at(-1);
  await post(page, { kind: 'result', id: question?.id, result });
}

describe('the card of a paper', () => {
  beforeEach(() => open());

  it('waits with a spinner, then shows what the host knows, as text', async () => {
    await link('LISA').hover();
    await card().getByText('Looking the paper up…').waitFor();
    await answer(details);
    await card().getByText('LISA: <b>Reasoning</b> Segmentation').waitFor();
    const text = await card().innerText();
    expect(text).toContain('Jiaya Jia, A and 2 more');
    expect(text).toContain('CVPR 2024');
    expect(text).toContain('arXiv:2308.00692 · arXiv');
    expect(await card().locator('b').count()).toBe(0);
    expect(await card().getAttribute('role')).toBe('dialog');
    expect(await card().getAttribute('aria-label')).toBe('Paper: LISA');
    await page.screenshot({ path: path.join(screenshots, 'card-light.png') });
    await card().getByRole('button', { name: 'New Paper Note' }).click();
    expect((await posted(page, 'openPaperNote'))[0]?.params).toEqual({
      href: 'https://arxiv.org/abs/2308.00692',
      cite: '',
    });
    expect(await card().isVisible()).toBe(false);
  });

  it('stays while the pointer is in it, goes when it leaves, and takes its question back', async () => {
    await link('LISA').hover();
    await answer(details);
    await card().getByText('CVPR').hover();
    await page.waitForTimeout(500);
    expect(await card().isVisible()).toBe(true);
    await page.mouse.move(600, 800);
    await card().waitFor({ state: 'hidden' });
    await link('LISA').hover();
    await card().getByText('Looking the paper up…').waitFor();
    await page.mouse.move(600, 800);
    await card().waitFor({ state: 'hidden' });
    expect(
      (await inPage<{ kind: string }[]>(page, 'window.posted')).filter(({ kind }) => kind === 'cancel'),
    ).toHaveLength(1);
  });

  it('asks before anything is looked up, and goes on with the answer', async () => {
    await link('LISA').hover();
    await answer(ask);
    await card().getByText('Look up title and authors at arXiv?').waitFor();
    expect(await card().getByRole('button').allInnerTexts()).toEqual([
      'Yes',
      'Always',
      'Never',
      'Open',
      'New Paper Note',
    ]);
    await page.screenshot({ path: path.join(screenshots, 'consent.png') });
    await card().getByRole('button', { name: 'Yes' }).click();
    expect((await posted(page, 'answerLookup'))[0]?.params).toEqual({ answer: 'yes' });
    await expect.poll(async () => (await posted(page, 'lookupReference')).length).toBe(2);
    await answer(details);
    await card().getByText('CVPR').waitFor();
  });

  it('is never asked for again after a Never', async () => {
    await link('LISA').hover();
    await answer(ask);
    await card().getByRole('button', { name: 'Never' }).click();
    await card().waitFor({ state: 'hidden' });
    expect((await posted(page, 'answerLookup'))[0]?.params).toEqual({ answer: 'never' });
    await page.mouse.move(600, 800);
    await link('LISA').hover();
    await expect.poll(async () => (await posted(page, 'lookupReference')).length).toBe(2);
    await answer({ state: 'nothing' });
    await page.waitForTimeout(300);
    expect(await card().isVisible()).toBe(false);
  });

  it('opens with the keyboard, is walked through with Tab, and closes with Escape', async () => {
    // From the page's beginning with Tab, as a reader without a mouse comes.
    await page.mouse.click(690, 890);
    await page.keyboard.press('Tab');
    for (
      let i = 0;
      i < 60 && (await inPage<string>(page, 'document.activeElement.textContent')) !== 'LISA';
      i++
    )
      await page.keyboard.press('Tab');
    await answer(details);
    await card().getByText('CVPR').waitFor();
    expect(await link('LISA').getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Tab');
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('Open');
    await page.keyboard.press('Tab');
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('New Paper Note');
    await page.keyboard.press('Escape');
    await card().waitFor({ state: 'hidden' });
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('LISA');
    expect(await link('LISA').getAttribute('aria-expanded')).toBeNull();
    // On to the next link, whose card opens in its turn.
    await page.keyboard.press('Tab');
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('an example');
  });

  it('says what went wrong, and tries again', async () => {
    await link('LISA').hover();
    await answer({
      ...ask,
      state: 'failed',
      message: 'arXiv did not answer within 15 seconds.',
    } as ReferenceCard);
    await card().getByText('did not answer').waitFor();
    await card().getByRole('button', { name: 'Try Again' }).click();
    await answer(details);
    await card().getByText('CVPR').waitFor();
  });

  it('is not there for other links, and for a citation asks by its key', async () => {
    await link('an example').hover();
    await page.waitForTimeout(600);
    expect(await posted(page, 'lookupReference')).toEqual([]);
    expect(await link('Lai et al., 2024').getAttribute('href')).toBe('refs.bib');
    await link('Lai et al., 2024').hover();
    await expect
      .poll(async () => (await posted(page, 'lookupReference'))[0]?.params)
      .toEqual({ href: '', cite: 'lai2024' });
  });

  it('stays on the page at its edges, and goes with its link', async () => {
    await page.setViewportSize({ width: 320, height: 260 });
    const ferret = link('Ferret');
    await ferret.scrollIntoViewIfNeeded();
    await ferret.hover();
    await answer({ ...details, title: 'A long title '.repeat(20) });
    await card().getByText('CVPR').waitFor();
    const box = await card().boundingBox();
    expect(box).not.toBeNull();
    if (!box) return;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(320);
    expect(box.y + box.height).toBeLessThanOrEqual(260);
    await page.screenshot({ path: path.join(screenshots, 'edge.png') });
    await sendSplices(page, feed.change('# Nothing left'));
    await card().waitFor({ state: 'hidden' });
  });
});

describe('links back', () => {
  const links: Backlink[] = [
    {
      uri: 'file:///a.md',
      title: 'A',
      path: 'notes/a.md',
      heading: 'Part <i>',
      line: 4,
      context: 'See [[note]] for <b>more</b>.',
    },
    { uri: 'file:///b.md', title: 'B', path: 'b.md', heading: 'B', line: 0, context: '[note](note.md)' },
  ];

  it('stand after the note, closed, with their number, and lead to their place', async () => {
    await open();
    expect(await posted(page, 'backlinksReady')).toHaveLength(1);
    expect(await page.locator('.gn-backlinks').isVisible()).toBe(false);
    await send(page, 'backlinksChanged', { links });
    const summary = page.locator('.gn-backlinks summary');
    await summary.getByText('Linked from (2)').waitFor();
    expect(await page.locator('.gn-backlinks a').first().isVisible()).toBe(false);
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.gn-backlinks a').allInnerTexts()).toEqual(['A › Part <i>', 'B']);
    expect(await page.locator('.gn-backlinks').innerText()).toContain('notes/a.md, line 5');
    await summary.scrollIntoViewIfNeeded();
    await page.screenshot({ path: path.join(screenshots, 'backlinks.png') });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect((await posted(page, 'openBacklink'))[0]?.params).toEqual({ uri: 'file:///a.md', line: 4 });
    expect(await posted(page, 'openLink')).toEqual([]);
    await send(page, 'backlinksChanged', { links: [] });
    await page.locator('.gn-backlinks').waitFor({ state: 'hidden' });
  });

  it.each(['vscode-light', 'vscode-dark', 'vscode-high-contrast'] as const)(
    'and the card have no serious fault for axe in %s',
    async (theme) => {
      await open(theme);
      await send(page, 'backlinksChanged', { links });
      await page.locator('.gn-backlinks summary').click();
      await link('LISA').hover();
      await answer(ask);
      await card().getByText('Look up title').waitFor();
      await page.screenshot({ path: path.join(screenshots, `consent-${theme}.png`) });
      const serious = grave(await violationsOf(page, '.gn-card, .gn-backlinks'));
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    },
  );
});
