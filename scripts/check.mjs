/** Format, lint, types, and what package.json and the tracked files promise. One line per check. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { withContributions } from './contributions.mjs';
import { capture, root, runMain, say } from './lib/process.mjs';
import { ensureNodeModules } from './lib/setup.mjs';
import { spawn } from 'node:child_process';

/** Runs an installed tool; resolves with its complaints, or nothing. */
function tool(script, ...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(root, 'node_modules', script), ...args], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('close', (code) => resolve(code === 0 ? [] : output.trim().split('\n')));
  });
}

const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** Tracked files as `git ls-files --eol` tells them. */
function trackedFiles() {
  const listing = capture('git', ['-C', root, 'ls-files', '--eol']);
  if (listing === undefined) throw new Error('git could not list the tracked files.');
  return listing.split('\n').map((line) => {
    const [info, file] = line.split('\t');
    return { file, index: /^i\/(\S*)/.exec(info)?.[1] };
  });
}

function lineEndings() {
  return trackedFiles()
    .filter(({ index }) => index === 'crlf' || index === 'mixed')
    .map(({ file }) => `${file} has CRLF line ends in the repository.`);
}

/** The lock file must not tie the installation to one registry. */
function lockFile() {
  const { packages } = JSON.parse(read('package-lock.json'));
  return Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([name, entry]) => `package-lock.json: ${name} is tied to ${entry.resolved}.`);
}

/** Folders of one person's machine, in any tracked text. */
function machinePaths() {
  const pattern = /(?:^|[\s"'`(=:])(\/(?:home|Users|root|work|mnt)\/[\w.-]+|[A-Z]:\\Users\\)/m;
  return trackedFiles()
    .filter(({ index }) => index === 'lf')
    .flatMap(({ file }) => {
      let text;
      try {
        text = read(file);
      } catch {
        return []; // Tracked and deleted in the working tree.
      }
      const found = pattern.exec(text);
      return found ? [`${file}: ${found[1]}`] : [];
    });
}

/** Pictures and pages that the documents lead to are in the repository. Samples and hostile notes of the tests are not looked at. */
function links() {
  const tracked = trackedFiles().map(({ file }) => file);
  const known = new Set(tracked.flatMap((file) => [file, path.posix.dirname(file)]));
  const documents = tracked.filter((file) => /^(?:docs|models|training)\/.*\.md$|^[^/]+\.md$/.test(file));
  return documents.flatMap((file) => {
    const text = read(file).replace(/```[^]*?```|`[^`]*`/g, '');
    return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !known.has(path.posix.join(path.posix.dirname(file), target).replace(/\/$/, '')))
      .map((target) => `${file} leads to ${target}, which is not there.`);
  });
}

/** Every command has words for the palette, is registered in src/, and every menu and key names a known one. */
async function commands() {
  const manifest = read('package.json');
  const { contributes } = JSON.parse(manifest);
  const sources = trackedFiles()
    .filter(({ file }) => /^src\/.*\.ts$/.test(file))
    .map(({ file }) => read(file))
    .join('\n');
  const problems = [];
  if ((await withContributions(manifest)) !== manifest)
    problems.push(
      'package.json is behind the sources (src/protocol/actions.ts, servers.ts): node scripts/contributions.mjs --write',
    );
  const known = new Set(contributes.commands.map(({ command }) => command));
  for (const { command, title, category } of contributes.commands) {
    if (!title || !category) problems.push(`${command} has no title or no category.`);
    // Those of the side panel, and of the panels of other modalities, are registered together, from their lists.
    if (/^groundnote\.(annotator\.|openAs)/.test(command)) continue;
    const registered = new RegExp(`registerCommand\\(\\s*['"]${command.replaceAll('.', '\\.')}['"]`);
    if (!registered.test(sources)) problems.push(`${command} is not registered in src/.`);
  }
  const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
  for (const { command } of used)
    if (command && !known.has(command)) problems.push(`${command} is used and not contributed.`);
  return problems;
}

const checks = {
  'format (prettier)': () => tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  'lint (eslint)': () => tool('eslint/bin/eslint.js', '--max-warnings', '0', '.'),
  'types of src and test': () => tool('typescript/bin/tsc', '-p', 'tsconfig.json'),
  'types of webview': () => tool('typescript/bin/tsc', '-p', 'tsconfig.webview.json'),
  'line ends': lineEndings,
  'lock file': lockFile,
  'no paths of one machine': machinePaths,
  'links of documents': links,
  commands,
};

await runMain(async () => {
  await ensureNodeModules();
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const problems = await check();
    say(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
    for (const problem of problems) say(`        ${problem}`);
    if (problems.length > 0) failed++;
  }
  if (failed > 0) throw new Error(`${failed} of ${Object.keys(checks).length} checks failed.`);
});
