/** From the sources to a .vsix. */
import { createVSIX } from '@vscode/vsce';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { hostTarget, packagePath, stagePackageFiles } from './packageFiles.mjs';
import { cacheFolder, outFolder, root, say } from './process.mjs';

/** All that a package is made from. */
const sources = [
  ...['src', 'webview', 'media', 'models', 'esbuild.mjs', '.vscodeignore'],
  ...[
    'packageFiles.mjs',
    'notices.mjs',
    'noticeFacts.mjs',
    'previewBuilds.mjs',
    'shiki.mjs',
    'grammars.json',
  ].map((name) => `scripts/lib/${name}`),
  'scripts/licences',
  ...['package.json', 'package-lock.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];

/** Time of the newest file under a path, in milliseconds; pictures of the README do not count. */
function newest(file) {
  if (!existsSync(file) || path.basename(file) === 'screenshots') return 0;
  const status = statSync(file);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

/**
 * Builds for production and packages.
 * @param {{target?: string, reuse?: boolean}} [options] `reuse` keeps a package that is newer than every source
 * @returns {Promise<string>} path of the .vsix
 */
export async function makePackage({ target = hostTarget(), reuse = false } = {}) {
  const vsix = packagePath(target);
  const isFresh =
    existsSync(vsix) &&
    statSync(vsix).mtimeMs > Math.max(...sources.map((file) => newest(path.join(root, file))));
  if (!(reuse && isFresh)) {
    const folder = path.join(cacheFolder, 'package', target);
    say(`Building and packaging for ${target} (esbuild, vsce) …`);
    await stagePackageFiles(target, folder);
    mkdirSync(outFolder, { recursive: true });
    await createVSIX({
      cwd: folder,
      packagePath: vsix,
      target,
      dependencies: false,
      allowMissingRepository: true,
      // There is no public repository whose addresses the README's links could become.
      rewriteRelativeLinks: false,
    });
  }
  say(`${path.relative(root, vsix)}  ${(statSync(vsix).size / 1e6).toFixed(1)} MB`);
  return vsix;
}
