/** Windows bitmaps, which libvips does not read. Sizes are checked against the file before pixels are allocated. */
import { decode } from 'bmp-ts';
import { GroundnoteError } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';

const fileHeaderBytes = 14;
const infoHeaderBytes = 40;
const uncompressed = new Set([0, 3, 6]); // BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS
const runLength = new Set([1, 2]); // BI_RLE8, BI_RLE4

/** True when the content starts as a bitmap does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Width and height from the header. @param fileBytes size of the file that starts with these bytes. @throws GroundnoteError bad-image when the file cannot hold that many pixels */
export function readBmpSize(bytes: Uint8Array, name: string, fileBytes = bytes.length): Size {
  const damaged = () =>
    new GroundnoteError('bad-image', `"${name}" is damaged or incomplete and cannot be decoded.`);
  if (bytes.length < fileHeaderBytes + infoHeaderBytes) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = view.getUint32(10, true);
  if (view.getUint32(14, true) < infoHeaderBytes)
    throw new GroundnoteError('bad-image', `"${name}" is a bitmap of a kind that Groundnote does not read.`);
  const width = view.getInt32(18, true);
  const height = Math.abs(view.getInt32(22, true));
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width <= 0 || height === 0 || ![1, 4, 8, 16, 24, 32].includes(bits)) throw damaged();
  if (uncompressed.has(compression)) {
    const rowBytes = Math.ceil((width * bits) / 32) * 4;
    if (offset + rowBytes * height > fileBytes) throw damaged();
  } else if (!runLength.has(compression)) {
    throw new GroundnoteError('bad-image', `"${name}" is a bitmap of a kind that Groundnote does not read.`);
  }
  return { width, height };
}

/** Rows of interleaved RGB; transparency is ignored, as most writers leave that byte zero. */
export function readBmp(bytes: Uint8Array, name: string): Size & { data: Uint8Array } {
  const { width, height } = readBmpSize(bytes, name);
  let rgba: Uint8Array;
  try {
    rgba = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { toRGBA: true }).data;
  } catch (error) {
    throw new GroundnoteError('bad-image', `"${name}" is damaged or incomplete and cannot be decoded.`, {
      cause: error,
    });
  }
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; i < data.length; i += 3, j += 4) {
    data[i] = rgba[j] as number;
    data[i + 1] = rgba[j + 1] as number;
    data[i + 2] = rgba[j + 2] as number;
  }
  return { width, height, data };
}
