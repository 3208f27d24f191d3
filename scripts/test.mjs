/**
 * Runs every kind of test, one after another, and ends with one line: how many passed and how many failed.
 *
 *   npm test [-- --only unit,webview]
 *
 * A kind that cannot run, a file that does not load, and a run without any test count as failures.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { outFolder, root, runLogged, runMain, runShown, say } from './lib/process.mjs';
import { ensureNodeModules, ensureSystem } from './lib/setup.mjs';

/** The kinds of tests, the projects of vitest.config.mts, and what each needs besides npm's packages and a build. */
const kinds = {
  unit: async () => undefined,
  webview: () => ensureSystem(['browser', 'chineseFont']),
  models: async () => undefined,
  e2e: async () => {
    await ensureSystem(['browser', 'chineseFont']);
    const { installCodeServer } = await import('./lib/codeServer.mjs');
    await installCodeServer();
    // What is tested in VS Code is what people install.
    const { makePackage } = await import('./lib/vsix.mjs');
    await makePackage({ reuse: true });
  },
};

/**
 * Runs one kind, shown live.
 * @param {string} kind
 * @returns {Promise<{passed: number, failed: number, skipped: number}>}
 */
async function runKind(kind) {
  const report = path.join(outFolder, 'test', `${kind}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  let ranToItsEnd = true;
  await runShown(process.execPath, [vitest, 'run', '--project', kind, ...reporters], {
    env: { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
  }).catch(() => (ranToItsEnd = false));
  if (!existsSync(report)) throw new Error(`vitest gave no report of the ${kind} tests.`);
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const assertions = result.testResults.flatMap((file) => file.assertionResults);
  const count = (...states) => assertions.filter(({ status }) => states.includes(status)).length;
  // A file that fails to load, or whose set-up fails, has no failed test of its own: it counts as one.
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const counts = {
    passed: count('passed'),
    failed: count('failed') + brokenFiles,
    skipped: count('skipped', 'pending', 'todo', 'disabled'),
  };
  // vitest also fails on errors outside any test.
  if (!ranToItsEnd && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed === 0) throw new Error(`There are no ${kind} tests that ran.`);
  return counts;
}

/** `3 passed, 0 failed`, and the skipped ones where there are any. */
const inWords = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

await runMain(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const chosen = values.only?.split(',') ?? Object.keys(kinds);
  for (const kind of chosen)
    if (!(kind in kinds)) throw new Error(`Unknown kind "${kind}"; known: ${Object.keys(kinds).join(', ')}.`);

  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  try {
    await ensureNodeModules();
    say('Building (esbuild) …');
    await runLogged('build', process.execPath, ['esbuild.mjs']);
  } catch (error) {
    say(error.message);
    say('0 passed, 1 failed');
    process.exitCode = 1;
    return;
  }
  for (const kind of chosen) {
    const started = Date.now();
    let counts;
    try {
      await kinds[kind]();
      say(`\n── ${kind} tests`);
      counts = await runKind(kind);
    } catch (error) {
      say(error.message);
      counts = { passed: 0, failed: 1, skipped: 0 };
    }
    for (const name of Object.keys(total)) total[name] += counts[name];
    lines.push(`${kind}: ${inWords(counts)} (${Math.round((Date.now() - started) / 1000)} s)`);
  }
  say(`\n${lines.join('\n')}`);
  say(inWords(total));
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
});
