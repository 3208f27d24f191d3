/**
 * Shows Groundnote at work on a copy of the sample workspace.
 *
 *   npm start                 in the VS Code that is installed, else in a browser
 *   npm start -- --browser    in a browser, through code-server
 *   npm start -- --headless   without a window: the main job by the command line, results in out/
 */
import { parseArgs } from 'node:util';
import { runMain } from './lib/process.mjs';
import { ensureNodeModules } from './lib/setup.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { headless: { type: 'boolean' }, browser: { type: 'boolean' } } });
  await ensureNodeModules();
  // Loaded only now: these need npm's packages.
  if (values.headless) await (await import('./lib/headless.mjs')).runHeadless();
  else await (await import('./lib/interactive.mjs')).runInteractive({ browser: values.browser ?? false });
});
