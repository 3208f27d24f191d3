/** Which prompts a region goes on from. Pure. */
import type { Annotation } from '../../src/protocol/annotator';
import type { Prompt } from '../../src/protocol/geometry';

/** Prompts that a place in the picture is given by. */
export const isSpatial = (prompt: Prompt) =>
  prompt.type === 'point' || prompt.type === 'box' || prompt.type === 'stroke';

/**
 * The prompts that made a region. One that was not made by prompts (drawn elsewhere, or found by a phrase) is itself
 * the first prompt: its mask, box, point or stroke.
 */
export function promptsOf(annotation: Annotation): Prompt[] {
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
    case 'polygon':
      return [];
  }
}

/** One more prompt; a region has one box at most, the newest. */
export function withPrompt(prompts: readonly Prompt[], prompt: Prompt): Prompt[] {
  return [...prompts.filter((each) => prompt.type !== 'box' || each.type !== 'box'), prompt];
}
