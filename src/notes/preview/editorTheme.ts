/** The colours that the editor gives code, for the code in notes. Host only. */
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { EditorTheme, ThemeKind } from '../../protocol/codeTheme';
import { customRules, readTheme, themeContributions, type ThemeContribution } from './themeFiles';

const kinds: Record<vscode.ColorThemeKind, ThemeKind> = {
  [vscode.ColorThemeKind.Light]: 'light',
  [vscode.ColorThemeKind.Dark]: 'dark',
  [vscode.ColorThemeKind.HighContrast]: 'hcDark',
  [vscode.ColorThemeKind.HighContrastLight]: 'hcLight',
};

/** What `uiTheme` of a contribution says. */
const uiThemes: Record<ThemeKind, string[]> = {
  light: ['vs'],
  dark: ['vs-dark'],
  hcLight: ['hc-light'],
  hcDark: ['hc-black'],
};

/** Settings that name the theme where the system chooses between light and dark. */
const preferred: Record<ThemeKind, string> = {
  light: 'preferredLightColorTheme',
  dark: 'preferredDarkColorTheme',
  hcLight: 'preferredHighContrastLightColorTheme',
  hcDark: 'preferredHighContrastColorTheme',
};

const sections = [
  'workbench.colorTheme',
  ...Object.values(preferred).map((name) => `workbench.${name}`),
  'window.autoDetectColorScheme',
  'window.autoDetectHighContrast',
  'editor.tokenColorCustomizations',
];

/**
 * The settings' id of the theme that is shown. VS Code tells an extension only its kind: the settings that may have
 * chosen it are tried in order, and the first whose theme is of this kind is it.
 */
function themeInUse(
  kind: ThemeKind,
): { theme: ThemeContribution; extension: vscode.Uri; id: string } | undefined {
  const workbench = vscode.workspace.getConfiguration('workbench');
  const window = vscode.workspace.getConfiguration('window');
  const chosen = workbench.get<string>('colorTheme');
  const forKind = workbench.get<string>(preferred[kind]);
  const bySystem =
    window.get('autoDetectColorScheme', false) ||
    (kind.startsWith('hc') && window.get('autoDetectHighContrast', true));
  const all = vscode.extensions.all.flatMap(({ packageJSON, extensionUri }) => {
    const themes = themeContributions.safeParse(packageJSON);
    return themes.success ? themes.data.map((theme) => ({ theme, extension: extensionUri })) : [];
  });
  for (const id of bySystem ? [forKind, chosen] : [chosen, forKind]) {
    const found = all.find(
      ({ theme }) =>
        id !== undefined &&
        (theme.id === id || theme.label === id) &&
        uiThemes[kind].includes(theme.uiTheme ?? 'vs-dark'),
    );
    if (found && id !== undefined) return { ...found, id };
  }
  return undefined;
}

async function readUri(uri: vscode.Uri): Promise<string> {
  if (uri.scheme === 'file') return readFile(uri.fsPath, 'utf8');
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** The theme that the editor shows, read from the extension that brings it; a bundled one where it is not found. */
export async function activeEditorTheme(): Promise<EditorTheme> {
  const kind = kinds[vscode.window.activeColorTheme.kind];
  const found = themeInUse(kind);
  if (!found) return kind;
  try {
    const { theme, extension, id } = found;
    const file = vscode.Uri.joinPath(extension, theme.path);
    const read = await readTheme(file.path, kind, (path) => readUri(file.with({ path })));
    const custom = vscode.workspace.getConfiguration('editor').get('tokenColorCustomizations');
    return { ...read, tokenColors: [...read.tokenColors, ...customRules(custom, id)] };
  } catch {
    return kind;
  }
}

/** Calls back when {@link activeEditorTheme} may give another theme. */
export function onDidChangeEditorTheme(listener: () => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveColorTheme(listener),
    vscode.extensions.onDidChange(listener),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (sections.some((section) => event.affectsConfiguration(section))) listener();
    }),
  );
}
