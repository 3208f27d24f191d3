/** `export` and `import`: annotations between sidecars and the formats of other tools. */
import path from 'node:path';
import { inputFiles, type FoundFile } from '../annotate/formats/disk';
import {
  annotatedPictures,
  exportSentence,
  picturesBelow,
  picturesIn,
  runExport,
} from '../annotate/formats/exportJob';
import {
  formatInfos,
  type ExportFormatId,
  type ExportOptions,
  type ImportFormatId,
} from '../annotate/formats/formatList';
import { importSentence, runImport } from '../annotate/formats/importJob';
import { runtimePixels } from '../annotate/formats/pixels';
import { Report } from '../annotate/formats/report';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError } from '../protocol/errors';
import { clearProgress, contextOf, printJson, showProgress, type CliIo } from './io';

export interface ExportArguments extends Partial<ExportOptions> {
  format: ExportFormatId;
  out: string;
  json?: boolean;
}

/** @throws GroundnoteError not-found, io, bad-sidecar, invalid-params when no picture has annotations */
export async function exportImages(
  io: CliIo,
  runtime: Runtime,
  places: readonly string[],
  { format, out, json, ...options }: ExportArguments,
): Promise<void> {
  const report = new Report();
  const summary = await runExport({
    format,
    options,
    folder: path.resolve(out),
    items: annotatedPictures(picturesIn(places.map((place) => path.resolve(place))), {
      size: (image) => runtime.imageInfo({ image }, contextOf(io)),
      report,
    }),
    pixels: runtimePixels(runtime, contextOf(io)),
    report,
    signal: io.signal,
    onPicture: ({ path: name }) => showProgress(io, { phase: name }),
  });
  clearProgress(io);
  for (const note of summary.notes) io.err(`${note}\n`);
  if (!summary.pictures)
    throw new GroundnoteError('not-found', 'No annotated image was found, so nothing was exported.');
  if (json) printJson(io, summary);
  else io.out(`${exportSentence(summary, formatInfos[format].title)}\n`);
}

export interface ImportArguments {
  format: ImportFormatId;
  images?: string;
  merge?: boolean;
  json?: boolean;
}

/** @throws GroundnoteError not-found, io, bad-sidecar for a file that is none of the format's */
export async function importFile(
  io: CliIo,
  runtime: Runtime,
  place: string,
  { format, images, merge = false, json }: ImportArguments,
): Promise<void> {
  const { root, files } = await inputFiles(path.resolve(place));
  const pictures: FoundFile[] = [];
  for await (const found of picturesBelow(path.resolve(images ?? root))) pictures.push(found);
  const context = contextOf(io);
  const summary = await runImport({
    format,
    files,
    pictures,
    merge,
    signal: io.signal,
    size: ({ file }) => runtime.imageInfo({ image: { path: file } }, context),
    maskShapes: (name, png) => runtime.readMaskShapes({ name, png }, context),
    onPicture: ({ path: name }) => showProgress(io, { phase: name }),
  });
  clearProgress(io);
  for (const note of summary.notes) io.err(`${note}\n`);
  if (json) printJson(io, summary);
  else io.out(`${importSentence(summary)}\n`);
  if (!summary.regions && !json) throw new GroundnoteError('not-found', 'Nothing was imported.');
}
