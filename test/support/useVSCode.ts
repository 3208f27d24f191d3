/** VS Code for the tests of one file. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { VSCode, type VSCodeOptions } from './vscode';

/** One VS Code for all tests of a file; a failing test leaves a picture in out/e2e/. */
export function useVSCode(options: VSCodeOptions = {}): () => VSCode {
  let vscode: VSCode | undefined;
  beforeAll(async () => {
    vscode = await VSCode.launch(options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await vscode?.screenshot(`${task.file.name} ${task.name}`);
  });
  afterAll(() => vscode?.close());
  return () => {
    if (!vscode) throw new Error('VS Code is not running.');
    return vscode;
  };
}
