/**
 * What exports and imports share: streams of pictures with their regions in, files out (and the other way round). Nothing
 * here touches the disk, VS Code or pixels by itself.
 */
import type { Annotation } from '../../protocol/annotator';
import type { Rle, Size } from '../../protocol/geometry';
import type { ImageSource, OverlayPictureRegion } from '../../protocol/inference';
import type { MaskShape } from '../../protocol/exportPixels';
import type { ExportOptions } from './formatList';
import type { Report } from './report';

/** A picture as exports name it. */
export interface ExportPicture extends Size {
  /** Its path as the files name it: relative to the folder that is exported, `/` between the parts. */
  path: string;
  source: ImageSource;
}

/** A picture and regions of it, from the lowest to the topmost. */
export interface PictureRegions {
  picture: ExportPicture;
  annotations: readonly Annotation[];
  /** Whether these are all its regions, and no selection. */
  complete: boolean;
}

/** A file of an export; `path` is relative to the export's folder. A stream must be read to its end before the next file. */
export interface OutputFile {
  path: string;
  data: string | Uint8Array | AsyncIterable<string>;
}

/** Pixels are worked on elsewhere: in the inference process, or by the command line itself. */
export interface ExportPixels {
  /** A PNG whose pixels are the values of the shapes, 0 elsewhere; with a palette of 8 bits, else of 16 bits of grey. */
  mask(size: Size, shapes: readonly MaskShape[], palette: readonly string[] | undefined): Promise<Uint8Array>;
  /** The oriented picture with regions drawn on it, as PNG. */
  overlay(image: ImageSource, regions: readonly OverlayPictureRegion[]): Promise<Uint8Array>;
  /** The oriented picture as a file that browsers show: its own bytes where they are one. */
  embedded(image: ImageSource): Promise<{ mime: string; bytes: Uint8Array }>;
}

export interface ExportContext {
  options: ExportOptions;
  /** Told what the format cannot hold. */
  report: Report;
  pixels: ExportPixels;
  /** The text of a file that is in the export's folder already. */
  existing(path: string): Promise<string | undefined>;
  /** The address of a picture from a file of the export. */
  link(picture: ExportPicture, from: string): string;
}

/** Turns pictures into files, as they come. */
export type Exporter = (
  items: AsyncIterable<PictureRegions>,
  context: ExportContext,
) => AsyncIterable<OutputFile>;

/** A picture that an imported file speaks of. */
export interface ImportedPicture {
  /** As the file names it: a path, a name, or, with `stemOnly`, one without its extension. */
  name: string;
  stemOnly?: boolean;
  /** Size as the file tells it. */
  size?: Size;
  /** Its regions. `size` is that of the picture. @throws GroundnoteError when they do not fit it */
  regions(size: Size): Promise<Annotation[]> | Annotation[];
}

/** A file that is imported. */
export interface InputFile {
  /** Relative to the folder that is imported, `/` between the parts. */
  path: string;
  text(): Promise<string>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface ImportContext {
  report: Report;
  /** The pixels of each value but 0 of a PNG; of a palette the values are the places in it. */
  maskShapes(
    name: string,
    png: Uint8Array<ArrayBuffer>,
  ): Promise<Size & { shapes: { value: number; mask: Rle }[] }>;
}

/** Turns files into pictures, as they come. */
export type Importer = (
  files: readonly InputFile[],
  context: ImportContext,
) => AsyncIterable<ImportedPicture>;

/** The label in files that want one on each region. */
export { defaultLabel } from '../labelme';
