/** Running other programs and saying what happens, one line per step. */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
/** Git-ignored folder for what is fetched or made once and kept. */
export const cacheFolder = path.join(root, '.cache');
/** Git-ignored folder for results. */
export const outFolder = path.join(root, 'out');

/** npm and npx are scripts; on Windows they are started through the shell. */
const needsShell = (command) => process.platform === 'win32' && ['npm', 'npx', 'code'].includes(command);

/**
 * One line for the person who watches.
 * @param {string} message
 */
export function say(message) {
  process.stdout.write(`${message}\n`);
}

/**
 * Runs a program with its output shown; rejects when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<void>}
 */
export function runShown(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: needsShell(command),
      ...options,
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}.`)),
    );
  });
}

/**
 * Runs a program with its output in `.cache/logs/NAME.log`; when it fails, the end of that log is in the error.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<void>}
 */
export function runLogged(name, command, args, options = {}) {
  const log = path.join(cacheFolder, 'logs', `${name}.log`);
  mkdirSync(path.dirname(log), { recursive: true });
  return new Promise((resolve, reject) => {
    const stream = createWriteStream(log);
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: needsShell(command),
      ...options,
    });
    child.stdout.pipe(stream, { end: false });
    child.stderr.pipe(stream, { end: false });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      stream.end(() => {
        if (code === 0) return resolve();
        const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
        reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${tail}`));
      });
    });
  });
}

/**
 * Standard output of a short program, or undefined when it is missing or fails.
 * @param {string} command
 * @param {string[]} args
 * @returns {string | undefined}
 */
export function capture(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', shell: needsShell(command) });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Where a program lies on the PATH, or undefined.
 * @param {string} name
 * @returns {string | undefined}
 */
export function which(name) {
  const found = process.platform === 'win32' ? capture('where', [name]) : capture('which', [name]);
  return found?.split(/\r?\n/)[0] || undefined;
}

/**
 * Runs `main` and ends the process with a plain message when it fails.
 * @param {() => Promise<void> | void} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
