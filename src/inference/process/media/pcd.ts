/** Reads `.pcd` (Point Cloud Library): ascii, binary and binary_compressed. */
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import { bytesInWords } from '../../../protocol/words';
import type { PointCloud } from './media';
import { decompressLzf, maxLzfExpansion } from './lzf';
import { mostPoints, pointCloudOf } from './points';
import { badFile, latin1, truncated, viewOf, type MediaBytes } from './source';
import {
  numberTypes,
  readBinaryTable,
  readTextTable,
  type BinaryColumn,
  type NumberType,
  type Table,
} from './table';

const wordsSchema = z.array(z.string()).min(1).max(1000);
const countsSchema = z.array(z.coerce.number().int().positive().max(10_000));
const pointsSchema = z.tuple([z.coerce.number().int().nonnegative().max(4e9)]);
const headerSchema = z.object({
  FIELDS: wordsSchema,
  SIZE: z.array(z.enum(['1', '2', '4', '8'])),
  TYPE: z.array(z.enum(['I', 'U', 'F'])),
  COUNT: countsSchema.optional(),
  WIDTH: pointsSchema,
  HEIGHT: pointsSchema.optional(),
  POINTS: pointsSchema.optional(),
  DATA: z.tuple([z.enum(['ascii', 'binary', 'binary_compressed'])]),
});

/** A field's first number in a point, in bytes and in numbers. */
interface Field {
  readonly type: NumberType;
  readonly offset: number;
  readonly index: number;
  readonly count: number;
}

const maxHeaderBytes = 65_536;
/** Compressed points of more bytes, unpacked, are refused. */
const maxUnpackedBytes = 1_000_000_000;

export const isPcd = (bytes: Uint8Array): boolean =>
  /^(#[^\n]*\n|\s)*VERSION\s/.test(latin1(bytes, 0, Math.min(bytes.length, 4096)));

/** @throws GroundnoteError bad-file */
export function readPcd(file: MediaBytes, most = mostPoints): PointCloud {
  const { name } = file;
  const { header, end } = readHeader(file);
  const total = header.POINTS?.[0] ?? header.WIDTH[0] * (header.HEIGHT?.[0] ?? 1);
  if (total === 0) throw badFile(name, 'has no points');
  const { fields, stride, numbers } = layoutOf(file, header);
  const [x, y, z] = ['x', 'y', 'z'].map((each) => fields.get(each));
  if (!x || !y || !z) throw badFile(name, 'has points without x, y and z');
  const normal = ['normal_x', 'normal_y', 'normal_z']
    .map((each) => fields.get(each))
    .filter((each) => each !== undefined);
  const packed = fields.get('rgb') ?? fields.get('rgba');
  const wanted = [x, y, z, ...(normal.length === 3 ? normal : []), ...(packed ? [packed] : [])];
  const [form] = header.DATA;
  const table =
    form === 'ascii'
      ? readTextTable(
          file,
          end,
          total,
          numbers,
          wanted.map(({ index }) => index),
          most,
        )
      : readBinary(file, form, end, total, stride, wanted, most);
  const columns = { position: 0, ...(normal.length === 3 && { normal: 3 }) };
  const format = { ascii: 'PCD, text', binary: 'PCD, binary', binary_compressed: 'PCD, compressed' }[form];
  if (!packed) return pointCloudOf(name, format, total, table, columns);
  const withColors = unpacked(table, packed.type);
  return pointCloudOf(name, format, total, withColors, {
    ...columns,
    color: { at: table.columns - 1, full: 255 },
  });
}

function readBinary(
  { name, bytes }: MediaBytes,
  form: 'binary' | 'binary_compressed',
  start: number,
  total: number,
  stride: number,
  wanted: readonly Field[],
  most: number,
): Table {
  const needed = total * stride;
  if (form === 'binary') {
    if (needed > bytes.length - start) throw truncated(name, bytes.length - start, needed);
    const columns = wanted.map(({ type, offset }) => ({ type, offset: start + offset, stride }));
    return readBinaryTable({ name, bytes }, total, columns, true, most);
  }
  if (bytes.length - start < 8) throw truncated(name, bytes.length - start, needed);
  const view = viewOf(bytes);
  const [packedSize, size] = [view.getUint32(start, true), view.getUint32(start + 4, true)];
  if (packedSize > bytes.length - start - 8) throw truncated(name, bytes.length - start - 8, packedSize);
  if (size !== needed || size > packedSize * maxLzfExpansion)
    throw badFile(name, 'is damaged: its compressed data cannot be as large as its header tells');
  if (size > maxUnpackedBytes)
    throw new GroundnoteError(
      'file-too-large',
      `"${name}" has ${bytesInWords(size)} of points when unpacked; the limit is ${bytesInWords(maxUnpackedBytes)}.`,
    );
  const data = decompressLzf(bytes.subarray(start + 8, start + 8 + packedSize), size);
  if (!data) throw badFile(name, 'is damaged: its compressed data cannot be unpacked');
  // Unpacked, the numbers of one field follow each other.
  const columns: BinaryColumn[] = wanted.map(({ type, offset, count }) => ({
    type,
    offset: offset * total,
    stride: numberTypes[type].size * count,
  }));
  return readBinaryTable({ name, bytes: data }, total, columns, true, most);
}

/** The colour in the last column, three bytes in the bits of one number, as three columns. */
function unpacked({ rows, columns, values }: Table, type: NumberType): Table {
  const wide = columns + 2;
  const out = new Float64Array(rows * wide);
  const bits = new DataView(new ArrayBuffer(4));
  for (let row = 0; row < rows; row++) {
    out.set(values.subarray(row * columns, (row + 1) * columns - 1), row * wide);
    const value = values[(row + 1) * columns - 1] as number;
    if (type === 'f4') bits.setFloat32(0, value);
    else bits.setUint32(0, value >>> 0);
    for (let part = 0; part < 3; part++) out[row * wide + columns - 1 + part] = bits.getUint8(part + 1);
  }
  return { rows, columns: wide, values: out };
}

function readHeader({ name, bytes }: MediaBytes): { header: z.output<typeof headerSchema>; end: number } {
  const text = latin1(bytes, 0, Math.min(bytes.length, maxHeaderBytes));
  const close = /(?:^|\n)DATA[ \t]+\w+[ \t]*\r?\n/.exec(text);
  if (!close) throw badFile(name, 'has no complete PCD header');
  const end = close.index + close[0].length;
  const raw: Record<string, string[]> = {};
  for (const line of text.slice(0, end).split(/\r?\n/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word && !word.startsWith('#')) raw[word === 'COLUMNS' ? 'FIELDS' : word] = rest;
  }
  const header = headerSchema.safeParse(raw);
  if (!header.success)
    throw badFile(name, `has a PCD header whose ${String(header.error.issues[0]?.path[0])} is not valid`);
  return { header: header.data, end };
}

function layoutOf({ name }: MediaBytes, { FIELDS, SIZE, TYPE, COUNT }: z.output<typeof headerSchema>) {
  if (
    SIZE.length !== FIELDS.length ||
    TYPE.length !== FIELDS.length ||
    (COUNT && COUNT.length !== FIELDS.length)
  )
    throw badFile(name, 'has a PCD header whose FIELDS, SIZE, TYPE and COUNT differ in length');
  const fields = new Map<string, Field>();
  let [stride, numbers] = [0, 0];
  FIELDS.forEach((field, i) => {
    const type = `${(TYPE[i] as string).toLowerCase()}${SIZE[i]}`;
    const count = COUNT?.[i] ?? 1;
    if (!(type in numberTypes))
      throw badFile(name, `has the field “${field.slice(0, 20)}” in a type that does not exist`);
    fields.set(field.toLowerCase(), { type: type as NumberType, offset: stride, index: numbers, count });
    stride += Number(SIZE[i]) * count;
    numbers += count;
  });
  return { fields, stride, numbers };
}
