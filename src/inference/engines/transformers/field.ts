/** Fields of numbers over a picture: heat maps, depths. */
import type { Size } from '../../../protocol/geometry';

/** Row-major. */
export interface Field extends Size {
  readonly data: Float32Array;
}

/** Where an output pixel lies among samples: the one before, the one after, and the share of the latter. */
interface Between {
  before: Int32Array;
  after: Int32Array;
  share: Float32Array;
}

function between(from: number, to: number): Between {
  const [before, after, share] = [new Int32Array(to), new Int32Array(to), new Float32Array(to)];
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    before[i] = Math.min(from - 1, Math.floor(at));
    after[i] = Math.min(from - 1, Math.floor(at) + 1);
    share[i] = at - Math.floor(at);
  }
  return { before, after, share };
}

/** A field at another size, bilinear between the middles of samples (torch's `interpolate` without `align_corners`). */
export function enlarged({ width, height, data }: Field, size: Size): Float32Array {
  if (width === size.width && height === size.height) return data;
  const columns = between(width, size.width);
  const rows = between(height, size.height);
  const result = new Float32Array(size.width * size.height);
  for (let y = 0, i = 0; y < size.height; y++) {
    const top = (rows.before[y] as number) * width;
    const bottom = (rows.after[y] as number) * width;
    const down = rows.share[y] as number;
    for (let x = 0; x < size.width; x++, i++) {
      const [left, right] = [columns.before[x] as number, columns.after[x] as number];
      const across = columns.share[x] as number;
      const above = (data[top + left] as number) * (1 - across) + (data[top + right] as number) * across;
      const below =
        (data[bottom + left] as number) * (1 - across) + (data[bottom + right] as number) * across;
      result[i] = above * (1 - down) + below * down;
    }
  }
  return result;
}
