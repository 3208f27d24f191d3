/** Answers what a side panel asks about the tiles of a large picture. */
import * as vscode from 'vscode';
import { needTile, tilesProgress } from '../protocol/tiles';
import type { PanelPart } from './annotatorPanel';

/** Where the tiles of large pictures are kept: for all workspaces, because a picture is known by its content. */
export const tileFolder = ({ globalStorageUri }: vscode.ExtensionContext): vscode.Uri =>
  vscode.Uri.joinPath(globalStorageUri, 'tiles');

export const tilesPart: PanelPart = (panel, endpoint) => {
  const { picture } = panel.document;
  endpoint.handle(needTile, async (tile, { signal }) => {
    await picture.needTile(tile, signal);
    return {};
  });
  return vscode.Disposable.from(
    picture.onDidChange(() => panel.refresh()),
    picture.onDidChangeTiles((state) => endpoint.send(tilesProgress, state)),
  );
};
