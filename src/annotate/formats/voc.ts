/**
 * Pascal VOC: one XML file for each picture, with boxes only. Its coordinates are whole pixels counted from 1, and the last
 * pixel belongs to the box: our box [x1, y1, x2, y2] is `xmin` = x1 + 1 to `xmax` = x2.
 */
import path from 'node:path/posix';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import * as z from 'zod';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';
import { boxOfGeometry } from '../../regions/geometry';
import {
  defaultLabel,
  type ExportContext,
  type ImportContext,
  type ImportedPicture,
  type InputFile,
  type OutputFile,
  type PictureRegions,
} from './format';
import { clipped, isArea } from './geometry';
import { OutputNames, RegionIds } from './names';

const asBoxes = { one: 'written as its box', many: 'written as their boxes' };
const vocFolder = 'Annotations';

export async function* exportVoc(
  items: AsyncIterable<PictureRegions>,
  { report }: ExportContext,
): AsyncGenerator<OutputFile> {
  const names = new OutputNames(vocFolder, '.xml');
  const builder = new XMLBuilder({ format: true, indentBy: '  ', suppressEmptyNode: false });
  for await (const { picture, annotations } of items) {
    const objects = [];
    for (const annotation of annotations) {
      if (!isArea(annotation)) {
        report.leftOut(annotation, 'Pascal VOC holds boxes only');
        continue;
      }
      const exact = boxOfGeometry(annotation.geometry);
      const box = clipped(exact, picture);
      if (!box) {
        report.leftOut(annotation, 'nothing of it lies in the picture');
        continue;
      }
      if (annotation.geometry.type !== 'box') report.changed(annotation, asBoxes);
      const [x1, y1, x2, y2] = box;
      objects.push({
        name: printable(annotation.label ?? defaultLabel),
        pose: 'Unspecified',
        truncated: Number(box.some((side, i) => side !== exact[i])),
        difficult: 0,
        bndbox: {
          xmin: Math.floor(x1) + 1,
          ymin: Math.floor(y1) + 1,
          xmax: Math.ceil(x2),
          ymax: Math.ceil(y2),
        },
      });
    }
    const xml = builder.build({
      annotation: {
        folder: printable(path.basename(path.dirname(picture.path)).replace(/^\.$/, '')),
        filename: printable(path.basename(picture.path)),
        source: { database: 'Unknown' },
        size: { width: picture.width, height: picture.height, depth: 3 },
        segmented: 0,
        object: objects,
      },
    });
    yield { path: names.of(picture.path), data: xml };
  }
}

/** XML 1.0 cannot hold control characters, not even escaped. */
const printable = (text: string) =>
  text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');

const numberSchema = z.string().transform(Number).pipe(z.number());
/** An element without any content is read as an empty text. */
const emptyAs = (value: unknown) => (empty: unknown) => (empty === '' ? value : empty);
const fileSchema = z.object({
  annotation: z.preprocess(
    emptyAs({}),
    z.object({
      filename: z.string().optional(),
      size: z.preprocess(
        emptyAs(undefined),
        z.object({ width: numberSchema, height: numberSchema }).optional(),
      ),
      object: z
        .array(
          z.object({
            name: z.string(),
            bndbox: z
              .object({ xmin: numberSchema, ymin: numberSchema, xmax: numberSchema, ymax: numberSchema })
              .optional(),
          }),
        )
        .default([]),
    }),
  ),
});

/** One picture for each file. */
export async function* importVoc(
  files: readonly InputFile[],
  { report }: ImportContext,
): AsyncGenerator<ImportedPicture> {
  for (const file of files.filter(({ path: name }) => /\.xml$/i.test(name))) {
    const { filename, size, object } = parseVoc(await file.text(), file.path);
    const name = filename?.trim();
    yield {
      // The folders of the XML file are those of the picture, less the one that is VOC's own.
      ...(name
        ? { name: path.join(folderOf(file.path), name) }
        : { name: stemOf(file.path), stemOnly: true }),
      ...(size && size.width > 0 && size.height > 0 && { size }),
      regions: () => {
        const ids = new RegionIds('voc');
        return object.flatMap(({ name: label, bndbox }): Annotation[] => {
          if (!bndbox) {
            report.count(
              'voc without box',
              (count) =>
                `${count} object${count === 1 ? '' : 's'} without a box ${count === 1 ? 'was' : 'were'} left out.`,
            );
            return [];
          }
          const { xmin, ymin, xmax, ymax } = bndbox;
          return [
            {
              id: ids.of([label, bndbox]),
              label,
              geometry: { type: 'box', box: [xmin - 1, ymin - 1, xmax, ymax] },
              provenance: { by: 'user' },
            },
          ];
        });
      },
    };
  }
}

function parseVoc(text: string, name: string): { filename?: string; size?: Size } & { object: VocObject[] } {
  const fail = (why: string, cause?: unknown) =>
    new GroundnoteError('bad-sidecar', `${name} is no Pascal VOC file: ${why}.`, { cause });
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw fail(valid.err.msg.replace(/\.$/, ''));
  const parser = new XMLParser({
    parseTagValue: false,
    ignoreAttributes: true,
    isArray: (tag) => tag === 'object',
  });
  const parsed = fileSchema.safeParse(parser.parse(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw fail(`${issue?.path.join('.')}: ${issue?.message}`, parsed.error);
  }
  return parsed.data.annotation;
}
type VocObject = z.infer<typeof fileSchema>['annotation']['object'][number];

/** `Annotations/a/b.xml` → `a`. */
const folderOf = (file: string) => path.dirname(withoutVocFolder(file));
const stemOf = (file: string) => withoutVocFolder(file).replace(/\.xml$/i, '');
const withoutVocFolder = (file: string) => file.replace(/^(.*\/)?Annotations\//, '');
