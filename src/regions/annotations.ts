/** Annotations as wholes: moved with their prompts, named, copied. Coordinates are pixels of the picture. */
import type { Annotation } from '../protocol/annotator';
import type { Point, Prompt, Size } from '../protocol/geometry';
import { moveMask } from './masks';
import { moveGeometry } from './geometry';

/** An annotation moved by [dx, dy], its prompts too. Masks move by whole pixels and are cut at the picture's edge. */
export function moveAnnotation(annotation: Annotation, by: Point, size: Size): Annotation {
  const { geometry, provenance } = annotation;
  return {
    ...annotation,
    geometry: moveGeometry(geometry, by, size),
    ...(provenance.by === 'pack' && {
      provenance: {
        ...provenance,
        prompts: provenance.prompts.map((prompt) => movePrompt(prompt, by, size)),
      },
    }),
  };
}

function movePrompt(prompt: Prompt, [dx, dy]: Point, size: Size): Prompt {
  const move = ([x, y]: Point): Point => [x + dx, y + dy];
  switch (prompt.type) {
    case 'point':
      return { ...prompt, point: move(prompt.point) };
    case 'box': {
      const [x1, y1, x2, y2] = prompt.box;
      return { ...prompt, box: [x1 + dx, y1 + dy, x2 + dx, y2 + dy] };
    }
    case 'stroke':
      return { ...prompt, points: prompt.points.map(move) };
    case 'mask':
      return { ...prompt, mask: moveMask(prompt.mask, [dx, dy], size) };
    case 'text':
      return prompt;
  }
}

/** What a region is called: its label, or its place in the picture's list. */
export const nameOf = ({ label }: Annotation, index: number) => label ?? `Region ${index + 1}`;
