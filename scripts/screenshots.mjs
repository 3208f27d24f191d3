/**
 * Makes the pictures of the README and of docs/, from the packaged extension in a real VS Code.
 *
 *   npm run screenshots
 */
import { parseArgs } from 'node:util';
import { runLogged, runMain } from './lib/process.mjs';
import { ensureNodeModules, ensureSystem } from './lib/setup.mjs';

await runMain(async () => {
  parseArgs({ options: {} });
  await ensureNodeModules();
  await ensureSystem(['browser', 'chineseFont']);
  await (await import('./lib/vsix.mjs')).makePackage({ reuse: true });
  const { tsImport } = await import('tsx/esm/api');
  const { takeScreenshots } = await tsImport('../test/support/screenshots.ts', import.meta.url);
  await takeScreenshots();
  // The tests of the Models view, of the walkthrough and of the other modalities take theirs on the way.
  await runLogged(
    'screenshots-models',
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'e2e',
      'test/e2e/models.test.ts',
      'test/e2e/media.test.ts',
    ],
    { env: { ...process.env, GROUNDNOTE_PICTURES: '1' } },
  );
});
