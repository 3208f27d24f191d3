/**
 * A real VS Code with the packaged extension, in the browser: code-server on a temporary copy of the sample
 * workspace, with private settings, state and extensions.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  installCodeServer,
  installExtension,
  startCodeServer,
  type CodeServer,
} from '../../scripts/lib/codeServer.mjs';
import { cacheFolder, outFolder, root } from '../../scripts/lib/process.mjs';
import { packagePath } from '../../scripts/lib/packageFiles.mjs';
import { launchBrowser } from './chromium';
import { AnnotatorFrame, PreviewFrame } from './frames';
import { Workbench } from './workbench';

export interface VSCodeOptions {
  /** Puts further files into the workspace before it is opened. */
  prepare?: (workspace: string) => Promise<void> | void;
  settings?: Record<string, unknown>;
  /** A further extension, by its folder: it must need no installing. */
  companion?: string;
  /** Leave workspace trust on: the workspace starts in Restricted Mode. */
  workspaceTrust?: boolean;
  viewport?: { width: number; height: number };
}

/** Installs the package once per content, and returns the extensions folder. */
async function extensionsFolder(): Promise<string> {
  const vsix = packagePath();
  if (!existsSync(vsix)) throw new Error(`${vsix} is not there: run "npm run package" first.`);
  const folder = path.join(cacheFolder, 'e2e/extensions');
  const stampFile = path.join(cacheFolder, 'e2e/installed');
  const { mtimeMs, size } = await stat(vsix);
  const stamp = `${vsix} ${mtimeMs} ${size}`;
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return folder;
  await rm(path.join(cacheFolder, 'e2e'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await installExtension(vsix, folder);
  await writeFile(stampFile, stamp);
  return folder;
}

interface InstalledExtension {
  identifier: { id: string };
  version: string;
  location: { $mid: 1; path: string; scheme: 'file' };
  relativeLocation: string;
}

/** A folder of extensions with one more, in a place of its own. */
async function withCompanion(extensions: string, companion: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const list = JSON.parse(
    await readFile(path.join(extensions, 'extensions.json'), 'utf8'),
  ) as InstalledExtension[];
  const { publisher, name, version } = JSON.parse(
    await readFile(path.join(companion, 'package.json'), 'utf8'),
  ) as { publisher: string; name: string; version: string };
  const id = `${publisher}.${name}`;
  for (const { relativeLocation } of list)
    await symlink(path.join(extensions, relativeLocation), path.join(folder, relativeLocation), 'junction');
  await cp(companion, path.join(folder, id), { recursive: true });
  const entries = [...list, { identifier: { id }, version, relativeLocation: id }].map((entry) => ({
    ...entry,
    location: { $mid: 1, path: path.join(folder, entry.relativeLocation), scheme: 'file' },
  }));
  await writeFile(path.join(folder, 'extensions.json'), JSON.stringify(entries));
  return folder;
}

/** VS Code in a page. `close` ends the server and the browser and removes the workspace. */
export class VSCode {
  private constructor(
    readonly workspace: string,
    private readonly home: string,
    readonly server: CodeServer,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly workbench: Workbench,
  ) {}

  static async launch(options: VSCodeOptions = {}): Promise<VSCode> {
    await installCodeServer();
    const extensions = await extensionsFolder();
    const home = await mkdtemp(path.join(tmpdir(), 'groundnote-e2e-'));
    const workspace = path.join(home, 'workspace');
    await cp(path.join(root, 'examples'), workspace, { recursive: true });
    await options.prepare?.(workspace);
    const { companion } = options;
    const server = await startCodeServer({
      workspace,
      home,
      extensionsFolder: companion
        ? await withCompanion(extensions, companion, path.join(home, 'extensions'))
        : extensions,
      ...(options.settings && { settings: options.settings }),
      ...(options.workspaceTrust && { workspaceTrust: true }),
    });
    const browser = await launchBrowser();
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1440, height: 900 } });
    const page = await context.newPage();
    const vscode = new VSCode(workspace, home, server, browser, context, page, new Workbench(page));
    try {
      await page.goto(server.url);
      await vscode.workbench.waitUntilLoaded();
    } catch (error) {
      await vscode.screenshot('launch').catch(() => undefined);
      await vscode.close();
      throw error;
    }
    return vscode;
  }

  /** Path of a file in the workspace. */
  file(...parts: string[]): string {
    return path.join(this.workspace, ...parts);
  }

  /** The side panel that is visible; with `name`, the one of that picture. */
  annotator(name?: string): Promise<AnnotatorFrame> {
    return AnnotatorFrame.find(this.page, name);
  }

  /** The preview of a note that is visible now. */
  preview(): Promise<PreviewFrame> {
    return PreviewFrame.find(this.page);
  }

  /** Replaces the settings of the workspace; VS Code takes them at once. */
  async writeSettings(settings: Record<string, unknown>): Promise<void> {
    await mkdir(this.file('.vscode'), { recursive: true });
    await writeFile(this.file('.vscode/settings.json'), JSON.stringify(settings));
  }

  /** Loads the page again as a person would; a question about leaving is answered by leaving. */
  async reload(): Promise<void> {
    this.page.once('dialog', (dialog) => void dialog.accept());
    await this.page.reload();
    await this.workbench.waitUntilLoaded();
  }

  /** Saves the whole window as out/e2e/NAME.png. */
  async screenshot(name: string): Promise<void> {
    const file = path.join(outFolder, 'e2e', `${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 100)}.png`);
    await mkdir(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    await this.context.close().catch(() => undefined);
    await this.browser.close().catch(() => undefined);
    await this.server.stop();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
