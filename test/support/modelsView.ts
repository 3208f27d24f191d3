/** The Models view of a VS Code that is driven by the tests. */
import type { Locator } from 'playwright-core';
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
    if ((await row.getAttribute('aria-expanded')) === 'false')
      await row.locator('.monaco-tl-twistie').click();
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

/** A button of a notification. */
export const toastButton = ({ page }: VSCode, text: string): Locator =>
  page.locator('.notification-toast .monaco-button', { hasText: text }).first();
