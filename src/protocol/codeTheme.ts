/** The colours of code: a colour theme of VS Code, or one of those that come along. */
import * as z from 'zod';

/** Kinds of themes; a bundled one exists for each. */
export const themeKind = z.enum(['light', 'dark', 'hcLight', 'hcDark']);
export type ThemeKind = z.infer<typeof themeKind>;

/** One rule of a theme. What a theme file writes wrongly counts as not written. */
export const tokenRule = z.object({
  scope: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  settings: z.object({
    foreground: z.string().optional().catch(undefined),
    fontStyle: z.string().optional().catch(undefined),
  }),
});
export type TokenRule = z.infer<typeof tokenRule>;

/** A whole theme: its includes resolved, its rules in order. */
export const codeTheme = z.object({
  name: z.string(),
  kind: themeKind,
  /** Colours of the workbench, such as `editor.foreground`. */
  colors: z.record(z.string(), z.string()),
  tokenColors: z.array(tokenRule),
});
export type CodeTheme = z.infer<typeof codeTheme>;

/** What code is coloured with: the editor's theme, or the bundled one of a kind where that is not known. */
export type EditorTheme = CodeTheme | ThemeKind;
