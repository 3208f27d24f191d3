/** Exports: pictures with their sidecars to files of a format. For the command line and for VS Code. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError, isCancelled } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';
import type { ImageSource } from '../../protocol/inference';
import { imageExtensions, isPictureName } from '../../protocol/pictureNames';
import { parseSidecar, sidecarConflict, sidecarPath } from '../sidecar';
import { DiskFile } from '../textFile';
import { commonFolder, DiskFolder, isFile, walk, type FoundFile } from './disk';
import type { ExportPicture, ExportPixels, PictureRegions } from './format';
import { defaultExportOptions, type ExportFormatId, type ExportOptions } from './formatList';
import { exporters } from './formats';
import { counted, Report } from './report';

export interface ExportJob {
  format: ExportFormatId;
  options?: Partial<ExportOptions>;
  /** Where the files go. */
  folder: string;
  items: AsyncIterable<PictureRegions>;
  pixels: ExportPixels;
  report?: Report;
  signal?: AbortSignal;
  /** Told before each picture. */
  onPicture?(picture: ExportPicture): void;
}

/** What an export did. */
export interface ExportSummary {
  pictures: number;
  regions: number;
  /** The files that were written, relative to the folder. */
  files: string[];
  /** What the format could not hold, in sentences. */
  notes: string[];
}

/**
 * Writes the files as the pictures come.
 * @throws GroundnoteError 'cancelled', 'io', 'bad-sidecar' for a file in the folder that is none of the format's, and what
 * reading pictures throws
 */
export async function runExport(job: ExportJob): Promise<ExportSummary> {
  const { report = new Report(), signal, pixels } = job;
  const files: string[] = [];
  const sources = new Set<string>();
  let [pictures, regions] = [0, 0];
  async function* items(): AsyncGenerator<PictureRegions> {
    for await (const item of job.items) {
      if (signal?.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
      job.onPicture?.(item.picture);
      if ('path' in item.picture.source) {
        sources.add(path.resolve(item.picture.source.path));
        sources.add(path.resolve(sidecarPath(item.picture.source.path)));
      }
      pictures++;
      regions += item.annotations.length;
      yield item;
    }
  }
  const folder = new DiskFolder(job.folder, (file) => sources.has(path.resolve(file)));
  const output = exporters[job.format](items(), {
    options: { ...defaultExportOptions, ...job.options },
    report,
    pixels,
    existing: (name) => folder.read(name),
    link: ({ source, path: name }, from) => linkTo(source, name, path.join(job.folder, from)),
  });
  for await (const file of output) {
    await folder.write(file);
    files.push(file.path);
  }
  return { pictures, regions: regions - report.leftOutCount, files, notes: report.sentences };
}

/** The address of a picture from a file of the export: relative where both are on one disk. */
function linkTo(source: ImageSource, name: string, from: string): string {
  if (!('path' in source)) return encodeURI(name);
  const relative = path.relative(path.dirname(from), source.path);
  if (path.isAbsolute(relative)) return pathToFileURL(source.path).href;
  return relative.split(path.sep).map(encodeURIComponent).join('/');
}

/** `12 regions of 3 images were exported as COCO.` */
export function exportSentence({ pictures, regions }: ExportSummary, title: string): string {
  return `${counted(regions, 'region')} of ${counted(pictures, 'image')} ${regions === 1 ? 'was' : 'were'} exported as ${title}.`;
}

export interface PictureReader {
  /** Size with the orientation applied. */
  size(image: ImageSource): Promise<Size>;
  /** The regions of a picture that is open, unsaved ones too. */
  open?(file: string): readonly Annotation[] | undefined;
  report: Report;
}

/** Pictures with regions, as they stand in their sidecars or, where they are open, in the panel. */
export async function* annotatedPictures(
  found: AsyncIterable<FoundFile> | Iterable<FoundFile>,
  { size, open, report }: PictureReader,
): AsyncGenerator<PictureRegions> {
  for await (const { file, path: name } of found) {
    try {
      const source = { path: file };
      const unsaved = open?.(file);
      const sidecar = new DiskFile(sidecarPath(file));
      const text = unsaved ? undefined : await sidecar.read();
      if (!unsaved && text === undefined) continue;
      const picture = { path: name, source, ...(await size(source)) };
      if (unsaved) {
        if (unsaved.length) yield { picture, annotations: unsaved, complete: true };
        continue;
      }
      const parsed = parseSidecar(text as string, sidecar.name, picture);
      const conflict = await sidecarConflict(
        parsed,
        sidecar.name,
        { ...picture, name: path.basename(file) },
        (other) => isFile(path.join(path.dirname(file), other)),
      );
      if (conflict) throw new GroundnoteError('bad-sidecar', conflict);
      if (parsed.keptCount)
        report.count(
          'kinds',
          (count) =>
            `${counted(count, 'shape')} of a kind that Groundnote does not know ${count === 1 ? 'was' : 'were'} left out.`,
          parsed.keptCount,
        );
      yield { picture, annotations: parsed.annotations, complete: true };
    } catch (error) {
      if (!(error instanceof GroundnoteError) || isCancelled(error)) throw error;
      report.failed('picture', error.message);
    }
  }
}

/** The pictures below a folder. */
export async function* picturesBelow(folder: string): AsyncGenerator<FoundFile> {
  for await (const found of walk(folder)) if (isPictureName(found.path)) yield found;
}

/** Pictures by their paths, and those below folders; the paths in files are relative to the folder that all have in common. */
export async function* picturesIn(places: readonly string[]): AsyncGenerator<FoundFile> {
  const resolved = await Promise.all(
    places.map(async (file) => {
      const info = await stat(file).catch((cause: unknown) => {
        throw new GroundnoteError('not-found', `“${file}” does not exist.`, { cause });
      });
      if (!info.isDirectory() && !isPictureName(file))
        throw new GroundnoteError('invalid-params', `“${file}” is no image (${imageExtensions.join(', ')}).`);
      return { file, isFolder: info.isDirectory() };
    }),
  );
  const root = commonFolder(resolved.map(({ file, isFolder }) => (isFolder ? file : path.dirname(file))));
  const relative = (file: string) => path.relative(root, file).split(path.sep).join('/');
  const seen = new Set<string>();
  for (const { file, isFolder } of resolved)
    for await (const found of isFolder ? picturesBelow(file) : [{ file }]) {
      if (seen.has(found.file)) continue;
      seen.add(found.file);
      yield { file: found.file, path: relative(found.file) };
    }
}
