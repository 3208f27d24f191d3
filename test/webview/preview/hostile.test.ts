/** Hostile notes in the built page and in the exported page, in a real browser under the real policies. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderNote } from '../../../src/notes/render/render';
import type { NoteSplice } from '../../../src/protocol/preview';
import { renderPage } from '../../../src/notes/render/page';
import { launchBrowser } from '../../support/chromium';
import { hostileSnippets, type HostileSnippet } from '../../support/hostile';
import { buildPage, inPage } from './page';
import { hostScript, servePage, type PageServer } from './server';

const snippets = hostileSnippets();

/** Runs first in every frame of the page: tells what ran and what the policy had to stop. */
const watchScript = `{
  const tell = (what) => console.log('[hostile] ' + what);
  const top = window.top === window;
  window.fired = () => tell('ran code' + (top ? '' : ' in a frame'));
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => tell('called ' + name);
  window.addEventListener('securitypolicyviolation', (event) =>
    tell('was stopped by the policy: ' + event.effectiveDirective + ' ' + event.blockedURI), true);
}`;

/** Touches everything in the note as a reader may, and more. Returns what is wrong with the page itself. */
const touchScript = `(() => {
  const wrong = [];
  const main = document.getElementById('gn-note');
  if (main !== window.ownMain || main.parentElement !== document.body) wrong.push('the note is no longer where it was');
  if (document.querySelector('.gn-notice') !== window.ownNotice) wrong.push('the notice is no longer where it was');
  // The page adds parts of its own when they are first used; a note can give nothing such a class.
  if ([...document.body.children].some((child) => !window.ownChildren.includes(child) && !/^gn-/.test(child.className))) wrong.push('the body has more children');
  if (!Array.isArray(window.posted) || typeof window.acquireVsCodeApi !== 'function') wrong.push('names of the page are taken');
  if (window.polluted || {}.polluted) wrong.push('prototypes are polluted');
  if (document.querySelector('base, meta[http-equiv="refresh"]')) wrong.push('the document has a base or a refresh');
  if (document.querySelectorAll('script').length !== window.ownScripts()) wrong.push('the document has more scripts');
  const bad = main.querySelector('script, iframe, frame, object, embed, form, input:not([type=checkbox][disabled]), textarea, select, link, meta, base, template, portal, video, audio, dialog, marquee');
  if (bad) wrong.push('the note holds <' + bad.localName + '>');
  for (const element of main.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) wrong.push(element.localName + ' has ' + name);
      if (/^(?:href|src|xlink:href|action|formaction|data|poster|srcset|ping|background)$/i.test(name) && /^[\\0-\\x20]*(?:javascript|vbscript|data:(?!image\\/)|command|vscode|code-oss|file|blob):/i.test(value))
        wrong.push(element.localName + ' ' + name + '=' + value.slice(0, 60));
      if (name === 'style' && /url\\(|expression|@import|fixed|-moz-/i.test(value)) wrong.push(element.localName + ' style=' + value.slice(0, 60));
    }
  }
  for (const style of main.querySelectorAll('style')) {
    if (!style.closest('.gn-picture')) wrong.push('the note holds a style sheet');
    else if (/url\\((?!["']?#)|@import/i.test(style.textContent)) wrong.push('a style sheet loads something');
  }
  const touch = [...main.querySelectorAll('*')].slice(0, 400);
  for (const element of touch) {
    for (const type of ['mouseover', 'mouseenter', 'mousemove', 'pointerdown', 'mousedown', 'mouseup', 'dblclick', 'focus', 'blur', 'keydown', 'wheel', 'drop', 'paste', 'toggle', 'animationend', 'error', 'load'])
      element.dispatchEvent(new (type === 'keydown' ? KeyboardEvent : Event)(type, { bubbles: true, cancelable: true, key: 'Enter' }));
    if (element.matches('a, area, summary, button, [role=button], rect, text')) element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    if (element.tabIndex >= 0 && element.focus) element.focus({ preventScroll: true });
  }
  return wrong;
})()`;

let browser: Browser;
let server: PageServer;
let exported = '';
let page: Page;
/** What happened since the last look. */
let seen: string[] = [];

/** What a page of ours may ask for. */
function isOwn(url: string): boolean {
  if (/^(?:data:(?:image|font)\/|blob:)/.test(url)) return true;
  if (!url.startsWith(`${server.origin}/`)) return false;
  const { pathname } = new URL(url);
  return /^\/(?:page\.html|preview\.js|preview\.css|katex\/katex\.min\.css|mermaid\.js|vega\.js|katex\/fonts\/KaTeX_[\w-]+\.woff2|figures\/here\.png)?$/.test(
    pathname,
  );
}

async function openWatched(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 700, height: 900 } });
  const opened = await context.newPage();
  // Every request passes here; nothing leaves this machine.
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (isOwn(url)) return route.continue();
    seen.push(`asked for ${url.slice(0, 100)}`);
    return route.abort();
  });
  context.on('page', (other) => {
    if (other !== opened) seen.push('opened a window');
  });
  opened.on('console', (message) => {
    const [, what] = /^\[hostile\] (.*)/s.exec(message.text()) ?? [];
    if (what) seen.push(what);
  });
  opened.on('dialog', (dialog) => {
    seen.push(`showed a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  opened.on('download', () => seen.push('downloaded a file'));
  opened.on('frameattached', () => seen.push('made a frame'));
  opened.on('pageerror', (error) => seen.push(`broke the page: ${String(error).slice(0, 200)}`));
  await opened.addInitScript(watchScript);
  return opened;
}

beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
  server = await servePage({ exported: () => exported });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const settleMs = 15;

/** Shows every snippet in one page, one after the other, and says what each did. */
async function showAll(list: readonly HostileSnippet[], allowHtml: boolean): Promise<string[]> {
  const options = {
    allowHtml,
    interactive: true,
    note: 'file:///note.md',
    resolveImage: (name: string) => ({
      uri: `${server.origin}/figures/here.png`,
      exists: name.replace(/[?#].*$/s, '') === 'here.png',
    }),
  };
  /** A page that begins anew with this note. */
  const whole = (text: string, version: number): NoteSplice => {
    const { header, blocks } = renderNote(text, options);
    return { ...{ version, reset: true, at: 0, remove: 0, blocks, shift: 0 }, header, complete: true };
  };
  page = await openWatched();
  seen = [];
  await page.addInitScript(hostScript([whole('# Start', 0)]));
  await page.goto(`${server.origin}/`);
  await page.waitForSelector('body[data-ready="true"]');
  await inPage(
    page,
    `(() => {
      window.ownMain = document.getElementById('gn-note');
      window.ownNotice = document.querySelector('.gn-notice');
      window.ownChildren = [...document.body.children];
      const programs = () => document.querySelectorAll('head > script').length;
      const first = document.querySelectorAll('script').length - programs();
      window.ownScripts = () => first + programs();
    })()`,
  );
  const found = seen.map((what) => `the page itself ${what}`);
  seen = [];
  let version = 1;
  for (const { name, text } of list) {
    const last = `end-${version}`;
    const note = whole(`${text}\n\n\n# ${last}\n`, version++);
    // A snippet may swallow what follows it (an open fence); an empty block says that it is shown.
    note.blocks.push({ html: `<p data-end="${last}"></p>`, startLine: 1e6, endLine: 1e6 + 1 });
    const message = { kind: 'event', channel: 'noteSpliced', document: 'file:///note.md', params: note };
    await page.evaluate((sent) => {
      const scope = globalThis as unknown as { postMessage(value: unknown, target: string): void };
      scope.postMessage(sent, '*');
    }, message);
    await page.waitForSelector(`[data-end="${last}"]`, { state: 'attached', timeout: 60_000 }).catch(() => {
      seen.push('was not shown');
    });
    if (/^diagrams:/.test(name)) {
      await expect
        .poll(
          () =>
            inPage(
              page,
              `[...document.querySelectorAll('.gn-drawn')].filter((place) => place.childElementCount === 0).length`,
            ),
          { timeout: 15_000 },
        )
        .toBe(0)
        .catch(() => seen.push('was not drawn'));
    }
    const wrong = await inPage<string[]>(page, touchScript).catch((error: unknown) => [String(error)]);
    await page.waitForTimeout(settleMs);
    if (page.url() !== `${server.origin}/`) {
      seen.push(`led to ${page.url()}`);
      break;
    }
    for (const what of new Set([...seen, ...wrong])) found.push(`${name} ${what}`);
    seen = [];
  }
  await page.context().close();
  return found;
}

describe('hostile snippets', () => {
  it('are at least 300, each with a name of its own', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(300);
    expect(new Set(snippets.map(({ name }) => name)).size).toBe(snippets.length);
    expect(new Set(snippets.map(({ text }) => text)).size).toBe(snippets.length);
  });

  it('meet a policy without unsafe-eval and without scripts that have no nonce', () => {
    const directives = new Map(
      server.policy.split('; ').map((each) => [each.split(' ')[0], each.split(' ').slice(1)]),
    );
    expect(directives.get('default-src')).toEqual([`'none'`]);
    expect(directives.get('script-src')).toEqual([`'nonce-${server.nonce}'`]);
    expect(server.policy).not.toMatch(/unsafe-eval|unsafe-hashes|strict-dynamic|\*/);
    for (const [name, values] of directives)
      if (name !== 'style-src') expect(values).not.toContain(`'unsafe-inline'`);
    for (const name of ['connect-src', 'frame-src', 'object-src', 'media-src', 'manifest-src'])
      expect(directives.has(name)).toBe(false);
  });

  it('are noticed by this test when they succeed', async () => {
    page = await openWatched();
    await page.addInitScript(
      hostScript([{ version: 1, reset: true, at: 0, remove: 0, blocks: [], shift: 0, complete: true }]),
    );
    await page.goto(`${server.origin}/`);
    seen = [];
    await inPage(
      page,
      `(() => {
        document.getElementById('gn-note').innerHTML =
          '<img src="x.png" onerror="fired()"><img src="https://evil.example/x.png"><iframe srcdoc="x"></iframe>';
        fired();
      })()`,
    );
    await expect.poll(() => seen.join('\n')).toContain('ran code');
    await expect.poll(() => seen.join('\n')).toMatch(/script-src-attr/);
    await expect.poll(() => seen.join('\n')).toMatch(/img-src https:\/\/evil\.example/);
    await expect.poll(() => seen.join('\n')).toContain('asked for');
    expect(seen.join('\n')).toContain('made a frame');
    await page.context().close();
  });

  it.each([true, false])(
    'run nothing, load nothing and lead nowhere in the preview (trusted: %s)',
    async (allowHtml) => {
      expect(await showAll(snippets, allowHtml)).toEqual([]);
    },
    600_000,
  );

  it('run nothing and load nothing in the exported page', async () => {
    page = await openWatched();
    const found: string[] = [];
    for (const { name, text } of snippets) {
      exported = renderPage(text, { path: 'test/fixtures/note.md' }).html;
      if (/<script\b/.test(exported)) found.push(`${name} put a script into the page`);
      seen = [];
      await page.goto(`${server.origin}/page.html`, { waitUntil: 'load' });
      const count = await inPage<number>(
        page,
        `(() => { for (const element of [...document.querySelectorAll('#gn-note *')].slice(0, 200)) { for (const type of ['mouseover', 'focus', 'toggle', 'error', 'load']) element.dispatchEvent(new Event(type)); } return document.querySelectorAll('body > main#gn-note').length })()`,
      );
      if (count !== 1) found.push(`${name} broke out of the note`);
      await page.waitForTimeout(5);
      if (page.url() !== `${server.origin}/page.html`) found.push(`${name} led to ${page.url()}`);
      for (const what of new Set(seen)) found.push(`${name} ${what}`);
    }
    await page.context().close();
    expect(found).toEqual([]);
  }, 600_000);
});
