/**
 * Regions as text for the system's clipboard: JSON that says what it is and can be read. Pasted into another picture they
 * lie at the same place, or are moved inside. Pure.
 */
import * as z from 'zod';
import { annotationSchema, type Annotation } from '../../../src/protocol/annotator';
import { sizeSchema, type Box, type Geometry, type Point, type Size } from '../../../src/protocol/geometry';
import { rleArea } from '../../../src/protocol/rle';
import { moveAnnotation, nameOf } from '../../../src/regions/annotations';
import { combineGeometries } from '../../../src/regions/combine';
import { boxOfGeometry, hasArea, mapPoints, scaleGeometry } from '../../../src/regions/geometry';
import { copies, counted, edit, stepAside, type Outcome, type Selection } from './edits';

const marker = 'groundnote-regions';

const clipSchema = z.object({
  type: z.literal(marker),
  version: z.literal(1),
  /** For people. */
  about: z.string(),
  image: z.object({ name: z.string() }).extend(sizeSchema.shape),
  regions: z.array(annotationSchema).min(1),
});
export type Clip = z.infer<typeof clipSchema>;

/** The text for the clipboard. `all` gives regions without a label their names. */
export function clipText(
  regions: readonly Annotation[],
  image: Clip['image'],
  all: readonly Annotation[],
): string {
  const names = regions.map((region) => nameOf(region, all.indexOf(region)));
  const shown = names.length > 8 ? [...names.slice(0, 8), '…'] : names;
  const { name, width, height } = image;
  const clip: Clip = {
    type: marker,
    version: 1,
    about: `${counted(regions)} of ${name} (${width} × ${height} px): ${shown.join(', ')}`,
    image: { name, width, height },
    regions: [...regions],
  };
  return JSON.stringify(clip);
}

/** What a text of the clipboard holds; undefined when it is none of ours. */
export function readClip(text: string): Clip | undefined {
  if (!text.includes(marker)) return undefined;
  try {
    return clipSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Adds the regions of a clip to a picture, on top. At the same place; when they would lie upon themselves, a step aside;
 * where they do not fit, moved inside, and what is larger than the picture is cut.
 * @param scaled stretches them from the size of their picture to that of this one
 */
export function paste(clip: Clip, { all, size }: Pick<Selection, 'all' | 'size'>, scaled: boolean): Outcome {
  const sameSize = clip.image.width === size.width && clip.image.height === size.height;
  const taken = clip.regions.map((region): Annotation => {
    if (sameSize) return region;
    const geometry = scaled ? scaleGeometry(region.geometry, clip.image, size) : region.geometry;
    // Prompts and scores are of the other picture.
    return { ...region, geometry, score: undefined, provenance: { by: 'user' } };
  });
  const lies = new Set(all.map(({ geometry }) => JSON.stringify(geometry)));
  const way = taken.some(({ geometry }) => lies.has(JSON.stringify(geometry)))
    ? stepAside(taken, size)
    : wayInside(taken, size);
  let [moved, cut] = [false, false];
  const put = copies(taken, all).flatMap((annotation) => {
    // What does not fit together is brought inside one by one.
    const by = way ?? wayInside([annotation], size) ?? topLeft(annotation);
    const there = moveAnnotation(annotation, by, size);
    moved ||= by[0] !== 0 || by[1] !== 0;
    if (isInPicture(boxOfGeometry(annotation.geometry), by, size)) return [there];
    cut = true;
    const geometry = cutToPicture(there.geometry, size);
    return geometry ? [{ ...there, geometry }] : [];
  });
  if (!put.length) return { refusal: 'Nothing of these regions would lie in this picture.' };
  const where = cut
    ? ' They were cut at the edge of the picture.'
    : !scaled && !sameSize && moved
      ? ' They were moved into the picture.'
      : '';
  return {
    edit: edit(`Paste ${counted(put)}`, { put }),
    select: put.map(({ id }) => id),
    status: `${put.length === 1 ? 'One region' : `${put.length} regions`} of ${clip.image.name} pasted.${where}`,
  };
}

/** The shortest whole way that brings regions into a picture together; undefined where they are larger than it. */
function wayInside(annotations: readonly Annotation[], { width, height }: Size): Point | undefined {
  const boxes = annotations.map(({ geometry }) => boxOfGeometry(geometry));
  const way = (low: number, high: number, length: number) =>
    low < 0 ? Math.ceil(-low) : high > length ? Math.floor(length - high) : 0;
  const [x1, x2] = [Math.min(...boxes.map(([x]) => x)), Math.max(...boxes.map(([, , x]) => x))];
  const [y1, y2] = [Math.min(...boxes.map(([, y]) => y)), Math.max(...boxes.map(([, , , y]) => y))];
  if (x2 - x1 > width || y2 - y1 > height) return undefined;
  return [way(x1, x2, width), way(y1, y2, height)];
}

/** The whole way to the top left corner of the picture. */
function topLeft({ geometry }: Annotation): Point {
  const [x, y] = boxOfGeometry(geometry);
  return [-Math.floor(x), -Math.floor(y)];
}

const isInPicture = ([x1, y1, x2, y2]: Box, [dx, dy]: Point, { width, height }: Size) =>
  x1 + dx >= 0 && y1 + dy >= 0 && x2 + dx <= width && y2 + dy <= height;

/** What lies in the picture; undefined when nothing does. A mask that was moved into it has been cut already. */
function cutToPicture(geometry: Geometry, size: Size): Geometry | undefined {
  const picture: Box = [0, 0, size.width, size.height];
  const clamp = ([x, y]: Point): Point => [
    Math.min(size.width, Math.max(0, x)),
    Math.min(size.height, Math.max(0, y)),
  ];
  switch (geometry.type) {
    case 'mask':
      return rleArea(geometry.mask) ? geometry : undefined;
    case 'polygon':
      return combineGeometries('intersect', [geometry, { type: 'box', box: picture }], size);
    default: {
      const inside = mapPoints(geometry, clamp);
      const [x1, y1, x2, y2] = boxOfGeometry(inside);
      return hasArea(inside) && (x2 <= x1 || y2 <= y1) ? undefined : inside;
    }
  }
}
