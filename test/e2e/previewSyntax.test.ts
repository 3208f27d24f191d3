/** Numbers, labels and links of equations in VS Code, and the settings that change which Markdown is read. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const note = String.raw`---
title: About $x$
macros:
  \vec: \mathbf{#1}
---

See \eqref{eq:two} and [[pointing-and-reasoning.en|the other note]] :tada:

$$
\begin{align}
a &= \own{b} \label{eq:one} \\
c &= \vec{d} \label{eq:two}
\end{align}
$$

> [!TIP]
> A tip.

${'A paragraph.\n\n'.repeat(60)}The last one, after \eqref{eq:one}.
`;

const vscode = useVSCode({
  prepare: (workspace) => writeFileSync(path.join(workspace, 'notes/syntax.md'), note),
});

const macros = { '\\own': '\\mathcal{#1}' };

describe('the syntax of the preview', () => {
  it('has numbered equations, with macros of the note and of the settings', async () => {
    await vscode().writeSettings({ 'groundnote.preview.macros': macros });
    const { workbench } = vscode();
    await workbench.openFile('syntax.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const { frame } = await vscode().preview();
    await expect.poll(() => frame.locator('.gn-eq-number').allInnerTexts()).toEqual(['(1)', '(2)']);
    expect(await frame.locator('.katex-error').count()).toBe(0);
    expect(await frame.locator('.gn-title .katex').count()).toBe(1);
    expect(await frame.getByRole('note', { name: 'Tip' }).count()).toBe(1);
  });

  it('follows a link to an equation within the note', async () => {
    const { frame } = await vscode().preview();
    const link = frame.locator('a.gn-eq-ref').filter({ hasText: '(1)' });
    await link.scrollIntoViewIfNeeded();
    const top = () =>
      frame
        .locator('[id="eq-eq:one"]')
        .evaluate(
          (row) =>
            (row as unknown as { getBoundingClientRect(): { top: number } }).getBoundingClientRect().top,
        );
    expect(await top()).toBeLessThan(0);
    await link.click();
    await expect.poll(top, { timeout: 10_000 }).toBeGreaterThanOrEqual(0);
  });

  it('changes with the settings at once', async () => {
    const { frame } = await vscode().preview();
    const text = () => frame.locator('#gn-note').innerText();
    expect(await text()).toContain(':tada:');
    await vscode().writeSettings({ 'groundnote.preview.macros': macros, 'groundnote.preview.emoji': true });
    await expect.poll(text, { timeout: 15_000 }).toContain('🎉');
    await vscode().writeSettings({ 'groundnote.preview.syntax': 'gfm' });
    await expect.poll(text, { timeout: 15_000 }).toContain('[!TIP]');
    expect(await text()).toContain('[[pointing-and-reasoning.en|the other note]] :tada:');
    expect(await frame.locator('.gn-block .katex').count()).toBe(0);
    await vscode().writeSettings({});
    // Without the setting its macro is unknown, and the formula says so.
    await expect
      .poll(() => frame.locator('.gn-math-message').allInnerTexts(), { timeout: 15_000 })
      .toEqual([expect.stringContaining('\\own')]);
  });
});
