/** “Export Annotations…”: asks for the format, what and where, and says in the end what was written and what was left out. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { imageInfo } from '../../protocol/inference';
import type { AnnotatorDocument } from '../annotatorDocument';
import type { FoundFile } from '../formats/disk';
import type { ExportJob } from '../formats/exportJob';
import type { PictureRegions } from '../formats/format';
import {
  defaultExportOptions,
  exportFormatIds,
  formatInfos,
  formatVariants,
  outputFolders,
  type ExportFormatId,
  type ExportOptions,
} from '../formats/formatList';
import type { Report } from '../formats/report';
import { answered, choose, withProgress } from '../dialogs';
import { choosePlace } from './choosePlace';
import { nearbyFolders } from './nearby';
import { onDisk, type ExchangeServices } from './services';

interface Chosen {
  format: ExportFormatId;
  options: Partial<ExportOptions>;
}

/** Pictures to export, made when the export runs. */
interface Scope {
  /** The folder that is offered first. */
  start: vscode.Uri;
  items(
    report: Report,
    signal: AbortSignal,
  ): AsyncIterable<PictureRegions> | Promise<AsyncIterable<PictureRegions>>;
}

/** From the side panel: the selected regions, the picture or its folder. */
export async function exportFromPanel(
  services: ExchangeServices,
  document: AnnotatorDocument,
  selected: readonly string[],
): Promise<void> {
  const chosen = await chooseFormat();
  const { annotations } = document.session;
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const of = (count: number) => `${count} region${count === 1 ? '' : 's'}`;
  const one = (ids?: readonly string[]): Scope => ({
    start: folder,
    async *items() {
      const regions = document.session.annotations.filter(({ id }) => !ids || ids.includes(id));
      const [size, source] = await Promise.all([document.picture.size(), document.picture.source()]);
      yield {
        picture: { path: document.picture.name, source, ...size },
        annotations: regions,
        complete: !ids,
      };
    },
  });
  const { scope } = await choose(
    [
      ...(selected.length && selected.length < annotations.length
        ? [{ label: 'Selected regions', description: of(selected.length), scope: one(selected) }]
        : []),
      { label: 'This image', description: of(annotations.length), scope: one() },
      ...(folder.scheme === 'file'
        ? [
            {
              label: 'All annotated images of the folder',
              description: path.posix.basename(folder.path),
              scope: folderScope(services, [folder]),
            },
          ]
        : []),
    ],
    'Export What?',
  );
  await runExportFlow(services, chosen, scope);
}

/** From the explorer: folders and pictures. */
export async function exportPlaces(services: ExchangeServices, places: readonly vscode.Uri[]): Promise<void> {
  places.forEach(onDisk);
  await runExportFlow(services, await chooseFormat(), folderScope(services, places));
}

/** The annotated pictures below folders, and named ones. */
function folderScope({ inference, regionsOf }: ExchangeServices, places: readonly vscode.Uri[]): Scope {
  const [first] = places as [vscode.Uri];
  return {
    start: places.length > 1 ? vscode.Uri.joinPath(first, '..') : first,
    async items(report, signal) {
      const { annotatedPictures, picturesIn } = await import('../formats/exportJob');
      const found: AsyncIterable<FoundFile> = picturesIn(places.map(onDisk));
      return annotatedPictures(found, {
        size: (image) => inference.request(imageInfo, { image }, { signal }),
        open: (file) => regionsOf(vscode.Uri.file(file)),
        report,
      });
    },
  };
}

async function chooseFormat(): Promise<Chosen> {
  const { format } = await choose(
    exportFormatIds.map((id) => ({
      label: formatInfos[id].title,
      detail: formatInfos[id].holds,
      format: id,
    })),
    'Export Annotations: Format',
  );
  const variants = formatVariants[format] ?? [];
  if (!variants.length) return { format, options: {} };
  const items = variants.map(({ title, detail, options }) => ({ label: title, detail, options }));
  const { options } = await choose(items, `Export as ${formatInfos[format].title}`);
  return { format, options };
}

async function runExportFlow(
  { inference }: ExchangeServices,
  { format, options }: Chosen,
  { start, items }: Scope,
): Promise<void> {
  const { title } = formatInfos[format];
  const folder = await choosePlace(
    start.scheme === 'file' ? await nearbyFolders(start.fsPath) : [],
    start,
    `Export as ${title}: Folder`,
    { canSelectFolders: true, canSelectFiles: false, openLabel: 'Export Here' },
  );
  await confirmReplacing(folder, outputFolders(format, { ...defaultExportOptions, ...options }));
  const { exportSentence, runExport } = await import('../formats/exportJob');
  const { processPixels } = await import('../formats/pixels');
  const { Report } = await import('../formats/report');
  const summary = await withProgress(`Exporting as ${title}`, async (signal, say) => {
    const report = new Report();
    const job: ExportJob = {
      format,
      options,
      folder,
      items: await items(report, signal),
      pixels: processPixels(inference, { signal }),
      report,
      signal,
      onPicture: (picture) => say(picture.path),
    };
    return runExport(job);
  });
  const text = [exportSentence(summary, title), ...summary.notes].join(' ');
  if (!summary.pictures) {
    void vscode.window.showWarningMessage(
      ['There are no annotated images to export.', ...summary.notes].join(' '),
    );
    return;
  }
  await offerResult(
    text,
    summary.notes.length > 0,
    vscode.Uri.file(path.join(folder, summary.files[0] ?? '')),
  );
}

/** COCO, CSV and lists of classes are extended; files of one picture each are replaced, which is asked about. */
async function confirmReplacing(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const there = await readdir(path.join(folder, name)).catch(() => []);
    if (!there.length) continue;
    const replace = 'Replace';
    const answer = await vscode.window.showWarningMessage(
      `The folder “${name}” has files already.`,
      { modal: true, detail: 'Those of the same names will be replaced.' },
      replace,
    );
    answered(answer === replace ? true : undefined);
  }
}

async function offerResult(text: string, isWarning: boolean, file: vscode.Uri): Promise<void> {
  const [open, show] = ['Open', 'Show Folder'];
  const ask = isWarning ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const answer = await ask(text, open, show);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', file);
  if (answer === show)
    await vscode.commands.executeCommand(
      vscode.workspace.getWorkspaceFolder(file) ? 'revealInExplorer' : 'revealFileInOS',
      file,
    );
}
