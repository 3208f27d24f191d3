/** Completion of `[[` with the workspace's notes, and of `[[Note#` with its headings. Host only. */
import * as vscode from 'vscode';
import { noteName } from './collection';
import { placeOf, type NoteIndex } from './noteIndex';

/** Registers the completion for Markdown editors. */
export function registerWikiCompletion(index: NoteIndex): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    { language: 'markdown' },
    {
      async provideCompletionItems(document, position) {
        const before = document.lineAt(position).text.slice(0, position.character);
        const [, name, fragment] = /\[\[([^[\]|#]*)(?:#([^[\]|]*))?$/.exec(before) ?? [];
        if (name === undefined) return undefined;
        const collection = await index.load();
        const here = placeOf(document.uri);
        const after = document.lineAt(position).text.slice(position.character);
        const close = after.startsWith(']]') ? '' : ']]';
        const written = fragment ?? name;
        const range = new vscode.Range(position.translate(0, -written.length), position);
        if (fragment !== undefined) {
          const target = collection.resolveWikiLink(name, here);
          const note = [...collection.all()].find(
            ({ base, path }) => base === target.base && path === target.path,
          );
          return note?.facts.headings
            .filter(({ level }) => level <= 6)
            .map(({ text, level }, order) => {
              const item = new vscode.CompletionItem(text, vscode.CompletionItemKind.Reference);
              item.detail = '#'.repeat(level);
              item.insertText = text + close;
              item.sortText = String(order).padStart(6, '0');
              item.range = range;
              return item;
            });
        }
        return [...collection.all()]
          .filter(({ uri }) => uri !== here.uri)
          .map((note) => {
            const label = noteName(note.path);
            const item = new vscode.CompletionItem(
              { label, description: vscode.workspace.asRelativePath(vscode.Uri.parse(note.uri)) },
              vscode.CompletionItemKind.File,
            );
            item.detail = note.facts.title;
            item.filterText = `${label} ${note.facts.title} ${note.facts.aliases.join(' ')}`;
            // Of two notes of one name the farther one is written with its path.
            const found = collection.resolveWikiLink(label, here);
            const inside = note.path.startsWith(`${note.root}/`)
              ? note.path.slice(note.root.length + 1)
              : label;
            item.insertText = (found.path === note.path ? label : inside.replace(/\.\w+$/, '')) + close;
            item.range = range;
            return item;
          });
      },
    },
    '[',
    '#',
  );
}
