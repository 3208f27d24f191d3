/** Groundnote in a window: in the VS Code that is installed, or in a browser. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, root, runLogged, runShown, say, which } from './process.mjs';
import { installCodeServer, installExtension, quietSettings, startCodeServer } from './codeServer.mjs';
import { makePackage } from './vsix.mjs';

/** The copy of the samples that is opened: the person's edits in it stay, missing files come back. */
function prepareWorkspace() {
  const workspace = path.join(cacheFolder, 'workspace');
  cpSync(path.join(root, 'examples'), workspace, { recursive: true, force: false });
  const notes = readdirSync(path.join(workspace, 'notes')).filter((name) => name.endsWith('.md'));
  // The English one first, where its name says so.
  const note = notes.find((name) => /(^|[-.])en\b/.test(name)) ?? notes.sort()[0];
  return { workspace, note: path.join(workspace, 'notes', note) };
}

/** Opens the address in the person's browser, where there is a desktop. */
function openAddress(url) {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  const hasDesktop = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (hasDesktop && which(opener)) spawn(opener, [url], { stdio: 'ignore', detached: true }).unref();
}

async function openInVSCode(vsix, { workspace, note }) {
  const home = path.join(cacheFolder, 'vscode');
  const settings = path.join(home, 'data/User/settings.json');
  if (!existsSync(settings)) {
    mkdirSync(path.dirname(settings), { recursive: true });
    writeFileSync(settings, JSON.stringify(quietSettings, undefined, 2));
  }
  const folders = [
    '--user-data-dir',
    path.join(home, 'data'),
    '--extensions-dir',
    path.join(home, 'extensions'),
  ];
  await runLogged('code-install', 'code', [...folders, '--install-extension', vsix, '--force']);
  say('Opening VS Code on the sample notes; this ends when its window is closed.');
  const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  await runShown('code', [...folders, ...rootFlags, '--new-window', '--wait', workspace, note]);
}

async function openInBrowser(vsix, { workspace, note }) {
  await installCodeServer();
  const home = path.join(cacheFolder, 'browser');
  const extensionsFolder = path.join(home, 'extensions');
  mkdirSync(home, { recursive: true });
  await installExtension(vsix, extensionsFolder);
  const server = await startCodeServer({ workspace, home, extensionsFolder });
  const { host } = new URL(server.url);
  const payload = JSON.stringify([['openFile', `vscode-remote://${host}${note}`]]);
  const url = `${server.url}&payload=${encodeURIComponent(payload)}`;
  say(`\nVS Code with Groundnote: ${url}\nPress Ctrl+Alt+V for the preview; Ctrl+C here ends it.`);
  openAddress(url);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  await server.stop();
  say('Ended.');
}

/**
 * Packages the extension and opens the samples with it.
 * @param {{browser: boolean}} options `browser` even where VS Code is installed
 */
export async function runInteractive({ browser }) {
  const vsix = await makePackage({ reuse: true });
  const samples = prepareWorkspace();
  if (!browser && which('code')) await openInVSCode(vsix, samples);
  else await openInBrowser(vsix, samples);
}
