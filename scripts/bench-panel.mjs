/** Measures panning and zooming in the side panel; writes docs/panel-benchmarks.md: `npm run bench:panel`. */
import path from 'node:path';
import { root, runMain, runShown } from './lib/process.mjs';
import { ensureNodeModules, ensureSystem } from './lib/setup.mjs';

await runMain(async () => {
  await ensureNodeModules();
  await ensureSystem(['browser']);
  const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
  await runShown(process.execPath, [tsx, path.join(root, 'test/bench/panel.ts')]);
});
