/** Measures the preview against VS Code's own in a real VS Code; writes docs/preview-benchmarks.md: `npm run bench:preview`. */
import path from 'node:path';
import { installCodeServer } from './lib/codeServer.mjs';
import { root, runLogged, runMain, runShown, say } from './lib/process.mjs';
import { ensureNodeModules, ensureSystem } from './lib/setup.mjs';

await runMain(async () => {
  await ensureNodeModules();
  await ensureSystem(['browser', 'chineseFont']);
  await installCodeServer();
  const { makePackage } = await import('./lib/vsix.mjs');
  await makePackage({ reuse: true });
  say('Building (esbuild) …');
  await runLogged('build', process.execPath, ['esbuild.mjs']);
  const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
  await runShown(process.execPath, [tsx, path.join(root, 'test/bench/preview.ts')]);
});
