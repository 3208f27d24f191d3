/**
 * Colours code with the grammars and themes of VS Code (Shiki), without WebAssembly. Grammars and bundled themes are
 * files beside the bundle (`shiki/`, copied by the build) and are read when a fence first asks for them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HighlighterCore, LanguageRegistration, ThemeRegistrationRaw } from 'shiki/core';
import type { StateStack } from 'shiki/textmate';
import type { CodeTheme, EditorTheme, ThemeKind } from '../../protocol/codeTheme';
import { escapeAttribute, escapeHtml } from './escape';

/** Longer code (in characters) stays without colours, as in VS Code's own large files. */
export const maxCodeLength = 200_000;
/** A longer line (in characters) stays without colours; the lines after it do not. */
const maxLineLength = 5000;
/** Milliseconds for a line, and for all of a fence: then it stays without colours. */
const maxLineMs = 500;
const maxCodeMs = 2000;

/** The bundled themes. */
const bundledThemes: Record<ThemeKind, string> = {
  light: 'light-plus',
  dark: 'dark-plus',
  hcLight: 'github-light-high-contrast',
  hcDark: 'github-dark-high-contrast',
};

/** Names that no file can have. */
const moreAliases: Record<string, string> = { 'c++': 'cpp', 'c#': 'csharp', 'f#': 'fsharp' };

/** Where grammars and themes lie: beside the bundle, or in the packages that the build copies them from. */
function folder(kind: 'langs' | 'themes'): URL {
  const besideBundle = new URL(`shiki/${kind}/`, import.meta.url);
  return existsSync(fileURLToPath(besideBundle))
    ? besideBundle
    : new URL(`../../../node_modules/@shikijs/${kind}/dist/`, import.meta.url);
}

/** The file of a grammar's name or alias; undefined for an unknown one. The listing decides, never the name alone. */
function grammarName(language: string): string | undefined {
  const name = moreAliases[language] ?? language;
  grammarNames ??= new Set(
    readdirSync(fileURLToPath(folder('langs'))).flatMap((file) =>
      file.endsWith('.mjs') && file !== 'index.mjs' ? [file.slice(0, -4)] : [],
    ),
  );
  return grammarNames.has(name) ? name : undefined;
}
let grammarNames: Set<string> | undefined;

async function load<T>(kind: 'langs' | 'themes', name: string): Promise<T> {
  const module = (await import(/* @vite-ignore */ new URL(`${name}.mjs`, folder(kind)).href)) as {
    default: T;
  };
  return module.default;
}

/** Bits of the metadata of a token (vscode-textmate). */
const foregroundOf = (metadata: number) => (metadata >>> 15) & 0x1ff;
const fontStyleOf = (metadata: number) => (metadata >>> 11) & 0xf;

export class CodeHighlighter {
  private shiki: Promise<HighlighterCore> | undefined;
  private ready: HighlighterCore | undefined;
  /** What a fence may call a language → the grammar's own name. */
  private readonly loaded = new Map<string, string>();
  private readonly broken = new Set<string>();
  private theme: EditorTheme = 'light';
  private themeKey = 'light';
  /** The key of the theme that is in use. */
  private shownTheme = '';
  private styles: (string | undefined)[] = [];

  /** How code of this language is coloured now: changes with the theme, and when its grammar is loaded. */
  stateOf(language: string): string {
    return `${this.shownTheme} ${this.loaded.get(language.toLowerCase()) ?? ''}`;
  }

  /** Chooses the colours; they count after the next {@link prepare}. */
  setTheme(theme: EditorTheme): void {
    this.theme = theme;
    this.themeKey =
      typeof theme === 'string'
        ? theme
        : createHash('sha1').update(JSON.stringify(theme)).digest('base64url').slice(0, 12);
  }

  /** Loads the grammars of these languages and the theme. Unknown languages are left out. */
  async prepare(languages: Iterable<string>): Promise<void> {
    const wanted = new Map<string, string>();
    for (const language of languages) {
      const lower = language.toLowerCase();
      const known = this.loaded.has(lower) || this.broken.has(lower);
      const name = known ? undefined : grammarName(lower);
      if (name) wanted.set(lower, name);
    }
    if (wanted.size === 0 && (!this.ready || this.shownTheme === this.themeKey)) return;
    this.shiki ??= createShiki();
    const shiki = await this.shiki;
    for (const [language, name] of wanted) {
      try {
        const grammars = await load<LanguageRegistration[]>('langs', name);
        shiki.loadLanguageSync(grammars);
        const own = grammars.at(-1)?.name ?? name;
        // The patterns of the first line are compiled here, which for C++ takes a second: no limit counts that.
        shiki.getLanguage(own).tokenizeLine2('x', null, 0);
        this.loaded.set(language, own);
      } catch {
        // A grammar that does not work is an unknown language; the others are not kept waiting.
        this.broken.add(language);
      }
    }
    while (this.shownTheme !== this.themeKey) {
      const { themeKey, theme } = this;
      const registration =
        typeof theme === 'string'
          ? await load<ThemeRegistrationRaw>('themes', bundledThemes[theme])
          : asRegistration(theme);
      // Another theme may have been chosen while this one was read.
      if (themeKey !== this.themeKey) continue;
      shiki.loadThemeSync({ ...registration, name: themeKey });
      this.shownTheme = themeKey;
      this.styles = [];
    }
    this.ready = shiki;
  }

  /**
   * The lines of `code` as HTML for the inside of `<code>`, coloured by style attributes; no tag reaches over a line's end.
   * @returns undefined for a language that is not prepared, for code that is too long, and when colouring takes too long
   */
  highlight(code: string, language: string): string | undefined {
    const grammarOf = this.loaded.get(language.toLowerCase());
    if (!this.ready || !grammarOf || code.length > maxCodeLength) return undefined;
    const { theme, colorMap } = this.ready.setTheme(this.shownTheme);
    const grammar = this.ready.getLanguage(grammarOf);
    const plain = theme.fg.toLowerCase();
    const deadline = performance.now() + maxCodeMs;
    const lines: string[] = [];
    let state: StateStack | null = null;
    for (const line of code.split('\n')) {
      if (line.length > maxLineLength) {
        lines.push(escapeHtml(line));
        continue;
      }
      let result = grammar.tokenizeLine2(line, state, maxLineMs);
      // The first use of a pattern compiles it, which in large grammars takes long: what is compiled stays so.
      for (let again = 0; result.stoppedEarly && again < 4 && performance.now() < deadline; again++)
        result = grammar.tokenizeLine2(line, state, maxLineMs);
      const { tokens, ruleStack, stoppedEarly } = result;
      if (stoppedEarly || performance.now() > deadline) return undefined;
      state = ruleStack;
      let html = '';
      let style = '';
      let text = '';
      const end = () => {
        if (text) html += style ? `<span style="${style}">${escapeHtml(text)}</span>` : escapeHtml(text);
        text = '';
      };
      for (let at = 0; at < tokens.length; at += 2) {
        const part = line.slice(tokens[at], tokens[at + 2] ?? line.length);
        const next = this.style(tokens[at + 1] ?? 0, colorMap, plain);
        // Spaces have no colour: they go with what stands before them.
        if (next !== style && (part.trim() || next.includes('decoration'))) {
          end();
          style = next;
        }
        text += part;
      }
      end();
      lines.push(html);
    }
    return lines.join('\n');
  }

  /** The style attribute of a token; empty for plain text. */
  private style(metadata: number, colorMap: readonly string[], plain: string): string {
    const key = (metadata >>> 11) & 0x1fff;
    let style = this.styles[key];
    if (style === undefined) {
      const color = colorMap[foregroundOf(metadata)] ?? '';
      const font = fontStyleOf(metadata);
      const decoration = [...(font & 4 ? ['underline'] : []), ...(font & 8 ? ['line-through'] : [])];
      style = [
        ...(hexColor.test(color) && color.toLowerCase() !== plain ? [`color:${color}`] : []),
        ...(font & 1 ? ['font-style:italic'] : []),
        ...(font & 2 ? ['font-weight:bold'] : []),
        ...(decoration.length ? [`text-decoration:${decoration.join(' ')}`] : []),
      ].join(';');
      style = escapeAttribute(style);
      this.styles[key] = style;
    }
    return style;
  }
}

async function createShiki(): Promise<HighlighterCore> {
  const [{ createHighlighterCoreSync }, { createJavaScriptRegexEngine }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ]);
  // Forgiving: a pattern that JavaScript cannot express is left out, and the rest of the grammar works.
  return createHighlighterCoreSync({ engine: createJavaScriptRegexEngine({ forgiving: true }) });
}

const hexColor = /^#[0-9a-f]{3,8}$/i;

const asRegistration = ({ name, kind, colors, tokenColors }: CodeTheme): ThemeRegistrationRaw => ({
  name,
  type: kind === 'light' || kind === 'hcLight' ? 'light' : 'dark',
  colors,
  settings: tokenColors.map(({ scope, settings: { foreground, fontStyle } }) => ({
    scope,
    settings: { ...(foreground && hexColor.test(foreground) && { foreground }), fontStyle },
  })),
});
