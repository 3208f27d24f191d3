/** The exact pixels of a part of a parsed figure. */
import type { Rle, Size } from '../../../protocol/geometry';
import { patchOfGeometry, rleOfPatch, type Patch } from '../../../protocol/raster';
import type { Part } from './parts';
import { clamp } from './pixels';

/** The mask of a part: its shape or ink where that is known, else its box. */
export function maskOfPart({ box, patch }: Pick<Part, 'box' | 'patch'>, size: Size): Rle {
  const exact = patch?.data.some(Boolean) ? patch : patchOfGeometry({ type: 'box', box }, size);
  return rleOfPatch(insidePicture(exact as Patch, size), size);
}

/** Patches lie in the picture; a box may go beyond it by a fraction. */
function insidePicture(patch: Patch, { width, height }: Size): Patch {
  const [x1, y1] = [clamp(patch.x, 0, width), clamp(patch.y, 0, height)];
  const [x2, y2] = [clamp(patch.x + patch.width, x1, width), clamp(patch.y + patch.height, y1, height)];
  if (x1 === patch.x && y1 === patch.y && x2 === patch.x + patch.width && y2 === patch.y + patch.height)
    return patch;
  const cut = { x: x1, y: y1, width: x2 - x1, height: y2 - y1, data: new Uint8Array((x2 - x1) * (y2 - y1)) };
  for (let y = y1; y < y2; y++) {
    const start = (y - patch.y) * patch.width + x1 - patch.x;
    cut.data.set(patch.data.subarray(start, start + cut.width), (y - y1) * cut.width);
  }
  return cut;
}
