/** Answers a panel that wants to export, to import, or a region as a picture. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import { cutOutRegion, exportRequested, importRequested, saveCutout } from '../../protocol/exchange';
import { renderCutout } from '../../protocol/exportPixels';
import type { AnnotatorDocument } from '../annotatorDocument';
import type { PanelPart } from '../annotatorPanel';
import { writeError } from '../textFile';
import { said } from '../dialogs';
import type { ExchangeServices } from './services';

export function exchangePart(services: ExchangeServices): PanelPart {
  return ({ document }, endpoint) => {
    const cutOut = async (regionId: string, signal?: AbortSignal) =>
      services.inference.request(
        renderCutout,
        { image: await document.picture.source(), geometry: regionOf(document, regionId).geometry },
        signal ? { signal } : {},
      );
    endpoint.on(
      exportRequested,
      ({ regionIds }) =>
        void said(import('./exportFlow').then((flow) => flow.exportFromPanel(services, document, regionIds))),
    );
    endpoint.on(
      importRequested,
      () => void said(import('./importFlow').then((flow) => flow.importFromPanel(services, document))),
    );
    endpoint.handle(cutOutRegion, async ({ regionId }, { signal }) => ({
      png: (await cutOut(regionId, signal)).png,
    }));
    endpoint.handle(saveCutout, async ({ regionId }) => {
      const { png } = await cutOut(regionId);
      const file = await vscode.window.showSaveDialog({
        defaultUri: cutoutUri(document.uri, regionOf(document, regionId)),
        filters: { PNG: ['png'] },
        title: 'Save Cut-Out',
      });
      if (!file) return {};
      if (file.scheme === 'file')
        await writeFile(file.fsPath, png).catch((error: unknown) => {
          throw writeError(path.basename(file.fsPath), path.dirname(file.fsPath), error);
        });
      else await vscode.workspace.fs.writeFile(file, png);
      return { saved: vscode.workspace.asRelativePath(file) };
    });
    return new vscode.Disposable(() => undefined);
  };
}

function regionOf(document: AnnotatorDocument, id: string): Annotation {
  const region = document.session.annotations.find((each) => each.id === id);
  if (!region) throw new GroundnoteError('not-found', 'This region is not there any more.');
  return region;
}

/** `photo.png` and the label `cup` → `photo.cup.png`, beside the picture. */
function cutoutUri(image: vscode.Uri, { label }: Annotation): vscode.Uri {
  const stem = path.posix.basename(image.path, path.posix.extname(image.path));
  const words = (label ?? '').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return vscode.Uri.joinPath(image, '..', `${stem}.${words || 'cut-out'}.png`);
}
