/**
 * Runs the examples of the specifications through the parser in its plain flavours, and ends with one line for each suite:
 * how many passed and how many failed.
 *
 *   npm run test:commonmark
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { outFolder, root, runMain, runShown, say } from './lib/process.mjs';
import { ensureNodeModules } from './lib/setup.mjs';

await runMain(async () => {
  await ensureNodeModules();
  const report = path.join(outFolder, 'test', 'commonmark.json');
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const files = 'test/unit/notes/specs/examples.test.ts';
  const reporters = ['--reporter=json', `--outputFile.json=${report}`];
  await runShown(process.execPath, [vitest, 'run', '--project', 'unit', files, ...reporters]).catch(
    () => undefined,
  );
  if (!existsSync(report)) throw new Error('vitest gave no report.');
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const assertions = testResults.flatMap((file) => file.assertionResults);
  const suites = new Map();
  for (const { ancestorTitles, fullName, status, failureMessages } of assertions) {
    const suite = ancestorTitles[0];
    const counts = suites.get(suite) ?? { passed: 0, failed: 0 };
    counts[status === 'passed' ? 'passed' : 'failed']++;
    suites.set(suite, counts);
    if (status !== 'passed') say(`${fullName}\n${failureMessages.join('\n')}`);
  }
  for (const [suite, { passed, failed }] of suites) say(`${suite}: ${passed} passed, ${failed} failed`);
  if (suites.size === 0 || [...suites.values()].some(({ failed }) => failed > 0)) process.exitCode = 1;
});
