/** Reads recordings of inertial sensors: `.csv` with acceleration, and turning where it was measured. */
import type { Motion, TraceName } from './media';
import { motionColumns, type MotionColumns, type Unit } from './motionColumns';
import { badFile, type MediaBytes } from './source';
import { numberOf } from './table';

/** Recordings of more rows are refused: six hours at 100 rows a second. */
const maxRows = 2_200_000;
const maxColumns = 1000;
const gravity = 9.80665;
const delimiters = [',', ';', '\t'] as const;

interface Sheet {
  readonly header: readonly string[];
  readonly columns: MotionColumns;
  /** Lines of data, and the number of each in the file. */
  readonly rows: readonly { readonly line: number; readonly text: string }[];
  split(text: string): string[];
  /** Columns have no names in the file: they were taken by their number. */
  readonly unnamed: boolean;
}

/** @throws GroundnoteError bad-file: what is missing, or which line is wrong */
export function readMotion(file: MediaBytes): Motion {
  const { name } = file;
  const sheet = readSheet(file);
  const { columns, rows } = sheet;
  if (!columns.traces.some((trace) => trace.name.startsWith('a')))
    throw badFile(
      name,
      `has no columns of acceleration: its columns are ${listed(sheet.header)}; expected are names such as ax, ay, az (and gx, gy, gz, time)`,
    );
  if (rows.length < 2) throw badFile(name, 'has fewer than two rows of numbers');
  const values = columns.traces.map(() => new Float32Array(rows.length));
  const stamps = new Float64Array(rows.length);
  let isDate = false;
  rows.forEach(({ line, text }, row) => {
    const cells = sheet.split(text);
    columns.traces.forEach(({ index, name: trace }, i) => {
      const cell = cells[index]?.trim() ?? '';
      const value = cell === '' ? NaN : numberOf(cell);
      if (value === undefined)
        throw badFile(name, `has “${cell.slice(0, 20)}” where a number of ${trace} should be (line ${line})`);
      (values[i] as Float32Array)[row] = value;
    });
    if (!columns.time) return;
    const cell = cells[columns.time.index]?.trim() ?? '';
    let stamp = numberOf(cell);
    if (stamp === undefined && /\d[-/:]\d/.test(cell)) {
      stamp = Date.parse(cell) / 1000;
      isDate = true;
    }
    if (stamp === undefined || !Number.isFinite(stamp))
      throw badFile(name, `has “${cell.slice(0, 20)}” where a time should be (line ${line})`);
    if (row > 0 && stamp < (stamps[row - 1] as number))
      throw badFile(name, `goes back in time (line ${line})`);
    stamps[row] = stamp;
  });
  const { time, note } = inSeconds(stamps, columns.time, isDate);
  const units = new Map<string, { unit: string; factor: number }>(
    (['a', 'g'] as const).map((letter) => [letter, unitOf(letter, columns, values)]),
  );
  return {
    modality: 'imu',
    name,
    format: sheet.unnamed ? 'CSV without names (columns by their order)' : 'CSV',
    time,
    ...(note !== undefined && { timeNote: note }),
    traces: columns.traces.map((trace, i) => {
      const { unit, factor } = units.get(trace.name[0] as string) as { unit: string; factor: number };
      const data = values[i] as Float32Array;
      if (factor !== 1)
        for (let row = 0; row < data.length; row++) data[row] = (data[row] as number) * factor;
      return { name: trace.name, column: sheet.header[trace.index] ?? trace.name, unit, values: data };
    }),
  };
}

/** Lines, the delimiter, and the columns by their names; without names six or seven columns are taken by their order. */
function readSheet({ name, bytes }: MediaBytes): Sheet {
  if (bytes.subarray(0, 4096).includes(0)) throw badFile(name, 'is no table of text');
  const text = new TextDecoder().decode(bytes);
  const lines: { line: number; text: string }[] = [];
  let line = 0;
  for (let at = 0; at < text.length; line++) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const content = text.slice(at, end).replace(/\r$/, '');
    if (content.trim() !== '') lines.push({ line: line + 1, text: content });
    at = end + 1;
    if (lines.length > maxRows)
      throw badFile(
        name,
        `has more than ${maxRows.toLocaleString('en')} rows; cut it into shorter recordings`,
      );
  }
  // Remarks come first; the last of them may be the names (“#timestamp [ns],…”).
  let first = 0;
  while (first < lines.length && /^\s*[#%]/.test((lines[first] as { text: string }).text)) first++;
  const head = lines[first];
  if (!head) throw badFile(name, 'has no rows');
  const delimiter = delimiterOf(head.text);
  const decimalComma = delimiter === ';';
  const split = (row: string) => {
    const cells = (delimiter === undefined ? row.trim().split(/\s+/) : row.split(delimiter)).map((cell) =>
      cell.trim().replace(/^"(.*)"$/, '$1'),
    );
    return decimalComma
      ? cells.map((cell) => (/^[-+\d]*,\d+(e[-+]?\d+)?$/i.test(cell) ? cell.replace(',', '.') : cell))
      : cells;
  };
  const cells = split(head.text);
  if (cells.length > maxColumns) throw badFile(name, `has more than ${maxColumns} columns`);
  const isNumeric = (row: readonly string[]) =>
    row.every((cell) => cell === '' || numberOf(cell) !== undefined);
  const remark = first > 0 ? split((lines[first - 1] as { text: string }).text) : undefined;
  if (!isNumeric(cells)) {
    const isNames = cells.filter((cell) => numberOf(cell) === undefined).length > 1;
    if (isNames && !/^\d{4}-/.test(cells[0] ?? ''))
      return {
        header: cells,
        columns: motionColumns(cells),
        rows: withoutRemarks(lines.slice(first + 1)),
        split,
        unnamed: false,
      };
  }
  if (remark && remark.length === cells.length)
    return {
      header: remark,
      columns: motionColumns(remark),
      rows: withoutRemarks(lines.slice(first)),
      split,
      unnamed: false,
    };
  const names: (TraceName | 'time')[] = ['ax', 'ay', 'az', 'gx', 'gy', 'gz'];
  if (cells.length === 7) names.unshift('time');
  else if (cells.length !== 6)
    throw badFile(
      name,
      `has ${cells.length} columns without names; expected is a first line such as “time,ax,ay,az,gx,gy,gz”`,
    );
  return {
    header: names,
    columns: motionColumns(names),
    rows: withoutRemarks(lines.slice(first)),
    split,
    unnamed: true,
  };
}

const withoutRemarks = (lines: readonly { line: number; text: string }[]) =>
  lines.filter(({ text }) => !/^\s*[#%]/.test(text));

/** The one that parts a line into most cells; undefined: blanks. */
function delimiterOf(line: string): string | undefined {
  const counts = delimiters.map((each) => line.split(each).length - 1);
  const most = Math.max(...counts);
  if (most === 0) return undefined;
  // With decimal commas there are commas too: a semicolon decides.
  return (counts[1] as number) > 0 ? ';' : delimiters[counts.indexOf(most)];
}

/** Seconds from the first row. Where the unit is not said, the usual rate of recorders tells it. */
function inSeconds(
  stamps: Float64Array,
  column: MotionColumns['time'],
  isDate: boolean,
): { time: Float64Array; note?: string } {
  const time = new Float64Array(stamps.length);
  if (!column) {
    for (let i = 0; i < time.length; i++) time[i] = i / 100;
    return { time, note: 'The file has no times: 100 rows a second are assumed.' };
  }
  const steps = Array.from(
    { length: Math.min(stamps.length - 1, 1000) },
    (_, i) => (stamps[i + 1] as number) - (stamps[i] as number),
  );
  const step = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const guess: Unit =
    isDate || step < 1.5
      ? { name: 's', factor: 1 }
      : step < 500
        ? { name: 'ms', factor: 1e-3 }
        : step < 5e5
          ? { name: 'µs', factor: 1e-6 }
          : { name: 'ns', factor: 1e-9 };
  const unit = column.unit ?? guess;
  const first = stamps[0] as number;
  for (let i = 0; i < time.length; i++) time[i] = ((stamps[i] as number) - first) * unit.factor;
  return column.unit || unit.name === 's'
    ? { time }
    : { time, note: `The file does not say its unit of time: ${unit.name} by the distance of its rows.` };
}

/** To SI units: by what the columns say, else by what is usual (at rest 1 g is felt; nothing turns faster than 35 rad/s). */
function unitOf(
  letter: 'a' | 'g',
  { traces }: MotionColumns,
  values: readonly Float32Array[],
): { unit: string; factor: number } {
  const unit = letter === 'a' ? 'm/s²' : 'rad/s';
  const own = traces.flatMap((trace, i) =>
    trace.name.startsWith(letter) ? [{ trace, data: values[i] as Float32Array }] : [],
  );
  const said = own.find(({ trace }) => trace.unit)?.trace.unit;
  if (said) return { unit, factor: said.factor };
  if (letter === 'a') {
    const lengths = Array.from({ length: own[0]?.data.length ?? 0 }, (_, row) =>
      Math.hypot(...own.map(({ data }) => data[row] as number)),
    ).filter(Number.isFinite);
    lengths.sort((a, b) => a - b);
    const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
    return median > 0.8 && median < 1.3 && own.length === 3 ? { unit, factor: gravity } : { unit, factor: 1 };
  }
  let fastest = 0;
  for (const { data } of own)
    for (const value of data) if (Math.abs(value) > fastest) fastest = Math.abs(value);
  return { unit, factor: fastest > 35 ? Math.PI / 180 : 1 };
}

const listed = (names: readonly string[]) => {
  const shown = names
    .slice(0, 8)
    .map((each) => `“${each.slice(0, 24)}”`)
    .join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
};
