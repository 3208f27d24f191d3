/** What a fresh machine lacks: npm's packages, and the system's where Debian's package manager is there. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { capture, root, runLogged, say, which } from './process.mjs';

/** Runs `npm ci` when node_modules is missing or older than the lock file. */
export async function ensureNodeModules() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  say('Installing npm packages (npm ci) …');
  await runLogged('npm-ci', 'npm', ['ci', '--no-fund', '--no-audit']);
}

/** Chrome, Chromium or Edge as the system installs them. */
const browserPaths = {
  linux: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
      `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ]),
};

/**
 * Path of an installed browser of the Chromium family (GROUNDNOTE_CHROMIUM names another one), or undefined.
 * @returns {string | undefined}
 */
export function findBrowser() {
  if (process.env.GROUNDNOTE_CHROMIUM) return process.env.GROUNDNOTE_CHROMIUM;
  for (const candidate of browserPaths[process.platform] ?? []) {
    const found = path.isAbsolute(candidate) ? existsSync(candidate) && candidate : which(candidate);
    if (found) return found;
  }
  return undefined;
}

const hasDebianPackage = (name) =>
  capture('dpkg-query', ['-W', '-f=${Status}', name])?.includes('ok installed') ?? false;
const hasFont = () => (capture('fc-list', [':lang=zh', 'family']) ?? '') !== '';

/** What may be needed: how to see that it is there, Debian's packages for it, and words for other systems. */
const needs = {
  browser: {
    present: () => findBrowser() !== undefined,
    debian: ['chromium'],
    advice: 'Chrome, Chromium or Edge (or set GROUNDNOTE_CHROMIUM to its path)',
  },
  chineseFont: {
    present: () => process.platform !== 'linux' || hasFont(),
    debian: ['fonts-noto-cjk', 'fontconfig'],
    advice: 'a font with Chinese characters, such as Noto Sans CJK',
  },
  compiler: {
    present: () => ['g++', 'make', 'python3'].every((name) => which(name) !== undefined),
    debian: ['g++', 'make', 'python3'],
    advice: 'a C++ compiler, make and Python 3',
  },
  kerberos: {
    present: () =>
      process.platform !== 'linux' || which('dpkg-query') === undefined || hasDebianPackage('libkrb5-dev'),
    debian: ['libkrb5-dev'],
    advice: 'the Kerberos development files (libkrb5-dev, krb5-devel)',
  },
  ripgrep: {
    present: () => which('rg') !== undefined,
    debian: ['ripgrep'],
    advice: 'ripgrep (rg)',
  },
};

/**
 * Installs what is missing of the named needs by apt-get where this may be done (Debian or Ubuntu, as root or with sudo).
 * @param {(keyof typeof needs)[]} names
 * @throws {Error} that says what to install, where it may not
 */
export async function ensureSystem(names) {
  const missing = names.filter((name) => !needs[name].present());
  if (missing.length === 0) return;
  const advice = missing.map((name) => needs[name].advice).join(', ');
  const isRoot = process.getuid?.() === 0;
  const sudo = !isRoot && which('sudo') !== undefined && capture('sudo', ['-n', 'true']) !== undefined;
  if (which('apt-get') === undefined || !(isRoot || sudo))
    throw new Error(`Please install first: ${advice}.`);
  const packages = missing.flatMap((name) => needs[name].debian);
  say(`Installing system packages (apt-get install ${packages.join(' ')}) …`);
  const apt = (name, args) =>
    sudo
      ? runLogged(name, 'sudo', ['-n', 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args])
      : runLogged(name, 'apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  await apt('apt-update', ['update', '-q']);
  await apt('apt-install', ['install', '-q', '-y', '--no-install-recommends', ...packages]);
}
