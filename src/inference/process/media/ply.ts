/** Reads `.ply` (Stanford polygon files): ascii and both binary forms; of the elements only the vertices. */
import * as z from 'zod';
import type { PointCloud } from './media';
import { mostPoints, pointCloudOf } from './points';
import { badFile, latin1, truncated, viewOf, type MediaBytes } from './source';
import { numberTypes, readBinaryTable, readTextTable, type NumberType } from './table';

const typeNames: Readonly<Record<string, NumberType>> = {
  char: 'i1',
  int8: 'i1',
  uchar: 'u1',
  uint8: 'u1',
  short: 'i2',
  int16: 'i2',
  ushort: 'u2',
  uint16: 'u2',
  int: 'i4',
  int32: 'i4',
  uint: 'u4',
  uint32: 'u4',
  float: 'f4',
  float32: 'f4',
  double: 'f8',
  float64: 'f8',
};
const typeSchema = z.string().transform((word, context): NumberType => {
  const type = typeNames[word];
  if (!type)
    context.addIssue({ code: 'custom', message: `has the unknown number type “${word.slice(0, 20)}”` });
  return type ?? 'f4';
});
const propertySchema = z.object({
  name: z.string().min(1),
  type: typeSchema,
  countType: typeSchema.optional(),
});
const elementSchema = z.object({
  name: z.string().min(1),
  count: z.coerce.number().int('has an element whose count is no whole number').nonnegative().max(4e9),
  properties: z.array(propertySchema).max(1000),
});
const headerSchema = z.object({
  format: z.enum(['ascii', 'binary_little_endian', 'binary_big_endian'], 'is of a form that is not read'),
  elements: z.array(elementSchema).max(100),
});
type Header = z.output<typeof headerSchema>;
type Element = Header['elements'][number];

/** A header that is longer is none. */
const maxHeaderBytes = 65_536;

export const isPly = (bytes: Uint8Array): boolean => /^ply\r?\n/.test(latin1(bytes, 0, 5));

/** @throws GroundnoteError bad-file */
export function readPly(file: MediaBytes, most = mostPoints): PointCloud {
  const { name, bytes } = file;
  const { header, end } = readHeader(file);
  const vertices = header.elements.find((element) => element.name === 'vertex');
  if (!vertices || vertices.count === 0) throw badFile(name, 'has no vertices');
  const names = vertices.properties.map((property) => property.name.toLowerCase());
  const indexOf = (...sets: readonly string[][]): number[] | undefined =>
    sets.map((set) => set.map((each) => names.indexOf(each))).find((found) => !found.includes(-1));
  const position = indexOf(['x', 'y', 'z']);
  if (!position) throw badFile(name, 'has vertices without x, y and z');
  const color = indexOf(
    ['red', 'green', 'blue'],
    ['r', 'g', 'b'],
    ['diffuse_red', 'diffuse_green', 'diffuse_blue'],
  );
  const normal = indexOf(['nx', 'ny', 'nz'], ['normal_x', 'normal_y', 'normal_z']);
  const wanted = [...position, ...(color ?? []), ...(normal ?? [])];
  if (vertices.properties.some(({ countType }) => countType))
    throw badFile(name, 'has lists among the properties of its vertices, which are not read');
  const columns = {
    position: 0,
    ...(color && { color: { at: 3, full: fullBrightness(vertices, color[0] as number) } }),
    ...(normal && { normal: color ? 6 : 3 }),
  };
  const total = vertices.count;
  if (header.format === 'ascii') {
    const before = header.elements.slice(0, header.elements.indexOf(vertices));
    const start = skipLines(
      file,
      end,
      before.reduce((sum, { count }) => sum + count, 0),
    );
    const table = readTextTable(file, start, total, vertices.properties.length, wanted, most);
    return pointCloudOf(name, 'PLY, text', total, table, columns);
  }
  const little = header.format === 'binary_little_endian';
  const start = skipElements(file, header, vertices, end, little);
  const offsets: number[] = [];
  let stride = 0;
  for (const { type } of vertices.properties) {
    offsets.push(start + stride);
    stride += numberTypes[type].size;
  }
  if (total * stride > bytes.length - start) throw truncated(name, bytes.length - start, total * stride);
  const binary = wanted.map((index) => ({
    type: (vertices.properties[index] as Element['properties'][number]).type,
    offset: offsets[index] as number,
    stride,
  }));
  const table = readBinaryTable(file, total, binary, little, most);
  return pointCloudOf(name, little ? 'PLY, binary' : 'PLY, binary (big-endian)', total, table, columns);
}

/** Colours are bytes, words, or parts of one. */
function fullBrightness({ properties }: Element, index: number): number {
  const type = properties[index]?.type;
  return type === 'u2' ? 65_535 : type === 'f4' || type === 'f8' ? 1 : 255;
}

/** @returns the header, and where the data begin */
function readHeader({ name, bytes }: MediaBytes): { header: Header; end: number } {
  const text = latin1(bytes, 0, Math.min(bytes.length, maxHeaderBytes));
  const close = /(?:^|\n)end_header[ \t]*\r?\n/.exec(text);
  if (!close) throw badFile(name, 'has no complete PLY header');
  const raw: { format: string; elements: { name: string; count: string; properties: object[] }[] } = {
    format: '',
    elements: [],
  };
  for (const line of text.slice(0, close.index).split(/\r?\n/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'format') raw.format = rest[0] ?? '';
    else if (word === 'element')
      raw.elements.push({ name: rest[0] ?? '', count: rest[1] ?? '', properties: [] });
    else if (word === 'property') {
      const [type, ...others] = rest;
      raw.elements
        .at(-1)
        ?.properties.push(
          type === 'list'
            ? { countType: others[0], type: others[1], name: others[2] }
            : { type, name: others[0] },
        );
    }
  }
  const header = headerSchema.safeParse(raw);
  if (!header.success) {
    const message = header.error.issues[0]?.message ?? '';
    throw badFile(
      name,
      message.startsWith('has') || message.startsWith('is') ? message : 'has a PLY header that is not valid',
    );
  }
  return { header: header.data, end: close.index + close[0].length };
}

/** The place after so many lines. */
function skipLines({ name, bytes }: MediaBytes, start: number, lines: number): number {
  let at = start;
  for (let i = 0; i < lines; i++) {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw badFile(name, 'is incomplete: it ends before its vertices');
    at = end + 1;
  }
  return at;
}

/** Where the vertices begin: behind the elements that come first, which may have lists. */
function skipElements(
  { name, bytes }: MediaBytes,
  header: Header,
  vertices: Element,
  start: number,
  little: boolean,
): number {
  const view = viewOf(bytes);
  let at = start;
  for (const element of header.elements) {
    if (element === vertices) return at;
    const isFixed = element.properties.every(({ countType }) => !countType);
    if (isFixed) {
      at += element.count * element.properties.reduce((sum, { type }) => sum + numberTypes[type].size, 0);
      continue;
    }
    for (let i = 0; i < element.count; i++)
      for (const { type, countType } of element.properties) {
        const { size } = numberTypes[countType ?? type];
        if (at + size > bytes.length) throw badFile(name, 'is incomplete: it ends before its vertices');
        const items = countType ? numberTypes[countType].read(view, at, little) : 0;
        if (items < 0) throw badFile(name, 'has a list with a negative length');
        at += size + items * numberTypes[type].size;
      }
  }
  return at;
}
