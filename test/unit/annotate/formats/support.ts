/** Exports into memory, and imports out of it. */
import { cutoutPng } from '../../../../src/inference/process/exportPixels/cutout';
import { maskPng, readMaskShapes } from '../../../../src/inference/process/exportPixels/maskPng';
import { type ExportPicture, type InputFile } from '../../../../src/annotate/formats/format';
import {
  defaultExportOptions,
  type ExportFormatId,
  type ExportOptions,
  type ImportFormatId,
} from '../../../../src/annotate/formats/formatList';
import { exporters, importers } from '../../../../src/annotate/formats/formats';
import { Report } from '../../../../src/annotate/formats/report';
import type { Annotation } from '../../../../src/protocol/annotator';
import type { Geometry, Size } from '../../../../src/protocol/geometry';
import { encodeRle } from '../../../../src/protocol/rle';

export { cutoutPng };

export const size: Size = { width: 64, height: 48 };

/** A region drawn by hand. */
export const region = (
  id: string,
  label: string | undefined,
  geometry: Geometry,
  more: Partial<Annotation> = {},
): Annotation => ({
  id,
  ...(label !== undefined && { label }),
  geometry,
  provenance: { by: 'user' },
  ...more,
});

/** The mask of the pixels where `inside` holds. */
export function maskWhere(inside: (x: number, y: number) => boolean, { width, height } = size): Geometry {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (inside(x, y)) data[y * width + x] = 1;
  return { type: 'mask', mask: encodeRle({ width, height, data }) };
}

export const box = (x1: number, y1: number, x2: number, y2: number): Geometry => ({
  type: 'box',
  box: [x1, y1, x2, y2],
});
export const polygon = (...polygons: [number, number][][]): Geometry => ({ type: 'polygon', polygons });

export interface Exported {
  files: Map<string, string | Uint8Array>;
  notes: string[];
  /** A text file. */
  text(path: string): string;
}

/** Exports pictures (path → regions); `before` is what lies in the folder. */
export async function exported(
  format: ExportFormatId,
  pictures: Readonly<Record<string, readonly Annotation[]>>,
  {
    options = {},
    before = new Map<string, string | Uint8Array>(),
    complete = true,
    picture = size,
  }: {
    options?: Partial<ExportOptions>;
    before?: ReadonlyMap<string, string | Uint8Array>;
    complete?: boolean;
    picture?: Size;
  } = {},
): Promise<Exported> {
  const report = new Report();
  async function* items() {
    for (const [path, annotations] of Object.entries(pictures))
      yield { picture: { path, source: { path: `/pictures/${path}` }, ...picture }, annotations, complete };
  }
  const files = new Map(before);
  const output = exporters[format](items(), {
    options: { ...defaultExportOptions, ...options },
    report,
    pixels: {
      mask: async (of, shapes, palette) => maskPng(of, shapes, palette),
      overlay: async (_, regions) => new TextEncoder().encode(JSON.stringify(regions)),
      embedded: async () => ({ mime: 'image/png', bytes: new Uint8Array([1, 2, 3]) }),
    },
    existing: async (path) => {
      const file = before.get(path);
      return typeof file === 'string' ? file : undefined;
    },
    link: ({ path }: ExportPicture) => `../${encodeURI(path)}`,
  });
  for await (const { path, data } of output) {
    if (typeof data === 'string' || data instanceof Uint8Array) files.set(path, data);
    else {
      let text = '';
      for await (const piece of data) text += piece;
      files.set(path, text);
    }
  }
  return {
    files,
    notes: report.sentences,
    text: (path) => {
      const file = files.get(path);
      if (typeof file !== 'string')
        throw new Error(`${path} is no text; there are ${[...files.keys()].join(', ')}.`);
      return file;
    },
  };
}

/** Imports files (path → content); answers regions by picture as the files name it. */
export async function imported(
  format: ImportFormatId,
  files: ReadonlyMap<string, string | Uint8Array> | Readonly<Record<string, string>>,
  picture: Size = size,
): Promise<{ pictures: Map<string, Annotation[]>; notes: string[] }> {
  const report = new Report();
  const entries =
    files instanceof Map ? [...(files as Map<string, string | Uint8Array>)] : Object.entries(files);
  const inputs = entries.map(([path, content]): InputFile => ({
    path,
    text: async () => (typeof content === 'string' ? content : new TextDecoder().decode(content)),
    bytes: async () =>
      new Uint8Array(typeof content === 'string' ? new TextEncoder().encode(content) : content),
  }));
  const pictures = new Map<string, Annotation[]>();
  const found = importers[format](inputs, {
    report,
    maskShapes: async (name, png) => readMaskShapes(name, png),
  });
  for await (const { name, regions } of found) pictures.set(name, await regions(picture));
  return { pictures, notes: report.sentences };
}
