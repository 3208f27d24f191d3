import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import {
  formatSidecar,
  newSidecar,
  parseSidecar,
  sidecarConflict,
  sidecarName,
} from '../../../src/annotate/sidecar';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Point } from '../../../src/protocol/geometry';
import { patchOfGeometry, rleOfPatch, type Patch } from '../../../src/protocol/raster';
import { decodeRle, encodeRle, rleOverlap } from '../../../src/protocol/rle';
import { maskOfGeometry } from '../../../src/regions/geometry';

const image = { name: 'photo.png', width: 64, height: 48 };
const ring = () => {
  const data = new Uint8Array(image.width * image.height);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++) {
      const r = Math.hypot(x - 30, y - 24);
      if (r < 18 && r > 7) data[y * image.width + x] = 1;
    }
  return encodeRle({ ...image, data });
};

const maskRegion: Annotation = {
  id: 'region-1',
  label: '杯子',
  score: 0.87,
  color: '#56b4e9',
  hidden: true,
  geometry: { type: 'mask', mask: ring() },
  provenance: {
    by: 'pack',
    packs: [{ id: 'groundnote-segment', version: '0.1.0' }],
    prompts: [
      { type: 'point', point: [30.25, 8.5], label: 1 },
      {
        type: 'stroke',
        points: [
          [1, 2],
          [3, 4],
        ],
        label: 0,
      },
      { type: 'box', box: [1, 2, 3.5, 4] },
    ],
  },
};

const write = (annotations: Annotation[], content = newSidecar) => formatSidecar(content, annotations, image);
const shapesOf = (text: string) => (JSON.parse(text) as { shapes: Record<string, unknown>[] }).shapes;

/** A file as another tool writes it, with keys that we know nothing of. */
const foreign = {
  version: '4.0.0-beta.5',
  flags: { checked: true },
  shapes: [
    {
      label: 'wheel',
      score: 0.5,
      points: [
        [10, 10],
        [30, 10],
        [30, 20],
        [10, 20],
      ],
      group_id: 7,
      description: 'left',
      difficult: false,
      shape_type: 'rectangle',
      flags: { occluded: true },
      attributes: { colour: 'red' },
      kie_linking: [],
    },
    {
      label: 'hub',
      points: [
        [20, 20],
        [25, 20],
      ],
      group_id: null,
      shape_type: 'circle',
      flags: {},
    },
    {
      label: 'road',
      points: [
        [0, 40],
        [63, 40],
        [63, 47],
      ],
      group_id: null,
      shape_type: 'polygon',
      flags: {},
    },
    {
      label: 'lane',
      points: [
        [0, 44],
        [63, 44],
      ],
      group_id: 2,
      shape_type: 'line',
      flags: {},
    },
    { label: 'spot', points: [[5, 5]], group_id: null, shape_type: 'point', flags: {} },
  ],
  imagePath: 'photo.png',
  imageData: null,
  imageHeight: 48,
  imageWidth: 64,
  someTool: { nested: [1, 2, 3] },
};

describe('sidecar round trips', () => {
  it('keeps a mask exactly, with its prompts, packs, score, colour and visibility', () => {
    expect(parseSidecar(write([maskRegion]), 'photo.json').annotations).toEqual([maskRegion]);
  });

  it('keeps a region without a label as one, though LabelMe wants a label', () => {
    const region: Annotation = { ...maskRegion };
    delete region.label;
    const text = write([region]);
    expect(shapesOf(text)[0]?.['label']).toBe('object');
    expect(parseSidecar(text, 'photo.json').annotations).toEqual([region]);
    expect(parseSidecar(text.replace('"object"', '"cup"'), 'photo.json').annotations[0]?.label).toBe('cup');
  });

  it('keeps any boxes, points, strokes and polygons', () => {
    const coordinate = fc.double({ min: 0, max: 60, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
    const point = fc.tuple(coordinate, coordinate);
    const geometry = fc.oneof(
      fc.record({ type: fc.constant('point' as const), point }),
      fc.record({
        type: fc.constant('box' as const),
        box: fc
          .tuple(point, point)
          .map(([[x1, y1], [x2, y2]]): [number, number, number, number] => [
            Math.min(x1, x2),
            Math.min(y1, y2),
            Math.max(x1, x2),
            Math.max(y1, y2),
          ]),
      }),
      fc.record({
        type: fc.constant('stroke' as const),
        points: fc.array(point, { minLength: 1, maxLength: 9 }),
      }),
      fc.record({
        type: fc.constant('polygon' as const),
        polygons: fc.array(fc.array(point, { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
      }),
    );
    const annotations = fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        label: fc.string(),
        geometry,
        provenance: fc.constant({ by: 'user' as const }),
      }),
      { selector: ({ id }) => id, maxLength: 6 },
    );
    fc.assert(
      fc.property(annotations, (list) => {
        const normal = JSON.parse(JSON.stringify(list)) as Annotation[];
        expect(parseSidecar(write(normal), 'photo.json').annotations).toEqual(normal);
      }),
    );
  });

  it('writes masks as polygons of one group that other tools can rasterise (IoU 0.98)', () => {
    const shapes = shapesOf(write([maskRegion]));
    expect(shapes.every((shape) => shape['shape_type'] === 'polygon')).toBe(true);
    expect(shapesOf(write([islands])).map((shape) => shape['group_id'])).toEqual([1, 1]);
    const polygons = shapes.map((shape) => shape['points'] as Point[]);
    const drawn = maskOfGeometry({ type: 'polygon', polygons }, image);
    const { intersection, union } = rleOverlap(ring(), drawn);
    expect(intersection / union).toBeGreaterThanOrEqual(0.98);
  });

  it('writes the keys that LabelMe asks for', () => {
    const file = JSON.parse(write([maskRegion])) as Record<string, unknown>;
    expect(file).toMatchObject({
      version: expect.any(String) as string,
      flags: {},
      imagePath: 'photo.png',
      imageData: null,
      imageHeight: 48,
      imageWidth: 64,
    });
    expect(shapesOf(write([maskRegion]))[0]).toMatchObject({
      label: '杯子',
      flags: {},
      shape_type: 'polygon',
    });
  });
});

describe('files of other tools', () => {
  const text = JSON.stringify(foreign);

  it('are read, with four-point rectangles and lines', () => {
    const { annotations, keptCount } = parseSidecar(text, 'photo.json');
    expect(annotations.map(({ geometry }) => geometry.type)).toEqual(['box', 'polygon', 'stroke', 'point']);
    expect(annotations[0]).toMatchObject({ label: 'wheel', score: 0.5, geometry: { box: [10, 10, 30, 20] } });
    expect(keptCount).toBe(1);
  });

  it('come back unchanged when nothing was edited', () => {
    const { annotations, content } = parseSidecar(text, 'photo.json');
    expect(JSON.parse(write(annotations, content))).toEqual(foreign);
  });

  it('give the same ids each time', () => {
    const ids = () => parseSidecar(text, 'photo.json').annotations.map(({ id }) => id);
    expect(ids()).toEqual(ids());
    const twice = JSON.stringify({ ...foreign, shapes: [foreign.shapes[0], foreign.shapes[0]] });
    expect(new Set(parseSidecar(twice, 'photo.json').annotations.map(({ id }) => id)).size).toBe(2);
  });

  it('keep unknown keys of an edited shape and of the file', () => {
    const { annotations, content } = parseSidecar(text, 'photo.json');
    const edited = annotations.map((each, i) => (i ? each : { ...each, label: 'tyre' }));
    const saved = JSON.parse(write(edited, content)) as typeof foreign;
    expect(saved.shapes[0]).toMatchObject({
      label: 'tyre',
      description: 'left',
      difficult: false,
      flags: { occluded: true },
      attributes: { colour: 'red' },
      group_id: 7,
    });
    expect(saved.shapes.slice(1)).toEqual(foreign.shapes.slice(1));
    expect(saved.someTool).toEqual(foreign.someTool);
    expect(saved.flags).toEqual({ checked: true });
  });

  it('never share a group_id with a new mask', () => {
    const { annotations, content } = parseSidecar(text, 'photo.json');
    const last = shapesOf(write([...annotations, islands], content)).at(-1);
    expect(last?.['group_id']).toBe(8);
  });

  it('may move the polygons of a mask: then the polygons win', () => {
    const file = JSON.parse(write([maskRegion])) as { shapes: { points: Point[] }[] };
    (file.shapes[0]?.points[0] as Point)[0] += 5;
    const [region] = parseSidecar(JSON.stringify(file), 'photo.json').annotations;
    expect(region).toMatchObject({ id: 'region-1', label: '杯子', geometry: { type: 'polygon' } });
  });

  it('may reorder or reformat the shapes of a mask: then the mask stays exact', () => {
    const file = JSON.parse(write([islands])) as { shapes: unknown[] };
    expect(file.shapes.length).toBeGreaterThan(1);
    file.shapes.reverse();
    expect(parseSidecar(JSON.stringify(file), 'photo.json').annotations).toEqual([islands]);
  });

  it('may hold LabelMe masks: a PNG at a place', () => {
    const png = new PNG({ width: 4, height: 3 });
    [0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0].forEach((on, i) => png.data.set([on, on, on, 255], i * 4));
    const shape = {
      label: 'blob',
      points: [
        [10, 20],
        [13, 22],
      ],
      group_id: null,
      shape_type: 'mask',
      flags: {},
      mask: PNG.sync.write(png, { colorType: 0 }).toString('base64'),
    };
    const source = JSON.stringify({ ...foreign, shapes: [shape] });
    const { annotations, content } = parseSidecar(source, 'photo.json');
    const geometry = annotations[0]?.geometry;
    if (geometry?.type !== 'mask') throw new Error('no mask');
    const { data } = decodeRle(geometry.mask);
    expect(data.reduce((sum, on) => sum + on, 0)).toBe(7);
    expect([data[20 * 64 + 11], data[20 * 64 + 10], data[22 * 64 + 11]]).toEqual([1, 0, 1]);
    // It is written as polygons with the exact mask beside them: X-AnyLabeling refuses a file with a LabelMe mask.
    const saved = write(annotations, content);
    expect(shapesOf(saved)[0]).toMatchObject({ shape_type: 'polygon', label: 'blob' });
    expect(shapesOf(saved)[0]).not.toHaveProperty('mask');
    expect(parseSidecar(saved, 'photo.json').annotations).toEqual(annotations);
  });
});

describe('groups and parts', () => {
  const box = (id: string, group?: number): Annotation => ({
    id,
    label: id,
    geometry: { type: 'box', box: [1, 2, 3, 4] },
    provenance: { by: 'user' },
    ...(group !== undefined && { group }),
  });
  const groupIds = (text: string) => shapesOf(text).map((shape) => shape['group_id']);

  it('keep the group of a region and the parts of a mask apart', () => {
    const grouped = { ...islands, id: 'grouped', group: 4 };
    const list = [islands, grouped, box('a', 4), box('b')];
    const text = write(list);
    expect(groupIds(text)).toEqual([5, 5, 4, 4, 4, null]);
    expect(parseSidecar(text, 'photo.json').annotations).toEqual(list);
  });

  it('take what another tool has grouped', () => {
    const text = write([islands, box('a')]).replaceAll('"group_id": null', '"group_id": 9');
    expect(parseSidecar(text, 'photo.json').annotations.map(({ group }) => group)).toEqual([undefined, 9]);
    const all = write([islands, box('a')]).replaceAll(/"group_id": (null|1)/g, '"group_id": 9');
    expect(parseSidecar(all, 'photo.json').annotations.map(({ group }) => group)).toEqual([9, 9]);
  });

  it('give parts another number when a group takes theirs, and else leave it', () => {
    const { annotations, content } = parseSidecar(write([islands]), 'photo.json');
    expect(groupIds(write([...annotations, box('a', 1), box('b', 1)], content))).toEqual([2, 2, 1, 1]);
    expect(groupIds(write([{ ...islands, label: 'other' }], content))).toEqual([1, 1]);
  });

  it('read the number of a mask in files of before as that of its parts', () => {
    const text = write([islands]).replaceAll('"joint": 1,', '').replaceAll('"joint": 1', '');
    expect(parseSidecar(text, 'photo.json').annotations).toEqual([islands]);
  });

  it('end with a group that is taken apart, and keep the lock', () => {
    const { annotations, content } = parseSidecar(write([box('a', 3)]), 'photo.json');
    expect(annotations).toEqual([box('a', 3)]);
    const text = write([{ ...box('a'), locked: true }], content);
    expect(groupIds(text)).toEqual([null]);
    expect(parseSidecar(text, 'photo.json').annotations).toEqual([{ ...box('a'), locked: true }]);
  });
});

describe('holes of polygons', () => {
  const square = (x: number, y: number, side: number): Point[] => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ];
  const region = (polygons: Point[][], holes: Point[][]): Annotation => ({
    id: 'holed',
    label: 'ring',
    geometry: { type: 'polygon', polygons, holes },
    provenance: { by: 'user' },
  });
  /** What another tool sees: the union of the shapes. */
  const drawnBy = (text: string) =>
    decodeRle(
      maskOfGeometry(
        { type: 'polygon', polygons: shapesOf(text).map((shape) => shape['points'] as Point[]) },
        image,
      ),
    ).data;

  it.each([
    ['within a polygon', [square(4, 4, 30)], [square(8, 8, 6), square(20, 20, 8)]],
    ['of two polygons', [square(2, 2, 16), square(30, 2, 16)], [square(5, 5, 4), square(33, 5, 4)]],
    ['that leaves its polygon', [square(4, 4, 20)], [square(16, 10, 20)]],
    ['that cross each other', [square(4, 4, 36)], [square(8, 8, 12), square(14, 14, 12)]],
    ['in what two polygons share', [square(4, 4, 20), square(10, 10, 20)], [square(14, 14, 6)]],
    ['that leave nothing', [square(8, 8, 6)], [square(4, 4, 20)]],
  ])('%s come back exactly, and other tools see them', (_, polygons, holes) => {
    const holed = region(polygons, holes);
    const text = write([holed]);
    expect(parseSidecar(text, 'photo.json').annotations).toEqual([holed]);
    const exact = patchOfGeometry(holed.geometry, image);
    const whole = decodeRle(rleOfPatch(exact as Patch, image));
    const overlap = rleOverlap(encodeRle(whole), encodeRle({ ...image, data: drawnBy(text) }));
    expect(overlap.intersection).toBeGreaterThanOrEqual(0.98 * overlap.union);
  });

  it('give way to outlines that another tool has moved', () => {
    const text = write([region([square(4, 4, 30)], [square(8, 8, 6)])]);
    const file = JSON.parse(text) as { shapes: { points: Point[] }[] };
    (file.shapes[0]?.points[0] as Point)[0] -= 2;
    const [moved] = parseSidecar(JSON.stringify(file), 'photo.json').annotations;
    expect(moved?.geometry).toEqual({ type: 'polygon', polygons: [file.shapes[0]?.points] });
  });
});

describe('kinds of other tools', () => {
  const shape = (shape_type: string, points: Point[], more: object = {}) => ({
    label: 'a',
    points,
    group_id: null,
    shape_type,
    flags: {},
    ...more,
  });
  const turned: Point[] = [
    [20, 10],
    [30, 20],
    [24, 26],
    [14, 16],
  ];
  const shapes = [
    shape('circle', [
      [20, 20],
      [25, 20],
    ]),
    shape('rotation', turned, { direction: 0.785 }),
    shape('oriented_rectangle', turned),
    shape('points', [
      [1, 1],
      [2, 2],
    ]),
    shape('cuboid', turned),
  ];
  const { annotations, content } = parseSidecar(JSON.stringify({ ...foreign, shapes }), 'photo.json');
  const moved = (points: Point[]) =>
    shapesOf(
      write(
        annotations.map((each) => ({ ...each, geometry: { type: 'polygon', polygons: [points] } })),
        content,
      ),
    );

  it('stay as they are', () => {
    expect(shapesOf(write([...annotations], content))).toEqual(shapes);
  });

  it('stay turned boxes when they are moved, and become polygons when they are bent', () => {
    const there = moved(turned.map(([x, y]): Point => [x + 5, y + 3]));
    expect(there.map((each) => each['shape_type'])).toEqual(shapes.map((each) => each.shape_type));
    expect(there[1]).toHaveProperty('direction', 0.785);
    const bent = moved([...turned.slice(0, 3), [10, 20]]);
    expect(bent[1]).toMatchObject({ shape_type: 'polygon' });
    expect(bent[1]).not.toHaveProperty('direction');
    expect(bent[2]).toMatchObject({ shape_type: 'polygon' });
    // The shapes that the panel does not show are where they were.
    expect([bent[0], bent[3], bent[4]]).toEqual([shapes[0], shapes[3], shapes[4]]);
  });
});

const islands: Annotation = {
  ...maskRegion,
  geometry: {
    type: 'mask',
    mask: (() => {
      const data = new Uint8Array(image.width * image.height);
      for (let y = 5; y < 15; y++) data.fill(1, y * 64 + 5, y * 64 + 20);
      for (let y = 30; y < 40; y++) data.fill(1, y * 64 + 40, y * 64 + 60);
      return encodeRle({ ...image, data });
    })(),
  },
};

describe('files that cannot be used', () => {
  it.each([
    ['broken JSON', '{"shapes": ['],
    ['an empty file', ''],
    ['another kind of JSON', '{"name": "photo", "version": "1.0.0"}'],
    ['a list', '[1, 2, 3]'],
    [
      'shapes without points',
      JSON.stringify({ ...foreign, shapes: [{ label: 'a', shape_type: 'polygon' }] }),
    ],
    [
      'a polygon of two points',
      JSON.stringify({
        ...foreign,
        shapes: [
          {
            label: 'a',
            points: [
              [1, 1],
              [2, 2],
            ],
          },
        ],
      }),
    ],
    ['labels that are no strings', JSON.stringify({ ...foreign, shapes: [{ label: 3, points: [[1, 1]] }] })],
    [
      'a mask that is no PNG',
      JSON.stringify({
        ...foreign,
        shapes: [
          {
            label: 'a',
            points: [
              [1, 1],
              [2, 2],
            ],
            shape_type: 'mask',
            mask: 'bm8gcG5n',
          },
        ],
      }),
    ],
  ])('%s is refused with a sentence', (_, text) => {
    expect(() => parseSidecar(text, 'photo.json')).toThrowError(
      expect.objectContaining({
        code: 'bad-sidecar',
        message: expect.stringMatching(/photo\.json is not used and will not be overwritten/) as string,
      }) as Error,
    );
  });

  const conflict = (imagePath: string, size: { width: number; height: number }, beside: string[] = []) =>
    sidecarConflict(
      { ...parseSidecar(JSON.stringify(foreign), 'photo.json'), imagePath, size },
      'photo.json',
      image,
      (name) => Promise.resolve(beside.includes(name)),
    );

  it('a file for a picture of another size is refused', async () => {
    expect(await conflict('photo.png', { width: 65, height: 48 })).toMatch(/65 × 48/);
    expect(await conflict('photo.png', { width: 64, height: 48 })).toBeUndefined();
  });

  it('a file of another picture with the same stem is refused; a renamed picture is not', async () => {
    expect(await conflict('photo.jpg', image, ['photo.jpg'])).toMatch(/belongs to photo\.jpg/);
    expect(await conflict('..\\old\\photo.jpg', image, [])).toBeUndefined();
  });

  it('is named after the picture', () => {
    expect(['a.png', 'a.b.JPG', 'noext'].map(sidecarName)).toEqual(['a.json', 'a.b.json', 'noext.json']);
  });
});
