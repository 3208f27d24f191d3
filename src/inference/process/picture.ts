/** A decoded picture and places in it, as the process works with them. */
import type { Size } from '../../protocol/geometry';

/** A picture with its orientation applied, on white, 8 bits: rows of interleaved RGB. */
export interface Picture extends Size {
  /** width × height × 3 bytes */
  readonly data: Uint8Array;
  /** SHA-256 of the encoded file, hexadecimal: equal files have equal pictures. */
  readonly contentHash: string;
}

/** A rectangle of whole pixels: [x, x + width) × [y, y + height). */
export interface Rectangle extends Size {
  x: number;
  y: number;
}

/** The whole picture as a rectangle. */
export const wholeOf = ({ width, height }: Size): Rectangle => ({ x: 0, y: 0, width, height });
