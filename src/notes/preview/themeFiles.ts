/** Reads colour themes of VS Code: JSON with comments, `include` chains, `tokenColors` in a file of their own. No VS Code here. */
import path from 'node:path';
import * as z from 'zod';
import { tokenRule, type CodeTheme, type ThemeKind, type TokenRule } from '../../protocol/codeTheme';

/** More files than this are no include chain but a circle. */
const maxIncludes = 10;

/** A theme as an extension's package.json contributes it. */
export const themeContribution = z.object({
  id: z.string().optional(),
  label: z.string().optional(),
  uiTheme: z.string().optional(),
  path: z.string(),
});
export type ThemeContribution = z.infer<typeof themeContribution>;

/** The list in package.json; entries that are written wrongly are left out. */
export const themeContributions = z
  .object({ contributes: z.object({ themes: z.array(z.unknown()) }) })
  .transform(({ contributes }) =>
    contributes.themes.flatMap((each) => {
      const theme = themeContribution.safeParse(each);
      return theme.success ? [theme.data] : [];
    }),
  );

const themeFile = z.object({
  name: z.string().optional().catch(undefined),
  include: z.string().optional().catch(undefined),
  colors: z.record(z.string(), z.unknown()).optional().catch(undefined),
  tokenColors: z
    .union([z.string(), z.array(z.unknown())])
    .optional()
    .catch(undefined),
});

/** Removes comments and commas before a closing bracket, outside strings. */
export const jsonWithoutComments = (text: string): string =>
  text
    .replace(/^\uFEFF/, '')
    .replace(/("(?:\\.|[^"\\])*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_, string?: string) => string ?? '')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? '');

const rulesOf = (list: readonly unknown[]): TokenRule[] =>
  list.flatMap((each) => {
    const rule = tokenRule.safeParse(each);
    return rule.success ? [rule.data] : [];
  });

/**
 * Reads a theme with all that it includes; what the including file says comes last and counts.
 * @param file path of the theme's JSON
 * @param read gives a file's text; fails for one that cannot be read
 * @throws when the theme itself cannot be read or is no JSON; a broken include is left out
 */
export async function readTheme(
  file: string,
  kind: ThemeKind,
  read: (file: string) => Promise<string>,
): Promise<CodeTheme> {
  const colors: Record<string, string> = {};
  const tokenColors: TokenRule[] = [];
  const add = async (name: string, depth: number): Promise<string | undefined> => {
    const theme = themeFile.parse(JSON.parse(jsonWithoutComments(await read(name))));
    const beside = (relative: string) => path.join(path.dirname(name), relative);
    if (theme.include && depth < maxIncludes)
      await add(beside(theme.include), depth + 1).catch(() => undefined);
    for (const [key, value] of Object.entries(theme.colors ?? {}))
      if (typeof value === 'string') colors[key] = value;
    if (typeof theme.tokenColors === 'string') {
      // A file that another one names by `tokenColors` holds nothing else; old ones are property lists, which are left out.
      if (depth < maxIncludes && !theme.tokenColors.endsWith('.tmTheme'))
        await add(beside(theme.tokenColors), depth + 1).catch(() => undefined);
    } else tokenColors.push(...rulesOf(theme.tokenColors ?? []));
    return theme.name;
  };
  const name = (await add(file, 0)) ?? path.basename(file);
  return { name, kind, colors, tokenColors };
}

const customSettings = z.record(z.string(), z.unknown()).catch({});
/** Groups of `editor.tokenColorCustomizations` and the scopes that they stand for. */
const customGroups: Record<string, string[]> = {
  comments: ['comment', 'punctuation.definition.comment'],
  strings: ['string', 'meta.embedded.assembly'],
  keywords: ['keyword - keyword.operator', 'keyword.control', 'storage', 'storage.type'],
  numbers: ['constant.numeric'],
  types: ['entity.name.type', 'entity.name.class', 'support.type', 'support.class'],
  functions: ['entity.name.function', 'support.function'],
  variables: ['variable', 'entity.name.variable'],
};

/** The rules that the setting `editor.tokenColorCustomizations` adds to a theme of this id. */
export function customRules(setting: unknown, themeId: string): TokenRule[] {
  const all = customSettings.parse(setting ?? {});
  const rules: TokenRule[] = [];
  const add = (settings: Record<string, unknown>) => {
    for (const [group, scope] of Object.entries(customGroups)) {
      const value = settings[group];
      const rule = tokenRule.safeParse({
        scope,
        settings: typeof value === 'string' ? { foreground: value } : value,
      });
      if (value !== undefined && rule.success) rules.push(rule.data);
    }
    const list = settings['textMateRules'];
    if (Array.isArray(list)) rules.push(...rulesOf(list));
  };
  add(all);
  for (const [key, value] of Object.entries(all)) {
    // "[Theme]", "[One][Two]" and "[Dark*]".
    const names = [...key.matchAll(/\[([^\]]+)\]/g)].map(([, name = '']) => name);
    if (names.some((name) => (name.endsWith('*') ? themeId.startsWith(name.slice(0, -1)) : name === themeId)))
      add(customSettings.parse(value));
  }
  return rules;
}
