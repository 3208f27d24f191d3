/** Which prompts a region goes on from. Pure. */
import type { Annotation } from '../../src/protocol/annotator';
import type { Geometry, Prompt, Rle, Size } from '../../src/protocol/geometry';
import { patchArea, patchOfGeometry, rleOfPatch } from '../../src/protocol/raster';

/**
 * The prompts that made a region. One that was not made by prompts (drawn elsewhere, or found by a phrase) is itself
 * the first prompt: its mask, box, point or stroke.
 */
export function promptsOf(annotation: Annotation, size: Size): Prompt[] {
  const { geometry, provenance } = annotation;
  if (provenance.by === 'pack') {
    const prompts = provenance.prompts.filter((prompt) => prompt.type !== 'text');
    if (prompts.length) return prompts;
  }
  switch (geometry.type) {
    case 'mask':
      return [{ type: 'mask', mask: geometry.mask }];
    case 'box':
      return [{ type: 'box', box: geometry.box }];
    case 'point':
      return [{ type: 'point', point: geometry.point, label: 1 }];
    case 'stroke':
      return [{ type: 'stroke', points: geometry.points, label: 1 }];
    case 'polygon': {
      const mask = maskOf(geometry, size);
      return mask ? [{ type: 'mask', mask }] : [];
    }
  }
}

const masks = new WeakMap<Geometry, Rle | undefined>();

/** A polygon as a mask; worked out once. */
function maskOf(geometry: Geometry, size: Size): Rle | undefined {
  if (!masks.has(geometry)) {
    const patch = patchOfGeometry(geometry, size);
    masks.set(geometry, patch && patchArea(patch) ? rleOfPatch(patch, size) : undefined);
  }
  return masks.get(geometry);
}

/** One more prompt; a region has one box and one mask at most, the newest. */
export function withPrompt(prompts: readonly Prompt[], prompt: Prompt): Prompt[] {
  const one = prompt.type === 'box' || prompt.type === 'mask';
  return [...prompts.filter((each) => !one || each.type !== prompt.type), prompt];
}
