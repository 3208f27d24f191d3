/** The colours that the user has chosen for labels, kept in the state of the workspace. */
import * as vscode from 'vscode';
import { setLabelColors } from '../../protocol/colors';
import type { AppliedEdit } from '../document';

const key = 'groundnote.labelColors';

export class LabelColors implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly state: vscode.Memento) {
    setLabelColors(this.all);
  }

  get all(): Readonly<Record<string, string>> {
    return this.state.get<Record<string, string>>(key, {});
  }

  /** An edit that brings these colours: undo gives back what is chosen now, redo chooses them again. */
  follow(applied: AppliedEdit, colors: Readonly<Record<string, string>>): AppliedEdit {
    const all = this.all;
    const before = Object.fromEntries(Object.keys(colors).map((label) => [label, all[label]]));
    return {
      title: applied.title,
      undo: () => {
        this.set(before);
        applied.undo();
      },
      redo: () => {
        this.set(colors);
        applied.redo();
      },
    };
  }

  /** Chooses colours, and gives up those that are undefined. */
  set(colors: Readonly<Record<string, string | undefined>>): void {
    const all = Object.entries({ ...this.all, ...colors }).filter(([, color]) => color !== undefined);
    const next = Object.fromEntries(all) as Record<string, string>;
    setLabelColors(next);
    void this.state.update(key, next);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
