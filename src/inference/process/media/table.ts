/** Rows of numbers in a file, of which only some columns, and where there are too many only some rows, are read. */
import { badFile, latin1, truncated, viewOf, type MediaBytes } from './source';

/** How a number is stored. */
export const numberTypes = {
  i1: { size: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  u1: { size: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  i2: { size: 2, read: (view: DataView, at: number, little: boolean) => view.getInt16(at, little) },
  u2: { size: 2, read: (view: DataView, at: number, little: boolean) => view.getUint16(at, little) },
  i4: { size: 4, read: (view: DataView, at: number, little: boolean) => view.getInt32(at, little) },
  u4: { size: 4, read: (view: DataView, at: number, little: boolean) => view.getUint32(at, little) },
  i8: {
    size: 8,
    read: (view: DataView, at: number, little: boolean) => Number(view.getBigInt64(at, little)),
  },
  u8: {
    size: 8,
    read: (view: DataView, at: number, little: boolean) => Number(view.getBigUint64(at, little)),
  },
  f4: { size: 4, read: (view: DataView, at: number, little: boolean) => view.getFloat32(at, little) },
  f8: { size: 8, read: (view: DataView, at: number, little: boolean) => view.getFloat64(at, little) },
} as const;
export type NumberType = keyof typeof numberTypes;

/** Rows and columns that were read, row after row. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Which rows are kept of `total`, at most `most`, evenly: row j is the file's row `rowOf(j)`. */
export function evenly(total: number, most: number): { rows: number; rowOf(j: number): number } {
  const rows = Math.min(total, most);
  return { rows, rowOf: (j) => (rows === total ? j : Math.floor((j * total) / rows)) };
}

/** Where a column of a binary file lies. `stride` is from row to row. */
export interface BinaryColumn {
  readonly type: NumberType;
  readonly offset: number;
  readonly stride: number;
}

/** @param total rows of the file, which the caller has checked to be there @param columns undefined: not there, read as NaN */
export function readBinaryTable(
  { bytes }: MediaBytes,
  total: number,
  columns: readonly BinaryColumn[],
  littleEndian: boolean,
  most: number,
): Table {
  const view = viewOf(bytes);
  const { rows, rowOf } = evenly(total, most);
  const values = new Float64Array(rows * columns.length);
  columns.forEach(({ type, offset, stride }, column) => {
    const { read } = numberTypes[type];
    for (let j = 0, to = column; j < rows; j++, to += columns.length)
      values[to] = read(view, offset + rowOf(j) * stride, littleEndian);
  });
  return { rows, columns: columns.length, values };
}

/**
 * Rows of text from a place on, one in each line, numbers parted by blanks.
 * @param perRow numbers in a row of the file @param wanted which of them are read
 * @throws GroundnoteError bad-file for a row that is missing, short, or holds what is no number
 */
export function readTextTable(
  { name, bytes }: MediaBytes,
  start: number,
  total: number,
  perRow: number,
  wanted: readonly number[],
  most: number,
): Table {
  // A number and what parts it from the next are two characters: what cannot be there is not made room for.
  if (total * perRow * 2 - 1 > bytes.length - start)
    throw truncated(name, bytes.length - start, total * perRow * 2 - 1);
  const { rows, rowOf } = evenly(total, most);
  const values = new Float64Array(rows * wanted.length);
  const last = Math.max(...wanted);
  let at = start;
  for (let row = 0, j = 0; j < rows; row++) {
    // Empty lines count for nothing.
    while (at < bytes.length && isBlank(bytes[at] as number)) at++;
    if (at >= bytes.length) throw badFile(name, `is incomplete: it has ${row} of the ${total} points`);
    let end = bytes.indexOf(10, at);
    if (end < 0) end = bytes.length;
    if (row === rowOf(j)) {
      const parts = latin1(bytes, at, end).trim().split(/\s+/);
      if (parts.length <= last) throw badFile(name, `has a row with too few numbers (point ${row + 1})`);
      wanted.forEach((index, column) => {
        const value = numberOf(parts[index] as string);
        if (value === undefined)
          throw badFile(
            name,
            `has “${(parts[index] as string).slice(0, 20)}” where a number should be (point ${row + 1})`,
          );
        values[j * wanted.length + column] = value;
      });
      j++;
    }
    at = end + 1;
  }
  return { rows, columns: wanted.length, values };
}

const isBlank = (char: number) => char === 32 || (char >= 9 && char <= 13);

/** NaN where the text says so; undefined for what is no number. */
export function numberOf(text: string): number | undefined {
  const value = Number(text);
  if (text !== '' && !Number.isNaN(value)) return value;
  if (/^[-+]?nan$/i.test(text)) return NaN;
  const infinite = /^([-+]?)inf(inity)?$/i.exec(text);
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : undefined;
}
