/**
 * Makes the README's pictures, media/screenshots/*.png, from the packaged extension in a real VS Code.
 *
 *   npm run screenshots
 */
import { parseArgs } from 'node:util';
import { runMain } from './lib/process.mjs';
import { ensureNodeModules, ensureSystem } from './lib/setup.mjs';

await runMain(async () => {
  parseArgs({ options: {} });
  await ensureNodeModules();
  await ensureSystem(['browser', 'chineseFont']);
  await (await import('./lib/vsix.mjs')).makePackage({ reuse: true });
  const { tsImport } = await import('tsx/esm/api');
  const { takeScreenshots } = await tsImport('../test/support/screenshots.ts', import.meta.url);
  await takeScreenshots();
});
