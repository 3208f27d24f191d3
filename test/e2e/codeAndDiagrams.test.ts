/** Code and diagrams of a note in VS Code's own webview: its policy, its themes. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const name = 'code-and-diagrams.md';
const note = `# Code and diagrams

\`\`\`python title="decoder.py" {2}
class MaskDecoder:
    def forward(self, token):  # a comment
        return "mask"
\`\`\`

\`\`\`mermaid title="How a query becomes a mask"
flowchart LR
  image[Image] --> encoder(Encoder) --> decoder[Mask decoder]
\`\`\`

\`\`\`vega-lite
{
  "title": "gIoU by model", "width": "container",
  "data": {"values": [{"model": "LISA-7B", "gIoU": 52.9}, {"model": "OVSeg", "gIoU": 26.1}]},
  "mark": "bar",
  "encoding": {"x": {"field": "gIoU", "type": "quantitative"}, "y": {"field": "model"}}
}
\`\`\`
`;

const vscode = useVSCode({
  prepare: (workspace) => writeFile(path.join(workspace, name), note),
});

/** Styles of the coloured pieces of the note's first code, by their text. */
const colors = async () => {
  const { frame } = await vscode().preview();
  const pieces = await frame
    .locator('.gn-code code span[style]')
    .evaluateAll((all) =>
      all.map((each) => [each.textContent?.trim() ?? '', each.getAttribute('style') ?? '']),
    );
  return Object.fromEntries(pieces) as Record<string, string>;
};

describe('code and diagrams in VS Code', () => {
  it('are drawn in the webview, under its policy', async () => {
    const { workbench } = vscode();
    await vscode().writeSettings({ 'workbench.colorTheme': 'Default Light Modern' });
    await workbench.openFile(name);
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const { frame } = await vscode().preview();
    await expect.poll(() => frame.locator('.gn-picture > svg').count(), { timeout: 30_000 }).toBe(2);
    expect(await frame.locator('.gn-diagram-error').count()).toBe(0);
    await vscode().screenshot('code and diagrams light');
  });

  it("have the colours of the editor's theme, and follow it", async () => {
    await expect.poll(async () => (await colors())['class'], { timeout: 20_000 }).toBe('color:#0000FF');
    await vscode().writeSettings({ 'workbench.colorTheme': 'Monokai' });
    await expect
      .poll(async () => (await colors())['class'], { timeout: 20_000 })
      .toMatch(/color:#66D9EF;font-style:italic/i);
    await vscode().writeSettings({
      'workbench.colorTheme': 'Monokai',
      'editor.tokenColorCustomizations': { '[Monokai]': { comments: '#12AB34' } },
    });
    await expect.poll(async () => (await colors())['# a comment'], { timeout: 20_000 }).toBe('color:#12AB34');
    const { frame } = await vscode().preview();
    const background = () =>
      frame
        .locator('.gn-picture')
        .first()
        .evaluate((each) => /#272822/i.test(each.innerHTML));
    await expect.poll(background, { timeout: 20_000 }).toBe(true);
    await vscode().screenshot('code and diagrams dark');
  });
});
