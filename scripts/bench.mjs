/** Measures speed against the graphs' own time, plain sharp and GrabCut; writes docs/benchmarks.md: `npm run bench`. */
import path from 'node:path';
import { root, runLogged, runMain, runShown, say } from './lib/process.mjs';
import { ensureNodeModules } from './lib/setup.mjs';

await runMain(async () => {
  await ensureNodeModules();
  say('Building (esbuild) …');
  await runLogged('build', process.execPath, ['esbuild.mjs']);
  const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
  await runShown(process.execPath, [tsx, path.join(root, 'test/bench/main.ts')]);
});
