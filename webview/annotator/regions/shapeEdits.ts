/** Shapes put together, taken apart and converted, as edits. Pure. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Geometry, Size } from '../../../src/protocol/geometry';
import { rleArea } from '../../../src/protocol/rle';
import { combineGeometries, fillHoles, splitGeometry } from '../../../src/regions/combine';
import {
  areaOfGeometry,
  boxOfGeometry,
  hasArea,
  maskOfGeometry,
  pointCount,
  polygonOfGeometry,
  simplifyPolygon,
  type AreaGeometry,
} from '../../../src/regions/geometry';
import type { SetOperation } from '../../../src/regions/masks';
import { counted, edit, lockedRefusal, withoutLocked, type Outcome, type Selection } from './edits';

const noArea = 'Points and strokes have no area. Select boxes, polygons or masks.';
/** A mask of noise has thousands of parts; nobody wants them as regions. */
const mostParts = 500;

const combined: Record<SetOperation, { title: string; need: string; empty: string }> = {
  union: {
    title: 'Merge',
    need: 'Select two or more regions to merge them.',
    empty: 'These regions have no pixel.',
  },
  subtract: {
    title: 'Subtract',
    need: 'Select the region to keep first, then those to take away from it.',
    empty: 'Nothing would be left of the first region.',
  },
  intersect: {
    title: 'Intersect',
    need: 'Select two or more regions to keep what they share.',
    empty: 'These regions share no pixel.',
  },
};

/**
 * Combines the selected regions into the first of them, which keeps its label, its colour and its place. The others go,
 * but `subtract` leaves them.
 */
export function combine({ selected, size }: Selection, operation: SetOperation): Outcome {
  const { title, need, empty } = combined[operation];
  const [first, ...others] = selected;
  if (!first || !others.length) return { refusal: need };
  const changed = operation === 'subtract' ? [first] : selected;
  if (changed.some(({ locked }) => locked)) return { refusal: lockedRefusal(changed) };
  const geometries = selected.map(({ geometry }) => geometry);
  if (!geometries.every(hasArea)) return { refusal: noArea };
  const result = combineGeometries(operation, geometries as [AreaGeometry, ...AreaGeometry[]], size);
  if (!result) return { refusal: empty };
  if (operation === 'subtract' && areaOfGeometry(result, size) === areaOfGeometry(first.geometry, size))
    return { refusal: 'The other regions do not touch the first one.' };
  return {
    edit: edit(operation === 'subtract' ? 'Subtract Regions' : `${title} ${counted(selected)}`, {
      put: [reshaped(first, result)],
      remove: operation === 'subtract' ? [] : others.map(({ id }) => id),
    }),
    ...(operation !== 'subtract' && { select: [first.id] }),
  };
}

/** Each region of several parts becomes as many regions; the largest part keeps the id. */
export function split(selection: Selection): Outcome {
  return withoutLocked(selection, (free) => {
    const areas = free.filter(({ geometry }) => hasArea(geometry));
    if (!areas.length) return { refusal: noArea };
    const put: Annotation[] = [];
    const after = new Map<string, string[]>();
    let whole = 0;
    for (const annotation of areas) {
      const parts = splitGeometry(annotation.geometry as AreaGeometry, selection.size);
      if (parts.length > mostParts)
        return { refusal: `That would be ${parts.length} regions. Simplify the outline first.` };
      if (parts.length < 2) {
        whole++;
        continue;
      }
      const [first, ...rest] = byArea(parts, selection.size).map((geometry, i) => ({
        ...reshaped(annotation, geometry),
        ...(i && { id: crypto.randomUUID() }),
      }));
      put.push(first as Annotation, ...rest);
      after.set(
        annotation.id,
        rest.map(({ id }) => id),
      );
    }
    if (!put.length)
      return {
        refusal: whole === 1 ? 'The region is of one piece.' : 'Each of these regions is of one piece.',
      };
    return {
      edit: edit(`Split ${counted(areas)}`, {
        put,
        order: selection.all.flatMap(({ id }) => [id, ...(after.get(id) ?? [])]),
      }),
      select: put.map(({ id }) => id),
      status: `${put.length} regions from ${areas.length - whole === 1 ? 'one' : areas.length - whole}.`,
    };
  });
}

const byArea = (geometries: readonly AreaGeometry[], size: Size) =>
  geometries
    .map((geometry) => ({ geometry, area: areaOfGeometry(geometry, size) }))
    .sort((a, b) => b.area - a.area)
    .map(({ geometry }) => geometry);

export type Target = 'mask' | 'polygon' | 'box';

/** Converts what can be converted; a region that is of the kind already stays. */
export function convert(selection: Selection, target: Target): Outcome {
  return changeShapes(
    selection,
    `Convert ${target === 'box' ? 'to Box' : target === 'mask' ? 'to Mask' : 'to Polygon'}`,
    {
      change: ({ geometry }) => converted(geometry, target, selection.size),
      none: `Nothing here can become a ${target}, or is none yet.`,
    },
  );
}

function converted(geometry: Geometry, target: Target, size: Size): Geometry | undefined {
  if (geometry.type === target) return undefined;
  switch (target) {
    case 'mask': {
      if (!hasArea(geometry)) return undefined;
      const mask = maskOfGeometry(geometry, size);
      return rleArea(mask) ? { type: 'mask', mask } : undefined;
    }
    case 'polygon':
      if (geometry.type === 'stroke')
        return geometry.points.length > 2 ? { type: 'polygon', polygons: [geometry.points] } : undefined;
      return hasArea(geometry) ? polygonOfGeometry(geometry) : undefined;
    case 'box': {
      const box = boxOfGeometry(geometry);
      return box[2] > box[0] && box[3] > box[1] ? { type: 'box', box } : undefined;
    }
  }
}

export function fillAllHoles(selection: Selection): Outcome {
  return changeShapes(selection, 'Fill Holes', {
    change: ({ geometry }) => {
      if (!hasArea(geometry)) return undefined;
      const filled = fillHoles(geometry, selection.size);
      return areaOfGeometry(filled, selection.size) > areaOfGeometry(geometry, selection.size)
        ? filled
        : undefined;
    },
    none: 'There are no holes to fill.',
  });
}

/** The tolerances of simplifying, in pixels: the first that leaves at most three quarters of the points is taken. */
const tolerances = [0.5, 1, 2, 4, 8, 16, 32] as const;

/** Fewer points, or for a mask a smoother outline; again and again it gets coarser. */
export function simplify(selection: Selection): Outcome {
  const said: string[] = [];
  const outcome = changeShapes(selection, 'Simplify Outline', {
    change: ({ geometry }) => {
      if (geometry.type !== 'polygon' && geometry.type !== 'mask') return undefined;
      const polygon = geometry.type === 'mask' ? polygonOfGeometry(geometry, 0.5) : geometry;
      if (!polygon) return undefined;
      const before = pointCount(polygon);
      for (const tolerance of tolerances) {
        const simpler = simplifyPolygon(polygon, tolerance);
        const after = pointCount(simpler);
        if (after > 0.75 * before) continue;
        said.push(`${before} points became ${after}, within ${tolerance} px.`);
        return geometry.type === 'polygon'
          ? simpler
          : { type: 'mask', mask: maskOfGeometry(simpler, selection.size) };
      }
      return undefined;
    },
    none: 'These outlines are as simple as they can be.',
  });
  return 'refusal' in outcome || said.length !== 1 ? outcome : { ...outcome, status: said[0] as string };
}

function changeShapes(
  selection: Selection,
  title: string,
  { change, none }: { change: (annotation: Annotation) => Geometry | undefined; none: string },
): Outcome {
  return withoutLocked(selection, (free) => {
    const put = free.flatMap((annotation) => {
      const geometry = change(annotation);
      return geometry ? [{ ...annotation, geometry, score: undefined }] : [];
    });
    return put.length ? { edit: edit(title, { put }) } : { refusal: none };
  });
}

/** With another shape that no pack has made. */
const reshaped = (annotation: Annotation, geometry: Geometry): Annotation => ({
  ...annotation,
  geometry,
  score: undefined,
  provenance: { by: 'user' },
});
