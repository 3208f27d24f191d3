/** A workspace that nobody trusts: notes can be read and figures segmented, but a note's own HTML is only shown. */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { notebookOutputs, writeNotebook } from '../support/notebook';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode({
  workspaceTrust: true,
  settings: { 'security.workspace.trust.startupPrompt': 'never' },
  prepare: async (workspace) => {
    await writeNotebook(workspace);
    await writeFile(
      path.join(workspace, 'notes/html.md'),
      'A <b>bold</b> word, a tag <SEG>, and $x^2$.\n\n<script>document.title = "owned"</script>\n\n[A paper](https://arxiv.org/abs/1706.03762)\n',
    );
  },
});

describe('an untrusted workspace', () => {
  it("shows a note's own HTML as text, and its maths as maths", async () => {
    const { workbench } = vscode();
    await workbench.openFile('html.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const { frame } = await vscode().preview();
    // What has not been painted yet has no inner text.
    await frame.locator('.katex').first().waitFor();
    const text = (await frame.locator('#gn-note').textContent()) ?? '';
    expect(text).toContain('A <b>bold</b> word, a tag <SEG>');
    expect(text).toContain('<script>');
    expect(await frame.locator('.gn-block b, .gn-block script').count()).toBe(0);
    expect(await frame.locator('.katex').count()).toBe(1);
  });

  it('looks no paper up, and does not ask whether it may', async () => {
    const { frame } = await vscode().preview();
    await frame.locator('#gn-note a', { hasText: 'A paper' }).hover();
    await vscode().page.waitForTimeout(1500);
    expect(await frame.locator('.gn-card').isVisible()).toBe(false);
  });

  it('segments with the embedded model', async () => {
    await vscode().workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
    const annotator = await vscode().annotator('coffee.jpg');
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
  });

  it("keeps a notebook's picture out of the workspace", async () => {
    const { page, workbench } = vscode();
    await workbench.openFile('plots.ipynb');
    await workbench.contextMenu(
      async () => (await notebookOutputs(page)).locator('.output img').first(),
      'Annotate Figure',
    );
    expect(await workbench.toast(/own storage/)).toContain('this workspace is not trusted');
    const figure = page.locator('.tab[data-resource-name^="cell-2-"]');
    await figure.waitFor();
    await vscode().annotator(`${await figure.getAttribute('data-resource-name')}`);
    expect(await readdir(vscode().workspace)).not.toContain('plots.figures');
  });
});
