/** Measures a picture of 300 megapixels in a real VS Code: `npm run bench:large`, or `npm run bench:large -- png` (tiff). */
import path from 'node:path';
import { installCodeServer } from './lib/codeServer.mjs';
import { root, runMain, runShown } from './lib/process.mjs';
import { ensureNodeModules, ensureSystem } from './lib/setup.mjs';

await runMain(async () => {
  await ensureNodeModules();
  await ensureSystem(['browser']);
  await installCodeServer();
  const { makePackage } = await import('./lib/vsix.mjs');
  await makePackage({ reuse: true });
  const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
  await runShown(process.execPath, [
    tsx,
    path.join(root, 'test/bench/largePicture.ts'),
    ...process.argv.slice(2),
  ]);
});
