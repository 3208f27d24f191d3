/** The grammars and themes as a package holds them: each can be loaded by itself. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHighlighterCoreSync, type LanguageRegistration, type ThemeRegistrationRaw } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyShiki } from '../../../scripts/lib/shiki.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-shiki-'));
  copyShiki(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = async <T>(...parts: string[]): Promise<T> => {
  const module = (await import(
    /* @vite-ignore */ pathToFileURL(path.join(folder, 'shiki', ...parts)).href
  )) as {
    default: T;
  };
  return module.default;
};

it('has grammars that work without those that are left out', async () => {
  const files = readdirSync(path.join(folder, 'shiki/langs'));
  expect(files.length).toBeGreaterThan(290);
  for (const name of ['python', 'py', 'cpp', 'yaml', 'toml', 'latex', 'haskell'])
    expect(files).toContain(`${name}.mjs`);
  for (const name of ['ada', 'nginx', 'racket', 'org']) expect(files).not.toContain(`${name}.mjs`);
  const engine = createJavaScriptRegexEngine({ forgiving: true });
  const isAlias = (file: string) =>
    readFileSync(path.join(folder, 'shiki/langs', file), 'utf8').startsWith('/* Alias');
  for (const file of files.filter((each) => !isAlias(each))) {
    const shiki = createHighlighterCoreSync({ engine, warnings: false });
    const grammars = await load<LanguageRegistration[]>('langs', file);
    shiki.loadLanguageSync(grammars);
    expect(shiki.getLoadedLanguages(), file).toContain(grammars.at(-1)?.name);
    shiki.dispose();
  }
}, 60_000);

it('has a theme for each kind', async () => {
  const files = readdirSync(path.join(folder, 'shiki/themes'));
  expect(files).toHaveLength(4);
  for (const file of files)
    expect((await load<ThemeRegistrationRaw>('themes', file)).name).toBe(path.parse(file).name);
});
