import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CodeHighlighter } from '../../../src/notes/markdown/highlight';
import {
  customRules,
  jsonWithoutComments,
  readTheme,
  themeContributions,
} from '../../../src/notes/preview/themeFiles';

const reader = (files: Record<string, string>) => async (file: string) => {
  const text = files[file];
  if (text === undefined) throw new Error(`No ${file}.`);
  return text;
};

describe('a colour theme of VS Code', () => {
  it('is read with its comments, its includes and its colours in another file', async () => {
    const theme = await readTheme(
      '/themes/a.json',
      'dark',
      reader({
        '/themes/a.json': `\uFEFF{ // a comment
          "name": "A // no comment, /* neither */", "include": "./sub/b.json",
          "colors": { "editor.foreground": "#111111", "wrong": null, },
          "tokenColors": [{ "scope": "x, y", "settings": { "foreground": "#aaaaaa" } }, { "wrong": 1 },],
        }`,
        '/themes/sub/b.json': `{ "include": "../a.json", "colors": { "editor.foreground": "#222222", "b": "#bbbbbb" }, "tokenColors": "c.json" }`,
        '/themes/sub/c.json': `{ "tokenColors": [{ "settings": { "foreground": "#cccccc" } }] }`,
      }),
    );
    expect(theme.name).toBe('A // no comment, /* neither */');
    expect(theme.colors).toEqual({ 'editor.foreground': '#111111', b: '#bbbbbb' });
    expect(theme.tokenColors.at(-1)).toEqual({ scope: 'x, y', settings: { foreground: '#aaaaaa' } });
    expect(theme.tokenColors).toContainEqual({ settings: { foreground: '#cccccc' } });
  });

  it('is not read when it is missing or broken; a broken include is left out', async () => {
    await expect(readTheme('/a.json', 'light', reader({}))).rejects.toThrow();
    await expect(readTheme('/a.json', 'light', reader({ '/a.json': '{' }))).rejects.toThrow();
    const theme = await readTheme(
      '/a.json',
      'light',
      reader({ '/a.json': '{"include": "./b.json", "colors": {"a": "#000000"}}' }),
    );
    expect(theme).toEqual({ name: 'a.json', kind: 'light', colors: { a: '#000000' }, tokenColors: [] });
  });

  it('keeps what looks like a comment inside strings', () => {
    expect(
      JSON.parse(jsonWithoutComments('{"a": "http://x//y", /* , */ "b": "\\"/*", "c": [1, ], }')),
    ).toEqual({
      a: 'http://x//y',
      b: '"/*',
      c: [1],
    });
  });

  it('is found in a package.json, and wrong entries are passed over', () => {
    const themes = themeContributions.parse({
      contributes: {
        themes: [{ id: 'A', label: 'a', uiTheme: 'vs', path: './a.json' }, { label: 'no path' }, 7],
      },
    });
    expect(themes).toEqual([{ id: 'A', label: 'a', uiTheme: 'vs', path: './a.json' }]);
    expect(themeContributions.safeParse({}).success).toBe(false);
  });

  it('gets the rules of editor.tokenColorCustomizations, for all themes and for its own', () => {
    const rules = customRules(
      {
        comments: '#111111',
        textMateRules: [{ scope: 'a', settings: { foreground: '#222222' } }],
        '[Dark*]': { strings: { foreground: '#333333', fontStyle: 'italic' } },
        '[Other]': { numbers: '#444444' },
        '[Other][Dark Modern]': { numbers: '#555555' },
      },
      'Dark Modern',
    );
    expect(rules.map(({ settings }) => settings.foreground)).toEqual([
      '#111111',
      '#222222',
      '#333333',
      '#555555',
    ]);
    expect(customRules(undefined, 'x')).toEqual([]);
    expect(customRules('wrong', 'x')).toEqual([]);
  });

  const extensions = path.resolve('.cache/code-server/node_modules/code-server/lib/vscode/extensions');
  it.skipIf(!existsSync(extensions))('of those that come with VS Code colours code', async () => {
    let count = 0;
    for (const name of readdirSync(extensions).filter((each) => each.startsWith('theme-'))) {
      const folder = path.join(extensions, name);
      const themes = themeContributions.safeParse(
        JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')),
      );
      for (const { path: file } of themes.success ? themes.data : []) {
        const theme = await readTheme(path.join(folder, file), 'dark', (each) => readFile(each, 'utf8'));
        const highlighter = new CodeHighlighter();
        highlighter.setTheme(theme);
        await highlighter.prepare(['python']);
        expect(highlighter.highlight('def f(): return "a" # b', 'python'), file).toMatch(/style="color:/);
        count++;
      }
    }
    expect(count).toBeGreaterThan(10);
  });
});
