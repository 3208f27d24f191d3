/**
 * Mask PNG: pictures of numbers, with the later regions over the earlier ones. The values are those of classes
 * (`SegmentationClass`, named in `classes.txt` from 0, the background, on) or of regions (`SegmentationObject`, named in
 * `instances.csv`). Up to 255 of them make a PNG of 8 bits with Pascal VOC's palette; more make one of 16 bits of grey.
 */
import path from 'node:path/posix';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import type { MaskShape } from '../../protocol/exportPixels';
import { csvRow, parseCsv } from './csv';
import {
  defaultLabel,
  type ExportContext,
  type ImportContext,
  type ImportedPicture,
  type InputFile,
  type OutputFile,
  type PictureRegions,
} from './format';
import { isArea } from './geometry';
import { OutputNames, RegionIds } from './names';

const maskFolders = { class: 'SegmentationClass', instance: 'SegmentationObject' } as const;
const classesFile = 'classes.txt';
const instancesFile = 'instances.csv';
const background = '_background_';
const most = 65_535;

export async function* exportMasks(
  items: AsyncIterable<PictureRegions>,
  { options, report, existing, pixels }: ExportContext,
): AsyncGenerator<OutputFile> {
  const byClass = options.values === 'class';
  const names = new OutputNames(maskFolders[options.values], '.png');
  const classes = byClass ? readClasses(await existing(classesFile)) : [];
  const numbers = new Map(classes.map((name, i) => [name, i] as const).reverse());
  const classOf = (label: string) => {
    const name = label.replace(/[\r\n]+/g, ' ');
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = classes.push(name) - 1));
    return number;
  };
  // The lines of an earlier export that are about other files stay.
  const earlier = byClass ? [] : parseCsv((await existing(instancesFile)) ?? '').slice(1);
  const instances: (readonly (string | number)[])[] = [];
  const written = new Set<string>();
  for await (const { picture, annotations } of items) {
    const shapes: MaskShape[] = [];
    const file = names.of(picture.path);
    written.add(file);
    for (const annotation of annotations) {
      if (!isArea(annotation)) {
        report.leftOut(annotation, 'mask PNGs hold regions with an area only');
        continue;
      }
      const label = annotation.label ?? defaultLabel;
      const value = byClass ? classOf(label) : shapes.length + 1;
      if (value > most)
        throw new GroundnoteError('unsupported', `A mask PNG holds ${most} values; ${file} needs more.`);
      shapes.push({ value, geometry: annotation.geometry });
      if (!byClass) instances.push([file, value, label]);
    }
    const largest = shapes.reduce((max, { value }) => Math.max(max, value), 0);
    const palette = largest <= 255 ? vocPalette : undefined;
    yield { path: file, data: await pixels.mask(picture, shapes, palette) };
  }
  if (byClass) yield { path: classesFile, data: classes.map((name) => `${name}\n`).join('') };
  else {
    const others = earlier.filter(([file = '']) => !written.has(file));
    const rows = [['file', 'value', 'label'], ...others, ...instances];
    yield { path: instancesFile, data: rows.map(csvRow).join('') };
  }
}

/** Names by value; a list of an earlier export keeps its numbers. */
function readClasses(text: string | undefined): string[] {
  const lines = (text ?? '').replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.length && lines.at(-1) === '') lines.pop();
  return lines.length ? lines : [background];
}

/** Pascal VOC's colours: three bits of the value for each channel, from the highest bit down. */
const vocPalette: readonly string[] = Array.from({ length: 256 }, (_, value) => {
  const channel = (first: number) => {
    let color = 0;
    for (let bit = 0; bit < 3; bit++) color |= ((value >> (3 * bit + first)) & 1) << (7 - bit);
    return color.toString(16).padStart(2, '0');
  };
  return `#${channel(0)}${channel(1)}${channel(2)}`;
});

/** One picture for each PNG; each value becomes a region. */
export async function* importMasks(
  files: readonly InputFile[],
  { maskShapes }: ImportContext,
): AsyncGenerator<ImportedPicture> {
  const textOf = (name: string) =>
    files.find((file) => path.basename(file.path).toLowerCase() === name)?.text();
  const classes = readClasses(await textOf(classesFile));
  const instances = new Map<string, string>();
  const [, ...rows] = parseCsv((await textOf(instancesFile)) ?? '');
  for (const [file = '', value = '', label = ''] of rows) instances.set(`${file}\n${value}`, label);
  for (const file of files.filter(({ path: name }) => /\.png$/i.test(name))) {
    const labelOf = (value: number) =>
      instances.get(`${file.path}\n${value}`) ?? classes[value] ?? `class ${value}`;
    const { width, height, shapes } = await maskShapes(file.path, await file.bytes());
    yield {
      name: file.path.replace(/^(.*\/)?Segmentation(Class|Object)\//, '').replace(/\.png$/i, ''),
      stemOnly: true,
      size: { width, height },
      regions: () => {
        const ids = new RegionIds('mask');
        // 255 is the border that Pascal VOC leaves undecided, unless the classes name it.
        return shapes
          .filter(({ value }) => value !== 255 || classes.length > 255 || instances.has(`${file.path}\n255`))
          .map(({ value, mask }): Annotation => {
            const label = labelOf(value);
            return {
              id: ids.of([label, mask]),
              label,
              geometry: { type: 'mask', mask },
              provenance: { by: 'user' },
            };
          });
      },
    };
  }
}
