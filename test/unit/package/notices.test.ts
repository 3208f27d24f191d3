/** Whose work a package holds: which packages were bundled, which licences pass, how the file reads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isAllowed,
  packageFolders,
  readNotice,
  renderNotices,
  sourceAddress,
} from '../../../scripts/lib/notices.mjs';
import { grammarMakers } from '../../../scripts/lib/shiki.mjs';

describe('packageFolders', () => {
  it('finds plain, scoped and nested packages once, and nothing of our own', () => {
    expect(
      packageFolders([
        'src/extension.ts',
        'node_modules/zod/v4/index.js',
        'node_modules/zod/v4/core.js',
        'node_modules/@vscode/codicons/dist/codicon.css',
        'node_modules/htmlparser2/node_modules/entities/lib/decode.js',
        '(disabled):node_modules/postcss/lib/terminal.js',
        '<define:import.meta.url>',
      ]),
    ).toEqual([
      'node_modules/@vscode/codicons',
      'node_modules/htmlparser2/node_modules/entities',
      'node_modules/postcss',
      'node_modules/zod',
    ]);
  });
});

describe('isAllowed', () => {
  it.each(['MIT', '(MIT OR GPL-3.0-only)', 'Apache-2.0 AND MIT', 'GPL-3.0-only OR BSD-3-Clause AND ISC'])(
    'takes %s',
    (licence) => expect(isAllowed('some', licence)).toBe(true),
  );
  it.each([
    undefined,
    { type: 'MIT' },
    '',
    'UNLICENSED',
    'SEE LICENSE IN x',
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    '(GPL-3.0-only OR MIT) AND ISC',
    'toString',
  ])('refuses %j', (licence) => expect(isAllowed('some', licence)).toBe(false));
  it('takes the LGPL for libvips and the OFL for fonts only', () => {
    expect(isAllowed('@img/sharp-libvips-linux-x64', 'LGPL-3.0-or-later')).toBe(true);
    expect(isAllowed('@img/sharp-win32-x64', 'Apache-2.0 AND LGPL-3.0-or-later')).toBe(true);
    expect(isAllowed('some', 'LGPL-3.0-or-later')).toBe(false);
    expect(isAllowed('KaTeX fonts', 'OFL-1.1')).toBe(true);
    expect(isAllowed('some', 'OFL-1.1')).toBe(false);
  });
});

describe('sourceAddress', () => {
  it.each([
    ['git+https://github.com/a/b.git', 'https://github.com/a/b'],
    ['git+ssh://git@github.com/a/b.git', 'https://github.com/a/b'],
    ['git://github.com/a/b.git', 'https://github.com/a/b'],
    ['github:a/b', 'https://github.com/a/b'],
    ['a/b.js', 'https://github.com/a/b.js'],
  ])('%s', (url, address) => {
    expect(sourceAddress(url)).toBe(address);
    expect(sourceAddress({ type: 'git', url })).toBe(address);
  });
});

describe('readNotice', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-notice-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const manifest = (fields: object) =>
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: '1.2.3', ...fields }));

  it('reads every licence file of a package', () => {
    manifest({ name: 'some', license: 'MIT', repository: 'a/some' });
    writeFileSync(path.join(folder, 'LICENSE.md'), '\uFEFFThe words\r\nof it\r\n\r\n');
    writeFileSync(path.join(folder, 'NOTICE'), 'Made by A');
    expect(readNotice(folder)).toEqual({
      name: 'some',
      version: '1.2.3',
      licence: 'MIT',
      source: 'https://github.com/a/some',
      note: undefined,
      texts: ['The words\nof it', 'Made by A'],
    });
  });

  it('takes the standard text where a package is known to have no file', () => {
    manifest({ name: 'onnxruntime-node', license: 'MIT' });
    expect(readNotice(folder).texts).toEqual([
      expect.stringMatching(/^Copyright \(c\) 2018 .*Microsoft.*\n\nPermission is hereby granted/),
    ]);
  });

  it('takes the licence of a file where package.json names none and the file is known', () => {
    manifest({ name: 'khroma' });
    writeFileSync(path.join(folder, 'license'), 'The MIT License');
    expect(readNotice(folder)).toMatchObject({ licence: 'MIT', texts: ['The MIT License'] });
  });

  it('refuses an unknown licence and a missing text with a sentence', () => {
    manifest({ name: 'some', license: 'GPL-3.0-only' });
    expect(() => readNotice(folder)).toThrow(
      /^some 1\.2\.3 would be in the package, but its licence \("GPL-3\.0-only"\)/,
    );
    manifest({ name: 'some' });
    expect(() => readNotice(folder)).toThrow(/its licence \(none named\)/);
    manifest({ name: 'some', license: 'MIT' });
    expect(() => readNotice(folder)).toThrow(/^some 1\.2\.3 \(MIT\) has no licence file/);
  });
});

describe('grammars for coloured code', () => {
  it('come along only under a licence that is allowed', () => {
    const makers = grammarMakers();
    const names = makers.flatMap(({ grammars }) => grammars);
    expect(new Set(names).size).toBe(names.length);
    for (const { licence, copyright, source } of makers) {
      expect(isAllowed(`TextMate grammars (${licence})`, licence)).toBe(true);
      expect(copyright.join('')).toMatch(/copyright|©/i);
      expect(source).toMatch(/^https:/);
    }
    // Under the GPL.
    for (const name of ['ada', 'ahk2', 'gnuplot', 'nginx', 'org', 'racket'])
      expect(names).not.toContain(name);
  });
});

describe('renderNotices', () => {
  const notice = (name: string, version: string) => ({
    name,
    version,
    licence: 'MIT',
    source: `https://example.org/${name}`,
    texts: [`Words of ${name}`],
  });

  it('sorts by name and version, names each part once, and does not depend on the order', () => {
    const notices = [notice('b', '1.0.0'), notice('a', '2.0.0'), notice('a', '1.0.0'), notice('b', '1.0.0')];
    const text = renderNotices(notices);
    expect(text.match(/^ {2}.*$/gm)).toEqual(['  a 1.0.0 (MIT)', '  a 2.0.0 (MIT)', '  b 1.0.0 (MIT)']);
    expect(text.match(/^Words of .*$/gm)).toEqual(['Words of a', 'Words of a', 'Words of b']);
    expect(renderNotices(notices.reverse())).toBe(text);
  });
});
