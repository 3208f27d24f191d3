/** Point clouds: `.ply`, `.pcd` and `.npy` in all their forms, and files that are broken or meant to do harm. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressLzf } from '../../../../src/inference/process/media/lzf';
import { readNpyPoints } from '../../../../src/inference/process/media/npy';
import { readPcd } from '../../../../src/inference/process/media/pcd';
import { readPly } from '../../../../src/inference/process/media/ply';
import { readMediaFile } from '../../../../src/inference/process/media/read';
import { mediaView } from '../../../../src/inference/process/media/views';
import { GroundnoteError } from '../../../../src/protocol/errors';
import { binaryRows, bytesOf, lzfStored, npyOf, type TestType } from '../../../support/mediaFiles';

const file = (bytes: Uint8Array<ArrayBuffer>) => ({ name: 'cloud', bytes });
const refuses = (work: () => unknown, message: RegExp) => {
  expect(work).toThrow(message);
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(GroundnoteError);
    expect((error as GroundnoteError).code).toMatch(/^(bad-file|file-too-large)$/);
  }
};

/** x, y, z, red, green, blue, nx, ny, nz */
const rows = [
  [0, 0, 0, 255, 0, 0, 0, 0, 2],
  [1, 2, 3, 0, 255, 0, 1, 0, 0],
  [-1.5, 0.5, 4, 10, 20, 30, 0, -1, 0],
];
const plyHeader = (format: string, count = rows.length) =>
  [
    'ply',
    `format ${format} 1.0`,
    'comment made by hand',
    `element vertex ${count}`,
    ...['x', 'y', 'z'].map((name) => `property float ${name}`),
    ...['red', 'green', 'blue'].map((name) => `property uchar ${name}`),
    ...['nx', 'ny', 'nz'].map((name) => `property double ${name}`),
    'element face 1',
    'property list uchar int vertex_indices',
    'end_header',
    '',
  ].join('\n');
const plyTypes: TestType[] = ['f4', 'f4', 'f4', 'u1', 'u1', 'u1', 'f8', 'f8', 'f8'];
const ascii = bytesOf(plyHeader('ascii'), rows.map((row) => `${row.join(' ')}\n`).join(''), '3 0 1 2\n');
const little = bytesOf(plyHeader('binary_little_endian'), binaryRows(rows, plyTypes), [3, 0, 0, 0, 0]);
const big = bytesOf(plyHeader('binary_big_endian'), binaryRows(rows, plyTypes, false));

describe('.ply', () => {
  it.each([
    ['text', ascii],
    ['binary', little],
    ['big-endian', big],
  ])('reads points, colours and normals: %s', (_form, bytes) => {
    const cloud = readPly(file(bytes));
    expect(cloud.total).toBe(3);
    expect([...cloud.positions]).toEqual([0, 0, 0, 1, 2, 3, -1.5, 0.5, 4]);
    expect([...(cloud.colors ?? [])]).toEqual([255, 0, 0, 0, 255, 0, 10, 20, 30]);
    expect([...(cloud.normals ?? [])]).toEqual([0, 0, 1, 1, 0, 0, 0, -1, 0]);
  });

  it('finds vertices behind an element with lists', () => {
    const header =
      'ply\nformat binary_little_endian 1.0\nelement face 2\nproperty list uchar int vertex_indices\n' +
      'element vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n';
    const faces = [bytesOf([3], binaryRows([[0, 1, 2]], ['i4', 'i4', 'i4'])), bytesOf([0])];
    const bytes = bytesOf(header, ...faces, binaryRows([[7, 8, 9]], ['f4', 'f4', 'f4']));
    expect([...readPly(file(bytes)).positions]).toEqual([7, 8, 9]);
  });

  it('keeps points evenly where there are too many, and says how many there were', () => {
    const cloud = readPly(file(little), 2);
    expect(cloud.total).toBe(3);
    expect([...cloud.positions]).toEqual([0, 0, 0, 1, 2, 3]);
  });

  it('leaves out points that are nowhere, and keeps places far from zero exact', () => {
    const header = plyHeader('ascii', 3).replace(/property (uchar|double) \w+\n/g, '');
    const text = 'nan 0 0\n500000.25 4000000.5 10\n500001.75 4000000.5 10\n';
    const cloud = readPly(file(bytesOf(header, text)));
    expect(cloud.origin).toEqual([500001, 4000001, 10]);
    expect([...cloud.positions]).toEqual([-0.75, -0.5, 0, 0.75, -0.5, 0]);
  });

  it.each([
    ['a count that is not there', bytesOf(plyHeader('binary_little_endian', 4_000_000_000)), /incomplete/],
    ['the same in text', bytesOf(plyHeader('ascii', 4_000_000_000), '0 0 0\n'), /incomplete/],
    ['half of it', little.slice(0, little.length - 60), /incomplete/],
    [
      'a text that ends',
      bytesOf(plyHeader('ascii'), `${rows[0]!.join(' ')}\n`.padEnd(80)),
      /has 1 of the 3 points/,
    ],
    ['no end of its header', bytesOf('ply\nformat ascii 1.0\n'), /no complete PLY header/],
    [
      'a type that is unknown',
      bytesOf(plyHeader('ascii').replace('float x', 'quad x')),
      /unknown number type “quad”/,
    ],
    ['words for numbers', bytesOf(plyHeader('ascii'), 'a b c d e f g h i\n'.repeat(3)), /“a” where a number/],
    ['no coordinates', bytesOf(plyHeader('ascii').replace('float x', 'float q')), /without x, y and z/],
    [
      'a negative count',
      bytesOf(plyHeader('ascii').replace('vertex 3', 'vertex -3')),
      /PLY header that is not valid/,
    ],
    ['another form', bytesOf(plyHeader('binary_mixed')), /form that is not read/],
  ])('refuses %s', (_what, bytes, message) => refuses(() => readPly(file(bytes)), message));
});

const pcdRows = rows.map(([x, y, z, r, g, b]) => [x!, y!, z!, (r! << 16) | (g! << 8) | b!]);
const pcdHeader = (data: string, points = 3, type = 'U') =>
  `# .PCD v.7 - Point Cloud Data file format\nVERSION .7\nFIELDS x y z rgb\nSIZE 4 4 4 4\nTYPE F F F ${type}\nCOUNT 1 1 1 1\n` +
  `WIDTH ${points}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS ${points}\nDATA ${data}\n`;
const pcdTypes: TestType[] = ['f4', 'f4', 'f4', 'u4'];
/** Field after field, as the compressed form has them. */
const byField = bytesOf(
  ...pcdTypes.map((type, column) =>
    binaryRows(
      pcdRows.map((row) => [row[column]!]),
      [type],
    ),
  ),
);
const compressed = (packed: Uint8Array, size = byField.length) =>
  bytesOf(pcdHeader('binary_compressed'), binaryRows([[packed.length], [size]], ['u4']), packed);

describe('.pcd', () => {
  it.each([
    ['ascii', bytesOf(pcdHeader('ascii'), pcdRows.map((row) => `${row.join(' ')}\n`).join(''))],
    ['binary', bytesOf(pcdHeader('binary'), binaryRows(pcdRows, pcdTypes))],
    ['binary_compressed', compressed(lzfStored(byField))],
  ])('reads points and colours: %s', (_form, bytes) => {
    const cloud = readPcd(file(bytes));
    expect([...cloud.positions]).toEqual([0, 0, 0, 1, 2, 3, -1.5, 0.5, 4]);
    expect([...(cloud.colors ?? [])]).toEqual([255, 0, 0, 0, 255, 0, 10, 20, 30]);
  });

  it('reads colours that are kept in the bits of a float', () => {
    const bytes = bytesOf(pcdHeader('binary', 3, 'F'), binaryRows(pcdRows, pcdTypes));
    expect([...(readPcd(file(bytes)).colors ?? [])]).toEqual([255, 0, 0, 0, 255, 0, 10, 20, 30]);
  });

  it.each([
    ['half of it', bytesOf(pcdHeader('binary'), binaryRows(pcdRows.slice(1), pcdTypes)), /incomplete/],
    [
      'a bomb',
      bytesOf(
        pcdHeader('binary_compressed', 250_000_000),
        binaryRows([[8], [4_000_000_000]], ['u4']),
        new Uint8Array(8),
      ),
      /damaged/,
    ],
    ['a size of its own', compressed(lzfStored(byField), 99), /damaged/],
    ['damaged data', compressed(bytesOf([255, 255, 255, 255])), /damaged/],
    [
      'a header of different lengths',
      bytesOf(pcdHeader('ascii').replace('SIZE 4 4', 'SIZE 4')),
      /differ in length/,
    ],
    ['a header that says nothing', bytesOf('VERSION .7\nDATA ascii\n'), /FIELDS is not valid/],
  ])('refuses %s', (_what, bytes, message) => refuses(() => readPcd(file(bytes)), message));

  it('unpacks repetitions, and gives up on what points before the beginning', () => {
    // "ab" as it is, then six bytes from two before.
    expect(Buffer.from(decompressLzf(bytesOf([1], 'ab', [(4 << 5) | 0, 1]), 8)!).toString()).toBe('abababab');
    expect(decompressLzf(bytesOf([1], 'ab', [(4 << 5) | 0, 9]), 8)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(200), (data, size) => {
        const out = decompressLzf(data, size);
        return out === undefined || out.length === size;
      }),
    );
  });
});

describe('.npy', () => {
  const xyz = Float32Array.from([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  it('reads N × 3, by rows and by columns', () => {
    expect([...readNpyPoints(file(npyOf('<f4', [4, 3], xyz))).positions]).toEqual([...xyz]);
    const columns = Float64Array.from([0, 1, 4, 7, 0, 2, 5, 8, 0, 3, 6, 9]);
    expect([...readNpyPoints(file(npyOf('<f8', [4, 3], columns, true))).positions]).toEqual([...xyz]);
  });
  it('tells colours from normals in N × 6', () => {
    const colours = Float32Array.from([0, 0, 0, 255, 128, 0, 1, 1, 1, 0, 0, 0]);
    expect([...readNpyPoints(file(npyOf('<f4', [2, 6], colours))).colors!]).toEqual([255, 128, 0, 0, 0, 0]);
    const normals = Float32Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0]);
    expect([...readNpyPoints(file(npyOf('<f4', [2, 6], normals))).normals!]).toEqual([0, 0, 1, 0, 1, 0]);
    const whole = Uint8Array.from([1, 2, 3, 255, 0, 0]);
    expect([...readNpyPoints(file(npyOf('|u1', [1, 6], whole))).colors!]).toEqual([255, 0, 0]);
  });
  it.each([
    ['other shapes', npyOf('<f4', [2, 5], new Float32Array(10)), /2 × 5 numbers/],
    ['numbers that are not there', npyOf('<f4', [4_000_000_000, 3], xyz), /incomplete/],
    ['objects', npyOf('|O', [4, 3], xyz), /Python objects/],
    ['complex numbers', npyOf('<c8', [4, 3], xyz), /type “<c8”/],
    ['half a header', npyOf('<f4', [4, 3], xyz).slice(0, 40), /no complete NumPy header/],
  ])('refuses %s', (_what, bytes, message) => refuses(() => readNpyPoints(file(bytes)), message));
});

it('what is no point cloud is said to be none', async () => {
  await expect(readMediaFile({ name: 'a.ply', bytes: bytesOf('hello') }, 'points')).rejects.toThrow(
    /is no point cloud/,
  );
  await expect(readMediaFile({ name: 'a.ply', bytes: bytesOf('') }, 'points')).rejects.toThrow(/is empty/);
  await expect(readMediaFile({ path: '/nowhere/a.ply' }, 'points')).rejects.toMatchObject({
    code: 'not-found',
  });
});

it('garbage never does more than fail with a reason', () => {
  const seeds = [ascii, little, compressed(lzfStored(byField)), npyOf('<f4', [2, 3], new Float32Array(6))];
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.nat(), fc.uint8Array({ maxLength: 6 }), (seed, at, noise) => {
      const bytes = new Uint8Array(seed);
      noise.forEach((byte, i) => (bytes[(at + i) % bytes.length] = byte));
      for (const read of [readPly, readPcd, readNpyPoints])
        try {
          read(file(bytes));
        } catch (error) {
          if (!(error instanceof GroundnoteError)) throw error;
        }
    }),
    { numRuns: 300 },
  );
});

it('a view has the bounds of its points', () => {
  const view = mediaView(readPly(file(ascii)));
  expect(view).toMatchObject({ bounds: { min: [-1.5, 0, 0], max: [1, 2, 4] } });
});
