/** What a packaged extension holds: the staging folder from which the .vsix is made. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { thirdPartyNotices } from './notices.mjs';
import { outFolder, root, runLogged, say } from './process.mjs';

/** Targets whose native files exist: onnxruntime-node 1.30 has none for Macs with Intel processors. */
export const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** @returns {string} the target of this machine */
export const hostTarget = () => `${process.platform}-${process.arch}`;

/**
 * Where the package of a target lies once it is made.
 * @param {string} [target]
 * @returns {string}
 */
export function packagePath(target = hostTarget()) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return path.join(outFolder, `groundnote-${target}-${version}.vsix`);
}

/** Fields of package.json that only a checkout needs. */
const developmentFields = ['private', 'scripts', 'dependencies', 'devDependencies', 'overrides'];

/** The folder of an installed package. */
const packageFolder = (name) => path.join(root, 'node_modules', ...name.split('/'));

/** True for what a running program does not read; READMEs of @img/sharp-* say whose libraries are inside. */
const isExtra = (name, file) =>
  /\.(map|d\.[cm]?ts|mts|flow|markdown|bnf)$|(^|[\\/])CHANGELOG[^\\/]*$/i.test(file) ||
  (/(^|[\\/])README[^\\/]*$/i.test(file) && !name.startsWith('@img/sharp-'));

/** Copies a package, or the named parts of it, without what a running program does not read; licences stay. */
function stagePackage(name, parts, modules) {
  const from = packageFolder(name);
  const licences = readdirSync(from).filter((file) => /^(licen[cs]e|notice|thirdparty)/i.test(file));
  for (const part of parts ? ['package.json', ...parts, ...licences] : ['.'])
    cpSync(path.join(from, part), path.join(modules, ...name.split('/'), part), {
      recursive: true,
      filter: (source) => !isExtra(name, path.relative(from, source)),
    });
}

/** sharp's native packages for a target: installed ones for this machine, else fetched into a folder of their own. */
async function stageSharpBinaries(target, modules) {
  const [platform, arch] = target.split('-');
  // Windows has libvips inside sharp's own package.
  const names = [`@img/sharp-${target}`, ...(platform === 'win32' ? [] : [`@img/sharp-libvips-${target}`])];
  if (names.every((name) => existsSync(packageFolder(name))))
    return names.forEach((name) => stagePackage(name, undefined, modules));
  say(`Fetching sharp's native files for ${target} …`);
  const scratch = path.join(root, '.cache/package-natives', target);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  writeFileSync(path.join(scratch, 'package.json'), '{"private": true}\n');
  const { version } = JSON.parse(readFileSync(path.join(packageFolder('sharp'), 'package.json'), 'utf8'));
  await runLogged(
    `sharp-${target}`,
    'npm',
    ['install', `sharp@${version}`, `--os=${platform}`, `--cpu=${arch}`, '--libc=glibc', '--ignore-scripts'],
    { cwd: scratch },
  );
  for (const name of names)
    cpSync(path.join(scratch, 'node_modules', name), path.join(modules, name), { recursive: true });
}

/**
 * Fills a folder with exactly what the .vsix of a target shall hold, built for production. The native packages go
 * to `dist/node_modules`, where the bundles beside it find them.
 * @param {string} target one of `targets`
 * @param {string} folder is emptied first
 */
export async function stagePackageFiles(target, folder) {
  if (!targets.includes(target))
    throw new Error(
      target === 'darwin-x64'
        ? 'onnxruntime-node 1.30 has no native files for Macs with Intel processors (darwin-x64).'
        : `Unknown target "${target}"; known: ${targets.join(', ')}.`,
    );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  cpSync(path.join(root, 'media'), path.join(folder, 'media'), {
    recursive: true,
    filter: (file) => !file.includes(`${path.sep}screenshots`),
  });
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  for (const field of developmentFields) delete manifest[field];
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);

  const inputs = `${folder}.inputs.json`;
  await runLogged('build-production', process.execPath, [
    'esbuild.mjs',
    '--production',
    ...['--out', path.join(folder, 'dist'), '--inputs', inputs],
  ]);
  const modules = path.join(folder, 'dist/node_modules');
  stagePackage('onnxruntime-node', ['dist', `bin/napi-v6/${target.replace('-', '/')}`], modules);
  // dist/cjs/package.json says that these files are CommonJS; without it the packaged extension cannot load them.
  stagePackage('onnxruntime-common', ['dist/cjs'], modules);
  stagePackage('sharp', ['dist'], modules);
  for (const name of ['@img/colour', 'detect-libc', 'semver']) stagePackage(name, undefined, modules);
  await stageSharpBinaries(target, modules);
  writeFileSync(
    path.join(folder, 'THIRD_PARTY_NOTICES.txt'),
    thirdPartyNotices(JSON.parse(readFileSync(inputs, 'utf8')), modules),
  );
}
