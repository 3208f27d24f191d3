/** The Models view of a VS Code that is driven by the tests. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import type { PlayedHub } from './hub';
import type { VSCode } from './vscode';

export class ModelsView {
  constructor(private readonly vscode: VSCode) {}

  /** Shows the view, with all its space. */
  async open(): Promise<void> {
    await this.vscode.workbench.runCommand('View: Show Groundnote');
    await this.row('Embedded').waitFor();
  }

  get pane(): Locator {
    return this.vscode.page
      .locator('.pane')
      .filter({ has: this.vscode.page.locator('[aria-label^="Models Section"]') });
  }

  /** A row by the beginning of its text. */
  row(text: string | RegExp): Locator {
    return this.pane.locator('.monaco-list-row').filter({ hasText: text }).first();
  }

  /** What stands behind a row's name. */
  description(name: string): Promise<string> {
    return this.row(name).locator('.label-description').innerText();
  }

  async expand(name: string): Promise<void> {
    const row = this.row(name);
    // A list that is being filled swallows a click.
    for (let attempt = 0; attempt < 5; attempt++) {
      if ((await row.getAttribute('aria-expanded')) === 'true') return;
      await row.locator('.monaco-tl-twistie').click();
      const open = this.pane.locator(`.monaco-list-row[aria-expanded="true"]`, { hasText: name }).first();
      await open.waitFor({ timeout: 3000 }).catch(() => undefined);
    }
  }

  /** Clicks an action that stands in a row. */
  async act(name: string, title: string): Promise<void> {
    const row = this.row(name);
    await row.hover();
    await row.locator(`.action-label[aria-label^="${title}"]`).click();
  }

  menu(name: string, title: string): Promise<void> {
    return this.vscode.workbench.contextMenu(async () => this.row(name), title);
  }
}

/** The window as a picture in out/e2e/, and with GROUNDNOTE_PICTURES in docs/pictures/ too (`npm run screenshots`). */
export async function picture(vscode: VSCode, name: string): Promise<void> {
  await vscode.screenshot(name);
  if (process.env.GROUNDNOTE_PICTURES) {
    const { takePicture } = await import('./screenshots');
    await takePicture(vscode, name, 'docs/pictures');
  }
}

/** A button of a notification. */
export const toastButton = ({ page }: VSCode, text: string): Locator =>
  page.locator('.notification-toast .monaco-button', { hasText: text }).first();

/** The embedded segmenter under another name, as a repository of the hub. */
export const fieldSegment = { repo: 'field/segment', id: 'field-segment', title: 'Field Segment' };

export async function setFieldSegment(hub: PlayedHub): Promise<void> {
  const folder = 'models/groundnote-segment';
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, Buffer | string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = await readFile(file);
  }
  const { id, title } = fieldSegment;
  const manifest = JSON.parse(String(files['groundnote.json'])) as object;
  files['groundnote.json'] = JSON.stringify({ ...manifest, id, title });
  hub.setRepo(fieldSegment.repo, { license: 'apache-2.0', files });
}
