/** CSV (RFC 4180, UTF-8): one line for each region, with its box, its area in pixels and its whole geometry as JSON. */
import * as z from 'zod';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import { geometrySchema } from '../../protocol/geometry';
import { areaOfGeometry, boxOfGeometry } from '../../regions/geometry';
import type { ExportContext, ImportedPicture, InputFile, OutputFile, PictureRegions } from './format';

export const csvFile = 'annotations.csv';

const columns = [
  'image',
  'width',
  'height',
  'id',
  'label',
  'kind',
  'score',
  'group',
  'x1',
  'y1',
  'x2',
  'y2',
  'area',
  'geometry',
] as const;

/** Extends the file that is there: its lines about other pictures stay. */
export async function* exportCsv(
  items: AsyncIterable<PictureRegions>,
  { existing }: ExportContext,
): AsyncGenerator<OutputFile> {
  const [head, ...others] = parseCsv((await existing(csvFile))?.replace(/^\uFEFF/, '') ?? '');
  if (head && head.join() !== columns.join())
    throw new GroundnoteError(
      'bad-sidecar',
      `${csvFile} was not exported by Groundnote, and was not overwritten: move it, or choose another folder.`,
    );
  yield { path: csvFile, data: lines(items, others) };
}

async function* lines(
  items: AsyncIterable<PictureRegions>,
  others: readonly string[][],
): AsyncGenerator<string> {
  yield csvRow(columns);
  const written = new Set<string>();
  for await (const { picture, annotations } of items) {
    const { path, width, height } = picture;
    written.add(path);
    yield annotations
      .map(({ id, label, score, group, geometry }) => {
        const numbers = [...boxOfGeometry(geometry), areaOfGeometry(geometry, picture)];
        const { type } = geometry;
        return csvRow([
          path,
          width,
          height,
          id,
          label,
          type,
          score,
          group,
          ...numbers,
          JSON.stringify(geometry),
        ]);
      })
      .join('');
  }
  yield others
    .filter(([image = '']) => !written.has(image))
    .map(csvRow)
    .join('');
}

/** A line of CSV. */
export const csvRow = (values: readonly unknown[]) => `${values.map(field).join(',')}\r\n`;

function field(value: unknown): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const numberSchema = z
  .string()
  .transform((text) => (text.trim() === '' ? undefined : Number(text)))
  .pipe(z.number().optional());
const rowSchema = z.object({
  image: z.string().min(1),
  width: numberSchema.optional(),
  height: numberSchema.optional(),
  id: z.string().min(1),
  label: z.string().optional(),
  score: numberSchema.optional(),
  group: numberSchema.pipe(z.number().int().optional()).optional(),
  geometry: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('the geometry is broken JSON');
        return z.NEVER;
      }
    })
    .pipe(geometrySchema),
});
type Row = z.infer<typeof rowSchema>;

/** Files that were exported here, perhaps edited since. */
export async function* importCsv(files: readonly InputFile[]): AsyncGenerator<ImportedPicture> {
  for (const file of files.filter(({ path }) => /\.csv$/i.test(path))) {
    const byImage = new Map<string, Row[]>();
    const [head = [], ...rows] = parseCsv((await file.text()).replace(/^\uFEFF/, ''));
    rows.forEach((values, i) => {
      const parsed = rowSchema.safeParse(Object.fromEntries(head.map((name, k) => [name, values[k]])));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new GroundnoteError(
          'bad-sidecar',
          `${file.path}, line ${i + 2}: ${issue?.path.join('.')}: ${issue?.message}. The columns image, id and geometry are needed.`,
        );
      }
      const list = byImage.get(parsed.data.image);
      if (list) list.push(parsed.data);
      else byImage.set(parsed.data.image, [parsed.data]);
    });
    for (const [name, regions] of byImage) {
      const { width, height } = regions[0] as Row;
      yield {
        name,
        ...(width && height && { size: { width, height } }),
        regions: () =>
          regions.map(({ id, label, score, group, geometry }): Annotation => ({
            id,
            geometry,
            provenance: { by: 'user' },
            ...(label && { label }),
            ...(score !== undefined && { score }),
            ...(group !== undefined && { group }),
          })),
      };
    }
  }
}

/** Rows of fields; quoted ones may hold commas, quotes (twice) and line ends. Empty lines are left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, raw = '', end = ''] = match;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end !== ',') {
      if (row.length > 1 || row[0] !== '') rows.push(row);
      row = [];
      if (pattern.lastIndex >= text.length) break;
    }
  }
  return rows;
}
