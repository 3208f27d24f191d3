/** Remembers which hints of the side panel the user has seen. */
import * as vscode from 'vscode';
import { hintSeen, seenHints, showHintsAgain } from '../protocol/hints';
import type { PanelPart } from './annotatorPanel';

const key = 'annotator.seenHints';

export function hintsPart(memory: vscode.Memento): PanelPart {
  const seen = () => memory.get<string[]>(key, []);
  return (_panel, endpoint) => {
    endpoint.handle(seenHints, () => ({ seen: seen() }));
    endpoint.on(hintSeen, ({ hint }) => {
      if (!seen().includes(hint)) void memory.update(key, [...seen(), hint]);
    });
    endpoint.on(showHintsAgain, () => void memory.update(key, undefined));
    return new vscode.Disposable(() => undefined);
  };
}
