/** A note on paper: the PDF that a browser writes, and what the page brings for print. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../src/notes/export/browser';
import { printPdf } from '../../../src/notes/export/pdf';
import { renderPage } from '../../../src/notes/render/page';
import { findBrowser as findTestBrowser } from '../../../scripts/lib/setup.mjs';
import { launchBrowser } from '../../support/chromium';
import { readPdf } from '../../support/pdf';

const browser = findTestBrowser() ?? '';
const note = 'examples/notes/pointing-and-reasoning.en.md';
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('groundnote-pdf-'));
const before = leftovers();

describe('a note as PDF', () => {
  afterAll(() => expect(leftovers()).toEqual(before));

  it('has pages, text that can be found, and its headings as an outline', async () => {
    const { html } = renderPage(readFileSync(note, 'utf8'), { path: note });
    const { pages, text, outline } = readPdf(await printPdf(html, { browser }));
    expect(pages).toBeGreaterThan(3);
    for (const words of ['Asamplenote', 'onemoreword,<SEG>', 'Thesampler', `1/${pages}`])
      expect(text).toContain(words);
    for (const title of ['The sampler', 'LISA: a mask as a word']) expect(outline).toContain(title);
  });

  it('asks the network for nothing', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const evil = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const { html } = renderPage(
      `![x](${evil}/1.png) <img src="${evil}/2.png"> [link](${evil}/3) <link rel="stylesheet" href="${evil}/4.css">`,
      { path: 'note.md' },
    );
    // Not even what the page should never have held.
    const hostile = html.replace(
      '</main>',
      `<img src="${evil}/5.png"><iframe src="${evil}/6"></iframe></main>`,
    );
    expect(readPdf(await printPdf(hostile, { browser })).pages).toBe(1);
    expect(asked).toEqual([]);
    server.close();
  });

  it('says what went wrong', async () => {
    await expect(printPdf('<p>x', { browser: '/no/such/browser' })).rejects.toThrow(/could not be started/);
    await expect(printPdf('<p>x', { browser: process.execPath })).rejects.toThrow(/wrote no PDF/);
    await expect(printPdf('<p>x', { browser, timeoutMs: 1 })).rejects.toThrow(/took longer/);
    expect(findBrowser('/no/such/browser')).toBeUndefined();
    expect(existsSync(findBrowser(browser) ?? '')).toBe(true);
  });

  it('is given up when it is cancelled', async () => {
    const controller = new AbortController();
    const printing = printPdf('<p>x', { browser, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(printing).rejects.toMatchObject({ code: 'cancelled' });
    await expect(printPdf('<p>x', { browser, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a page on paper', () => {
  it('is light, whatever the theme, breaks nowhere inside a figure, and writes addresses out where it is asked to', async () => {
    const chromium = await launchBrowser();
    const page = await chromium.newPage({ viewport: { width: 700, height: 900 }, colorScheme: 'dark' });
    const open = async (linkAddresses: boolean) => {
      await page.setContent(renderPage(readFileSync(note, 'utf8'), { path: note, linkAddresses }).html);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    };
    await open(false);
    const style = (selector: string, name: string, pseudo = '') =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)}), ${JSON.stringify(pseudo)}).getPropertyValue('${name}')`,
      );
    expect(await style('body', 'background-color')).toBe('rgb(255, 255, 255)');
    for (const selector of ['figure', 'tr', '.katex-block', 'pre'])
      expect(await style(selector, 'break-inside'), selector).toBe('avoid');
    expect(await style('h2', 'break-after')).toBe('avoid');
    expect(await style('a[href^="http"]', 'content', '::after')).toBe('none');
    await open(true);
    expect(await style('a[href^="http"]', 'content', '::after')).toContain('http');
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    expect(await style('body', 'background-color')).not.toBe('rgb(255, 255, 255)');
    await chromium.close();
  });

  it('shows diagrams as the preview has drawn them', () => {
    const text = '```mermaid\ngraph TD; A-->B["a < b"]\n```\n\n```mermaid\ngraph LR; X-->Y\n```\n';
    const { html } = renderPage(text, {
      path: 'note.md',
      diagrams: [{ source: 'graph TD; A-->B["a < b"]\n', svg: '<svg id="drawn"></svg>' }],
    });
    expect(html).toContain('<svg id="drawn"></svg>');
    expect(html).not.toContain('A--&gt;B');
    expect(html).toContain('X--&gt;Y');
  });
});
