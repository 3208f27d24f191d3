/**
 * A real VS Code that a browser shows: npm's code-server, kept in `.cache/code-server`.
 * Version 4.100.3 carries VS Code 1.100.3, the oldest that the extension supports, and runs on Node 20.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder, capture, runLogged, say, which } from './process.mjs';
import { ensureSystem } from './setup.mjs';

const version = '4.100.3';
const folder = path.join(cacheFolder, 'code-server');
const stamp = path.join(folder, 'installed');
const packageFolder = path.join(folder, 'node_modules/code-server');
const entry = path.join(packageFolder, 'out/node/entry.js');

/** User settings that keep VS Code from showing or fetching what nobody asked for. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.editor.enablePreview': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.commandCenter': false,
  'window.menuBarVisibility': 'compact',
  'extensions.ignoreRecommendations': true,
  'extensions.autoUpdate': false,
  'git.enabled': false,
  'files.autoSave': 'off',
  'files.hotExit': 'onExitAndWindowClose',
  'telemetry.telemetryLevel': 'off',
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'breadcrumbs.enabled': false,
};

/** Installs code-server once; later calls return at once. */
export async function installCodeServer() {
  const wanted = `${version} ${process.version} ${process.arch}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await ensureSystem(['compiler', 'kerberos', 'ripgrep']);
  say(`Installing code-server ${version} into .cache/code-server (VS Code for the browser; two minutes) …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private": true}\n');
  const vscode = path.join(packageFolder, 'lib/vscode');
  // Install scripts would fetch from the net and build what is not used: each native module is built by name below.
  await npm('package', ['install', `code-server@${version}`, '--ignore-scripts'], folder);
  await npm('vscode', ['install', '--ignore-scripts', '--omit=dev'], vscode);
  await npm('extensions', ['install', '--ignore-scripts', '--omit=dev'], path.join(vscode, 'extensions'));
  const natives = ['@vscode/spdlog', 'node-pty', 'native-watchdog', 'kerberos', '@parcel/watcher'];
  for (const name of natives) await buildNative(name, vscode);
  await buildNative(
    'argon2',
    existsSync(path.join(packageFolder, 'node_modules/argon2')) ? packageFolder : folder,
  );
  link(which('rg'), path.join(vscode, 'node_modules/@vscode/ripgrep/bin/rg'));
  link(path.join(vscode, 'node_modules'), path.join(vscode, 'node_modules.asar'));
  writeFileSync(stamp, wanted);
}

/** Runs npm in a folder, with its log in .cache/logs. */
const npm = (name, args, cwd) =>
  runLogged(`code-server-${name}`, 'npm', [...args, '--no-fund', '--no-audit'], { cwd });

/** Builds a native module, unless it comes ready built for this machine. */
async function buildNative(name, cwd) {
  const loads = () => {
    const code = `require(${JSON.stringify(path.join(cwd, 'node_modules', name))})`;
    return capture(process.execPath, ['-e', code]) !== undefined;
  };
  if (loads()) return;
  // node-pty's last step fails after its binary is built, which does no harm: what counts is that the module loads.
  const failure = await npm(name.replace(/\W+/g, '-'), ['rebuild', name], cwd).catch((error) => error);
  if (!loads()) throw failure ?? new Error(`${name} was not built.`);
}

function link(target, at) {
  mkdirSync(path.dirname(at), { recursive: true });
  rmSync(at, { recursive: true, force: true });
  symlinkSync(target, at);
}

/** @returns {Promise<number>} a free TCP port of the loopback */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * The environment of a private server: nothing of the person's own VS Code is read or written.
 * @param {string} home
 */
function privateEnvironment(home) {
  const environment = { ...process.env };
  // Inside a VS Code terminal these would make the new server talk to the old one.
  for (const name of Object.keys(environment))
    if (/^(VSCODE_|PORT$|PASSWORD$)/.test(name)) delete environment[name];
  return {
    ...environment,
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
  };
}

/**
 * Installs a packaged extension into an extensions folder.
 * @param {string} vsix
 * @param {string} extensionsFolder
 */
export async function installExtension(vsix, extensionsFolder) {
  const home = path.join(path.dirname(extensionsFolder), 'installer');
  mkdirSync(home, { recursive: true });
  await runLogged(
    'install-extension',
    process.execPath,
    [
      entry,
      '--user-data-dir',
      path.join(home, 'data'),
      '--extensions-dir',
      extensionsFolder,
      '--install-extension',
      vsix,
      '--force',
    ],
    { env: privateEnvironment(home) },
  );
}

/**
 * A running server.
 * @typedef {object} CodeServer
 * @property {string} url address of the workspace, with its token-free loopback port
 * @property {number} pid the process group's leader
 * @property {string} dataFolder user data: settings in User/settings.json, logs in logs/
 * @property {() => Promise<void>} stop ends the whole process group
 */

/**
 * Starts code-server on a workspace, and waits until it is healthy (about a second).
 * @param {object} options
 * @param {string} options.workspace folder to open
 * @param {string} options.home private folder for settings, state and logs; kept between starts
 * @param {string} options.extensionsFolder
 * @param {Record<string, unknown>} [options.settings] user settings besides the quiet ones
 * @param {boolean} [options.workspaceTrust] leave workspace trust on (default: off, everything trusted)
 * @param {number} [options.port]
 * @returns {Promise<CodeServer>}
 */
export async function startCodeServer({
  workspace,
  home,
  extensionsFolder,
  settings = {},
  workspaceTrust = false,
  port,
}) {
  const dataFolder = path.join(home, 'data');
  const settingsFile = path.join(dataFolder, 'User/settings.json');
  mkdirSync(path.dirname(settingsFile), { recursive: true });
  mkdirSync(extensionsFolder, { recursive: true });
  writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...settings }, undefined, 2));
  const chosenPort = port ?? (await freePort());
  const logFile = path.join(home, 'code-server.log');
  const log = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [
      entry,
      ...['--bind-addr', `127.0.0.1:${chosenPort}`, '--auth', 'none'],
      ...['--user-data-dir', dataFolder, '--extensions-dir', extensionsFolder],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
      workspace,
    ],
    { cwd: home, env: privateEnvironment(home), stdio: ['ignore', log, log], detached: true },
  );
  let exited = false;
  const exit = new Promise((resolve) => child.once('exit', resolve)).then(() => (exited = true));
  const kill = (signal) => {
    try {
      process.kill(-(/** @type {number} */ (child.pid)), signal);
    } catch {
      // The group is gone already.
    }
  };
  const killNow = () => kill('SIGKILL');
  process.once('exit', killNow);
  const stop = async () => {
    process.off('exit', killNow);
    kill('SIGTERM');
    await Promise.race([exit, sleep(3000)]);
    killNow();
    await exit;
  };
  const origin = `http://127.0.0.1:${chosenPort}`;
  for (const deadline = Date.now() + 30_000; ; await sleep(100)) {
    if (exited || Date.now() > deadline) {
      await stop();
      const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
      throw new Error(`code-server did not start:\n${tail}`);
    }
    const healthy = await fetch(`${origin}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) break;
  }
  const url = `${origin}/?folder=${encodeURIComponent(workspace)}`;
  return { url, pid: /** @type {number} */ (child.pid), dataFolder, stop };
}
