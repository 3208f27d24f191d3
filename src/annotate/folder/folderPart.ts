/** Answers a panel about the folder of its picture: where it stands, what lies beside it, and opening that. */
import * as vscode from 'vscode';
import {
  filmstripShown,
  folderChanged,
  folderItems,
  folderPlace,
  folderThumbnail,
  openInFolder,
  pageStart,
  segmentFolder,
  type FolderChange,
  type FolderItem,
  type FolderPlace,
} from '../../protocol/folder';
import type { AnnotatorDocument } from '../annotatorDocument';
import type { PanelPart } from '../annotatorPanel';
import { Folders } from './folders';
import { moveOn } from './moveOn';
import { targetOf } from './target';
import type { Thumbnails } from './thumbnails';

export interface FolderServices {
  /** The picture as an open document. */
  documentOf(uri: vscode.Uri): AnnotatorDocument | undefined;
  /** Regions or the unsaved mark of an open document have changed, or it has been opened or closed. */
  onDidChangeDocument: vscode.Event<vscode.Uri>;
  show(uri: vscode.Uri, column: vscode.ViewColumn | undefined): Promise<unknown>;
  thumbnails: Thumbnails;
  /** Remembers between windows whether the filmstrip is shown. */
  memory: vscode.Memento;
}

/** A page asks for what was carried to it within this time, or never. */
const carriedForMs = 30_000;
const filmstripKey = 'groundnote.filmstrip';

/** @returns the part, which serves all panels, and what ends it */
export function folderPart(services: FolderServices): { part: PanelPart; dispose(): void } {
  const folders = new Folders();
  const carried = new Map<string, string>();
  const carry = (uri: vscode.Uri, state: string) => {
    const key = uri.toString();
    carried.set(key, state);
    setTimeout(() => carried.get(key) === state && carried.delete(key), carriedForMs).unref();
  };

  const part: PanelPart = (panel, endpoint) => {
    const { uri } = panel.document;
    const { name } = panel.document.picture;
    const index = folders.use(vscode.Uri.joinPath(uri, '..'));
    const beside = (other: string) => vscode.Uri.joinPath(index.uri, other);
    const folderName = index.uri.path.split('/').pop() || '/';

    const place = async (): Promise<FolderPlace> => {
      const names = await index.names();
      return { folder: folderName, index: names.indexOf(name), total: names.length };
    };
    const announce = async (change: FolderChange) => {
      // A folder that has gone has no pictures to tell of.
      const now = await place().catch(() => ({ folder: folderName, index: -1, total: 0 }));
      endpoint.send(folderChanged, { ...now, change });
    };
    const itemOf = async (other: string): Promise<FolderItem> => {
      const open = services.documentOf(beside(other));
      if (open) {
        const { annotations, dirty, problem } = open.session;
        return {
          name: other,
          regions: annotations.length,
          unsaved: dirty,
          ...(problem !== undefined && { problem }),
        };
      }
      return { name: other, unsaved: false, ...(await index.annotationsOf(other)) };
    };

    endpoint.handle(pageStart, () => {
      const state = carried.get(uri.toString());
      carried.delete(uri.toString());
      return {
        filmstrip: services.memory.get(filmstripKey, false),
        ...(state !== undefined && { carried: state }),
      };
    });
    endpoint.handle(folderPlace, place);
    endpoint.handle(folderItems, async ({ from, count }) => {
      const names = await index.names();
      return { items: await Promise.all(names.slice(from, from + count).map(itemOf)) };
    });
    endpoint.handle(folderThumbnail, async ({ name: other }, { signal }) => {
      const file = await services.thumbnails.of(beside(other), signal);
      return file ? { uri: panel.panel.webview.asWebviewUri(file).toString() } : {};
    });
    endpoint.handle(openInFolder, async ({ to, carried: state }, { signal }) => {
      const names = await index.names();
      const found = await targetOf(names, names.indexOf(name), to, itemOf, signal);
      if ('message' in found) return found;
      const target = beside(found.name);
      carry(target, state);
      const message = await moveOn(panel, target, (...args) => services.show(...args));
      return message === undefined ? {} : { message };
    });
    endpoint.handle(segmentFolder, () => {
      // It ends when the whole folder is done: nobody waits for that here.
      void vscode.commands.executeCommand('groundnote.segmentFolder', index.uri);
      return {};
    });
    endpoint.on(filmstripShown, ({ shown }) => void services.memory.update(filmstripKey, shown));

    const inFolder = (changed: vscode.Uri) =>
      vscode.Uri.joinPath(changed, '..').toString() === index.uri.toString();
    const subscriptions = [
      index.onDidChange((change) => void announce(change)),
      services.onDidChangeDocument((changed) => inFolder(changed) && void announce('annotations')),
    ];
    return new vscode.Disposable(() => {
      for (const subscription of subscriptions) subscription.dispose();
      folders.release(index);
    });
  };
  return { part, dispose: () => folders.dispose() };
}
