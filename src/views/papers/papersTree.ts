/** The tree of papers: each with the sections, figures and equations that notes have about it. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { IndexedNote, Mention, NoteCollection, Paper } from '../../notes/index/collection';
import type { PaperPart } from '../../notes/index/noteFacts';
import { outlineOf, type OutlineEntry } from '../../notes/index/outline';
import type { Papers } from '../../notes/papers/papers';
import { referenceText } from '../../notes/papers/reference';
import { figureUri, imageExtensions } from '../../notes/preview/figureUris';

/** What a row of the tree is about. */
export type PaperItem = { id: string; parent?: PaperItem } & (
  | { kind: 'paper'; paper: Paper }
  /** A note of several that are about the paper. */
  | { kind: 'part'; paper: Paper; note: IndexedNote; part: PaperPart }
  | { kind: 'section' | 'equation'; note: IndexedNote; entry: OutlineEntry }
  | { kind: 'figure'; note: IndexedNote; entry: OutlineEntry; figure: vscode.Uri; exists: boolean }
  | { kind: 'mentions'; paper: Paper }
  | { kind: 'mention'; mention: Mention }
);

/** Where a row leads. */
export function placeOfItem(item: PaperItem): { uri: vscode.Uri; line: number } | undefined {
  const at = (note: IndexedNote, line: number) => ({ uri: vscode.Uri.parse(note.uri), line });
  switch (item.kind) {
    case 'paper': {
      const first = item.paper.parts[0];
      return first && at(first.note, first.part.line);
    }
    case 'part':
      return at(item.note, item.part.line);
    case 'mention':
      return at(item.mention.note, item.mention.line);
    case 'mentions':
      return undefined;
    default:
      return at(item.note, item.entry.line);
  }
}

/** Rows for what a note holds about a paper. */
function outlineItems(parent: PaperItem, note: IndexedNote, entries: readonly OutlineEntry[]): PaperItem[] {
  return entries.map((entry) => {
    const base = { id: `${parent.id}/${entry.kind}:${entry.line}:${entry.label}`, parent, note, entry };
    if (entry.kind !== 'figure') return { ...base, kind: entry.kind };
    const { uri, exists } = figureUri(vscode.Uri.parse(note.uri), entry.source ?? '');
    return { ...base, kind: 'figure', figure: uri, exists };
  });
}

/** Whether words of a filter all stand in a text. */
export const matches = (text: string, filter: string) => {
  const lower = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
};

/** All words by which a paper can be found. */
function searchText({ title, references, parts }: Paper): string {
  const inside = parts.flatMap(({ note, part }) => {
    const within = ({ line }: { line: number }) => line >= part.line && line < part.endLine;
    return [
      note.path,
      part.title,
      ...part.authors,
      ...note.facts.headings.filter(within).map(({ text }) => text),
      ...note.facts.figures.filter(within).map(({ alt, source }) => `${alt} ${source}`),
      ...note.facts.equations.filter(within).map(({ label, tex }) => `${label} ${tex}`),
    ];
  });
  return [title, ...references.map(referenceText), ...inside].join('\n');
}

export class PapersTree implements vscode.TreeDataProvider<PaperItem>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.emitter.event;
  private readonly subscription: vscode.Disposable;
  private filterText = '';

  constructor(private readonly papers: Papers) {
    this.subscription = papers.index.onDidChange(() => this.emitter.fire(undefined));
  }

  dispose(): void {
    this.subscription.dispose();
    this.emitter.dispose();
  }

  get filter(): string {
    return this.filterText;
  }
  set filter(text: string) {
    this.filterText = text.trim();
    this.emitter.fire(undefined);
  }

  async getChildren(item?: PaperItem): Promise<PaperItem[]> {
    if (!item) return this.roots(await this.papers.index.load());
    switch (item.kind) {
      case 'paper':
        return this.contents(item, item.paper);
      case 'part':
        return outlineItems(item, item.note, outlineOf(item.note.facts, item.part));
      case 'section':
        return outlineItems(item, item.note, item.entry.children);
      case 'mentions':
        return item.paper.mentions.map((mention) => ({
          ...{ kind: 'mention', parent: item, mention },
          id: `${item.id}/${mention.note.uri}:${mention.line}`,
        }));
      default:
        return [];
    }
  }

  getParent(item: PaperItem): PaperItem | undefined {
    return item.parent;
  }

  private roots(collection: NoteCollection): PaperItem[] {
    return collection
      .papers()
      .filter((paper) => !this.filterText || matches(searchText(paper), this.filterText))
      .map((paper) => ({ kind: 'paper', paper, id: paper.key }));
  }

  private contents(item: PaperItem, paper: Paper): PaperItem[] {
    const { parts, mentions } = paper;
    const [only] = parts;
    const rows: PaperItem[] =
      parts.length === 1 && only
        ? outlineItems(item, only.note, outlineOf(only.note.facts, only.part))
        : parts.map(({ note, part }) => ({
            ...{ kind: 'part', parent: item, paper, note, part },
            id: `${item.id}/${note.uri}:${part.line}`,
          }));
    if (mentions.length) rows.push({ kind: 'mentions', parent: item, paper, id: `${item.id}/mentions` });
    return rows;
  }

  /** The row of the innermost thing at a line of a note; undefined where no paper is. */
  async itemAt(uri: string, line: number): Promise<PaperItem | undefined> {
    let found: PaperItem | undefined;
    for (const root of this.roots(await this.papers.index.load())) {
      if (root.kind !== 'paper') continue;
      const part = root.paper.parts.find(
        (each) => each.note.uri === uri && line >= each.part.line && line < each.part.endLine,
      );
      // A section about one paper inside a note about another is nearer.
      if (!part || (found && startOf(found) > part.part.line)) continue;
      found = root;
      const inner = (await this.getChildren(root)).find(
        (row) => row.kind === 'part' && row.note.uri === uri && row.part === part.part,
      );
      found = inner ?? root;
    }
    for (let row = found; row;) {
      const rows: PaperItem[] = (await this.getChildren(row)).filter(({ kind }) => kind === 'section');
      const next: PaperItem | undefined = rows.reverse().find((each) => startOf(each) <= line);
      if (!next) return row;
      row = found = next;
    }
    return found;
  }

  getTreeItem(item: PaperItem): vscode.TreeItem {
    const row = new vscode.TreeItem(this.label(item));
    row.id = item.id;
    row.contextValue = item.kind;
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    const open: vscode.Command = {
      command: 'groundnote.papers.open',
      title: 'Open Note Here',
      arguments: [item],
    };
    switch (item.kind) {
      case 'paper': {
        const { paper } = item;
        row.iconPath = new vscode.ThemeIcon('book');
        row.collapsibleState = Collapsed;
        row.description =
          paper.references[0]?.kind === 'pdf'
            ? 'PDF'
            : paper.references[0] && referenceText(paper.references[0]);
        row.contextValue = paper.references.some(({ url }) => /^https?:/i.test(url))
          ? 'paperWithPage'
          : 'paper';
        row.tooltip = [
          paper.title,
          ...paper.references.map(referenceText),
          ...paper.parts.map(({ note }) => relative(note)),
        ].join('\n');
        row.accessibilityInformation = { label: `Paper ${paper.title}, ${row.description ?? ''}` };
        break;
      }
      case 'part':
        row.iconPath = new vscode.ThemeIcon('markdown');
        row.collapsibleState = Collapsed;
        row.description = relative(item.note);
        row.command = open;
        break;
      case 'section':
        row.iconPath = new vscode.ThemeIcon(
          item.entry.children.length ? 'symbol-namespace' : 'symbol-string',
        );
        row.collapsibleState = item.entry.children.length ? Collapsed : None;
        row.command = open;
        break;
      case 'equation':
        row.iconPath = new vscode.ThemeIcon('symbol-operator');
        // The number and the label are how a text speaks of it, so they stand first.
        row.description = item.entry.detail ? item.entry.label : '';
        row.tooltip = item.entry.label;
        row.command = open;
        row.accessibilityInformation = { label: `Equation ${item.entry.detail} ${item.entry.label}` };
        break;
      case 'figure': {
        const { figure, exists, entry } = item;
        const shown =
          exists && imageExtensions.includes(path.posix.extname(figure.path).slice(1).toLowerCase());
        row.iconPath = shown ? figure : new vscode.ThemeIcon(exists ? 'file-media' : 'warning');
        row.description = exists ? entry.detail : `${entry.detail} missing`.trim();
        row.contextValue = exists ? 'figure' : 'missingFigure';
        row.tooltip = exists ? thumbnail(figure, entry.label) : `${entry.source} is missing.`;
        row.command = exists
          ? { command: 'groundnote.segmentImage', title: 'Segment Image', arguments: [figure] }
          : open;
        row.accessibilityInformation = { label: `Figure ${entry.label}${exists ? '' : ', missing'}` };
        break;
      }
      case 'mentions':
        row.iconPath = new vscode.ThemeIcon('references');
        row.collapsibleState = Collapsed;
        row.description = String(item.paper.mentions.length);
        break;
      case 'mention':
        row.iconPath = new vscode.ThemeIcon('markdown');
        row.description = `${relative(item.mention.note)}:${item.mention.line + 1}`;
        row.tooltip = item.mention.context;
        row.command = open;
        break;
    }
    return row;
  }

  private label(item: PaperItem): string {
    switch (item.kind) {
      case 'paper':
        return item.paper.title || referenceText(item.paper.reference);
      case 'part':
        return item.part.title || relative(item.note);
      case 'mentions':
        return 'Also mentioned in';
      case 'mention': {
        const { note, heading } = item.mention;
        return heading || note.facts.title || relative(note);
      }
      case 'equation':
        return item.entry.detail || item.entry.label;
      default:
        return item.entry.label || '…';
    }
  }
}

function startOf(item: PaperItem): number {
  return placeOfItem(item)?.line ?? 0;
}

/** Path of a note in its workspace folder. */
const relative = ({ uri }: IndexedNote) => vscode.workspace.asRelativePath(vscode.Uri.parse(uri));

function thumbnail(figure: vscode.Uri, label: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.supportHtml = true;
  const address = figure.toString().replace(/"/g, '%22');
  text.appendMarkdown(`<img src="${address}" width="320">\n\n`);
  text.appendText(label);
  return text;
}
