/** Heat maps: the cells of their grid and the names of its rows and columns. */
import type { Box } from '../../../protocol/geometry';
import { centreOf, inBox } from '../ask/geometry';
import type { Picture } from '../picture';
import type { Part } from './parts';
import { fillColour } from './pixels';
import { withInk } from './textInk';
import { joinedOnRow, numberOf, textPart, type KnownLine } from './texts';

/**
 * @param map the part of the role `heatmap`
 * @param lines headers around it, and numbers in it
 */
export function heatmapParts(picture: Picture, map: Part, lines: readonly KnownLine[]): Part[] {
  const [x1, y1, x2, y2] = map.box;
  const headers = (role: 'row_header' | 'col_header', axis: 0 | 1) =>
    joinedOnRow(lines.filter((known) => known.role === role))
      .map((group) => withInk(picture, { ...textPart(role, group), owner: map }))
      .sort((a, b) => centreOf(a.box)[axis] - centreOf(b.box)[axis]);
  const rows = headers('row_header', 1);
  const cols = headers('col_header', 0);
  rows.forEach((part, row) => (part.row = row));
  cols.forEach((part, col) => (part.col = col));
  const inside = lines.filter(({ line }) => inBox(map.box, centreOf(line.box)));
  const countOf = (names: number, axis: 0 | 1) => names || placesOf(inside, axis).length;
  const [rowCount, colCount] = [countOf(rows.length, 1), countOf(cols.length, 0)];
  const cells = inside.flatMap((known): Part[] => {
    const [x, y] = centreOf(known.line.box);
    const row = Math.floor(((y - y1) / (y2 - y1)) * rowCount);
    const col = Math.floor(((x - x1) / (x2 - x1)) * colCount);
    const [w, h] = [(x2 - x1) / colCount, (y2 - y1) / rowCount];
    const box: Box = [x1 + col * w, y1 + row * h, x1 + (col + 1) * w, y1 + (row + 1) * h];
    const part = textPart('cell', [known]);
    const value = numberOf(part.text ?? '');
    const colour = fillColour(picture, box);
    return [
      {
        ...part,
        box,
        row,
        col,
        owner: map,
        ...(value !== undefined && { value }),
        ...(colour && { colour }),
      },
    ];
  });
  return [...rows, ...cols, ...cells];
}

/** Different places of texts along an axis: those nearer than a text is large are one. */
function placesOf(lines: readonly KnownLine[], axis: 0 | 1): number[] {
  const places: number[] = [];
  const sorted = lines.map(({ line }) => ({
    at: centreOf(line.box)[axis],
    size: 0.6 * (line.box[3] - line.box[1]),
  }));
  for (const { at, size } of sorted.sort((a, b) => a.at - b.at))
    if (at - (places.at(-1) ?? -Infinity) > size) places.push(at);
  return places;
}
