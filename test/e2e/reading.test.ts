/** Reading a note beside its text: outline, scrolling in step, finding, copied formulas, and the note as HTML and PDF. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPdf } from '../support/pdf';
import { useVSCode } from '../support/useVSCode';

/** Lines name themselves: `code_12_` is in line 12 (from 0). */
function longNote(): string {
  const lines: string[] = ['---', 'macros:', '  RR: \\mathbb{R}', '---', '', '# A long note', ''];
  const named = (kind: string, write: (name: string) => string) =>
    lines.push(write(`${kind}_${lines.length}_`));
  for (let section = 0; section < 4; section++) {
    lines.push(`## Section ${section}`, '', '```python');
    for (let i = 0; i < 80; i++) named('code', (name) => `${name} = ${i}`);
    lines.push('```', '', '| name | value |', '|---|---|');
    for (let i = 0; i < 80; i++) named('row', (name) => `| ${name} | a value |`);
    lines.push('', `### Formula ${section}`, '', '$$', 'x \\in \\RR^n, \\quad y = \\sqrt{1 + x^2}', '$$', '');
  }
  return lines.join('\n');
}
const text = longNote();

const vscode = useVSCode({
  prepare: (workspace) => writeFileSync(`${workspace}/notes/long.md`, text),
});

/** First line that the editor shows, from 0. */
const editorTop = () =>
  vscode().page.evaluate<number>(
    `(() => {
      const editor = document.querySelector('.editor-instance .monaco-editor');
      const top = editor.getBoundingClientRect().top;
      const numbers = [...editor.querySelectorAll('.margin .line-numbers')].map((each) => [each.getBoundingClientRect().top - top, Number(each.textContent)]);
      return Math.min(...numbers.filter(([y]) => y > -2).map(([, number]) => number)) - 1;
    })()`,
  );

/** The named line at the top of the page, from 0; -1 where there is none. */
const pageTop = (frame: Frame) =>
  frame.evaluate<number>(
    `(() => {
      for (let y = 1; y < 60; y += 2)
        for (const x of [60, 90, 120]) {
          const at = document.caretPositionFromPoint(x, y);
          if (!at || at.offsetNode.nodeType !== 3) continue;
          const before = at.offsetNode.data.lastIndexOf('\\n', at.offset - 1) + 1;
          const name = /(?:code|row)_(\\d+)_/.exec(at.offsetNode.data.slice(before));
          if (name) return Number(name[1]);
        }
      return -1;
    })()`,
  );

/** Where the two sides were compared: the kind of the line. */
const compared: string[] = [];

/** Waits until both sides stand still at the same line, or one apart. Lines without a name tell nothing. */
async function expectInStep(frame: Frame): Promise<void> {
  let last = [NaN, NaN];
  for (let attempt = 0; attempt < 40; attempt++) {
    await sleep(150);
    const now = [await editorTop(), await pageTop(frame)];
    const still = now[0] === last[0] && now[1] === last[1];
    last = now;
    if (!still) continue;
    const kind = /^\W*(code|row)_/.exec(text.split('\n')[now[0] as number] ?? '')?.[1];
    if (!kind) return;
    if ((now[1] as number) <= 0 || Math.abs((now[0] as number) - (now[1] as number)) > 1) continue;
    compared.push(kind);
    return;
  }
  throw new Error(`The editor begins with line ${last[0]}, the page with line ${last[1]}.`);
}

const preview = async () => (await vscode().preview()).frame;

describe('reading in the real editor', () => {
  it('scrolls in step both ways, to the line in code and to the row of a table', async () => {
    const { page, workbench } = vscode();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.openFile('long.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const frame = await preview();
    await frame.locator('body[data-complete="true"]').waitFor({ state: 'attached' });
    const editor = page.locator('.editor-instance .monaco-editor .view-lines').first();
    for (const turns of [8, 5, 14, 9, 30, 21, -12, -7]) {
      await editor.hover();
      // The editor goes a few lines for a turn of the wheel, however far it turns.
      for (let i = 0; i < Math.abs(turns); i++) await page.mouse.wheel(0, Math.sign(turns) * 100);
      await expectInStep(frame);
    }
    const main = frame.locator('#gn-note');
    for (const delta of [900, 1500, 2500, -1700, 3300, -500]) {
      await main.hover({ position: { x: 200, y: 10 }, force: true }).catch(() => undefined);
      const box = await (await (await frame.parentFrame())?.frameElement())?.boundingBox();
      await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 300);
      await page.mouse.wheel(0, delta);
      await expectInStep(frame);
    }
    expect(compared.filter((kind) => kind === 'code').length).toBeGreaterThan(3);
    expect(compared.filter((kind) => kind === 'row').length).toBeGreaterThan(2);
    await vscode().screenshot('reading-sync');
  });

  it('puts the text cursor at the line that is double-clicked, and marks it in the page', async () => {
    const { page } = vscode();
    const frame = await preview();
    const row = frame
      .locator('td')
      .filter({ hasText: /row_\d+_/ })
      .nth(5);
    const name = (await row.innerText()).trim();
    await row.scrollIntoViewIfNeeded();
    await row.dblclick();
    const line = Number(/\d+/.exec(name)?.[0]) + 1;
    await expect
      .poll(() => page.locator('[id="status.editor.selection"]').innerText())
      .toContain(`Ln ${line}`);
    await expect.poll(() => frame.locator('.gn-cursor').isVisible()).toBe(true);
  });

  it('has an outline with the section that is read, and goes where it is told', async () => {
    const frame = await preview();
    await frame.getByRole('button', { name: 'Outline' }).click();
    const current = frame.locator('#gn-outline [aria-current]');
    await frame.locator('#gn-outline').getByText('Section 3').click();
    await frame.getByRole('button', { name: 'Outline' }).click();
    await expect.poll(() => current.innerText()).toBe('Section 3');
    await vscode().screenshot('reading-outline');
    const wanted = text.split('\n').indexOf('## Section 3');
    await expect.poll(async () => Math.abs((await editorTop()) - wanted)).toBeLessThanOrEqual(1);
    await frame.getByRole('button', { name: 'Outline' }).click();
  });

  it('finds text far below with Ctrl+F', async () => {
    const { page } = vscode();
    const frame = await preview();
    await frame.locator('#gn-note h2').first().click();
    // VS Code gives the frame the keyboard a moment after the click.
    await expect.poll(() => frame.evaluate<boolean>('document.hasFocus()')).toBe(true);
    await page.keyboard.press('Control+f');
    await frame.locator('.gn-findbar input').waitFor();
    const last =
      text
        .split('\n')
        .filter((line) => line.includes('row_'))
        .at(-1) ?? '';
    const name = /row_\d+_/.exec(last)?.[0] ?? '';
    await page.keyboard.type(name);
    await expect.poll(() => frame.locator('.gn-find-count').innerText()).toBe('1 of 1');
    const cell = frame.locator('td').filter({ hasText: name });
    await expect.poll(async () => (await cell.boundingBox())?.y ?? 9999).toBeLessThan(860);
    await vscode().screenshot('reading-find');
    await page.keyboard.press('Escape');
    await frame.locator('.gn-findbar').waitFor({ state: 'hidden' });
  });

  it('copies a formula as TeX, as SVG and as PNG, with the macros of the note', async () => {
    const { page, workbench } = vscode();
    const frame = await preview();
    const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
    const formula = frame.locator('.katex-display .katex-html .mord').first();
    const copy = async (title: string) => {
      await formula.scrollIntoViewIfNeeded();
      await formula.click({ button: 'right' });
      await page.locator('.monaco-menu').waitFor();
      await workbench.chooseMenuItem(title);
    };
    await copy('Copy Formula as TeX');
    await expect.poll(clipboard).toBe('x \\in \\RR^n, \\quad y = \\sqrt{1 + x^2}');
    await copy('Copy Formula as SVG');
    await expect.poll(clipboard, { timeout: 30_000 }).toMatch(/^<svg [\s\S]*<path[\s\S]*<\/svg>$/);
    await copy('Copy Formula as MathML');
    await expect.poll(clipboard).toMatch(/^<math [\s\S]*<msqrt>[\s\S]*<\/math>$/);
    await copy('Copy Formula as PNG');
    // On the clipboard, or in a file that a message names.
    const picture = () =>
      page.evaluate<string>(
        `navigator.clipboard.read().then(async ([item]) => item.types.includes('image/png') ? [...new Uint8Array(await (await item.getType('image/png')).arrayBuffer())].join() : '')`,
      );
    const saved = vscode().file('notes', 'long-formula.png');
    await expect
      .poll(async () => (await picture()) !== '' || existsSync(saved), { timeout: 30_000 })
      .toBe(true);
    const bytes = existsSync(saved)
      ? readFileSync(saved)
      : Buffer.from((await picture()).split(',').map(Number));
    const { width, hasAlpha } = await sharp(bytes).metadata();
    expect(width).toBeGreaterThan(300);
    expect(hasAlpha).toBe(true);
  });

  it('exports the note as a page and as a PDF', async () => {
    const { page, workbench } = vscode();
    for (const format of ['html', 'pdf'] as const) {
      const target = vscode().file('notes', `long.${format}`);
      await page.locator('.editor-instance .monaco-editor .view-lines').first().click();
      await workbench.runCommand(`Groundnote: Export Note as ${format.toUpperCase()}…`);
      // Beside the note, under its name: what the dialog proposes.
      const input = workbench.quickInput.locator('.quick-input-box input');
      await expect.poll(() => input.inputValue()).toMatch(new RegExp(`/notes/long\\.${format}$`));
      await sleep(500);
      await workbench.quickInput.getByRole('button', { name: 'OK' }).click();
      await workbench.toast(new RegExp(`Exported long\\.${format}`), 60_000);
      expect(existsSync(target)).toBe(true);
      if (format === 'html') {
        const html = readFileSync(target, 'utf8');
        expect(html).toContain('<title>A long note</title>');
        expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
      } else {
        const facts = readPdf(readFileSync(target));
        expect(facts.pages).toBeGreaterThan(5);
        expect(facts.outline).toContain('Section 3');
        expect(facts.text).toMatch(/row_\d+_/);
      }
      await vscode().screenshot(`reading-export-${format}`);
      await workbench.clearToasts();
    }
  });
});
