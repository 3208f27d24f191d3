/**
 * Files of the real labelme and pycocotools open here, and ours in them: 50 documents each way, with holes, parts that
 * touch, empty regions, all eight EXIF orientations and labels of many scripts.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cocoMask } from '../../src/annotate/formats/cocoRaster';
import { formatSidecar, newSidecar, parseSidecar, sidecarConflict } from '../../src/annotate/sidecar';
import { readInfo } from '../../src/inference/process/images';
import type { Annotation } from '../../src/protocol/annotator';
import type { Geometry, Point, Rle, Size } from '../../src/protocol/geometry';
import { patchOfGeometry, rleOfPatch } from '../../src/protocol/raster';
import { rleArea, rleOverlap } from '../../src/protocol/rle';
import { hasArea, maskOfGeometry } from '../../src/regions/geometry';
import { combineMasks, emptyMask } from '../../src/regions/masks';
import { findPython, preparePython, runPython } from '../support/python/environment';
import { xAnyLabelingSchema } from '../support/xanylabeling';
import { exported, imported } from '../unit/annotate/formats/support';

const python = findPython();
const reason = python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';
const script = path.resolve('test/support/python/tools.py');
const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-tools-'));
const theirs = path.join(folder, 'theirs');
const ours = path.join(folder, 'ours');
const limits = { maxPixels: 1e8 };
const read = (...parts: string[]) => readFileSync(path.join(...parts), 'utf8');

let run: (command: string, place: string) => string = () => '';
beforeAll(() => {
  if (python === undefined) return;
  const inVenv = preparePython(python, 'tools');
  run = (command, place) => runPython(inVenv, script, command, place);
  for (const each of [theirs, ours]) mkdirSync(each);
  run('write', theirs);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const iou = (a: Rle, b: Rle) => {
  const { intersection, union } = rleOverlap(a, b);
  return union === 0 ? 1 : intersection / union;
};

describe.skipIf(python === undefined)(`files of labelme and pycocotools${reason}`, () => {
  interface Truth {
    labelme: { label: string; group: number | null; kind: string; points: Point[]; mask: Rle }[];
    coco: { label: string; form: string; mask: Rle }[];
  }
  const truths = () => Object.entries(JSON.parse(read(theirs, 'truth.out')) as Record<string, Truth>);
  const sizeOf = async (name: string): Promise<Size> => {
    const { width, height } = await readInfo({ path: path.join(theirs, name) }, limits);
    return { width, height };
  };

  it('of labelme open with the same shapes, masks to the pixel', async () => {
    const kinds = new Map<string, number>();
    for (const [name, { labelme }] of truths()) {
      const size = await sizeOf(name);
      const sidecar = parseSidecar(read(theirs, name.replace('.jpg', '.json')), name, size);
      expect(await sidecarConflict(sidecar, name, { ...size, name }, () => Promise.resolve(true))).toBeUndefined();
      const shown = labelme.filter(({ kind }) => kind !== 'circle');
      expect(sidecar.annotations).toHaveLength(shown.length);
      expect(sidecar.keptCount).toBe(labelme.length - shown.length);
      shown.forEach(({ label, group, kind, points, mask }, i) => {
        const annotation = sidecar.annotations[i] as Annotation;
        expect([annotation.label, annotation.group ?? null]).toEqual([label, group]);
        expect(annotation.geometry).toEqual(geometryOf(kind, points, mask));
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      });
    }
    expect(kinds.size).toBe(7);
    expect(truths()).toHaveLength(50);
    console.info(`labelme → Groundnote: ${[...kinds].map(([kind, n]) => `${n} ${kind}`).join(', ')}`);
  });

  it('of labelme are still ones after an edit here, with their unknown keys and kinds', async () => {
    mkdirSync(path.join(folder, 'edited'));
    const edited = path.join(folder, 'edited');
    for (const [name] of truths()) {
      const size = await sizeOf(name);
      const before = parseSidecar(read(theirs, name.replace('.jpg', '.json')), name, size);
      const renamed = before.annotations.map((each) => ({ ...each, label: `${each.label} ✓` }));
      writeFileSync(path.join(edited, name), readFileSync(path.join(theirs, name)));
      writeFileSync(path.join(edited, name.replace('.jpg', '.json')), formatSidecar(before.content, renamed, { ...size, name }));
    }
    run('read-labelme', edited);
    const loaded = JSON.parse(read(edited, 'labelme.out')) as Record<string, LoadedFile>;
    for (const [name, { labelme }] of truths()) {
      const { shapes, other } = loaded[name.replace('.jpg', '.json')] as LoadedFile;
      expect(other).toEqual({ checked: true });
      const ids = new Set(shapes.map(({ groundnote }, i) => groundnote?.id ?? i));
      expect(ids.size).toBe(labelme.length);
      for (const { label, points } of labelme.filter(({ kind }) => kind === 'circle'))
        expect(shapes).toContainEqual(expect.objectContaining({ label, points, shape_type: 'circle' }));
    }
  });

  it('of pycocotools open with the same masks, to the pixel', async () => {
    const text = read(theirs, 'coco/instances.json');
    let count = 0;
    for (const [name, { coco }] of truths()) {
      const { pictures, notes } = await imported('coco', { 'instances.json': text }, await sizeOf(name));
      const regions = pictures.get(name) ?? [];
      // Of other pictures, which have other sizes.
      expect(notes.length).toBeLessThanOrEqual(1);
      expect(regions).toHaveLength(coco.length);
      for (const [i, { label, form, mask }] of coco.entries()) {
        const region = regions[i] as Annotation;
        expect(region.label).toBe(label);
        const pixels =
          region.geometry.type === 'polygon'
            ? cocoMask(region.geometry.polygons, await sizeOf(name))
            : (region.geometry as { mask: Rle }).mask;
        expect(region.geometry.type).toBe(form === 'polygon' ? 'polygon' : 'mask');
        expect(pixels).toEqual(mask);
        count++;
      }
    }
    console.info(`pycocotools → Groundnote: ${count} masks, all to the pixel`);
  });
});

interface LoadedFile {
  height: number;
  width: number;
  other: object;
  shapes: {
    label: string;
    points: Point[];
    shape_type: string;
    group_id: number | null;
    filled: Rle | null;
    groundnote: { id: string; rle?: Rle } | null;
  }[];
}

function geometryOf(kind: string, points: Point[], mask: Rle): Geometry {
  const [[x1, y1], [x2, y2]] = [points?.[0] ?? [0, 0], points?.[1] ?? [0, 0]];
  switch (kind) {
    case 'mask':
      return { type: 'mask', mask };
    case 'rectangle':
      return { type: 'box', box: [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)] };
    case 'point':
      return { type: 'point', point: [x1, y1] };
    case 'line':
    case 'linestrip':
      return { type: 'stroke', points };
    default:
      return { type: 'polygon', polygons: [points] };
  }
}

describe.skipIf(python === undefined)(`files of Groundnote${reason}`, () => {
  const documents = new Map<string, { size: Size; annotations: Annotation[] }>();

  beforeAll(async () => {
    for (let number = 0; number < 50; number++) {
      const random = generator(number);
      const name = `bild ${number} 图.jpg`;
      const size = { width: 40 + Math.floor(random() * 90), height: 40 + Math.floor(random() * 90) };
      const orientation = 1 + (number % 8);
      const [width, height] = orientation >= 5 ? [size.height, size.width] : [size.width, size.height];
      await sharp({ create: { width, height, channels: 3, background: '#7799bb' } })
        .withMetadata({ orientation })
        .toFile(path.join(ours, name));
      const annotations = Array.from({ length: 1 + Math.floor(random() * 7) }, (_, i) => randomRegion(random, size, i));
      documents.set(name, { size, annotations });
      writeFileSync(path.join(ours, name.replace('.jpg', '.json')), formatSidecar(newSidecar, annotations, { ...size, name }));
    }
  });

  it('load in labelme with the same shapes, and obey X-AnyLabeling', () => {
    run('read-labelme', ours);
    const loaded = JSON.parse(read(ours, 'labelme.out')) as Record<string, LoadedFile>;
    expect(readdirSync(ours).filter((name) => name.endsWith('.json'))).toHaveLength(50);
    let [worst, areas, empty] = [1, 0, 0];
    for (const [name, { size, annotations }] of documents) {
      const file = name.replace('.jpg', '.json');
      xAnyLabelingSchema.parse(JSON.parse(read(ours, file)));
      const { shapes, width, height } = loaded[file] as LoadedFile;
      expect({ width, height }).toEqual(size);
      for (const annotation of annotations) {
        const own = shapes.filter(({ groundnote }) => groundnote?.id === annotation.id);
        expect(own.length).toBeGreaterThan(0);
        const { geometry, label, group } = annotation;
        for (const shape of own) expect(shape.label).toBe(label);
        if (group !== undefined) expect(own[0]?.group_id).toBe(group);
        if (geometry.type === 'mask') expect(own[0]?.groundnote?.rle).toEqual(geometry.mask);
        if (geometry.type === 'box')
          expect(own[0]).toMatchObject({ shape_type: 'rectangle', points: [geometry.box.slice(0, 2), geometry.box.slice(2)] });
        if (geometry.type === 'stroke') expect(own[0]).toMatchObject({ shape_type: 'linestrip', points: geometry.points });
        if (geometry.type !== 'mask' && geometry.type !== 'polygon') continue;
        // The polygons alone, filled by pycocotools.
        const filled = own.flatMap((shape) => shape.filled ?? []);
        const drawn = filled.length ? combineMasks('union', filled as [Rle, ...Rle[]]) : emptyMask(size);
        if (geometry.type === 'polygon' && !geometry.holes) expect(own.map(({ points }) => points)).toEqual(geometry.polygons);
        if (rleArea(maskOfGeometry(geometry, size)) === 0) empty++;
        const overlap = bestOverlap(drawn, geometry, size);
        expect(overlap, `${name} ${annotation.id}`).toBeGreaterThanOrEqual(0.98);
        worst = Math.min(worst, overlap);
        areas++;
      }
    }
    expect(empty).toBeGreaterThan(0);
    console.info(`Groundnote → labelme: ${areas} masks and polygons, ${empty} of them empty; least IoU of the polygons alone ${worst.toFixed(4)}`);
  });

  it.each(['rle', 'uncompressed', 'polygons'] as const)(
    'load in pycocotools with the same masks, boxes and areas (%s)',
    async (masks) => {
      let before = new Map<string, string | Uint8Array>();
      // Each picture extends the file of those before it.
      for (const [name, { size, annotations }] of documents)
        before = (await exported('coco', { [name]: annotations }, { options: { masks }, before, picture: size })).files;
      const file = path.join(folder, `${masks}.json`);
      writeFileSync(file, before.get('annotations.json') as string);
      run('read-coco', file);
      const written = (JSON.parse(read(file)) as { annotations: { area: number; bbox: number[] }[] }).annotations;
      const seen = JSON.parse(read(`${file}.out`)) as { image: string; region: string; label: string; area: number; bbox: number[]; mask: Rle }[];
      expect(seen).toHaveLength(written.length);
      let worst = 1;
      seen.forEach(({ image, region, label, area, bbox, mask }, i) => {
        const { size, annotations } = documents.get(image) as { size: Size; annotations: Annotation[] };
        const { geometry, label: wanted } = annotations.find(({ id }) => id === region) as Annotation;
        if (!hasArea(geometry)) throw new Error(`${geometry.type} in COCO`);
        expect(label).toBe(wanted);
        if (geometry.type !== 'box') expect(written[i]).toMatchObject({ area, bbox });
        if (geometry.type === 'box') return;
        const withHoles = geometry.type === 'polygon' && geometry.holes;
        // Written as run lengths, it has our pixels; written as polygons, those of COCO's rule.
        const exact = masks !== 'polygons' && withHoles ? maskOfGeometry(geometry, size) : filledByCoco(geometry, size);
        if (masks !== 'polygons') expect(mask).toEqual(exact);
        const overlap = bestOverlap(mask, geometry, size);
        expect(overlap, `${image} ${region}`).toBeGreaterThanOrEqual(0.98);
        worst = Math.min(worst, overlap);
      });
      console.info(`Groundnote → pycocotools (${masks}): ${seen.length} annotations, least IoU ${worst.toFixed(4)}`);
    },
  );
});

/** The pixels of a mask, or of the exact rings of a polygon by COCO's rule, by which pixels on an outline may differ from ours. */
function filledByCoco(geometry: Extract<Geometry, { type: 'mask' | 'polygon' }>, size: Size): Rle {
  if (geometry.type === 'mask') return geometry.mask;
  const { polygons, holes = [] } = geometry;
  return combineMasks('subtract', [cocoMask(polygons, size), cocoMask(holes, size)]);
}

/**
 * IoU of pixels with a region. Of a polygon by the rule, ours or COCO's, that agrees more: outlines that are the polygon's own
 * are filled alike by COCO's, and traced ones (where parts overlap) come from ours.
 */
const bestOverlap = (pixels: Rle, geometry: Extract<Geometry, { type: 'mask' | 'polygon' }>, size: Size) =>
  Math.max(iou(pixels, maskOfGeometry(geometry, size)), iou(pixels, filledByCoco(geometry, size)));

const labels = ['cup', '杯子', 'Größe', 'кошка', '🙂', 'a "b" <c> & d', ' spaces '];

function randomRegion(random: () => number, size: Size, i: number): Annotation {
  const group = random() < 0.3 ? Math.floor(random() * 3) : undefined;
  return {
    id: `region ${i}`,
    label: labels[Math.floor(random() * labels.length)] as string,
    geometry: randomGeometry(random, size),
    provenance: { by: 'user' },
    ...(group !== undefined && { group }),
  };
}

function randomGeometry(random: () => number, size: Size): Geometry {
  const { width, height } = size;
  const ring = (cx: number, cy: number, radius: number, count: number): Point[] =>
    Array.from({ length: count }, (_, k) => {
      const [angle, r] = [(2 * Math.PI * k) / count, radius * (0.7 + 0.3 * random())];
      return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
    });
  const [cx, cy] = [random() * width, random() * height];
  const kind = random();
  if (kind < 0.5) {
    // Discs with holes: some touch or overlap, some leave the picture, some are tiny, some cover nothing.
    const discs = Array.from({ length: Math.floor(random() * 4) }, () => ({
      x: random() * width,
      y: random() * height,
      r: 1 + random() * 25,
      hole: random() < 0.5 ? random() * 0.7 : 0,
    }));
    const patch = patchOfGeometry({ type: 'box', box: [0, 0, width, height] }, size);
    if (!patch) throw new Error('no patch');
    patch.data.fill(0);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (const { x: dx, y: dy, r, hole } of discs) {
          const distance = Math.hypot(x + 0.5 - dx, y + 0.5 - dy);
          if (distance < r && distance >= r * hole) patch.data[y * width + x] = 1;
        }
    return { type: 'mask', mask: rleOfPatch(patch, size) };
  }
  if (kind < 0.75) {
    const radius = 8 + random() * 25;
    const polygons = [ring(cx, cy, radius, 12), ...(random() < 0.4 ? [ring(random() * width, random() * height, 12, 8)] : [])];
    const holes = random() < 0.6 ? [ring(cx, cy, radius * 0.5, 8)] : [];
    return { type: 'polygon', polygons, ...(holes.length && { holes }) };
  }
  if (kind < 0.9) return { type: 'box', box: [cx / 2, cy / 2, cx / 2 + 1 + random() * 20, cy / 2 + 1 + random() * 20] };
  return { type: 'stroke', points: ring(cx, cy, 10, 4) };
}

/** Numbers in [0, 1) from a seed. */
function generator(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
