/** What exports and imports need of VS Code and of the pictures that are open. */
import type * as vscode from 'vscode';
import type { Annotation, Edit } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import type { InferenceApi } from '../inferenceApi';

export interface ExchangeServices {
  inference: InferenceApi;
  /** The regions of a picture that is open in a panel, unsaved ones too. */
  regionsOf(uri: vscode.Uri): readonly Annotation[] | undefined;
  /** Applies an edit to a picture that is open, as one undo step. */
  apply(uri: vscode.Uri, edit: Edit): void;
}

/** Only files of this machine are written and read in folders. @throws GroundnoteError 'unsupported' */
export function onDisk(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new GroundnoteError('unsupported', 'Folders are exported and imported on this machine only.');
}
