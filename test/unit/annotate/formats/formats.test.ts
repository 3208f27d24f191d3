import sharp from 'sharp';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../src/annotate/formats/csv';
import { maskOfGeometry, type AreaGeometry } from '../../../../src/regions/geometry';
import { rleOverlap } from '../../../../src/protocol/rle';
import type { Geometry } from '../../../../src/protocol/geometry';
import { box, cutoutPng, exported, imported, maskWhere, polygon, region, size } from './support';

const disc = maskWhere((x, y) => Math.hypot(x - 20, y - 20) < 12);
const twoParts = maskWhere((x, y) => (x < 10 && y < 10) || (x >= 40 && x < 60 && y >= 20 && y < 40));
const stroke: Geometry = { type: 'stroke', points: [[1, 1], [9, 9]] }; // prettier-ignore
const iou = (a: Geometry, b: Geometry) => {
  const { intersection, union } = rleOverlap(
    maskOfGeometry(a as AreaGeometry, size),
    maskOfGeometry(b as AreaGeometry, size),
  );
  return intersection / union;
};

describe('Pascal VOC', () => {
  const strange = '<杯子> & "cup" \u0001';

  it('holds boxes in whole pixels from 1, the last one included', async () => {
    const out = await exported('voc', {
      'a/photo.png': [region('a', 'cup', box(0, 0, 64, 48)), region('b', strange, box(10.4, 2.6, 20.2, 30))],
    });
    expect(out.text('Annotations/a/photo.xml')).toMatch(
      /<xmin>1<\/xmin>\s*<ymin>1<\/ymin>\s*<xmax>64<\/xmax>\s*<ymax>48<\/ymax>/,
    );
    const { pictures } = await imported('voc', out.files);
    expect([...(pictures.get('a/photo.png') ?? [])].map(({ label, geometry }) => [label, geometry])).toEqual([
      ['cup', box(0, 0, 64, 48)],
      [strange.replace('\u0001', '\ufffd'), box(10, 2, 21, 30)],
    ]);
  });

  it('says what becomes a box, and what is left out', async () => {
    const { notes } = await exported('voc', {
      'a.png': [
        ...['1', '2', '3', '4', '5'].map((id) => region(id, 'a', disc)),
        region('p', 'a', polygon([[1, 1], [5, 1], [5, 5]])), // prettier-ignore
        ...['s', 't', 'u'].map((id) => region(id, 'lane', stroke)),
        region('o', 'a', box(100, 100, 120, 120)),
      ],
    });
    expect(notes).toEqual([
      '5 masks were written as their boxes.',
      '1 polygon was written as its box.',
      '3 strokes were left out: Pascal VOC holds boxes only.',
      '1 box was left out: nothing of it lies in the picture.',
    ]);
  });

  it('gives two pictures of one stem two files', async () => {
    const { files } = await exported('voc', { 'a.png': [], 'a.jpg': [], 'A.bmp': [] });
    expect([...files.keys()]).toEqual([
      'Annotations/a.xml',
      'Annotations/a.jpg.xml',
      'Annotations/A.bmp.xml',
    ]);
  });

  it('reads a single object, one without a box, and refuses what it is not', async () => {
    const xml = (inner: string) => `<annotation><filename>x.jpg</filename>${inner}</annotation>`;
    const one =
      '<object><name>007</name><bndbox><xmin>2</xmin><ymin> 3 </ymin><xmax>4.0</xmax><ymax>5</ymax></bndbox></object>';
    const { pictures, notes } = await imported('voc', {
      'Annotations/x.xml': xml(one + '<object><name>part</name></object>'),
      'Annotations/empty.xml': '<annotation></annotation>',
    });
    expect(pictures.get('x.jpg')).toMatchObject([{ label: '007', geometry: box(1, 2, 4, 5) }]);
    expect(pictures.get('empty')).toEqual([]);
    expect(notes).toEqual(['1 object without a box was left out.']);
    await expect(imported('voc', { 'x.xml': '<annotation><object></annotation>' })).rejects.toThrow(
      /no Pascal VOC/,
    );
    await expect(imported('voc', { 'x.xml': '<html></html>' })).rejects.toThrow(/no Pascal VOC/);
  });
});

describe('YOLO', () => {
  const regions = [
    region('a', 'cup', box(10.5, 2, 20, 30)),
    region('b', '杯子', disc),
    region('c', 'cup', twoParts),
    region('d', 'ring', { type: 'polygon', polygons: [[[2, 2], [40, 2], [40, 40], [2, 40]]], holes: [[[10, 10], [20, 10], [20, 20], [10, 20]]] }), // prettier-ignore
    region('e', 'lane', stroke),
  ];

  it('holds outlines that cover the same pixels, parts and holes joined', async () => {
    const out = await exported('yolo', { 'photos/a.png': regions });
    expect(out.text('classes.txt')).toBe('cup\n杯子\nring\n');
    expect(out.notes).toEqual([
      '1 mask of several parts was joined by lines of no width: YOLO holds one outline for a region.',
      '1 stroke was left out: YOLO holds outlines only.',
    ]);
    expect(out.text('labels/photos/a.txt').split('\n')).toHaveLength(5);
    const back = (await imported('yolo', out.files)).pictures.get('photos/a') ?? [];
    expect(back.map(({ label }) => label)).toEqual(['cup', '杯子', 'cup', 'ring']);
    back.forEach(({ geometry }, i) =>
      expect(iou(geometry, regions[i]?.geometry as Geometry)).toBeGreaterThan(0.98),
    );
  });

  it('holds boxes, cut at the edges of the picture', async () => {
    const out = await exported(
      'yolo',
      { 'a.png': [...regions, region('f', 'cup', box(-10, 10, 16, 20))] },
      { options: { shapes: 'boxes' } },
    );
    const lines = out.text('labels/a.txt').trim().split('\n');
    expect(lines[0]).toBe('0 0.23828125 0.33333333 0.1484375 0.58333333');
    expect(lines.at(-1)).toBe('0 0.125 0.3125 0.25 0.20833333');
    const back = (await imported('yolo', out.files)).pictures.get('a');
    expect(back?.[0]?.geometry).toEqual(box(10.5, 2, 20, 30));
  });

  it('keeps the numbers of the classes of before', async () => {
    const data = 'path: ../data\ntrain: images/train\nnames:\n  0: zebra\n  2: cup\nnc: 3\n';
    const out = await exported('yolo', { 'a.png': regions }, { before: new Map([['data.yaml', data]]) });
    expect(out.text('classes.txt')).toBe('zebra\nclass 1\ncup\n杯子\nring\n');
    expect(out.text('data.yaml')).toMatch(/path: \.\.\/data[^]*names:\n {2}0: zebra\n[^]*4: ring\n/);
    const again = await exported('yolo', { 'a.png': regions.slice().reverse() }, { before: out.files });
    expect(again.text('classes.txt')).toBe(out.text('classes.txt'));
  });

  it('reads scores, names that are missing, and leaves out broken lines', async () => {
    const { pictures, notes } = await imported('yolo', {
      'data.yaml': 'names: [1, cup]',
      'labels/a.txt': '0 0.5 0.5 0.5 0.5 0.9\r\n7 0 0 1 0 1 1\n1 0 0 1 0 1 1 0.25\n1 0.5\nx y\n\n',
    });
    expect(pictures.get('a')?.map(({ label, score, geometry }) => [label, score, geometry.type])).toEqual([
      ['1', 0.9, 'box'],
      ['class 7', undefined, 'polygon'],
      ['cup', 0.25, 'polygon'],
    ]);
    expect(notes).toEqual(['2 lines that are neither a box nor an outline were left out.']);
  });
});

describe('mask PNG', () => {
  const regions = [
    region('a', 'cup', disc),
    region('b', 'plate', twoParts),
    region('c', 'cup', box(50, 0, 64, 5)),
    region('s', 'lane', stroke),
  ];

  it('has the number of the class in each pixel, in the colours of Pascal VOC', async () => {
    const out = await exported('mask', { 'a/photo.jpg': regions });
    expect(out.text('classes.txt')).toBe('_background_\ncup\nplate\n');
    const png = decode(out.files.get('SegmentationClass/a/photo.png') as Uint8Array);
    expect([png.width, png.height, png.depth, png.channels]).toEqual([64, 48, 8, 1]);
    expect(png.palette?.slice(0, 3)).toEqual([[0, 0, 0], [128, 0, 0], [0, 128, 0]]); // prettier-ignore
    const at = (x: number, y: number) => png.data[y * 64 + x];
    expect([at(20, 20), at(0, 0), at(50, 30), at(60, 2), at(63, 47)]).toEqual([1, 2, 2, 1, 0]);
    expect(out.notes).toEqual(['1 stroke was left out: mask PNGs hold regions with an area only.']);
    // Other readers see the same picture.
    const { data } = await sharp(out.files.get('SegmentationClass/a/photo.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([0, 128, 0]);
  });

  it('gives the pixels of each region back', async () => {
    const apart = [regions[2], regions[1]] as typeof regions;
    const out = await exported('mask', { 'a/photo.jpg': apart }, { options: { values: 'instance' } });
    const back = (await imported('mask', out.files)).pictures.get('a/photo') ?? [];
    expect(back.map(({ label }) => label)).toEqual(['cup', 'plate']);
    back.forEach(({ geometry }, i) =>
      expect((geometry as { mask: unknown }).mask).toEqual(
        maskOfGeometry(apart[i]?.geometry as AreaGeometry, size),
      ),
    );
  });

  it('takes 16 bits for more than 255 regions, and keeps the lines of other pictures', async () => {
    const many = Array.from({ length: 300 }, (_, i) => {
      const [x, y] = [i % 60, Math.floor(i / 60)];
      return region(`r${i}`, `label ${i}`, box(x, y, x + 1, y + 1));
    });
    const before = (await exported('mask', { 'b.png': regions }, { options: { values: 'instance' } })).files;
    const out = await exported('mask', { 'a.png': many }, { options: { values: 'instance' }, before });
    const png = decode(out.files.get('SegmentationObject/a.png') as Uint8Array);
    expect([png.depth, png.channels, png.data[4 * 64 + 59]]).toEqual([16, 1, 300]);
    const { pictures } = await imported('mask', out.files);
    expect(pictures.get('a')).toHaveLength(300);
    expect(pictures.get('a')?.[299]).toMatchObject({ label: 'label 299' });
    expect(pictures.get('b')?.map(({ label }) => label)).toEqual(['cup', 'plate', 'cup']);
  });

  it('refuses pictures of colours', async () => {
    const photo = await sharp({ create: { ...size, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    await expect(imported('mask', new Map([['a.png', new Uint8Array(photo)]]))).rejects.toThrow(
      /picture of colours/,
    );
    await expect(imported('mask', { 'a.png': 'no png' })).rejects.toThrow(/is no PNG/);
  });
});

describe('CSV', () => {
  const regions = [
    region('a', 'cup, "the" large\none', disc, { score: 0.5, group: 2 }),
    region('b', undefined, box(1, 2, 3.5, 4)),
    region('c', 'lane', stroke),
    region('d', 'spot', { type: 'point', point: [3, 3] }),
    region('e', 'hole', { type: 'polygon', polygons: [[[0, 0], [9, 0], [9, 9]]], holes: [[[5, 1], [8, 1], [8, 4]]] }), // prettier-ignore
  ];

  it('holds everything, and gives it back', async () => {
    const out = await exported('csv', { 'a.png': regions, 'b.png': [] });
    expect(out.notes).toEqual([]);
    expect(parseCsv(out.text('annotations.csv'))[2]?.slice(0, 13)).toEqual(
      ['a.png', '64', '48', 'b', '', 'box', '', '', '1', '2', '3.5', '4', '4'], // prettier-ignore
    );
    expect((await imported('csv', out.files)).pictures.get('a.png')).toEqual(regions);
  });

  it('extends a file of before, and never another one', async () => {
    const before = (await exported('csv', { 'a.png': regions })).files;
    const out = await exported('csv', { 'b.png': regions.slice(0, 1) }, { before });
    const { pictures } = await imported('csv', out.files);
    expect([...pictures].map(([name, list]) => [name, list.length])).toEqual([['b.png', 1], ['a.png', 5]]); // prettier-ignore
    const mine = new Map([['annotations.csv', 'name,price\nbread,3\n']]);
    await expect(exported('csv', { 'a.png': [] }, { before: mine })).rejects.toThrow(/was not overwritten/);
  });

  it('says which line is broken', async () => {
    await expect(
      imported('csv', { 'x.csv': 'image,id,geometry\na.png,1,"{""type"":""box""}"\n' }),
    ).rejects.toThrow(/x\.csv, line 2: geometry/);
  });
});

describe('SVG', () => {
  const ring = maskWhere((x, y) => Math.hypot(x - 30, y - 24) < 18 && Math.hypot(x - 30, y - 24) > 7);
  const regions = [
    region('a"<', 'a & <b>\u0002', ring, { color: '#ff0000' }),
    region('b', 'lane', stroke, { color: 'red' }),
  ];

  it('draws each region over the picture, which is in the file or linked', async () => {
    const embedded = (await exported('svg', { 'a/photo.jpg': regions })).text('overlays/a/photo.svg');
    expect(embedded).toContain('xlink:href="data:image/png;base64,AQID"');
    expect(embedded).toContain('<title>a &#38; &#60;b&#62;\ufffd</title>');
    const linked = await exported('svg', { 'a/photo 1.jpg': regions }, { options: { picture: 'link' } });
    expect(linked.text('overlays/a/photo 1.svg')).toContain('xlink:href="../a/photo%201.jpg"');
  });

  it('has the pixels of a mask, holes too', async () => {
    const svg = (await exported('svg', { 'a.jpg': regions.slice(0, 1) })).text('overlays/a.svg');
    const plain = svg
      .replace(/<image[^>]*>/, '')
      .replace(/fill-opacity="[^"]*" stroke="[^"]*"/, 'shape-rendering="crispEdges"');
    const { data } = await sharp(Buffer.from(plain)).raw().toBuffer({ resolveWithObject: true });
    const drawn = maskWhere((x, y) => (data[(y * 64 + x) * 4 + 3] as number) > 127);
    // A pixel at a tip is covered by half.
    expect(iou(drawn, ring)).toBeGreaterThan(0.995);
  });
});

describe('cut-outs', () => {
  it('have the pixels of the region alone', async () => {
    const data = new Uint8Array(size.width * size.height * 3).map((_, i) => i % 251);
    const { png, box: at } = await cutoutPng({ ...size, data, contentHash: 'x' }, disc);
    const cut = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([cut.info.width, cut.info.height, cut.info.channels]).toEqual([at[2] - at[0], at[3] - at[1], 4]);
    expect(cut.data[3]).toBe(0);
    const middle = ((20 - at[1]) * cut.info.width + 20 - at[0]) * 4;
    const source = (20 * 64 + 20) * 3;
    expect([...cut.data.subarray(middle, middle + 4)]).toEqual([...data.subarray(source, source + 3), 255]);
    await expect(cutoutPng({ ...size, data, contentHash: 'x' }, stroke)).rejects.toThrow(
      /nothing to cut out/,
    );
  });
});
