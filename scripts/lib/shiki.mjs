/** Grammars and themes for coloured code: those whose licence is known and allowed (grammars.json). */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const grammarsFile = new URL('grammars.json', import.meta.url);

/**
 * Whose grammars are shipped.
 * @returns {{grammars: string[], source: string, licence: string, copyright: string[]}[]}
 * The facts are those of tm-grammars (github.com/shikijs/textmate-grammars-themes), where Shiki takes its grammars from.
 * Grammars under the GPL, and those without a licence that can be named, are not in the list.
 */
export const grammarMakers = () => JSON.parse(readFileSync(grammarsFile, 'utf8'));

/** The bundled themes, one for each kind (src/notes/markdown/highlight.ts). */
const themes = ['light-plus', 'dark-plus', 'github-light-high-contrast', 'github-dark-high-contrast'];

/**
 * Copies the grammars, their aliases and the themes to `OUT/shiki`.
 * @param {string} out
 */
export function copyShiki(out) {
  const known = new Set(grammarMakers().flatMap(({ grammars }) => grammars));
  const from = 'node_modules/@shikijs/langs/dist';
  const to = path.join(out, 'shiki/langs');
  mkdirSync(to, { recursive: true });
  const missing = new Set();
  for (const file of readdirSync(from).filter((name) => name.endsWith('.mjs') && name !== 'index.mjs')) {
    const source = readFileSync(path.join(from, file), 'utf8');
    const alias = /^export \{ default \} from '\.\/(.+)\.mjs'/m.exec(source)?.[1];
    if (!known.has(alias ?? path.basename(file, '.mjs'))) continue;
    cpSync(path.join(from, file), path.join(to, file));
    for (const [, name] of source.matchAll(/^import .* from '\.\/(.+)\.mjs'/gm))
      if (!known.has(name)) missing.add(name);
  }
  // A language inside another one whose grammar is not shipped stays without colours; Shiki wants to know its name.
  for (const name of missing) {
    const scopeName = /\\"scopeName\\":\\"([\w.-]+)\\"/.exec(
      readFileSync(path.join(from, `${name}.mjs`), 'utf8'),
    )?.[1];
    if (!scopeName) throw new Error(`The grammar ${name} has no scope.`);
    const empty = { name, scopeName, patterns: [], repository: {} };
    writeFileSync(path.join(to, `${name}.mjs`), `export default [${JSON.stringify(empty)}];\n`);
  }
  mkdirSync(path.join(out, 'shiki/themes'), { recursive: true });
  for (const name of themes)
    cpSync(`node_modules/@shikijs/themes/dist/${name}.mjs`, path.join(out, `shiki/themes/${name}.mjs`));
}
