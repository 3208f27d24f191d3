/** Measures speed against the graphs' own time, plain sharp and GrabCut; writes docs/benchmarks.md: `npm run bench`. */
import path from 'node:path';
import { build } from 'esbuild';
import { root, runLogged, runMain, runShown, say } from './lib/process.mjs';
import { ensureNodeModules } from './lib/setup.mjs';

await runMain(async () => {
  await ensureNodeModules();
  say('Building (esbuild) …');
  await runLogged('build', process.execPath, ['esbuild.mjs']);
  // Compiled as the extension is: what a runner adds to every function would be measured too.
  const outfile = path.join(root, '.cache/bench/main.mjs');
  await build({
    entryPoints: [path.join(root, 'test/bench/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  await runShown(process.execPath, [outfile]);
});
