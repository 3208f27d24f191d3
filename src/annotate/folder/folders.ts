/** The folders that are looked at; one index serves all panels on pictures of one folder. */
import type * as vscode from 'vscode';
import { FolderIndex } from './folderIndex';

/** Between closing a picture and opening the next one nobody looks at the folder. */
const keptMs = 20_000;

interface Entry {
  index: FolderIndex;
  users: number;
  timer?: NodeJS.Timeout;
}

export class Folders implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();

  /** The index of a folder, to be given back by `release`. */
  use(uri: vscode.Uri): FolderIndex {
    const key = uri.toString();
    const entry = this.entries.get(key) ?? { index: new FolderIndex(uri), users: 0 };
    this.entries.set(key, entry);
    clearTimeout(entry.timer);
    entry.users++;
    return entry.index;
  }

  release(index: FolderIndex): void {
    const key = index.uri.toString();
    const entry = this.entries.get(key);
    if (!entry || --entry.users > 0) return;
    entry.timer = setTimeout(() => {
      this.entries.delete(key);
      index.dispose();
    }, keptMs);
    entry.timer.unref();
  }

  dispose(): void {
    for (const { index, timer } of this.entries.values()) {
      clearTimeout(timer);
      index.dispose();
    }
    this.entries.clear();
  }
}
