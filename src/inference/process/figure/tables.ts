/** Tables: rows and columns by how texts stand to each other, which of them are headers, numbers, bold type. */
import type { Box } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';
import { cut, wordsOf } from '../ground/cut';
import type { Picture } from '../picture';
import type { Part } from './parts';
import { fillColour } from './pixels';
import { withInk } from './textInk';
import { strokeWidth } from './strokeWidth';
import { numberOf, textPart, type KnownLine } from './texts';

/** Lines of a row share at least this part of the lower one's height. */
const rowOverlap = 0.5;
/** A column is where at least this share of the rows has text … */
const filled = 0.2;
/** … and a gap between columns is at least so many heights of text wide. */
const leastGap = 0.35;
/** Strokes are bold when they are so many times as thick as the table's usual ones. */
const boldness = 1.28;

const heightOf = ({ line }: KnownLine) => line.box[3] - line.box[1];
const middleOf = ({ line }: KnownLine) => (line.box[1] + line.box[3]) / 2;

/**
 * The cells and headers of a table. A cell's box is its place in the grid; a header's is its text. Texts over several columns
 * and the one in the corner are texts.
 * @param lines all lines in the table
 */
export function tableParts(picture: Picture, table: Box, lines: readonly KnownLine[]): Part[] {
  if (!lines.length) return [];
  const rows = rowsOf(lines);
  const columns = columnsOf(rows);
  const grid = rows.map((row) => rowCells(row, columns));
  const headerRows = leadingHeaders(
    grid.map((row) => row.filter((cell) => cell !== undefined).flat()),
    'col_header',
  );
  const byColumn = columns.map((_, c) => grid.slice(headerRows).flatMap((row) => row[c] ?? []));
  const headerColumns = leadingHeaders(byColumn, 'row_header');
  const across = edgesBetween(columns, table[0], table[2]);
  const down = edgesBetween(rows.map(extentOf), table[1], table[3]);
  const parts = grid.flatMap((row, r) =>
    row.flatMap((known, c): Part[] => {
      if (!known) return [];
      const isColumnHeader = r < headerRows;
      const isRowHeader = c < headerColumns;
      if (isColumnHeader) {
        // The corner's text, and names over several columns, are headers of no one column.
        const texts = isRowHeader
          ? known
          : known.filter((each) => each.role === 'text' || spans([each], columns));
        return texts.length ? [withInk(picture, textPart('text', texts))] : [];
      }
      const place = { row: r - headerRows, col: c - headerColumns };
      if (isRowHeader) return [withInk(picture, { ...textPart('row_header', known), row: place.row })];
      const part = textPart('cell', known);
      const value = numberOf(part.text ?? '');
      const [x1, x2] = across[c] as Extent;
      const [y1, y2] = down[r] as Extent;
      const box: Box = [x1, y1, x2, y2];
      const colour = fillColour(picture, box);
      return [{ ...part, ...place, box, ...(value !== undefined && { value }), ...(colour && { colour }) }];
    }),
  );
  for (let c = headerColumns; c < columns.length; c++) {
    // The lines of a column's header, one below the other, are one header.
    const known = grid.slice(0, headerRows).flatMap((row) => row[c] ?? []);
    const own = known.filter((each) => each.role !== 'text' && !spans([each], columns));
    if (own.length) parts.push(withInk(picture, { ...textPart('col_header', own), col: c - headerColumns }));
  }
  markBold(picture, parts);
  return parts;
}

type Extent = [from: number, to: number];

const extentOf = (row: readonly KnownLine[]): Extent => [
  Math.min(...row.map(({ line }) => line.box[1])),
  Math.max(...row.map(({ line }) => line.box[3])),
];

/** Where rows or columns begin and end: half way between their texts, and at the table's ends. */
function edgesBetween(extents: readonly Extent[], start: number, end: number): Extent[] {
  const between = extents.slice(1).map(([from], i) => (from + (extents[i] as Extent)[1]) / 2);
  return extents.map(([from, to], i) => [
    between[i - 1] ?? Math.min(start, from),
    between[i] ?? Math.max(end, to),
  ]);
}

/** Whether a text stands over several columns. */
const spans = (known: readonly KnownLine[], columns: readonly Extent[]) =>
  known.some(({ line }) => {
    const [x1, , x2] = line.box;
    const middle = (x1 + x2) / 2;
    const under = columns.filter(([from, to]) => Math.min(x2, to) - Math.max(x1, from) > 0.5 * (to - from));
    // A name may also be shorter than the columns that it stands over: then it stands over the gap between two.
    return (
      under.length > 1 || (columns.length > 3 && !columns.some(([from, to]) => middle > from && middle < to))
    );
  });

function rowsOf(lines: readonly KnownLine[]): KnownLine[][] {
  const rows: KnownLine[][] = [];
  for (const each of [...lines].sort((a, b) => middleOf(a) - middleOf(b))) {
    const row = rows.at(-1);
    const shares =
      row &&
      row.some(({ line }) => {
        const shared = Math.min(line.box[3], each.line.box[3]) - Math.max(line.box[1], each.line.box[1]);
        return shared >= rowOverlap * Math.min(line.box[3] - line.box[1], heightOf(each));
      });
    if (shares) row.push(each);
    else rows.push([each]);
  }
  return rows.map((row) => row.sort((a, b) => a.line.box[0] - b.line.box[0]));
}

/** Where columns are: stretches along x in which several rows have text, and which are apart. */
function columnsOf(rows: readonly KnownLine[][]): Extent[] {
  const all = rows.flat();
  const [left, right] = [
    Math.floor(Math.min(...all.map(({ line }) => line.box[0]))),
    Math.ceil(Math.max(...all.map(({ line }) => line.box[2]))),
  ];
  const height = median(all.map(heightOf));
  // Rows with few texts are headers over several columns or breaks: they do not tell columns.
  const most = Math.max(...rows.map((row) => row.length));
  const telling = rows.filter((row) => row.length > most / 2);
  const cover = new Int32Array(right - left);
  for (const row of telling)
    for (const { line } of row)
      for (let x = Math.floor(line.box[0]); x < Math.ceil(line.box[2]); x++) (cover[x - left] as number)++;
  const least = Math.max(1, Math.ceil(filled * telling.length));
  const columns: Extent[] = [];
  for (let x = 0; x < cover.length; x++) {
    if ((cover[x] as number) < least) continue;
    const last = columns.at(-1);
    if (last && left + x - last[1] < Math.max(1, leastGap * height)) last[1] = left + x + 1;
    else columns.push([left + x, left + x + 1]);
  }
  const wide = columns.filter(([from, to]) => to - from > 1);
  return wide.length ? wide : [[left, right]];
}

/** The texts of a row by column; one that goes over the gap between columns is cut there, unless no word ends near it. */
function rowCells(row: readonly KnownLine[], columns: readonly Extent[]): (KnownLine[] | undefined)[] {
  const cells: (KnownLine[] | undefined)[] = columns.map(() => undefined);
  const put = (known: KnownLine) => {
    const [x1, , x2] = known.line.box;
    let best = 0;
    let most = -Infinity;
    columns.forEach(([from, to], c) => {
      const shared = Math.min(x2, to) - Math.max(x1, from);
      if (shared > most) [most, best] = [shared, c];
    });
    (cells[best] ??= []).push(known);
  };
  for (const known of row) for (const piece of cutAtGaps(known, columns)) put(piece);
  return cells;
}

function cutAtGaps(known: KnownLine, columns: readonly Extent[]): KnownLine[] {
  const { line } = known;
  const [x1, , x2] = line.box;
  const columnAt = (x: number) =>
    columns.reduce(
      (best, [from, to], c) => {
        const away = Math.max(from - x, 0, x - to);
        return away < best.away ? { c, away } : best;
      },
      { c: 0, away: Infinity },
    ).c;
  const over = columns.filter(([from, to]) => Math.min(x2, to) - Math.max(x1, from) > 0.5 * (to - from));
  // A header over several columns is centred on them and stays whole.
  if (line.turn !== 0 || over.length < 2 || known.role === 'col_header') return [known];
  const runs: { c: number; from: number; to: number }[] = [];
  for (const [from, to] of wordsOf(line.text)) {
    const at = line.at.slice(from, to);
    const share = at.reduce((sum, each) => sum + each, 0) / (at.length || 1);
    const c = columnAt(x1 + share * (x2 - x1));
    const last = runs.at(-1);
    if (last?.c === c) last.to = to;
    else runs.push({ c, from, to });
  }
  return runs.map(({ from, to }) => ({ ...known, line: cut(line, [from, to]) }));
}

/**
 * How many of the first rows or columns are headers: up to the last one of which most texts have that role, as long as none before it
 * holds cells. Where no text has the role: the first one, if it has no numbers.
 */
function leadingHeaders(lists: readonly KnownLine[][], role: 'col_header' | 'row_header'): number {
  const most = (list: readonly KnownLine[], wanted: KnownLine['role']) =>
    list.filter((known) => known.role === wanted).length * 2 > list.length;
  let count = 0;
  for (const [index, list] of lists.entries()) {
    if (most(list, role)) count = index + 1;
    else if (most(list, 'cell') || index > 3) break;
  }
  if (count > 0) return Math.min(count, lists.length - 1);
  const [first] = lists;
  const hasNumbers = first?.some(({ line }) => numberOf(line.text) !== undefined);
  return lists.length > 1 && first?.length && !hasNumbers ? 1 : 0;
}

/** Bold cells have thicker strokes than most, for their height. */
function markBold(picture: Picture, parts: readonly Part[]): void {
  const measured = parts
    .filter(({ role }) => role === 'cell')
    .flatMap((part) => {
      const width = strokeWidth(picture, unionBox((part.lines ?? []).map(({ box }) => box)));
      return width === undefined ? [] : [{ part, width }];
    });
  if (measured.length < 3) return;
  const usual = median(measured.map(({ width }) => width));
  for (const { part, width } of measured) if (width > boldness * usual) part.bold = true;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
