/** Opening VS Code and reading notes costs little: no native module, a short activation, no model process. */
import { describe, expect, it } from 'vitest';
import { mappedFiles, processesOf } from '../support/processes';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();

describe('activation', () => {
  it('loads no native module and starts no model for a preview', async () => {
    const { workbench, server } = vscode();
    await workbench.openFile('universal-models.zh.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    await vscode().preview();
    const hosts = await processesOf(server.pid, /--type=extensionHost/);
    expect(hosts).toHaveLength(1);
    const files = await mappedFiles((hosts[0] as { pid: number }).pid);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => /onnxruntime|sharp|libvips/.test(file))).toEqual([]);
    expect(await processesOf(server.pid, /inferenceProcess\.cjs/)).toEqual([]);
  });

  it('takes under 100 ms', async () => {
    const { page, workbench } = vscode();
    await workbench.runCommand('Developer: Show Running Extensions');
    const row = page.locator('.runtime-extensions-editor .monaco-list-row').filter({ hasText: 'Groundnote' });
    // "Activation: 42ms", which includes loading the extension's code.
    const text = await row.locator('.activation-time').innerText({ timeout: 15_000 });
    const milliseconds = Number(/(\d+)\s*ms/.exec(text)?.[1]);
    console.log(`Activation as VS Code measures it: ${milliseconds} ms`);
    expect(milliseconds).toBeLessThan(100);
  });
});
