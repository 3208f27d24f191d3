/** What the pixels of drawn pictures say: outlines, swatches, series, bars, tables, gutters, arrows. */
import { describe, expect, it } from 'vitest';
import { arrowInk, linkArrows } from '../../../src/inference/process/figure/arrows';
import { areUpright, giveValues } from '../../../src/inference/process/figure/bars';
import { colourWord } from '../../../src/inference/process/figure/colours';
import { heatmapParts } from '../../../src/inference/process/figure/heatmaps';
import { iconInk } from '../../../src/inference/process/figure/icons';
import { findSwatch } from '../../../src/inference/process/figure/legend';
import { maskOfPart } from '../../../src/inference/process/figure/masks';
import { panelsByGutters } from '../../../src/inference/process/figure/panels';
import type { StrokeMap } from '../../../src/inference/process/figure/parserGraph';
import type { Part } from '../../../src/inference/process/figure/parts';
import { whiteBalance } from '../../../src/inference/process/figure/pixels';
import { boxOfPatch, seriesIn } from '../../../src/inference/process/figure/series';
import { snapFlat, snapPart, snapSides } from '../../../src/inference/process/figure/snap';
import { tableParts } from '../../../src/inference/process/figure/tables';
import { boxIou } from '../../../src/inference/engines/onnx/boxes';
import type { Picture } from '../../../src/inference/process/picture';
import { scaleOf } from '../../../src/inference/process/figure/axes';
import type { Box } from '../../../src/protocol/geometry';
import { rleArea, rleBox } from '../../../src/protocol/rle';
import { drawPicture, lineAt } from '../../support/pictures';

const part = (role: Part['role'], box: Box, more: Partial<Part> = {}): Part => ({
  role,
  box,
  score: 1,
  ...more,
});
/** Strokes where a picture is not white, in cells of 2 pixels; or none. */
function strokesOf(picture: Picture, within?: Box): StrokeMap {
  const [width, height] = [picture.width / 2, picture.height / 2];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) {
      if (!within || x < within[0] || y < within[1] || x >= within[2] || y >= within[3]) continue;
      if ((picture.data[(y * picture.width + x) * 3 + 1] as number) < 200)
        data[(y >> 1) * width + (x >> 1)] = 1;
    }
  return { width, height, data, cell: [2, 2] };
}

describe('places moved to their ink', () => {
  it('takes the outline of a rounded block around its label', async () => {
    const picture = await drawPicture(
      200,
      120,
      '<rect x="41" y="31" width="98" height="58" rx="12" fill="#dbe9fb" stroke="#3b6fb6" stroke-width="2"/>',
    );
    const { box, patch } = snapPart(picture, [45, 27, 144, 86], [[70, 50, 110, 70]], 8);
    expect(box).toEqual([40, 30, 140, 90]);
    const mask = maskOfPart({ box, ...(patch && { patch }) }, picture);
    expect(rleArea(mask)).toBeLessThan(6000);
    expect(rleBox(mask)).toEqual([40, 30, 140, 90]);
  });
  it('moves sides to lines near them and leaves those without', async () => {
    const picture = await drawPicture(
      200,
      120,
      '<path d="M20 10V110M20 110H180" stroke="#000" stroke-width="2"/>',
    );
    expect(snapSides(picture, [23, 14, 176, 107], 6)).toEqual([19, 14, 176, 111]);
  });
  it('finds the sides of a bar beside another one', async () => {
    const picture = await drawPicture(
      100,
      100,
      '<rect x="20" y="40" width="20" height="60" fill="#c44"/><rect x="40" y="20" width="20" height="80" fill="#48c"/>',
    );
    expect(snapFlat(picture, [23, 36, 43, 97], 4, [])).toEqual([20, 40, 40, 97]);
  });
  it('finds the coloured ink of an icon', async () => {
    const picture = await drawPicture(60, 60, '<circle cx="30" cy="30" r="8" fill="#f50"/>');
    const { box, colour } = iconInk(picture, [16, 16, 44, 44]);
    expect(boxIou(box as Box, [22, 22, 38, 38])).toBeGreaterThan(0.85);
    expect(colour && colourWord(colour)).toBe('orange');
  });
  it('takes yellowed paper for white', async () => {
    const picture = await drawPicture(40, 40, '<rect width="40" height="40" fill="#f0e8d0"/>');
    expect(whiteBalance(picture)?.([240, 232, 208])).toEqual([255, 255, 255]);
    const dark = await drawPicture(40, 40, '<rect width="40" height="40" fill="#222"/>');
    expect(whiteBalance(dark)).toBeUndefined();
  });
});

describe('plots', () => {
  it('finds the swatch of a legend entry: a line, a filled patch with a frame', async () => {
    const picture = await drawPicture(
      160,
      60,
      '<path d="M10 15H34" stroke="#1f77b4" stroke-width="2"/><rect x="10.5" y="36.5" width="23" height="10" fill="#ffe0b0" stroke="#000"/>',
    );
    const line = part('legend_entry', [40, 8, 120, 22]);
    const patch = part('legend_entry', [40, 34, 120, 48]);
    findSwatch(picture, line, undefined, [patch.box]);
    findSwatch(picture, patch, undefined, [line.box]);
    expect(line.colour).toEqual([0x1f, 0x77, 0xb4]);
    expect(line.box[0]).toBe(10);
    expect(patch.colour).toEqual([255, 0xe0, 0xb0]);
  });
  it('tells curves by colour and goes on under another curve', async () => {
    const picture = await drawPicture(
      200,
      100,
      '<path d="M10 50H190" stroke="#2ca02c" stroke-width="4"/><path d="M96 10V90" stroke="#d62728" stroke-width="6"/>',
    );
    const strokes = { curve: strokesOf(picture, [0, 0, 200, 100]), marker: strokesOf(picture) };
    const series = seriesIn(picture, [0, 0, 200, 100], [[0x2c, 0xa0, 0x2c]], strokes, []);
    const green = series.find(({ entry }) => entry === 0);
    expect(green?.kind).toBe('curve');
    expect(boxOfPatch(green?.patch as never)).toEqual([10, 48, 190, 52]);
    const across = green?.patch.data.subarray(green.patch.width, 2 * green.patch.width) ?? [];
    expect([...across].every(Boolean)).toBe(true);
    // The red one is not in the legend.
    expect(series.filter(({ entry }) => entry === undefined).map(({ colour }) => colourWord(colour))).toEqual(
      ['red'],
    );
  });
  it('tells markers from curves', async () => {
    const dots = [20, 60, 100, 140].map(
      (x, i) => `<circle cx="${x}" cy="${30 + 10 * i}" r="5" fill="#9467bd"/>`,
    );
    const picture = await drawPicture(200, 100, dots.join(''));
    const strokes = { marker: strokesOf(picture, [0, 0, 200, 100]), curve: strokesOf(picture) };
    expect(
      seriesIn(picture, [0, 0, 200, 100], [[0x94, 0x67, 0xbd]], strokes, []).map(({ kind }) => kind),
    ).toEqual(['marker']);
  });
  it('reads bars on a common line, stacked ones by what they add, and lying ones', () => {
    const scale = scaleOf([0, 50, 100].map((value) => ({ at: 200 - value, value })));
    const bars = [
      part('bar', [10, 160, 20, 200]),
      part('bar', [30, 170, 40, 200]),
      part('bar', [30, 120, 40, 170]),
    ];
    const plot: Box = [0, 100, 60, 200];
    expect(
      areUpright(
        bars.map(({ box }) => box),
        plot,
      ),
    ).toBe(true);
    giveValues(bars, true, scale as never);
    expect(bars.map(({ value }) => value)).toEqual([40, 30, 50]);
    expect(
      areUpright(
        [
          [10, 5, 80, 15],
          [10, 20, 40, 30],
        ],
        [10, 0, 100, 40],
      ),
    ).toBe(false);
  });
});

describe('tables, heat maps and panels', () => {
  const rows = [
    ['Method', 'AP', 'AR'],
    ['Baseline', '41.2', '50.0'],
    ['Ours', '43.9', '52.1'],
    ['Ours+', '42.0', '51.5'],
  ];
  const known = rows.flatMap((row, r) =>
    row.map((text, c) => ({
      line: lineAt(text, [10 + 100 * c, 10 + 24 * r, 10 + 100 * c + 9 * text.length, 24 + 24 * r]),
      role:
        r === 0
          ? c
            ? ('col_header' as const)
            : ('text' as const)
          : c
            ? ('cell' as const)
            : ('row_header' as const),
      score: 1,
    })),
  );
  it('gives cells their rows, columns, numbers and places, and marks the bold one', async () => {
    const body = rows.flatMap((row, r) =>
      row.map(
        (text, c) =>
          `<text x="${10 + 100 * c}" y="${22 + 24 * r}" font-family="DejaVu Sans" font-size="14" font-weight="${r === 2 && c === 1 ? 'bold' : 'normal'}">${text}</text>`,
      ),
    );
    const picture = await drawPicture(300, 120, body.join(''));
    const parts = tableParts(picture, [0, 0, 300, 110], known);
    const cells = parts.filter(({ role }) => role === 'cell');
    expect(cells.map(({ row, col, value }) => [row, col, value])).toEqual([
      [0, 0, 41.2],
      [0, 1, 50],
      [1, 0, 43.9],
      [1, 1, 52.1],
      [2, 0, 42],
      [2, 1, 51.5],
    ]);
    expect(cells.filter(({ bold }) => bold).map(({ text }) => text)).toEqual(['43.9']);
    expect(parts.filter(({ role }) => role === 'row_header').map(({ text, row }) => [text, row])).toEqual([
      ['Baseline', 0],
      ['Ours', 1],
      ['Ours+', 2],
    ]);
    expect(parts.filter(({ role }) => role === 'col_header').map(({ text, col }) => [text, col])).toEqual([
      ['AP', 0],
      ['AR', 1],
    ]);
    expect(parts.filter(({ role }) => role === 'text').map(({ text }) => text)).toEqual(['Method']);
  });
  it('gives numbers of a heat map their places in its grid', async () => {
    const picture = await drawPicture(200, 140, '<rect x="60" y="10" width="100" height="100" fill="#8ac"/>');
    const map = part('heatmap', [60, 10, 160, 110]);
    const line = (text: string, box: Box, role: 'cell' | 'row_header' | 'col_header') => ({
      line: lineAt(text, box),
      role,
      score: 1,
    });
    const parts = heatmapParts(picture, map, [
      line('a', [40, 28, 50, 40], 'row_header'),
      line('b', [40, 78, 50, 90], 'row_header'),
      line('c', [80, 114, 90, 124], 'col_header'),
      line('d', [130, 114, 140, 124], 'col_header'),
      line('0.7', [125, 78, 145, 90], 'cell'),
    ]);
    const cell = parts.find(({ role }) => role === 'cell');
    expect([cell?.row, cell?.col, cell?.value, cell?.box, cell?.owner]).toEqual([
      1,
      1,
      0.7,
      [110, 60, 160, 110],
      map,
    ]);
    expect(parts.filter(({ role }) => role === 'row_header').map(({ row }) => row)).toEqual([0, 1]);
  });
  it('cuts a figure into panels at gutters, one for each letter', async () => {
    const picture = await drawPicture(
      300,
      100,
      '<rect x="10" y="10" width="130" height="80" fill="#cde"/><rect x="160" y="10" width="130" height="80" fill="#edc"/>',
    );
    expect(
      panelsByGutters(picture, [
        [12, 12, 24, 24],
        [162, 12, 174, 24],
      ]),
    ).toEqual([
      [10, 10, 140, 90],
      [160, 10, 290, 90],
    ]);
    expect(panelsByGutters(picture, [[12, 12, 24, 24]])).toEqual([]);
  });
});

describe('arrows', () => {
  it('lead from and to the nearest edges, and to a block before its frame', () => {
    const group = part('group', [100, 0, 260, 100]);
    const [from, to] = [part('block', [0, 30, 60, 70]), part('block', [110, 30, 170, 70])];
    const arrow = part('arrow', [60, 48, 110, 52], { ends: { tail: [62, 50], head: [108, 50] } });
    linkArrows([arrow], [group, from, to], 12);
    expect([arrow.tail, arrow.head]).toEqual([from, to]);
    const outside = part('arrow', [60, 10, 100, 14], { ends: { tail: [61, 40], head: [99, 12] } });
    linkArrows([outside], [group, from, to], 12);
    expect(outside.head).toBe(group);
    const nowhere = part('arrow', [0, 0, 10, 10], { ends: { tail: [0, 150], head: [30, 150] } });
    linkArrows([nowhere], [group, from, to], 12);
    expect([nowhere.tail, nowhere.head]).toEqual([undefined, undefined]);
  });
  it('have the ink of their path around a corner, without that of what they cross', async () => {
    const picture = await drawPicture(
      200,
      120,
      '<path d="M20 20.5H150.5V100" fill="none" stroke="#111" stroke-width="3"/><path d="M144.5 96L150.5 108L156.5 96Z" fill="#111"/><path d="M80 5V60" stroke="#d33" stroke-width="3"/>',
    );
    const ink = arrowInk(
      picture,
      { tail: [20, 20], head: [150.5, 108] },
      strokesOf(picture, [0, 0, 200, 120]),
      [],
    );
    expect(boxIou(ink?.box as Box, [20, 19, 157, 108])).toBeGreaterThan(0.95);
    expect(ink?.colour && colourWord(ink.colour)).toBe('black');
    const area = ink?.patch.data.reduce((sum, value) => sum + value, 0) ?? 0;
    expect(Math.abs(area - (130 * 3 + 80 * 3 + 60))).toBeLessThan(80);
  });
});
