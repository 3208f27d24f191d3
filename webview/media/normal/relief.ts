/** A normal map lit by a light. Pure. */
import type { NormalView } from '../../../src/protocol/media';

export interface Light {
  /** Around the picture, counter-clockwise from the right; degrees. */
  readonly around: number;
  /** Above its plane; degrees. */
  readonly above: number;
}

const radians = Math.PI / 180;
const ambient = 0.12;
const gloss = 0.25;
const glossPower = 24;

/** The direction to the light: x right, y up, z out of the picture. */
export function directionOf({ around, above }: Light): [number, number, number] {
  const flat = Math.cos(above * radians);
  return [Math.cos(around * radians) * flat, Math.sin(around * radians) * flat, Math.sin(above * radians)];
}

/** The light over a place of the picture, by shares of its width and height from the middle, right and down. */
export function lightAt(x: number, y: number): Light {
  const reach = Math.min(1, Math.hypot(x, y) * 2);
  return { around: (Math.atan2(-y, x) / radians + 360) % 360, above: 90 - reach * 80 };
}

/** The unit normal of a pixel. @param flipped y points down in the map, as in DirectX */
export function normalAt({ rgb }: NormalView, pixel: number, flipped: boolean): [number, number, number] {
  const [x, y, z] = [0, 1, 2].map((part) => (rgb[pixel * 3 + part] as number) / 127.5 - 1) as [
    number,
    number,
    number,
  ];
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, ((flipped ? -1 : 1) * y) / length, z / length];
}

/** Writes greys: matt, with a little gloss. @param rgba of the map's size */
export function lit(view: NormalView, light: Light, flipped: boolean, rgba: Uint8ClampedArray): void {
  const [lx, ly, lz] = directionOf(light);
  // Half way between the light and the eye, which looks straight on.
  const half = Math.hypot(lx, ly, lz + 1) || 1;
  const [hx, hy, hz] = [lx / half, ly / half, (lz + 1) / half];
  const { rgb } = view;
  const sign = flipped ? -1 : 1;
  for (let i = 0, from = 0, to = 0; i < view.width * view.height; i++, from += 3, to += 4) {
    const x = (rgb[from] as number) / 127.5 - 1;
    const y = sign * ((rgb[from + 1] as number) / 127.5 - 1);
    const z = (rgb[from + 2] as number) / 127.5 - 1;
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    const matt = Math.max(0, (x * lx + y * ly + z * lz) / length);
    const shine = Math.max(0, (x * hx + y * hy + z * hz) / length) ** glossPower;
    const grey = (ambient + (1 - ambient - gloss) * matt + gloss * shine) * 255;
    rgba[to] = rgba[to + 1] = rgba[to + 2] = grey;
  }
}
