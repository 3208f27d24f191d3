/** “Add Model Pack…”: from the catalogue, the hub, an address, or this machine. */
import * as vscode from 'vscode';
import type { PackSource } from '../../inference/packs/install/types';
import { GroundnoteError } from '../../protocol/errors';
import { modelFor, ofKind } from './pickModel';
import type { Models } from './models';
import { readRepo } from './repository';

/** Where the pack comes from. @throws GroundnoteError cancelled, not-found */
export async function askForSource(models: Models): Promise<PackSource> {
  const picked = await vscode.window.showQuickPick(
    [
      { label: '$(list-unordered) From the catalogue…', detail: 'Models that are known to work', from: 'catalogue' },
      { label: '$(cloud) From a hub repository…', detail: 'owner/name, in the Hugging Face layout', from: 'hub' },
      { label: '$(link) From an address…', detail: 'An archive (.zip, .tar.gz) or one .onnx file', from: 'url' },
      { label: '$(folder) From a folder…', detail: 'A pack or a downloaded repository', from: 'folder' },
      { label: '$(file-zip) From a file…', detail: 'An archive (.zip, .tar.gz) or one .onnx file', from: 'file' },
    ] as const,
    { title: 'Add Model Pack', placeHolder: 'Where does it come from?' },
  );
  switch (picked?.from) {
    case 'catalogue': {
      const { entry } = await modelFor(models, undefined, ofKind('available'), {
        placeHolder: 'Which model?',
        none: 'All models of the catalogue are installed.',
      });
      return { from: 'catalogue', id: entry.id };
    }
    case 'hub':
      return hubSource(
        await ask({
          prompt: 'Repository: owner/name, with @revision where it is not main; or its address',
          placeHolder: 'Xenova/slimsam-77-uniform',
          validateInput: (value) =>
            readRepo(value) ? undefined : 'Type a repository as owner/name, or its address.',
        }),
      );
    case 'url': {
      const url = await ask({
        prompt: 'Address of an archive (.zip, .tar.gz, .tgz) or of one .onnx file',
        placeHolder: 'https://…',
        validateInput: (value) => (isWebAddress(value) ? undefined : 'Type an address that begins with https:// or http://.'),
      });
      return { from: 'url', url: url.trim() };
    }
    case 'folder':
      return fromDisk(await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: 'Add' }));
    case 'file':
      return fromDisk(
        await vscode.window.showOpenDialog({
          openLabel: 'Add',
          filters: { 'Archives and ONNX models': ['zip', 'gz', 'tgz', 'onnx'] },
        }),
      );
    default:
      throw cancelled();
  }
}

function hubSource(text: string): PackSource {
  const repo = readRepo(text);
  if (!repo) throw cancelled();
  return { from: 'hub', ...repo };
}

function isWebAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text.trim()).protocol);
  } catch {
    return false;
  }
}

function fromDisk(uris: readonly vscode.Uri[] | undefined): PackSource {
  const [uri] = uris ?? [];
  if (!uri) throw cancelled();
  if (uri.scheme !== 'file')
    throw new GroundnoteError('unsupported', 'Only files of the machine that runs Groundnote can be added.');
  return { from: 'path', path: uri.fsPath };
}

async function ask(options: vscode.InputBoxOptions): Promise<string> {
  const text = await vscode.window.showInputBox({ title: 'Add Model Pack', ignoreFocusOut: true, ...options });
  if (!text?.trim()) throw cancelled();
  return text;
}

const cancelled = () => new GroundnoteError('cancelled', 'Cancelled.');
