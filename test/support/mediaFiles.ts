/** Small files of the modalities, made byte by byte. */

/** Bytes of parts one after another: text, or numbers of one kind. */
export function bytesOf(...parts: (string | ArrayBufferView | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const pieces = parts.map((part) =>
    typeof part === 'string'
      ? Buffer.from(part, 'latin1')
      : ArrayBuffer.isView(part)
        ? Buffer.from(part.buffer, part.byteOffset, part.byteLength)
        : Buffer.from(part as number[]),
  );
  return new Uint8Array(Buffer.concat(pieces));
}

/** A number type of the tests by its name in the files, in either order of bytes. */
const writers = {
  u1: (view: DataView, at: number, value: number) => view.setUint8(at, value),
  i2: (view: DataView, at: number, value: number, little: boolean) => view.setInt16(at, value, little),
  u2: (view: DataView, at: number, value: number, little: boolean) => view.setUint16(at, value, little),
  i4: (view: DataView, at: number, value: number, little: boolean) => view.setInt32(at, value, little),
  u4: (view: DataView, at: number, value: number, little: boolean) => view.setUint32(at, value, little),
  f4: (view: DataView, at: number, value: number, little: boolean) => view.setFloat32(at, value, little),
  f8: (view: DataView, at: number, value: number, little: boolean) => view.setFloat64(at, value, little),
} as const;
export type TestType = keyof typeof writers;

/** Rows of numbers, each column of its own type. */
export function binaryRows(
  rows: readonly (readonly number[])[],
  types: readonly TestType[],
  little = true,
): Uint8Array<ArrayBuffer> {
  const width = types.reduce((sum, type) => sum + Number(type[1]), 0);
  const view = new DataView(new ArrayBuffer(width * rows.length));
  let at = 0;
  for (const row of rows)
    types.forEach((type, column) => {
      writers[type](view, at, row[column] as number, little);
      at += Number(type[1]);
    });
  return new Uint8Array(view.buffer);
}

/** An `.npy` file of version 1. */
export function npyOf(
  descr: string,
  shape: readonly number[],
  data: ArrayBufferView,
  fortran = false,
): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const padded = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  return bytesOf('\x93NUMPY', [1, 0, padded.length & 255, padded.length >> 8], padded, data);
}

/** A `.wav` file. @param stated length of its sound as the file tells it, where that is not the true one */
export function wavOf(
  {
    encoding = 1,
    channels = 1,
    rate = 8000,
    bits = 16,
  }: { encoding?: number; channels?: number; rate?: number; bits?: number },
  data: Uint8Array,
  stated = data.length,
): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(16));
  head.setUint16(0, encoding, true);
  head.setUint16(2, channels, true);
  head.setUint32(4, rate, true);
  head.setUint32(8, (rate * channels * bits) / 8, true);
  head.setUint16(12, (channels * bits) / 8, true);
  head.setUint16(14, bits, true);
  const size = (value: number) => binaryRows([[value]], ['u4']);
  return bytesOf(
    'RIFF',
    size(36 + data.length),
    'WAVEfmt ',
    size(16),
    head,
    'data',
    size(stated >>> 0),
    data,
  );
}

/** LZF without compression: runs of at most 32 bytes as they are. */
export function lzfStored(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: (Uint8Array | number[])[] = [];
  for (let at = 0; at < data.length; at += 32) {
    const run = data.subarray(at, at + 32);
    parts.push([run.length - 1], run);
  }
  return bytesOf(...parts);
}
