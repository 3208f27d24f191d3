/**
 * Makes the extension's package for one platform.
 *
 *   npm run package [-- --target linux-x64|linux-arm64|darwin-arm64|win32-x64|win32-arm64] [--reuse]
 *
 * Writes out/groundnote-TARGET-VERSION.vsix. With --reuse a package that is newer than every source is kept.
 */
import { parseArgs } from 'node:util';
import { runMain } from './lib/process.mjs';
import { ensureNodeModules } from './lib/setup.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { target: { type: 'string' }, reuse: { type: 'boolean' } } });
  await ensureNodeModules();
  const { makePackage } = await import('./lib/vsix.mjs');
  await makePackage(values);
});
