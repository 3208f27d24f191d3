/** A picture of 20 megapixels with 500 regions, for the side panel's benchmark; the same each time. */
import path from 'node:path';
import sharp from 'sharp';
import type { Annotation } from '../../src/protocol/annotator';
import type { Point, Size } from '../../src/protocol/geometry';
import { emptyPatch, fillPolygon, pixelBox, pointsBox, rleOfPatch } from '../../src/protocol/raster';
import { root } from '../../scripts/lib/process.mjs';

export const size: Size = { width: 5472, height: 3648 };
export const regionCount = 500;

export interface Scene {
  jpeg: Buffer;
  annotations: Annotation[];
  /** The outlines of the regions, as they were drawn before they became masks. */
  outlines: Point[][];
}

/** Numbers from 0 to 1, always the same. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A closed outline with bays, like that of a thing in a photo, with a point every few pixels. */
function blob([cx, cy]: Point, radius: number, next: () => number): Point[] {
  const waves = Array.from({ length: 6 }, (_, i) => ({
    height: (next() * 0.3) / (i + 1),
    phase: next() * 2 * Math.PI,
    turns: 2 + 3 * i,
  }));
  const count = Math.round(radius);
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 2 * Math.PI;
    const far = waves.reduce(
      (sum, { height, phase, turns }) => sum + height * Math.sin(turns * angle + phase),
      1,
    );
    return [cx + Math.cos(angle) * radius * far, cy + Math.sin(angle) * radius * far];
  });
}

export async function makeScene(): Promise<Scene> {
  const jpeg = await sharp(path.join(root, 'examples/photos/coffee.jpg'))
    .resize({ ...size, fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
  const next = random(2026);
  const outlines = Array.from({ length: regionCount }, (_, i) => {
    // Many small ones, some large ones.
    const radius = 40 + 260 * (i % 10 === 0 ? 1 : next() ** 3);
    return blob([next() * size.width, next() * size.height], radius, next);
  });
  const annotations = outlines.map((outline, i): Annotation => {
    const patch = fillPolygon(emptyPatch(pixelBox(pointsBox(outline), size)), outline, 1);
    return {
      id: `region-${i}`,
      label: ['cup', 'saucer', 'spoon', 'table', 'crumb'][i % 5] as string,
      score: 0.5 + next() / 2,
      geometry: { type: 'mask', mask: rleOfPatch(patch, size) },
      provenance: { by: 'pack', packs: [{ id: 'bench', version: '1' }], prompts: [] },
    };
  });
  return { jpeg, annotations, outlines };
}
