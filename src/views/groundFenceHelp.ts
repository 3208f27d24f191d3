/** Help for those who write ground fences: completion of keys, values and pictures, and marks where one cannot be read. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { FoundFence } from '../notes/ground/fence';
import { imageExtensions } from '../notes/preview/figureUris';

const notes: vscode.DocumentSelector = { language: 'markdown' };
/** Typing is followed at this distance. */
const delayMs = 300;
const mostPictures = 2000;

/** A document that may hold a fence: asked of every Markdown document, so that nothing is loaded for the others. */
const mayHaveFence = (text: string) => /(?:```|~~~)[ \t]*\{?\.?ground\b/.test(text);

/** The parser of fences is loaded with the first fence. */
const loadFences = () => import('../notes/ground/fence');

export function registerGroundFenceHelp(): vscode.Disposable {
  const marks = vscode.languages.createDiagnosticCollection('groundnote');
  const timers = new Map<string, NodeJS.Timeout>();
  const checkSoon = (document: vscode.TextDocument) => {
    if (document.languageId !== 'markdown') return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        if (!document.isClosed) void check(document, marks);
      }, delayMs),
    );
  };
  for (const document of vscode.workspace.textDocuments) checkSoon(document);
  return vscode.Disposable.from(
    marks,
    vscode.workspace.onDidOpenTextDocument(checkSoon),
    vscode.workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => marks.delete(uri)),
    vscode.languages.registerCompletionItemProvider(
      notes,
      { provideCompletionItems: (document, position) => complete(document, position) },
      ':',
      ' ',
      '/',
    ),
    new vscode.Disposable(() => timers.forEach((timer) => clearTimeout(timer))),
  );
}

/** Marks what keeps a fence from being read. */
async function check(document: vscode.TextDocument, marks: vscode.DiagnosticCollection): Promise<void> {
  const text = document.getText();
  if (!mayHaveFence(text)) {
    marks.delete(document.uri);
    return;
  }
  const { findFences, parseFence } = await loadFences();
  const found = findFences(text).flatMap(({ source, line }) => {
    const reading = parseFence(source);
    if ('fence' in reading) return [];
    return reading.problems.map((problem) => {
      const at = Math.min(line + problem.line, document.lineCount - 1);
      const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(at);
      const mark = new vscode.Diagnostic(
        range.with(new vscode.Position(at, firstNonWhitespaceCharacterIndex)),
        problem.message,
        vscode.DiagnosticSeverity.Warning,
      );
      mark.source = 'Groundnote';
      return mark;
    });
  });
  if (!document.isClosed) marks.set(document.uri, found);
}

async function complete(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[] | undefined> {
  const text = document.getText();
  if (!mayHaveFence(text)) return undefined;
  const { fenceKeys, findFences } = await loadFences();
  const fence = findFences(text).find(
    ({ line, endLine }) => position.line >= line && position.line < endLine,
  );
  if (!fence) return undefined;
  const before = document.lineAt(position.line).text.slice(0, position.character);
  const value = /^[ \t>]*(\w+):[ \t]+(["']?)(.*)$/.exec(before);
  if (!value) return /^[ \t>]*\w*$/.test(before) ? keysLeft(fenceKeys, fence, before) : undefined;
  const [, key = '', quote = '', typed = ''] = value;
  const replaced = new vscode.Range(position.translate(0, -typed.length), position);
  if (key === 'image') return pictures(document, replaced, quote);
  const choices = { show: ['fill', 'outline', 'spotlight'], labels: ['true', 'false'] }[key] ?? [];
  return choices.map((choice) => new vscode.CompletionItem(choice, vscode.CompletionItemKind.EnumMember));
}

function keysLeft(
  keys: Readonly<Record<string, string>>,
  { source }: FoundFence,
  before: string,
): vscode.CompletionItem[] {
  const used = new Set([...source.matchAll(/^\s*(\w+):/gm)].map(([, key]) => key));
  const typed = before.trim();
  // A question is words or prompts, never both.
  if (used.has('query')) used.add('prompts');
  if (used.has('prompts')) used.add('query');
  return Object.entries(keys)
    .filter(([key]) => key === typed || !used.has(key))
    .map(([key, meaning], index) => {
      const item = new vscode.CompletionItem(key, vscode.CompletionItemKind.Property);
      item.documentation = meaning;
      item.sortText = String(index);
      item.insertText =
        key === 'prompts' ? new vscode.SnippetString('prompts:\n  - {point: [$1, $2]}') : `${key}: `;
      if (key === 'image' || key === 'show' || key === 'labels')
        item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
      return item;
    });
}

/** The pictures of the workspace, those nearest to the note first. */
async function pictures(
  document: vscode.TextDocument,
  range: vscode.Range,
  quote: string,
): Promise<vscode.CompletionItem[]> {
  const [found, { relativeAddress, yamlText }] = await Promise.all([
    vscode.workspace.findFiles(
      `**/*.{${imageExtensions.join(',')}}`,
      '**/{node_modules,.git}/**',
      mostPictures,
    ),
    import('../notes/ground/insertText'),
  ]);
  const folder = path.dirname(document.uri.fsPath);
  return found
    .filter(({ scheme }) => scheme === document.uri.scheme)
    .map((uri) => {
      const address = relativeAddress(document.uri.fsPath, uri.fsPath);
      const item = new vscode.CompletionItem(address, vscode.CompletionItemKind.File);
      item.range = range;
      item.insertText = quote ? address : yamlText(address);
      item.filterText = address;
      const far = path.relative(folder, uri.fsPath).split(path.sep).length;
      item.sortText = `${String(far).padStart(3, '0')} ${address}`;
      return item;
    });
}
