/**
 * The sidecar of a picture: `photo.png` → `photo.json`, a LabelMe file that labelme and X-AnyLabeling open too. What
 * Groundnote does not know in it is kept; a file that is no LabelMe file is never taken for an empty one.
 */
import path from 'node:path';
import * as z from 'zod';
import type { Annotation } from '../protocol/annotator';
import { GroundnoteError } from '../protocol/errors';
import type { Size } from '../protocol/geometry';
import { sameAnnotation } from './document';
import { canStay, groupShapes, readShapes, shapeSchema, writeShapes, type Shape } from './labelme';

/** The LabelMe version whose format new files follow. */
const labelmeVersion = '5.5.0';

const fileSchema = z.looseObject({
  imagePath: z.string(),
  imageHeight: z.number().nullish(),
  imageWidth: z.number().nullish(),
  shapes: z.array(shapeSchema),
});

/** A region as it was read, with its shapes: written back verbatim while it has not changed. */
interface Origin {
  annotation: Annotation;
  shapes: readonly Shape[];
}

/** A sidecar that was read. */
export interface Sidecar {
  annotations: Annotation[];
  /** Number of shapes of kinds that the panel does not show; they are kept. */
  keptCount: number;
  /** The picture that the file names; another file of the same stem shares the sidecar. */
  imagePath: string;
  /** Size of the picture as the file tells it. */
  size: Size | undefined;
  content: SidecarContent;
}

/** What a sidecar holds beside the annotations, for writing it again. */
export interface SidecarContent {
  /** All top-level keys but `shapes`. */
  top: Readonly<Record<string, unknown>>;
  /** Shapes that are not shown, with their place in the file. */
  kept: readonly { index: number; shape: Shape }[];
  origins: ReadonlyMap<string, Origin>;
}

/** The content of a sidecar that does not exist yet. */
export const newSidecar: SidecarContent = { top: {}, kept: [], origins: new Map() };

/** `photo.png` → `photo.json`; only the name changes. */
export function sidecarName(imageName: string): string {
  return imageName.replace(/\.[^.]*$/, '') + '.json';
}

/** Where the sidecar of a picture on disk lies. */
export const sidecarPath = (imagePath: string) =>
  path.join(path.dirname(imagePath), sidecarName(path.basename(imagePath)));

/**
 * Reads the text of a sidecar. `size` is the picture's, for LabelMe's masks; where it is missing, the file's own is taken.
 * @throws GroundnoteError 'bad-sidecar' when it is broken JSON, no LabelMe file, or holds shapes that make no sense
 */
export function parseSidecar(text: string, name: string, size?: Size): Sidecar {
  const fail = (why: string, cause?: unknown): never => {
    throw new GroundnoteError(
      'bad-sidecar',
      `${name} is not used and will not be overwritten: ${why}. Move or repair the file to save annotations.`,
      { cause },
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return fail('it is broken JSON', error);
  }
  const file = fileSchema.safeParse(json);
  if (!file.success) {
    const issue = file.error.issues[0];
    return fail(`it is no LabelMe file (${issue?.path.join('.') || 'top level'}: ${issue?.message})`);
  }
  const { shapes, ...top } = file.data;
  const told = sizeOf(top.imageWidth, top.imageHeight);
  const annotations: Annotation[] = [];
  const origins = new Map<string, Origin>();
  const kept: { index: number; shape: Shape }[] = [];
  for (const group of groupShapes(shapes)) {
    try {
      const annotation = readShapes(group, size ?? told);
      if (annotation) {
        annotations.push(annotation);
        origins.set(annotation.id, { annotation, shapes: group.shapes });
      } else {
        for (const shape of group.shapes) kept.push({ index: shapes.indexOf(shape), shape });
      }
    } catch (error) {
      if (!(error instanceof GroundnoteError)) throw error;
      return fail(error.code === 'bad-sidecar' ? error.message : 'it has a broken mask', error);
    }
  }
  return {
    annotations,
    keptCount: kept.length,
    imagePath: top.imagePath,
    size: told,
    content: { top, kept, origins },
  };
}

/**
 * The text of a sidecar: annotations in their order, shapes that are not shown in their old places, unknown keys as they
 * were. `image` is the picture with its orientation applied.
 */
export function formatSidecar(
  content: SidecarContent,
  annotations: readonly Annotation[],
  image: Size & { name: string },
): string {
  const groups = new Set(annotations.flatMap(({ group }) => group ?? []));
  let used = Math.max(0, ...groups);
  for (const { shapes } of content.origins.values())
    for (const shape of shapes) used = Math.max(used, shape.group_id ?? 0);
  for (const { shape } of content.kept) used = Math.max(used, shape.group_id ?? 0);
  const jointAfter = (before: number | undefined) =>
    before !== undefined && !groups.has(before) ? before : ++used;
  const shapes = annotations.flatMap((annotation) => {
    const origin = content.origins.get(annotation.id);
    if (origin && canStay(origin.shapes, groups) && sameAnnotation(origin.annotation, annotation))
      return origin.shapes;
    return writeShapes(annotation, origin?.shapes, image, jointAfter);
  });
  for (const { index, shape } of content.kept) shapes.splice(index, 0, shape);
  const file = {
    version: labelmeVersion,
    flags: {},
    imageData: null,
    ...content.top,
    imagePath: image.name,
    imageHeight: image.height,
    imageWidth: image.width,
  };
  return JSON.stringify({ ...file, shapes }, null, 2) + '\n';
}

/** After a save: what the file now holds, and what regions that an undo may bring back were read from. */
export function mergeOrigins(before: SidecarContent, saved: SidecarContent): SidecarContent {
  return { ...saved, origins: new Map([...before.origins, ...saved.origins]) };
}

/**
 * Why a sidecar does not belong to a picture, or undefined. `exists` tells whether a file of this name lies beside it:
 * two pictures of one stem share a sidecar, and the one that it names has it.
 */
export async function sidecarConflict(
  sidecar: Sidecar,
  name: string,
  image: Size & { name: string },
  exists: (name: string) => Promise<boolean>,
): Promise<string | undefined> {
  const { size } = sidecar;
  if (size && (size.width !== image.width || size.height !== image.height))
    return `${name} is for a picture of ${size.width} × ${size.height} pixels, and ${image.name} has ${image.width} × ${image.height}. It will not be overwritten: move it, or put the picture back that it was made for.`;
  const named = sidecar.imagePath.split(/[\\/]/).pop() ?? '';
  if (named && named !== image.name && (await exists(named)))
    return `${name} belongs to ${named}, which has the same name but for its extension. It will not be overwritten: rename ${image.name} to annotate it.`;
  return undefined;
}

function sizeOf(width: unknown, height: unknown): Size | undefined {
  return typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0
    ? { width, height }
    : undefined;
}
