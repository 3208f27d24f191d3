/** “Import Annotations…”: asks for the format, the file and where to, and says in the end what was found and what not. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import { readMaskShapes } from '../../protocol/exportPixels';
import { imageInfo } from '../../protocol/inference';
import type { AnnotatorDocument } from '../annotatorDocument';
import type { FoundFile } from '../formats/disk';
import { mergeRegions } from '../formats/merge';
import { formatInfos, importFormatIds, type ImportFormatId } from '../formats/formatList';
import type { ImportJob, ImportSummary } from '../formats/importJob';
import { choose, withProgress } from '../dialogs';
import { choosePlace } from './choosePlace';
import { nearbyFiles, nearbySources } from './nearby';
import { onDisk, type ExchangeServices } from './services';

/** From the side panel: into the picture, as one undo step, or into those of its folder. */
export async function importFromPanel(
  services: ExchangeServices,
  document: AnnotatorDocument,
): Promise<void> {
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const { all } = await choose(
    [
      { label: 'Into this image', description: document.picture.name, all: false },
      ...(folder.scheme === 'file'
        ? [
            {
              label: 'Into the images of the folder',
              description: path.posix.basename(folder.path),
              all: true,
            },
          ]
        : []),
    ],
    'Import Annotations',
  );
  if (all) return importIntoFolder(services, folder);
  const { format, place } = await chooseSource(folder);
  const picture: FoundFile = { file: document.uri.toString(), path: document.picture.name };
  const summary = await runImportFlow(services, format, place, [picture], {
    only: true,
    merge: true,
    size: () => document.picture.size(),
    applyOpen: (_, regions) => {
      applyRegions(services, document.uri, document.session.annotations, regions);
      return true;
    },
  });
  await sayResult(summary);
}

/** Into the pictures of a folder: those that are open get an edit each, the others' sidecars are written. */
export async function importIntoFolder(services: ExchangeServices, folder: vscode.Uri): Promise<void> {
  const root = onDisk(folder);
  const { format, place } = await chooseSource(folder);
  const { merge } = await choose(
    [
      {
        label: 'Leave annotated images alone',
        detail: 'Only images without annotations get some',
        merge: false,
      },
      {
        label: 'Add to annotated images',
        detail: 'Regions of an earlier import are replaced by their new versions',
        merge: true,
      },
    ],
    'Images That Have Annotations',
  );
  const { picturesBelow } = await import('../formats/exportJob');
  const pictures: FoundFile[] = [];
  for await (const found of picturesBelow(root)) pictures.push(found);
  const summary = await runImportFlow(services, format, place, pictures, {
    merge,
    size: ({ file }, signal) => services.inference.request(imageInfo, { image: { path: file } }, { signal }),
    applyOpen: (file, regions) => {
      const uri = vscode.Uri.file(file);
      const before = services.regionsOf(uri);
      if (!before) return false;
      if (before.length && !merge)
        throw new GroundnoteError('io', `${path.basename(file)} has annotations already and was left alone.`);
      applyRegions(services, uri, before, regions);
      return true;
    },
  });
  await sayResult(summary);
}

function applyRegions(
  services: ExchangeServices,
  uri: vscode.Uri,
  before: readonly Annotation[],
  regions: readonly Annotation[],
): void {
  services.apply(uri, { title: 'Import Annotations', put: mergeRegions(before, regions).put, remove: [] });
}

async function chooseSource(folder: vscode.Uri): Promise<{ format: ImportFormatId; place: string }> {
  const { format } = await choose(
    importFormatIds.map((id) => ({
      label: formatInfos[id].title,
      detail: formatInfos[id].holds,
      format: id,
    })),
    'Import Annotations: Format',
  );
  const { title, extensions } = formatInfos[format];
  // A dialog of Windows and Linux takes either files or folders.
  const { isFolder } =
    format === 'coco' || format === 'csv'
      ? { isFolder: false }
      : await choose(
          [
            {
              label: 'A folder',
              detail: `All files of ${title} below it, with its list of classes`,
              isFolder: true,
            },
            { label: 'A file', detail: extensions.map((each) => `.${each}`).join(', '), isFolder: false },
          ],
          `Import ${title}`,
        );
  const nearby =
    folder.scheme !== 'file'
      ? []
      : isFolder
        ? await nearbySources(folder.fsPath, extensions)
        : await nearbyFiles(folder.fsPath, extensions);
  const place = await choosePlace(nearby, folder, `Import ${title}`, {
    canSelectFiles: !isFolder,
    canSelectFolders: isFolder,
    openLabel: 'Import',
    ...(!isFolder && { filters: { [title]: [...extensions] } }),
  });
  return { format, place };
}

async function runImportFlow(
  { inference }: ExchangeServices,
  format: ImportFormatId,
  place: string,
  pictures: readonly FoundFile[],
  job: Pick<ImportJob, 'only' | 'merge' | 'applyOpen'> & {
    size(found: FoundFile, signal: AbortSignal): ReturnType<ImportJob['size']>;
  },
): Promise<ImportSummary> {
  const { inputFiles } = await import('../formats/disk');
  const { runImport } = await import('../formats/importJob');
  return withProgress(`Importing ${formatInfos[format].title}`, async (signal, say) =>
    runImport({
      ...job,
      format,
      files: (await inputFiles(place)).files,
      pictures,
      size: (found) => job.size(found, signal),
      maskShapes: (name, png) => inference.request(readMaskShapes, { name, png }, { signal }),
      signal,
      onPicture: (picture) => say(picture.path),
    }),
  );
}

async function sayResult(summary: ImportSummary): Promise<void> {
  const { importSentence } = await import('../formats/importJob');
  const text = [importSentence(summary), ...summary.notes].join(' ');
  if (!summary.regions || summary.notes.length) void vscode.window.showWarningMessage(text);
  else void vscode.window.showInformationMessage(text);
}
