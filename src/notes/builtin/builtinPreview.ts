/** VS Code's own Markdown preview: what this extension adds to it, and when that is there. */
import type { MarkdownIt } from 'markdown-it';
import * as vscode from 'vscode';
import { showUnknownTags } from './markdownIt';

/** What `activate` returns: the Markdown extension of VS Code calls it with its parser. */
export interface MarkdownItPlugin {
  extendMarkdownIt(md: MarkdownIt): MarkdownIt;
}

const setting = 'groundnote.builtinPreview.enabled';

/** Adds to the built-in preview what it lacks, while the setting says so. */
export function extendBuiltinPreview(
  context: Pick<vscode.ExtensionContext, 'subscriptions'>,
  log: vscode.LogOutputChannel,
): MarkdownItPlugin {
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      // The preview makes a new parser, which comes to us again or stays as it is.
      if (event.affectsConfiguration(setting))
        void vscode.commands.executeCommand('markdown.api.reloadPlugins');
    }),
  );
  return {
    extendMarkdownIt(md) {
      if (!vscode.workspace.getConfiguration().get(setting, true)) return md;
      try {
        showUnknownTags(md);
      } catch (error) {
        // Another extension has changed the parser's rules: the preview goes on without ours.
        log.warn(`Tags stay hidden in the built-in preview: ${String(error)}`);
      }
      return md;
    },
  };
}
