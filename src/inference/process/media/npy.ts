/** Reads `.npy` (NumPy arrays) of plain numbers: tables of points, and depth maps. */
import * as z from 'zod';
import { modalityOfArray } from '../../../protocol/modalities';
import type { DepthMap, PointCloud } from './media';
import { depthMapOf } from './depthMap';
import { mostPoints, pointCloudOf } from './points';
import { badFile, latin1, truncated, viewOf, type MediaBytes } from './source';
import { numberTypes, readBinaryTable, type NumberType } from './table';

const headerSchema = z.object({
  descr: z.string().regex(/^[<>|=][biuf][1248]$/),
  fortran_order: z.enum(['True', 'False']).transform((word) => word === 'True'),
  shape: z.array(z.coerce.number().int().positive().max(4e9)).min(1).max(8),
});

interface NpyArray {
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly little: boolean;
  /** Columns first. */
  readonly fortran: boolean;
  readonly start: number;
}

export const isNpy = (bytes: Uint8Array): boolean => latin1(bytes, 0, 6) === '\x93NUMPY';

/** @throws GroundnoteError bad-file */
export const npyShape = (file: MediaBytes): readonly number[] => readHeader(file).shape;

/** N × 3 (or 4, of which the last is left out), or N × 6: with normals where these are of length one, else with colours. @throws GroundnoteError bad-file */
export function readNpyPoints(file: MediaBytes, most = mostPoints): PointCloud {
  const { name } = file;
  const { shape, type, little, fortran, start } = readHeader(file);
  const [total, width] = shape as [number, number];
  if (shape.length !== 2 || ![3, 4, 6].includes(width))
    throw badFile(
      name,
      `is an array of ${shape.join(' × ')} numbers; points are N × 3 (x, y, z) or N × 6 (with colours or normals)`,
    );
  const { size } = numberTypes[type];
  const columns = Array.from({ length: width }, (_, column) => ({
    type,
    offset: start + column * size * (fortran ? total : 1),
    stride: size * (fortran ? 1 : width),
  }));
  const table = readBinaryTable(file, total, columns, little, most);
  const format = 'NumPy array';
  if (width !== 6) return pointCloudOf(name, format, total, table, { position: 0 });
  let [units, highest] = [0, 0];
  for (let row = 0; row < table.rows; row++) {
    const [a, b, c] = table.values.subarray(row * 6 + 3, row * 6 + 6) as unknown as [number, number, number];
    if (Math.abs(Math.hypot(a, b, c) - 1) < 0.02) units++;
    highest = Math.max(highest, a, b, c);
  }
  return pointCloudOf(name, format, total, table, {
    position: 0,
    ...(units > table.rows * 0.9 ? { normal: 3 } : { color: { at: 3, full: highest <= 1 ? 1 : 255 } }),
  });
}

/** One map: height × width, or with a further axis of length one. @throws GroundnoteError bad-file, file-too-large */
export function readNpyDepth(file: MediaBytes): DepthMap {
  const { name, bytes } = file;
  const { shape, type, little, fortran, start } = readHeader(file);
  const axes = shape.length === 3 ? shape.filter((length) => length !== 1) : shape;
  if (shape.length === 2 && modalityOfArray(shape) === 'points')
    throw badFile(name, `is an array of ${shape.join(' × ')} numbers: open it as a point cloud`);
  if (axes.length !== 2)
    throw badFile(
      name,
      shape.length === 3
        ? `is an array of ${shape.join(' × ')} numbers: several maps, or one of several channels; save one map of height × width as a file of its own`
        : `is an array of ${shape.join(' × ')} numbers; a depth map is height × width`,
    );
  const [height, width] = axes as [number, number];
  const { size, read } = numberTypes[type];
  const view = viewOf(bytes);
  return depthMapOf(name, 'NumPy array', { width, height }, (values) => {
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++)
        values[i] = read(view, start + (fortran ? x * height + y : i) * size, little);
  });
}

/** The header says a Python dictionary. Its data are there, or it throws. */
function readHeader({ name, bytes }: MediaBytes): NpyArray {
  if (!isNpy(bytes) || bytes.length < 12) throw badFile(name, 'is no NumPy array');
  const view = viewOf(bytes);
  const wide = (bytes[6] as number) >= 2;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + length;
  if (length > 65_536 || start > bytes.length) throw badFile(name, 'has no complete NumPy header');
  const text = latin1(bytes, wide ? 12 : 10, start);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  if (/'descr'\s*:\s*(\[|'\|?O)/.test(text))
    throw badFile(name, 'holds Python objects or records; only arrays of plain numbers are read');
  const parsed = headerSchema.safeParse({
    descr,
    fortran_order: /'fortran_order'\s*:\s*(\w+)/.exec(text)?.[1],
    shape: /'shape'\s*:\s*\(([^)]*)\)/
      .exec(text)?.[1]
      ?.split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  });
  if (!parsed.success)
    throw badFile(
      name,
      descr !== undefined && !headerSchema.shape.descr.safeParse(descr).success
        ? `holds numbers of the type “${descr.slice(0, 12)}”, which is not read`
        : 'has a NumPy header that is not valid, or an empty array',
    );
  const [order, kind, size] = [...parsed.data.descr] as [string, string, string];
  const type = `${kind === 'b' ? 'u' : kind}${size}`;
  if (!(type in numberTypes))
    throw badFile(name, `holds numbers of the type “${parsed.data.descr}”, which is not read`);
  const { shape } = parsed.data;
  const needed = shape.reduce((product, axis) => product * axis, numberTypes[type as NumberType].size);
  if (needed > bytes.length - start) throw truncated(name, bytes.length - start, needed);
  return {
    shape,
    type: type as NumberType,
    little: order !== '>',
    fortran: parsed.data.fortran_order,
    start,
  };
}
