import { describe, expect, it } from 'vitest';
import { cocoMask } from '../../../../src/annotate/formats/cocoRaster';
import { rleArea, runsFromRle } from '../../../../src/protocol/rle';
import { box, exported, imported, maskWhere, polygon, region, size } from './support';

interface CocoJson {
  images: { id: number; file_name: string; [key: string]: unknown }[];
  annotations: { id: number; image_id: number; category_id: number; [key: string]: unknown }[];
  categories: { id: number; name: string; [key: string]: unknown }[];
  [key: string]: unknown;
}
const file = 'annotations.json';
const read = (text: string) => JSON.parse(text) as CocoJson;
const ring = maskWhere((x, y) => Math.hypot(x - 30, y - 24) < 18 && Math.hypot(x - 30, y - 24) > 7);

const regions = [
  region('a', '杯子', ring, { score: 0.5 }),
  region('b', 'cup', box(1.5, 2, 11.5, 22), { group: 3, color: '#ff0000' }),
  region('c', undefined, polygon([[20, 20], [40, 20], [40, 40]], [[2, 30], [9, 30], [9, 40]])), // prettier-ignore
  region(
    'd',
    'nothing',
    maskWhere(() => false),
  ),
];

describe('COCO', () => {
  it('holds boxes, polygons and exact masks, and gives them back', async () => {
    const out = await exported('coco', { 'a/photo.png': regions });
    expect(out.notes).toEqual([]);
    const { pictures } = await imported('coco', out.files);
    expect(pictures).toEqual(new Map([['a/photo.png', regions]]));
  });

  it('has one category for a label, and ids from 1', async () => {
    const { images, annotations, categories } = read((await exported('coco', { 'a.png': regions, 'b.png': [region('e', 'cup', ring)] })).text(file)); // prettier-ignore
    expect(images).toEqual([
      { id: 1, file_name: 'a.png', ...size },
      { id: 2, file_name: 'b.png', ...size },
    ]);
    expect(categories.map(({ id, name }) => [id, name])).toEqual([
      [1, '杯子'],
      [2, 'cup'],
      [3, 'object'],
      [4, 'nothing'],
    ]);
    expect(annotations.map(({ id, image_id, category_id }) => [id, image_id, category_id])).toEqual([
      [1, 1, 1],
      [2, 1, 2],
      [3, 1, 3],
      [4, 1, 4],
      [5, 2, 2],
    ]);
    expect(annotations[1]).toMatchObject({ bbox: [1.5, 2, 10, 20], area: 200, iscrowd: 0 });
    expect(annotations[3]).toMatchObject({ bbox: [0, 0, 0, 0], area: 0 });
  });

  it('writes masks as plain run lengths or as polygons on request', async () => {
    const plain = read(
      (await exported('coco', { 'a.png': regions }, { options: { masks: 'uncompressed' } })).text(file),
    );
    if (ring.type !== 'mask') throw new Error('no mask');
    expect(plain.annotations[0]?.['segmentation']).toEqual({
      size: [48, 64],
      counts: runsFromRle(ring.mask),
    });
    const outlines = await exported('coco', { 'a.png': regions }, { options: { masks: 'polygons' } });
    const [first, , , empty] = read(outlines.text(file)).annotations;
    expect((first?.['segmentation'] as number[][])[0]?.length).toBeGreaterThan(20);
    // pycocotools cannot read an empty list of polygons.
    expect(empty?.['segmentation']).toHaveProperty('counts');
    expect(outlines.notes).toEqual(['1 mask was written as its outline.']);
    const again = (await imported('coco', outlines.files)).pictures.get('a.png');
    expect(again?.[0]?.geometry.type).toBe('polygon');
    for (const form of [plain, read(outlines.text(file))])
      expect((await imported('coco', { x: JSON.stringify(form) })).notes).toEqual([]);
  });

  it('says what it cannot hold', async () => {
    const { notes, text } = await exported('coco', {
      'a.png': [
        region('s', 'lane', { type: 'stroke', points: [[1, 1], [2, 2]] }), // prettier-ignore
        region('t', 'lane', { type: 'stroke', points: [[1, 1], [2, 2]] }), // prettier-ignore
        region('p', 'spot', { type: 'point', point: [3, 3] }),
        region('h', 'ring', { type: 'polygon', polygons: [[[0, 0], [20, 0], [20, 20], [0, 20]]], holes: [[[5, 5], [15, 5], [15, 15], [5, 15]]] }), // prettier-ignore
      ],
    });
    expect(notes).toEqual([
      '2 strokes were left out: COCO holds boxes, polygons and masks only.',
      '1 point was left out: COCO holds boxes, polygons and masks only.',
      '1 polygon with holes was written as a mask.',
    ]);
    expect(read(text(file)).annotations).toMatchObject([{ area: 300, bbox: [0, 0, 20, 20] }]);
  });

  describe('merging into a file that is there', () => {
    const theirs = {
      info: { year: 2017 },
      licenses: [{ id: 1, name: 'CC' }],
      images: [
        { id: 'x7', file_name: 'other.png', width: 5, height: 5, coco_url: 'http://x' },
        { id: 40, file_name: 'a.png', ...size, license: 1 },
      ],
      annotations: [
        {
          id: 90,
          image_id: 40,
          category_id: 18,
          bbox: [1, 1, 2, 2],
          iscrowd: 0,
          keypoints: [1, 2, 2],
          segmentation: [],
        },
        {
          id: 91,
          image_id: 'x7',
          category_id: 18,
          bbox: [1, 1, 2, 2],
          attributes: { occluded: true },
          segmentation: [],
        },
      ],
      categories: [{ id: 18, name: 'cup', supercategory: 'kitchen', skeleton: [] }],
      extra: { tool: 1 },
    };
    const before = new Map([[file, JSON.stringify(theirs)]]);

    it('keeps its other images, annotations, categories and unknown keys', async () => {
      const merged = read(
        (await exported('coco', { 'sub/a.png': regions, 'b.png': regions }, { before })).text(file),
      );
      expect(merged).toMatchObject({ info: theirs.info, licenses: theirs.licenses, extra: theirs.extra });
      expect(merged.images.slice(0, 2)).toEqual(theirs.images);
      expect(merged.images[2]).toEqual({ id: 41, file_name: 'b.png', ...size });
      for (const each of theirs.annotations) expect(merged.annotations).toContainEqual(each);
      expect(merged.categories[0]).toEqual(theirs.categories[0]);
      expect(new Set(merged.annotations.map(({ id }) => id)).size).toBe(merged.annotations.length);
      expect(merged.annotations.filter(({ image_id }) => image_id === 40)).toHaveLength(5);
    });

    it('updates what it wrote before, and removes it with its region unless a selection is exported', async () => {
      const first = await exported('coco', { 'a.png': regions }, { before });
      const [mask, cup] = regions as [(typeof regions)[0], (typeof regions)[0]];
      const changed = [mask, { ...cup, label: 'mug' }];
      const ids = (out: typeof first) =>
        read(out.text(file))
          .annotations.map(({ id }) => id)
          .sort();
      const part = await exported('coco', { 'a.png': changed }, { before: first.files, complete: false });
      expect(ids(part)).toEqual(ids(first));
      const all = await exported('coco', { 'a.png': changed }, { before: first.files });
      expect(ids(all)).toEqual([90, 91, 92, 93]);
      expect(read(all.text(file)).categories.map(({ name }) => name)).toContain('mug');
      // The same once more changes nothing.
      expect((await exported('coco', { 'a.png': changed }, { before: all.files })).text(file)).toBe(
        all.text(file),
      );
    });

    it('knows annotations again that were imported from it', async () => {
      const { pictures } = await imported('coco', before);
      const [cup] = pictures.get('a.png') as [(typeof regions)[0]];
      expect(cup).toMatchObject({ label: 'cup', geometry: { type: 'box', box: [1, 1, 3, 3] } });
      const moved = { ...cup, geometry: box(2, 2, 4, 4) };
      const merged = read((await exported('coco', { 'a.png': [moved] }, { before })).text(file));
      expect(merged.annotations).toHaveLength(2);
      expect(merged.annotations.find(({ id }) => id === 90)).toMatchObject({
        bbox: [2, 2, 2, 2],
        keypoints: [1, 2, 2],
      });
    });

    it.each([
      ['broken JSON', '{'],
      ['another JSON', '{"shapes": []}'],
    ])('refuses %s', async (_, text) => {
      await expect(
        exported('coco', { 'a.png': regions }, { before: new Map([[file, text]]) }),
      ).rejects.toThrow(/annotations\.json is .* It was not overwritten/);
      await expect(imported('coco', { 'x.json': text })).rejects.toThrow(/x\.json is/);
    });
  });

  it('reads what other tools write, and leaves out what fits nothing', async () => {
    const ann = (id: number, more: object) => ({ id, image_id: 1, category_id: 1, ...more });
    const { pictures, notes } = await imported('coco', {
      'x.json': JSON.stringify({
        images: [{ id: 1, file_name: 'C:\\data\\a.png' }],
        categories: [],
        annotations: [
          ann(1, { segmentation: [1, 1, 5, 1, 5, 5] }),
          ann(2, { segmentation: [[1, 1, 2, 2]], bbox: [1, 1, 4, 4] }),
          ann(3, { segmentation: { size: [9, 9], counts: [81] } }),
          ann(4, { segmentation: { size: [48, 64], counts: 'broken' } }),
          ann(5, {}),
          ann(6, { segmentation: { size: [48, 64], counts: [10, 5, 3057] }, iscrowd: 1 }),
        ],
      }),
    });
    expect(pictures.get('C:\\data\\a.png')?.map(({ label, geometry }) => [label, geometry.type])).toEqual([
      ['category 1', 'polygon'],
      ['category 1', 'box'],
      ['category 1', 'mask'],
    ]);
    expect(notes).toEqual([
      '3 annotations without a box, polygon or mask that fits its picture were left out.',
    ]);
  });

  it('rasterises as pycocotools does', () => {
    // The areas are those of pycocotools 2.0.11.
    expect(rleArea(cocoMask([[[1.5, 2], [11.5, 2], [11.5, 22], [1.5, 22]]], size))).toBe(200); // prettier-ignore
    expect(rleArea(cocoMask([[[20, 20], [40, 20], [40, 40]]], size))).toBe(190); // prettier-ignore
    expect(rleArea(cocoMask([[[-5, -5], [70, 3], [30, 60]], [[1, 1], [9, 1], [9, 9]]], size))).toBe(2059); // prettier-ignore
  });
});
