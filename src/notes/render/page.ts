/** A note as one HTML file that needs nothing else: no scripts, no network, pictures and fonts inside. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { escapeAttribute, escapeHtml, unescapeHtml } from '../markdown/escape';
import type { Figure } from '../markdown/figures';
import { readOverlay } from '../ground/overlays';
import { imagePath } from './imagePaths';
import { noteCitations } from '../papers/bibliography';
import { renderNote, type RenderOptions } from './render';

export interface PageOptions {
  /** Path of the note: its images are looked for beside it. */
  path: string;
  /** The note's own HTML is used, sanitised. Default true: the page holds no script and may load nothing. */
  allowHtml?: boolean;
  frontMatter?: RenderOptions['frontMatter'];
  /** A larger picture is not put into the page. Default 32 MB. */
  maxImageBytes?: number;
  /** In print the address of each link stands behind it. Default false. */
  linkAddresses?: boolean;
  /** Pictures of diagrams, by their source; where there is none the source is shown. */
  diagrams?: readonly { source: string; svg: string }[] | undefined;
}

export interface RenderedPage {
  html: string;
  title: string;
  figures: Figure[];
  /** Formulas in the note, and how many of them KaTeX could not read. */
  formulas: number;
  formulaErrors: number;
}

const mimeTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.avif': 'image/avif',
  '.svg': 'image/svg+xml',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
};

/** The colours that VS Code gives the preview, for a page that is opened in a browser. */
const colors = {
  light: {
    'editor-background': '#ffffff',
    'editor-foreground': '#1f2328',
    descriptionForeground: '#59636e',
    'textLink-foreground': '#0969da',
    'textLink-activeForeground': '#0a53ba',
    'panel-border': '#d1d9e0',
    'textCodeBlock-background': '#f3f5f7',
    'textBlockQuote-background': '#f6f8fa',
    'badge-background': '#e6effa',
    'badge-foreground': '#0a3f86',
    'editorWarning-foreground': '#9a6700',
    errorForeground: '#c5221f',
    focusBorder: '#0969da',
  },
  dark: {
    'editor-background': '#1b1d21',
    'editor-foreground': '#dfe2e6',
    descriptionForeground: '#9aa2ab',
    'textLink-foreground': '#6cb2ff',
    'textLink-activeForeground': '#9accff',
    'panel-border': '#3a3f46',
    'textCodeBlock-background': '#26292e',
    'textBlockQuote-background': '#22252a',
    'badge-background': '#2a3a4f',
    'badge-foreground': '#cfe3ff',
    'editorWarning-foreground': '#e0b050',
    errorForeground: '#ff8a80',
    focusBorder: '#6cb2ff',
  },
};

const rootRule = (values: Record<string, string>) =>
  `:root{${Object.entries(values)
    .map(([name, value]) => `--vscode-${name}:${value}`)
    .join(';')}}`;

/** Renders a note as a self-contained page, as the preview shows it. */
export function renderPage(noteText: string, options: PageOptions): RenderedPage {
  const folder = path.dirname(path.resolve(options.path));
  const maxBytes = options.maxImageBytes ?? 32_000_000;
  const note = renderNote(noteText, {
    allowHtml: options.allowHtml ?? true,
    frontMatter: options.frontMatter,
    notePath: path.resolve(options.path),
    citations: (frontMatter) =>
      noteCitations(frontMatter?.values, folder, {
        ...{ setting: [], root: '', outside: options.allowHtml ?? true },
      }),
    resolveImage: (source) => {
      const found = imagePath(source, folder);
      const uri = found.exists ? dataUri(found.path, maxBytes) : undefined;
      return {
        uri: uri ?? '',
        exists: uri !== undefined,
        path: found.path,
        overlay: readOverlay(found.path),
      };
    },
  });
  const rendered = note.blocks
    .map(({ html, startLine }) => `<div class="gn-block" data-line="${startLine}">${html}</div>`)
    .join('\n');
  const content = withDiagrams(rendered, options.diagrams ?? []);
  const formulas = content.match(/class="katex-mathml"|class="katex-error"/g)?.length ?? 0;
  const title = note.title || path.basename(options.path);
  const html = `<!DOCTYPE html>
<html lang="${/[\u4e00-\u9fff]/.test(title) ? 'zh' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'",
  )}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${rootRule(colors.light)}@media screen and (prefers-color-scheme:dark){${rootRule(colors.dark)}}</style>
${formulas ? `<style>${katexStyle()}</style>\n` : ''}<style>${pageStyle()}</style>
</head>
<body class="gn-page${options.linkAddresses ? ' gn-link-addresses' : ''}">
<main id="gn-note">
${note.header}
${content}
</main>
</body>
</html>
`;
  return {
    html,
    title: note.title,
    figures: note.figures,
    formulas,
    formulaErrors: content.match(/class="katex-error"/g)?.length ?? 0,
  };
}

/** Puts the pictures of diagrams in the place of their source. */
function withDiagrams(html: string, diagrams: readonly { source: string; svg: string }[]): string {
  if (!diagrams.length) return html;
  const bySource = new Map(diagrams.map(({ source, svg }) => [source.trim(), svg]));
  return html.replace(
    /(<div class="gn-diagram"[^>]*>(?:<div class="gn-code-title">[^<]*<\/div>)?)<pre[^>]*>([\s\S]*?)<\/pre>/g,
    (all, start: string, code: string) => {
      const svg = bySource.get(unescapeHtml(code.replace(/<[^>]*>/g, '')).trim());
      return svg === undefined ? all : `${start}<div class="gn-drawn">${svg}</div>`;
    },
  );
}

/** A picture as a data URI; undefined for what is no picture, cannot be read, or is too large. */
function dataUri(file: string, maxBytes: number): string | undefined {
  const mime = mimeTypes[path.extname(file).toLowerCase()];
  if (!mime) return undefined;
  try {
    const { size } = statSync(file);
    if (size === 0 || size > maxBytes) return undefined;
    return `data:${mime};base64,${readFileSync(file).toString('base64')}`;
  } catch {
    return undefined;
  }
}

/** A file of the build (`dist/webview/…`), or the source that the build copies it from. */
function asset(built: string, source: string): string {
  const besideBundle = fileURLToPath(new URL(`webview/${built}`, import.meta.url));
  return existsSync(besideBundle)
    ? besideBundle
    : fileURLToPath(new URL(`../../../${source}`, import.meta.url));
}

const pageStyle = () => readSheet(asset('notePage.css', 'webview/preview/notePage.css'));

/** A style sheet with those that it imports: the build has put them together, the sources have not. */
function readSheet(file: string): string {
  return readFileSync(file, 'utf8').replace(/@import '([^']+)';/g, (_, imported: string) =>
    readSheet(path.join(path.dirname(file), imported)),
  );
}

/** KaTeX's style sheet with its fonts inside. */
function katexStyle(): string {
  const file = asset('katex/katex.min.css', 'node_modules/katex/dist/katex.min.css');
  const css = readFileSync(file, 'utf8');
  return css.replace(/src:url\(([^)]+\.woff2)\) format\("woff2"\)[^;}]*/g, (_, font: string) => {
    const bytes = readFileSync(path.join(path.dirname(file), font)).toString('base64');
    return `src:url(data:font/woff2;base64,${bytes}) format("woff2")`;
  });
}
