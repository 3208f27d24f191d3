/** Ground fences in a workspace that nobody trusts: kept answers show, embedded packs run, other packs are refused. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const fence = (pack: string) =>
  `\`\`\`ground\nimage: ../figures/onellm-architecture.png\nquery: Universal encoder\npack: ${pack}\n\`\`\`\n`;
const vscode = useVSCode({
  workspaceTrust: true,
  settings: { 'security.workspace.trust.startupPrompt': 'never' },
  prepare: (workspace) =>
    writeFile(
      path.join(workspace, 'notes/fences.md'),
      `${fence('somebodys-pack')}\n${fence('groundnote-ocr')}`,
    ),
});

describe('ground fences of an untrusted workspace', () => {
  it('show the answers that are kept', async () => {
    const { workbench } = vscode();
    await workbench.openFile('pointing-and-reasoning.en.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const { frame } = await vscode().preview();
    const kept = frame.locator('.gn-ground');
    await expect.poll(() => kept.getAttribute('data-state')).toBe('answered');
    await kept.scrollIntoViewIfNeeded();
    await vscode().screenshot('figures sample fence');
    await workbench.closeActiveEditor();
  });

  it('run with embedded packs only', async () => {
    const { workbench } = vscode();
    await workbench.openFile('fences.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    await expect
      .poll(async () => (await vscode().preview()).frame.locator('.gn-ground').count(), { timeout: 15_000 })
      .toBe(2);
    const { frame } = await vscode().preview();
    const [foreign, embedded] = [frame.locator('.gn-ground').first(), frame.locator('.gn-ground').nth(1)];
    await foreign.locator('.gn-ground-run').click();
    await expect
      .poll(() => foreign.locator('.gn-ground-state').innerText(), { timeout: 30_000 })
      .toMatch(/In an untrusted workspace only the packs that come with Groundnote are used/);
    await embedded.locator('.gn-ground-run').click();
    await expect.poll(() => embedded.getAttribute('data-state'), { timeout: 60_000 }).toBe('answered');
    expect(await foreign.getAttribute('data-state')).not.toBe('answered');
  });
});
