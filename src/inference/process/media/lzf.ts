/** LZF decompression, as `.pcd` files of the form binary_compressed have it. */

/** A control byte and its offset can stand for so many bytes at most, for each byte that they take. */
export const maxLzfExpansion = 88;

/** @returns `size` bytes; undefined where the data are damaged or give another number of bytes */
export function decompressLzf(data: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  while (from < data.length) {
    const control = data[from++] as number;
    if (control < 32) {
      // A run of bytes as they are.
      const length = control + 1;
      if (from + length > data.length || to + length > size) return undefined;
      out.set(data.subarray(from, from + length), to);
      from += length;
      to += length;
      continue;
    }
    // A repetition of what was written before.
    let length = control >> 5;
    if (length === 7) length += data[from++] ?? NaN;
    length += 2;
    const back = ((control & 31) << 8) + (data[from++] ?? NaN) + 1;
    // The two may overlap: bytes that were just written are repeated too.
    let source = to - back;
    if (!(source >= 0) || !(to + length <= size)) return undefined;
    for (let i = 0; i < length; i++) out[to++] = out[source++] as number;
  }
  return to === size ? out : undefined;
}
