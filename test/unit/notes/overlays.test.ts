import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatSidecar, newSidecar } from '../../../src/annotate/sidecar';
import { mostRegions, overlayRegions, readOverlay } from '../../../src/notes/ground/overlays';
import { overlayLabels, overlaySvg, type FigureOverlay } from '../../../src/notes/markdown/overlay';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Point, Rle } from '../../../src/protocol/geometry';
import { encodeRle } from '../../../src/protocol/rle';
import { NoteDocument } from '../../../src/notes/render/noteDocument';
import { htmlOf } from './support';

const folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** A picture's path, with a sidecar beside it. */
function withSidecar(text: string): string {
  const image = path.join(folder, `图 ${++count}.png`);
  writeFileSync(image.replace(/png$/, 'json'), text);
  return image;
}

const size = { width: 200, height: 100 };
const annotated = (annotations: Annotation[], picture = size) =>
  withSidecar(formatSidecar(newSidecar, annotations, { ...picture, name: `图 ${count + 1}.png` }));

function maskOf(inside: (x: number, y: number) => boolean, { width, height } = size): Rle {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = inside(x, y) ? 1 : 0;
  return encodeRle({ width, height, data });
}

/** Whether a point lies inside a path of straight rings by the even-odd rule. */
function isInside(d: string, [x, y]: Point): boolean {
  let inside = false;
  for (const ring of d.split('M').filter(Boolean)) {
    const points = ring
      .replace('Z', '')
      .split(' ')
      .map((pair) => pair.split(',').map(Number) as unknown as Point);
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [xi, yi] = points[i] as Point;
      const [xj, yj] = points[j] as Point;
      if (yi > y !== yj > y && x < xi + ((y - yi) / (yj - yi)) * (xj - xi)) inside = !inside;
    }
  }
  return inside;
}

const mask = (inside: (x: number, y: number) => boolean, more: Partial<Annotation> = {}): Annotation => ({
  id: `m${++count}`,
  geometry: { type: 'mask', mask: maskOf(inside) },
  provenance: { by: 'user' },
  ...more,
});

describe('the regions of a sidecar over a figure', () => {
  it('are drawn from masks with their holes, in pixels of the picture', () => {
    const disc = (x: number, y: number) => {
      const r = Math.hypot(x + 0.5 - 60, y + 0.5 - 50);
      return r < 40 && r > 15;
    };
    const overlay = readOverlay(annotated([mask(disc, { label: 'ring' })]));
    expect(overlay?.size).toEqual(size);
    const [region] = overlay?.regions ?? [];
    expect(region?.kind).toBe('area');
    expect(region?.path.match(/M/g)).toHaveLength(2);
    for (let y = 2; y < 98; y += 3)
      for (let x = 2; x < 198; x += 3) {
        const r = Math.hypot(x + 0.5 - 60, y + 0.5 - 50);
        if (Math.abs(r - 40) < 2 || Math.abs(r - 15) < 2) continue;
        expect(isInside(region?.path ?? '', [x + 0.5, y + 0.5]), `${x}, ${y}`).toBe(disc(x, y));
      }
    const svg = overlaySvg(overlay as FigureOverlay);
    expect(svg).toContain('viewBox="0 0 200 100"');
    expect(svg).toContain('preserveAspectRatio="xMidYMid meet"');
  });

  it('follow a mask that is far larger than what can be seen, in little path data', () => {
    const large = { width: 6000, height: 4000 };
    const rle = maskOf((x, y) => Math.hypot(x - 3000, y - 2000) < 1800 && (x % 400 > 6 || y > 2000), large);
    const [region] = overlayRegions(
      [{ name: 'a', color: '#e69f00', geometry: { type: 'mask', mask: rle } }],
      large,
    );
    expect(region?.path.length).toBeLessThan(20_000);
    expect(isInside(region?.path ?? '', [3050, 3000])).toBe(true);
    expect(isInside(region?.path ?? '', [100, 100])).toBe(false);
    expect(isInside(region?.path ?? '', [3050, 3790])).toBe(true);
    expect(isInside(region?.path ?? '', [3050, 3815])).toBe(false);
  });

  it('are boxes, points and strokes too; hidden ones are not there', () => {
    const by = { provenance: { by: 'user' } } as const;
    const overlay = readOverlay(
      annotated([
        { id: 'a', label: 'box', geometry: { type: 'box', box: [1, 2, 30.25, 40] }, ...by },
        { id: 'b', geometry: { type: 'point', point: [5, 6] }, ...by },
        { id: 'c', label: 'line', geometry: { type: 'stroke', points: [[0, 0], [9, 9]] }, ...by }, // prettier-ignore
        { id: 'd', label: 'no', hidden: true, geometry: { type: 'point', point: [5, 6] }, ...by },
      ]),
    );
    expect(overlay?.regions.map(({ name, kind, path: d }) => [name, kind, d])).toEqual([
      ['box', 'area', 'M1,2H30.3V40H1Z'],
      ['Region 2', 'point', 'M5,6h0'],
      ['line', 'line', 'M0,0 9,9'],
    ]);
  });

  it('are listed by label, with their colours and their number', () => {
    const box = (label: string, color: string): Annotation => ({
      ...mask((x) => x < 5),
      label,
      color,
    });
    const image = annotated([
      box('<b>', '#112233'),
      box('<b>', '#445566'),
      box('图', '"><script>alert(1)</script>'),
    ]);
    const overlay = readOverlay(image) as FigureOverlay;
    const html = overlayLabels(overlay, { interactive: true, block: true });
    expect(html).toMatch(/^<ul class="gn-labels" aria-label="Regions"><li><button /);
    expect(html).toContain('&lt;b&gt;');
    expect(html).toContain('×2');
    expect(html).toContain('--gn-region:#112233');
    expect(html).toContain('--gn-region:#445566');
    expect(html).toContain('图');
    expect(html + overlaySvg(overlay)).not.toMatch(/<script|<b>/);
    expect(overlayLabels(overlay, { interactive: false, block: false })).not.toMatch(/<ul|<button/);
  });

  it('are at most some thousands; the rest is counted', () => {
    const points = Array.from({ length: mostRegions + 7 }, (_, i): Annotation => ({
      id: String(i),
      geometry: { type: 'point', point: [i % 200, 5] },
      provenance: { by: 'user' },
      label: 'p',
    }));
    const overlay = readOverlay(annotated(points)) as FigureOverlay;
    expect(overlay.regions).toHaveLength(mostRegions);
    expect(overlayLabels(overlay, { interactive: true, block: true })).toContain('7 more regions');
  });

  it.each([
    ['broken JSON', '{'],
    ['no LabelMe file', '{"name": "package"}'],
    ['a list', '[1]'],
    ['a broken mask', JSON.stringify({ imagePath: '', shapes: [{ label: 'x', shape_type: 'polygon', points: [[1, 1]], groundnote: { id: 'a', rle: { size: [2, 2], counts: '~~' } } }] })], // prettier-ignore
  ])('are none for %s, and the figure says so', (_, text) => {
    const overlay = readOverlay(withSidecar(text));
    expect(overlay?.regions).toEqual([]);
    expect(overlay?.problem).toContain(`图 ${count}.json is not used`);
    const html = htmlOf('![a](here.png)', {
      resolveImage: () => ({ uri: 'u', exists: true, ...(overlay && { overlay }) }),
    });
    expect(html).toMatch(/<figure class="gn-figure"><img[^>]*><span class="gn-overlay-note" role="note">/);
    expect(html).not.toContain('<svg');
  });

  it('belong to the picture that the sidecar names', () => {
    const image = annotated([mask((x) => x < 9)]);
    writeFileSync(image, '');
    expect(readOverlay(image)?.regions).toHaveLength(1);
    expect(readOverlay(image.replace('.png', '.jpg'))).toBeUndefined();
    expect(readOverlay(path.join(folder, 'none.png'))).toBeUndefined();
  });

  it('are read again when the sidecar changes, and drawn again in the note', () => {
    const image = annotated([mask((x) => x < 9, { label: 'old' })]);
    const note = new NoteDocument({
      interactive: true,
      resolveImage: () => ({ uri: 'u', exists: true, overlay: readOverlay(image) }),
    });
    note.setText('![a](a.png)');
    const html = () => {
      note.refresh();
      return note.units[0] && note.html(note.units[0]);
    };
    const first = readOverlay(image);
    expect(readOverlay(image)).toBe(first);
    expect(html()).toContain('old');
    const sidecar = image.replace(/png$/, 'json');
    const { mtimeMs } = statSync(sidecar);
    writeFileSync(
      sidecar,
      formatSidecar(newSidecar, [mask((x) => x < 9, { label: 'new' })], {
        ...size,
        name: path.basename(image),
      }),
    );
    utimesSync(sidecar, mtimeMs / 1000 + 2, mtimeMs / 1000 + 2);
    expect(readOverlay(image)?.stamp).not.toBe(first?.stamp);
    expect(html()).toContain('new');
    expect(html()).not.toContain('old');
  });

  it('stand inside a line of text without breaking it', () => {
    const overlay = readOverlay(annotated([mask((x) => x < 9, { label: 'a' })]));
    const html = htmlOf('text ![a](here.png) text', {
      interactive: true,
      resolveImage: () => ({ uri: 'u', exists: true, ...(overlay && { overlay }) }),
    });
    expect(html).toMatch(/^<p>text <span class="gn-figure">.*<\/span> text<\/p>$/s);
    expect(html).not.toMatch(/<ul|<li|<div/);
    expect(html).toContain('role="list"');
  });
});
