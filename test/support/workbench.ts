/** The window of VS Code, as a person uses it. */
import type { Locator, Page } from 'playwright-core';

/** A CSS attribute value. */
const quoted = (text: string) => JSON.stringify(text);

export class Workbench {
  constructor(private readonly page: Page) {}

  /** The explorer shows files, which is when commands can be given. */
  async waitUntilLoaded(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  }

  /** Runs a command by its title in the palette, such as `Groundnote: Segment Image`. */
  async runCommand(title: string): Promise<void> {
    // Commands of extensions appear a second or two after the explorer, and a palette that is closing takes no words.
    for (let attempt = 0; ; attempt++) {
      const input = this.quickInput.locator('.quick-input-box input');
      const row = this.quickInput.locator('.monaco-list-row').filter({ hasText: title }).first();
      try {
        await this.page.keyboard.press('F1');
        await input.waitFor({ timeout: 3000 });
        await input.fill(`>${title}`, { timeout: 3000 });
        await row.click({ timeout: 3000 });
        return;
      } catch (error) {
        await this.page.keyboard.press('Escape');
        if (attempt >= 5) throw new Error(`The palette has no "${title}".`, { cause: error });
      }
    }
  }

  /** Opens a file of the workspace by its name, as Ctrl+P does. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    const input = this.quickInput.locator('.quick-input-box input');
    await input.waitFor();
    await input.fill(name);
    await this.quickInput
      .locator(`.monaco-list-row[aria-label^=${quoted(name)}]`)
      .first()
      .click();
    await this.tab(name).first().waitFor();
  }

  /** The row of a file or folder in the explorer; its folders are opened on the way. */
  async explorerRow(file: string): Promise<Locator> {
    const parts = file.split('/');
    for (const [depth, name] of parts.entries()) {
      const row = this.page
        .locator(`.explorer-folders-view .monaco-list-row[aria-label^=${quoted(name)}]`)
        .first();
      await row.waitFor();
      if (depth === parts.length - 1) return row;
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
    }
    throw new Error('A file must be named.');
  }

  /** Right-clicks a file in the explorer (`figures/a.png`) and chooses an entry. */
  async explorerMenu(file: string, title: string): Promise<void> {
    await this.contextMenu(() => this.explorerRow(file), title);
  }

  /** Right-clicks a file's editor tab and chooses an entry. */
  async tabMenu(name: string, title: string): Promise<void> {
    await this.contextMenu(async () => this.tab(name).first(), title);
  }

  /** Right-clicks and chooses an entry; again when the menu has closed, or is not whole yet. */
  async contextMenu(target: () => Promise<Locator>, title: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await (await target()).click({ button: 'right' });
      try {
        await this.chooseMenuItem(title);
        return;
      } catch (error) {
        await this.page.keyboard.press('Escape');
        if (attempt >= 5) throw new Error(`The menu has no "${title}".`, { cause: error });
      }
    }
  }

  /** The entries of the context menu that is open. */
  async menuItems(): Promise<string[]> {
    const labels = this.page.locator('.monaco-menu .action-item .action-label[aria-label]');
    await labels.first().waitFor();
    return labels.evaluateAll((all) => all.map((label) => label.getAttribute('aria-label') ?? ''));
  }

  /** Chooses an entry of the open context menu. */
  async chooseMenuItem(title: string): Promise<void> {
    const label = this.page.locator(`.action-label[aria-label=${quoted(title)}]`);
    const item = this.page.locator('.monaco-menu .action-item').filter({ has: label }).first();
    await item.click({ timeout: 3000 });
    // A click right after the menu came up is taken for the one that opened it, and leaves it open.
    for (let attempt = 0; attempt < 3 && (await isStillThere(item)); attempt++) await item.click();
  }

  /** The palette, a list of choices, or an input box. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Types into the input box that is open, and accepts it. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput.locator('.quick-input-box input');
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Chooses a row of the list that is open. */
  async pick(text: string): Promise<void> {
    await this.quickInput.locator('.monaco-list-row').filter({ hasText: text }).first().click();
  }

  /** The editor tab of a file. */
  tab(name: string): Locator {
    return this.page.locator(`.tab[data-resource-name=${quoted(name)}]`);
  }

  async isDirty(name: string): Promise<boolean> {
    return (await this.page.locator(`.tab.dirty[data-resource-name=${quoted(name)}]`).count()) > 0;
  }

  /** Waits until a tab has, or has no, unsaved changes. */
  async waitForDirty(name: string, dirty: boolean): Promise<void> {
    const mark = this.page.locator(`.tab.dirty[data-resource-name=${quoted(name)}]`);
    await mark.first().waitFor({ state: dirty ? 'attached' : 'detached', timeout: 20_000 });
  }

  /** Closes the active editor; with unsaved changes, `button` answers the question. */
  async closeActiveEditor(button?: "Don't Save" | 'Save' | 'Cancel'): Promise<void> {
    await this.runCommand('View: Close Editor');
    if (button) await this.dialogButton(button).click();
  }

  /** A button of the dialog that is open. */
  dialogButton(text: string): Locator {
    return this.page.locator(`.monaco-dialog-box .monaco-button:text-is(${quoted(text)})`);
  }

  /** Texts of the notifications that show. */
  async toasts(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Waits for a notification with this text, and returns all of it. */
  async toast(pattern: RegExp, timeout = 15_000): Promise<string> {
    const message = this.page
      .locator('.notification-toast .notification-list-item-message')
      .filter({ hasText: pattern });
    await message.first().waitFor({ timeout });
    return message.first().innerText();
  }

  /** Dismisses the notifications, so that they cover nothing. */
  async clearToasts(): Promise<void> {
    if ((await this.toasts()).length > 0) await this.runCommand('Notifications: Clear All Notifications');
  }

  async undo(): Promise<void> {
    await this.page.keyboard.press('Control+Z');
  }

  async redo(): Promise<void> {
    await this.page.keyboard.press('Control+Shift+Z');
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
  }
}

/** True when an element has not gone half a second later. */
const isStillThere = (element: Locator) =>
  element.waitFor({ state: 'detached', timeout: 500 }).then(
    () => false,
    () => true,
  );
