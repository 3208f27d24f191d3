/** The tree of the Models view. */
import * as vscode from 'vscode';
import type { Models } from './models';
import { childrenOf, groupsOf, rowOf, type ModelItem } from './rows';
import type { ModelsState } from './modelsState';

export class ModelsTree implements vscode.TreeDataProvider<ModelItem>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.emitter.event;
  private readonly subscription: vscode.Disposable;
  private shown: ModelsState | undefined;

  constructor(private readonly models: Models) {
    this.subscription = models.onDidChange(() => this.refresh());
  }

  dispose(): void {
    this.subscription.dispose();
    this.emitter.dispose();
  }

  refresh(): void {
    this.emitter.fire(undefined);
  }

  async getChildren(item?: ModelItem): Promise<ModelItem[]> {
    if (!item) {
      this.shown = await this.models.state();
      return groupsOf(this.shown);
    }
    return item.kind === 'group' && this.shown ? childrenOf(this.shown, item.group) : [];
  }

  getTreeItem(item: ModelItem): vscode.TreeItem {
    const { id, label, description, tooltip, icon, context, spoken } = rowOf(item, this.shown as ModelsState);
    const { Expanded, Collapsed, None } = vscode.TreeItemCollapsibleState;
    const state = item.kind !== 'group' ? None : item.group === 'available' ? Collapsed : Expanded;
    const row = new vscode.TreeItem(label, state);
    row.id = id;
    row.contextValue = context;
    if (description !== undefined) row.description = description;
    if (icon)
      row.iconPath = new vscode.ThemeIcon(icon.id, icon.color ? new vscode.ThemeColor(icon.color) : undefined);
    if (tooltip !== undefined) row.tooltip = new vscode.MarkdownString(tooltip, true);
    if (spoken !== undefined) row.accessibilityInformation = { label: spoken };
    return row;
  }
}
