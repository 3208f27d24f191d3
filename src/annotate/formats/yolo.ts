/**
 * YOLO: one text file for each picture, a line for each region, coordinates as shares of the picture's sides; the classes in
 * `data.yaml` and `classes.txt`. Classes keep the numbers that a file of before gave them; new ones come after.
 */
import path from 'node:path/posix';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import type { Geometry, Point, Size } from '../../protocol/geometry';
import { boxOfGeometry } from '../../regions/geometry';
import {
  defaultLabel,
  type ExportContext,
  type ImportContext,
  type ImportedPicture,
  type InputFile,
  type OutputFile,
  type PictureRegions,
} from './format';
import { clipped, isArea, outlinesOf, type AreaAnnotation } from './geometry';
import { OutputNames, RegionIds } from './names';

const yoloFolder = 'labels';
const dataFile = 'data.yaml';
const classesFile = 'classes.txt';

const dataSchema = z.looseObject({
  names: z.union([z.array(z.coerce.string()), z.record(z.string(), z.coerce.string())]).optional(),
});

const asBoxes = { one: 'written as its box', many: 'written as their boxes' };
const joined = {
  one: 'joined by lines of no width: YOLO holds one outline for a region',
  many: 'joined by lines of no width: YOLO holds one outline for a region',
};

export async function* exportYolo(
  items: AsyncIterable<PictureRegions>,
  { report, options, existing }: ExportContext,
): AsyncGenerator<OutputFile> {
  const data = readData(await existing(dataFile), dataFile);
  const classes = namesOf(data) ?? classesOf(await existing(classesFile)) ?? [];
  const numbers = new Map<string, number>();
  classes.forEach((name, i) => numbers.has(name) || numbers.set(name, i));
  const numberOf = (label: string) => {
    const name = label.replace(/[\r\n]+/g, ' ');
    let number = numbers.get(name);
    if (number === undefined) {
      number = classes.length;
      classes.push(name);
      numbers.set(name, number);
    }
    return number;
  };
  const names = new OutputNames(yoloFolder, '.txt');
  for await (const { picture, annotations } of items) {
    const lines: string[] = [];
    for (const annotation of annotations) {
      if (!isArea(annotation)) {
        report.leftOut(annotation, `YOLO holds ${options.shapes === 'boxes' ? 'boxes' : 'outlines'} only`);
        continue;
      }
      const shape =
        options.shapes === 'boxes' ? boxLine(annotation, picture) : segmentLine(annotation, picture);
      if (!shape) {
        report.leftOut(annotation, 'nothing of it lies in the picture');
        continue;
      }
      if (options.shapes === 'boxes' && annotation.geometry.type !== 'box')
        report.changed(annotation, asBoxes);
      if (shape.parts > 1) report.changed(annotation, joined, 'of several parts');
      lines.push([numberOf(annotation.label ?? defaultLabel), ...shape.numbers].join(' '));
    }
    yield { path: names.of(picture.path), data: lines.map((line) => `${line}\n`).join('') };
  }
  yield {
    path: dataFile,
    data: stringify({
      path: '.',
      train: 'images',
      val: 'images',
      ...data,
      ...(data && 'nc' in data && { nc: classes.length }),
      // Keys that are numbers, as the readers of YOLO expect.
      names: new Map(classes.map((name, i) => [i, name])),
    }),
  };
  yield { path: classesFile, data: classes.map((name) => `${name}\n`).join('') };
}

function boxLine({ geometry }: AreaAnnotation, size: Size): { numbers: string[]; parts: number } | undefined {
  const box = clipped(boxOfGeometry(geometry), size);
  if (!box) return undefined;
  const [x1, y1, x2, y2] = box;
  const { width, height } = size;
  return {
    numbers: [
      share((x1 + x2) / 2, width),
      share((y1 + y2) / 2, height),
      share(x2 - x1, width),
      share(y2 - y1, height),
    ],
    parts: 1,
  };
}

function segmentLine(
  { geometry }: AreaAnnotation,
  size: Size,
): { numbers: string[]; parts: number } | undefined {
  if (!clipped(boxOfGeometry(geometry), size)) return undefined;
  const outlines = outlinesOf(geometry, size);
  if (!outlines.length) return undefined;
  const { width, height } = size;
  return {
    numbers: oneRing(outlines).flatMap(([x, y]) => [share(x, width), share(y, height)]),
    parts: outlines.length,
  };
}

/** Parts as one ring: each is gone to from the first point of the first one, and come back from. */
function oneRing([first, ...more]: readonly Point[][]): Point[] {
  const start = first?.[0] as Point;
  return [
    ...(first ?? []),
    ...more.flatMap((ring) => [start, ...ring, ring[0] as Point]),
    ...(more.length ? [start] : []),
  ];
}

/** A length as a share of a side, within 0 and 1, in at most eight decimals: a thousandth of a pixel of any picture. */
const share = (length: number, side: number) =>
  String(Number(Math.min(1, Math.max(0, length / side)).toFixed(8)));

/** One picture for each file of labels. */
export async function* importYolo(
  files: readonly InputFile[],
  { report }: ImportContext,
): AsyncGenerator<ImportedPicture> {
  const named = (pattern: RegExp) => files.find(({ path: name }) => pattern.test(path.basename(name)));
  const dataYaml = named(/^(data|dataset)\.ya?ml$/i) ?? named(/\.ya?ml$/i);
  const list = named(/^(classes|obj)\.(txt|names)$/i) ?? named(/\.names$/i);
  const classes =
    namesOf(readData(await dataYaml?.text(), dataYaml?.path ?? '')) ?? classesOf(await list?.text()) ?? [];
  for (const file of files) {
    if (
      !/\.txt$/i.test(file.path) ||
      file === list ||
      /^(train|val|test)\.txt$/i.test(path.basename(file.path))
    )
      continue;
    const lines = (await file.text()).split(/\r?\n/).filter((line) => line.trim());
    yield {
      name: file.path.replace(/^(.*\/)?labels\//, '').replace(/\.txt$/i, ''),
      stemOnly: true,
      regions: (size) => {
        const ids = new RegionIds('yolo');
        return lines.flatMap((line): Annotation[] => {
          const region = readLine(line, size);
          if (!region) {
            report.count(
              'yolo line',
              (count) =>
                `${count} line${count === 1 ? '' : 's'} that ${count === 1 ? 'is' : 'are'} neither a box nor an outline ${count === 1 ? 'was' : 'were'} left out.`,
            );
            return [];
          }
          const label = classes[region.number] ?? `class ${region.number}`;
          return [
            {
              id: ids.of([label, region.geometry]),
              label,
              geometry: region.geometry,
              provenance: { by: 'user' },
              ...(region.score !== undefined && { score: region.score }),
            },
          ];
        });
      },
    };
  }
}

/** `class x y width height [score]`, or `class x y x y x y … [score]`. */
function readLine(
  line: string,
  { width, height }: Size,
): { number: number; geometry: Geometry; score?: number } | undefined {
  const [number, ...rest] = line.trim().split(/\s+/).map(Number);
  if (number === undefined || !Number.isInteger(number) || number < 0 || !rest.every(Number.isFinite))
    return undefined;
  const [x, y, wide, high, score] = rest as [number, number, number, number, number | undefined];
  if (rest.length === 4 || rest.length === 5)
    return {
      number,
      geometry: {
        type: 'box',
        box: [
          pixel((x - wide / 2) * width),
          pixel((y - high / 2) * height),
          pixel((x + wide / 2) * width),
          pixel((y + high / 2) * height),
        ],
      },
      ...(score !== undefined && { score }),
    };
  if (rest.length < 6) return undefined;
  const odd = rest.length % 2;
  const polygon: Point[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2)
    polygon.push([pixel((rest[i] as number) * width), pixel((rest[i + 1] as number) * height)]);
  return {
    number,
    geometry: { type: 'polygon', polygons: [polygon] },
    ...(odd && { score: rest.at(-1) as number }),
  };
}

/** What the shares leave of a pixel's decimals. */
const pixel = (value: number) => Math.round(value * 1000) / 1000;

function readData(text: string | undefined, name: string): z.infer<typeof dataSchema> | undefined {
  if (text === undefined) return undefined;
  try {
    return dataSchema.parse(parse(text) ?? {});
  } catch (cause) {
    throw new GroundnoteError('bad-sidecar', `${name} is no list of classes for YOLO. Nothing was changed.`, {
      cause,
    });
  }
}

/** The classes by their numbers. */
function namesOf(data: z.infer<typeof dataSchema> | undefined): string[] | undefined {
  if (!data?.names) return undefined;
  if (Array.isArray(data.names)) return [...data.names];
  const names: string[] = [];
  for (const [number, name] of Object.entries(data.names)) names[Number(number)] = name;
  return Array.from(names, (name, i) => name ?? `class ${i}`);
}

function classesOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.length && lines.at(-1) === '') lines.pop();
  return lines;
}
