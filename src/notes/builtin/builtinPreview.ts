/** VS Code's own Markdown preview: what this extension adds to it, and when that is there. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownIt } from 'markdown-it';
import * as vscode from 'vscode';
import { sidecarPath } from '../../annotate/sidecar';
import { readOverlay } from '../ground/overlays';
import type { FigureOverlay } from '../markdown/overlay';
import { figureUri } from '../preview/figureUris';
import { showUnknownTags } from './markdownIt';
import { drawRegions } from './regionOverlays';

/** What `activate` returns: the Markdown extension of VS Code calls it with its parser. */
export interface MarkdownItPlugin {
  extendMarkdownIt(md: MarkdownIt): MarkdownIt;
}

const setting = 'groundnote.builtinPreview.enabled';
/** The built-in preview renders where all extensions run: a larger sidecar would hold them up. */
const mostSidecarBytes = 8_000_000;
/** Folders whose sidecars are watched; the pictures of one note seldom lie in more. */
const mostFolders = 64;
/** Saves that come together make one refresh. */
const refreshMs = 200;

/** Adds to the built-in preview what it lacks, while the setting says so. */
export function extendBuiltinPreview(
  context: Pick<vscode.ExtensionContext, 'subscriptions'>,
  log: vscode.LogOutputChannel,
): MarkdownItPlugin {
  const sidecars = new WatchedSidecars();
  context.subscriptions.push(
    sidecars,
    vscode.workspace.onDidChangeConfiguration((event) => {
      // The preview makes a new parser, which comes to us again or stays as it is.
      if (event.affectsConfiguration(setting))
        void vscode.commands.executeCommand('markdown.api.reloadPlugins');
    }),
  );
  const findOverlay = (note: string, source: string) => {
    const { uri, exists } = figureUri(vscode.Uri.file(note), source);
    return exists ? sidecars.overlayOf(uri.fsPath) : undefined;
  };
  return {
    extendMarkdownIt(md) {
      if (!vscode.workspace.getConfiguration().get(setting, true)) return md;
      try {
        drawRegions(md, findOverlay);
        showUnknownTags(md);
      } catch (error) {
        // Another extension has changed the parser's rules: the preview goes on without ours.
        log.warn(`Tags stay hidden in the built-in preview: ${String(error)}`);
      }
      return md;
    },
  };
}

/** The sidecars of the pictures that built-in previews have shown: when one changes, they show it. */
class WatchedSidecars implements vscode.Disposable {
  private readonly known = new Set<string>();
  private readonly folders = new Map<string, vscode.Disposable>();
  private timer: NodeJS.Timeout | undefined;

  /** The regions of a picture on disk, read in time for the page that is being rendered. */
  overlayOf(imagePath: string): FigureOverlay | undefined {
    const sidecar = sidecarPath(imagePath);
    this.watch(sidecar);
    const size = statSync(sidecar, { throwIfNoEntry: false })?.size ?? 0;
    return size > 0 && size <= mostSidecarBytes ? readOverlay(imagePath) : undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.folders.values()) watcher.dispose();
    this.folders.clear();
  }

  private watch(sidecar: string): void {
    this.known.add(sidecar);
    const folder = path.dirname(sidecar);
    if (this.folders.has(folder) || this.folders.size >= mostFolders) return;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), '*.json'),
    );
    const changed = (uri: vscode.Uri) => {
      if (this.known.has(uri.fsPath)) this.refreshSoon();
    };
    this.folders.set(
      folder,
      vscode.Disposable.from(
        watcher,
        watcher.onDidCreate(changed),
        watcher.onDidChange(changed),
        watcher.onDidDelete(changed),
      ),
    );
  }

  private refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void vscode.commands.executeCommand('markdown.preview.refresh');
    }, refreshMs);
  }
}
