/**
 * COCO: one JSON file with `images`, `annotations` and `categories`. A file that is there already is extended: its other
 * images, annotations, categories and unknown keys stay. Boxes and areas are those that pycocotools computes.
 */
import path from 'node:path/posix';
import * as z from 'zod';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import type { Box, Geometry, Point, Rle, Size } from '../../protocol/geometry';
import { rectangle } from '../../protocol/raster';
import { rleArea, rleBox, rleFromRuns, runsFromRle } from '../../protocol/rle';
import { maskOfGeometry } from '../../regions/geometry';
import { cocoMask } from './cocoRaster';
import {
  defaultLabel,
  type ExportContext,
  type ExportPicture,
  type ImportContext,
  type ImportedPicture,
  type InputFile,
  type OutputFile,
  type PictureRegions,
} from './format';
import { isArea, outlinesOf, type AreaAnnotation } from './geometry';
import { shortHash } from './names';

/** The file of an export. */
export const cocoFile = 'annotations.json';

const idSchema = z.union([z.number(), z.string()]);
type Id = z.infer<typeof idSchema>;
const imageSchema = z.looseObject({
  id: idSchema,
  file_name: z.string(),
  width: z.number().optional(),
  height: z.number().optional(),
});
const rleFieldSchema = z.looseObject({
  size: z.tuple([z.number().int().positive(), z.number().int().positive()]),
  counts: z.union([z.string(), z.array(z.number().int().nonnegative())]),
});
const annotationSchema = z.looseObject({
  id: idSchema,
  image_id: idSchema,
  category_id: idSchema,
  bbox: z.array(z.number()).nullish(),
  segmentation: z.unknown().optional(),
  score: z.number().nullish(),
});
type CocoAnnotation = z.infer<typeof annotationSchema>;
const categorySchema = z.looseObject({ id: idSchema, name: z.string() });
const fileSchema = z.looseObject({
  images: z.array(imageSchema),
  annotations: z.array(annotationSchema),
  categories: z.array(categorySchema),
});
type CocoFile = z.infer<typeof fileSchema>;

/** What Groundnote adds to an annotation. */
const extraSchema = z.object({
  id: z.string().min(1),
  /** Set for a region that is a box, whose `segmentation` is a polygon for those who need one. */
  box: z.boolean().optional(),
  /** Set when the region had no label of its own. */
  unlabelled: z.boolean().optional(),
  group: z.number().int().optional(),
  color: z.string().optional(),
});

/** Reads a COCO file. @throws GroundnoteError 'bad-sidecar' with `consequence` after what is wrong */
function parseCoco(text: string, name: string, consequence: string): CocoFile {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new GroundnoteError('bad-sidecar', `${name} is broken JSON. ${consequence}`, { cause });
  }
  const file = fileSchema.safeParse(json);
  if (file.success) return file.data;
  const issue = file.error.issues[0];
  throw new GroundnoteError(
    'bad-sidecar',
    `${name} is no COCO file (${issue?.path.join('.') || 'top level'}: ${issue?.message}). ${consequence}`,
  );
}

/** Gives the next whole number that no id of a list is. */
function idsAfter(ids: Iterable<Id>): () => number {
  let last = 0;
  for (const id of ids) if (typeof id === 'number') last = Math.max(last, Math.ceil(id));
  return () => ++last;
}

/** Extends the file that is there, or begins one. */
export async function* exportCoco(
  items: AsyncIterable<PictureRegions>,
  context: ExportContext,
): AsyncGenerator<OutputFile> {
  const text = await context.existing(cocoFile);
  const before: CocoFile =
    text === undefined
      ? { info: { description: 'Exported by Groundnote' }, images: [], annotations: [], categories: [] }
      : parseCoco(text, cocoFile, 'It was not overwritten: move it, or choose another folder.');
  yield { path: cocoFile, data: new CocoWriter(before, context).write(items) };
}

/** Writes the merged file in pieces. Annotations come first, so that the pictures need not be known before. */
class CocoWriter {
  private readonly images: CocoFile['images'];
  private readonly categories: CocoFile['categories'];
  private readonly annotations = new Map<Id, CocoAnnotation[]>();
  private readonly nextImage: () => number;
  private readonly nextAnnotation: () => number;
  private readonly nextCategory: () => number;
  private readonly categoryIds = new Map<string, Id>();

  constructor(
    private readonly before: CocoFile,
    private readonly context: ExportContext,
  ) {
    this.images = [...before.images];
    this.categories = [...before.categories];
    for (const each of before.annotations) {
      const list = this.annotations.get(each.image_id);
      if (list) list.push(each);
      else this.annotations.set(each.image_id, [each]);
    }
    this.nextImage = idsAfter(this.images.map(({ id }) => id));
    this.nextAnnotation = idsAfter(before.annotations.map(({ id }) => id));
    this.nextCategory = idsAfter(this.categories.map(({ id }) => id));
    for (const { id, name } of this.categories)
      if (!this.categoryIds.has(name)) this.categoryIds.set(name, id);
  }

  async *write(items: AsyncIterable<PictureRegions>): AsyncGenerator<string> {
    const rest = Object.entries(this.before).filter(([key]) => !(key in fileSchema.shape));
    const head = JSON.stringify(Object.fromEntries(rest));
    yield `${head === '{}' ? '{' : `${head.slice(0, -1)},`}\n"annotations": [`;
    let separator = '\n';
    const lines = (annotations: readonly unknown[]) =>
      annotations
        .map((annotation) => {
          const line = separator + JSON.stringify(annotation);
          separator = ',\n';
          return line;
        })
        .join('');
    for await (const item of items) yield lines(this.annotationsOf(item));
    for (const others of this.annotations.values()) yield lines(others);
    const list = (values: readonly unknown[]) => values.map((each) => `\n${JSON.stringify(each)}`).join(',');
    yield `\n],\n"images": [${list(this.images)}\n],\n"categories": [${list(this.categories)}\n]\n}\n`;
  }

  /** All annotations of a picture: those of the file, replaced or removed where they are of this panel's regions, and new ones. */
  private annotationsOf({ picture, annotations, complete }: PictureRegions): unknown[] {
    const imageId = this.imageOf(picture);
    const known = this.annotations.get(imageId) ?? [];
    this.annotations.delete(imageId);
    const current = new Map<string, AreaAnnotation>();
    for (const annotation of annotations)
      if (isArea(annotation)) current.set(annotation.id, annotation);
      else this.context.report.leftOut(annotation, 'COCO holds boxes, polygons and masks only');
    const merged = known.flatMap((old) => {
      const extra = extraSchema.safeParse(old['groundnote']);
      const id = extra.success ? extra.data.id : importedId(cocoFile, old.id);
      const annotation = current.get(id);
      // What an earlier export wrote and the picture no longer has goes; what others wrote stays.
      if (!annotation) return extra.success && complete ? [] : [old];
      current.delete(id);
      return [{ ...old, ...this.fieldsOf(annotation, picture) }];
    });
    for (const annotation of current.values())
      merged.push({
        id: this.nextAnnotation(),
        image_id: imageId,
        iscrowd: 0,
        ...this.fieldsOf(annotation, picture),
      });
    return merged;
  }

  private fieldsOf(annotation: AreaAnnotation, size: Size) {
    const { id, label, score, group, color, geometry } = annotation;
    return {
      category_id: this.categoryOf(label ?? defaultLabel),
      ...this.shapeOf(annotation, size),
      ...(score !== undefined && { score }),
      groundnote: {
        id,
        ...(geometry.type === 'box' && { box: true }),
        ...(label === undefined && { unlabelled: true }),
        ...(group !== undefined && { group }),
        ...(color !== undefined && { color }),
      },
    };
  }

  private shapeOf(annotation: AreaAnnotation, size: Size) {
    const { geometry } = annotation;
    const { masks } = this.context.options;
    if (geometry.type === 'box') {
      const { box } = geometry;
      return {
        bbox: bboxOf(box),
        area: (box[2] - box[0]) * (box[3] - box[1]),
        segmentation: [rectangle(box).flat()],
      };
    }
    const withHoles = geometry.type === 'polygon' && geometry.holes?.length;
    const asMask = masks !== 'polygons' && (geometry.type === 'mask' || withHoles);
    const outlines = asMask ? [] : outlinesOf(geometry, size);
    if (outlines.length) {
      if (geometry.type === 'mask') this.context.report.changed(annotation, asOutlines);
      const drawn = cocoMask(outlines, size);
      return {
        bbox: bboxOf(rleBox(drawn)),
        area: rleArea(drawn),
        segmentation: outlines.map((ring) => ring.flat()),
      };
    }
    if (asMask && withHoles) this.context.report.changed(annotation, asMasks, 'with holes');
    // A region of no pixels is a mask too: pycocotools fails on an empty list of polygons.
    const rle = maskOfGeometry(geometry, size);
    return {
      bbox: bboxOf(rleBox(rle)),
      area: rleArea(rle),
      segmentation: {
        size: rle.size,
        counts: masks === 'uncompressed' ? runsFromRle(rle) : rle.counts,
      },
    };
  }

  /** The id of a picture: of the file's image of this path, else of its only one of this name and size, else a new one. */
  private imageOf({ path: file, width, height }: ExportPicture): Id {
    const name = path.basename(file);
    const alike = this.images.filter(
      (each) => path.basename(each.file_name) === name && each.width === width && each.height === height,
    );
    const known =
      this.images.find(({ file_name }) => file_name === file) ?? (alike.length === 1 ? alike[0] : undefined);
    if (known) {
      Object.assign(known, { width, height });
      return known.id;
    }
    const id = this.nextImage();
    this.images.push({ id, file_name: file, width, height });
    return id;
  }

  private categoryOf(name: string): Id {
    let id = this.categoryIds.get(name);
    if (id === undefined) {
      id = this.nextCategory();
      this.categories.push({ id, name, supercategory: '' });
      this.categoryIds.set(name, id);
    }
    return id;
  }
}

const asOutlines = { one: 'written as its outline', many: 'written as their outlines' };
const asMasks = { one: 'written as a mask', many: 'written as masks' };

/** [x, y, width, height] */
const bboxOf = ([x1, y1, x2, y2]: Box) => [x1, y1, x2 - x1, y2 - y1];

/** The id of a region that came from a file whose annotations have none of ours. */
const importedId = (file: string, id: Id) => `coco-${id}-${shortHash(path.basename(file)).slice(0, 6)}`;

/** One picture for each image of the files; its regions are made when they are asked for. */
export async function* importCoco(
  files: readonly InputFile[],
  { report }: ImportContext,
): AsyncGenerator<ImportedPicture> {
  for (const file of files) {
    const coco = parseCoco(await file.text(), path.basename(file.path), 'Nothing of it was imported.');
    const labels = new Map(coco.categories.map(({ id, name }) => [id, name]));
    const byImage = new Map<Id, CocoAnnotation[]>();
    for (const annotation of coco.annotations) {
      const list = byImage.get(annotation.image_id);
      if (list) list.push(annotation);
      else byImage.set(annotation.image_id, [annotation]);
    }
    for (const { id, file_name: name, width, height } of coco.images) {
      const annotations = byImage.get(id);
      if (!annotations) continue;
      yield {
        name,
        ...(width && height && { size: { width, height } }),
        regions: (size) => {
          const regions = new Map<string, Annotation>();
          for (const annotation of annotations) {
            const region = readAnnotation(annotation, file.path, labels, size);
            if (!region)
              report.count(
                'coco no shape',
                (count) =>
                  `${count} annotation${count === 1 ? '' : 's'} without a box, polygon or mask that fits its picture ${count === 1 ? 'was' : 'were'} left out.`,
              );
            else if (regions.has(region.id)) regions.set(importedId(file.path, annotation.id), region);
            else regions.set(region.id, region);
          }
          return [...regions].map(([key, region]) => ({ ...region, id: key }));
        },
      };
    }
  }
}

function readAnnotation(
  annotation: CocoAnnotation,
  file: string,
  labels: ReadonlyMap<Id, string>,
  size: Size,
): Annotation | undefined {
  const extra = extraSchema.safeParse(annotation['groundnote']).data;
  const geometry = readShape(annotation, extra?.box ?? false, size);
  if (!geometry) return undefined;
  return {
    id: extra?.id ?? importedId(file, annotation.id),
    ...(!extra?.unlabelled && {
      label: labels.get(annotation.category_id) ?? `category ${annotation.category_id}`,
    }),
    geometry,
    provenance: { by: 'user' },
    ...(annotation.score != null && { score: annotation.score }),
    ...(extra?.group !== undefined && { group: extra.group }),
    ...(extra?.color !== undefined && { color: extra.color }),
  };
}

function readShape({ segmentation, bbox }: CocoAnnotation, isBox: boolean, size: Size): Geometry | undefined {
  const box = boxFromBbox(bbox);
  if (isBox && box) return { type: 'box', box };
  if (Array.isArray(segmentation) && segmentation.length) {
    // A list of polygons, each a list x, y, x, y, …; some tools write a single one without the outer list.
    const lists = (typeof segmentation[0] === 'number' ? [segmentation] : segmentation) as unknown[];
    const polygons = lists.flatMap((list) => {
      const ring = ringFrom(list);
      return ring ? [ring] : [];
    });
    return polygons.length ? { type: 'polygon', polygons } : box && { type: 'box', box };
  }
  const rle = rleFieldSchema.safeParse(segmentation);
  if (rle.success) {
    const mask = rleFrom(rle.data, size);
    return mask && { type: 'mask', mask };
  }
  return box && { type: 'box', box };
}

function boxFromBbox(bbox: readonly number[] | null | undefined): Box | undefined {
  const [x, y, width, height] = bbox ?? [];
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return [x, y, x + width, y + height];
}

function ringFrom(list: unknown): Point[] | undefined {
  if (!Array.isArray(list) || list.length < 6 || !list.every((each) => typeof each === 'number'))
    return undefined;
  const ring: Point[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) ring.push([list[i] as number, list[i + 1] as number]);
  return ring;
}

function rleFrom(
  { size: [height, width], counts }: z.infer<typeof rleFieldSchema>,
  size: Size,
): Rle | undefined {
  if (width !== size.width || height !== size.height) return undefined;
  try {
    const rle: Rle =
      typeof counts === 'string' ? { size: [height, width], counts } : rleFromRuns(size, counts);
    runsFromRle(rle);
    return rle;
  } catch {
    return undefined;
  }
}
