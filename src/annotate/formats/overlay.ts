/** Pictures to look at: PNG with the regions drawn in, and SVG with the regions as shapes over the picture. */
import type { Annotation } from '../../protocol/annotator';
import { colorOf, hexColor } from '../../protocol/colors';
import type { Geometry, Point } from '../../protocol/geometry';
import { simplifyRing } from '../../protocol/simplify';
import { maskOutlines } from '../../regions/outlines';
import type { ExportContext, ExportPicture, OutputFile, PictureRegions } from './format';
import { OutputNames } from './names';

const overlayFolder = 'overlays';

export async function* exportOverlays(
  items: AsyncIterable<PictureRegions>,
  { pixels }: ExportContext,
): AsyncGenerator<OutputFile> {
  const names = new OutputNames(overlayFolder, '.png');
  for await (const { picture, annotations } of items) {
    const regions = annotations.map((annotation) => ({
      geometry: annotation.geometry,
      color: hexColor(colorOf(annotation)),
      ...(annotation.label !== undefined && { label: annotation.label }),
    }));
    yield { path: names.of(picture.path), data: await pixels.overlay(picture.source, regions) };
  }
}

export async function* exportSvgs(
  items: AsyncIterable<PictureRegions>,
  context: ExportContext,
): AsyncGenerator<OutputFile> {
  const names = new OutputNames(overlayFolder, '.svg');
  for await (const { picture, annotations } of items) {
    const file = names.of(picture.path);
    yield { path: file, data: svg(picture, annotations, await addressOf(picture, file, context)) };
  }
}

async function addressOf(picture: ExportPicture, file: string, context: ExportContext): Promise<string> {
  if (context.options.picture === 'link') return context.link(picture, file);
  const { mime, bytes } = await context.pixels.embedded(picture.source);
  return `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;
}

/** The picture with one group for each region: its shape and its label, named by `data-label` and a title. */
function svg({ width, height }: ExportPicture, annotations: readonly Annotation[], address: string): string {
  const line = Math.max(1, Math.round(Math.max(width, height) / 500));
  const groups = annotations.map((annotation) => {
    const { id, label } = annotation;
    const color = hexColor(colorOf(annotation));
    const title = label === undefined ? '' : `<title>${escaped(label)}</title>`;
    return (
      `  <g id="${escaped(id)}" data-label="${escaped(label ?? '')}" fill="${color}" fill-opacity="0.45" stroke="${color}" ` +
      `stroke-width="${line}" stroke-linejoin="round" stroke-linecap="round">${title}${shape(annotation.geometry, line)}</g>`
    );
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    // The old name of the attribute is the one that all programs know.
    `  <image width="${width}" height="${height}" preserveAspectRatio="none" xlink:href="${escaped(address)}"/>`,
    ...groups,
    '</svg>',
    '',
  ].join('\n');
}

function shape(geometry: Geometry, line: number): string {
  switch (geometry.type) {
    case 'point': {
      const [x, y] = geometry.point;
      return `<circle cx="${x}" cy="${y}" r="${3 * line}" fill-opacity="1"/>`;
    }
    case 'stroke':
      return `<polyline points="${geometry.points.join(' ')}" fill="none" stroke-width="${2 * line}"/>`;
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}"/>`;
    }
    case 'polygon': {
      const { polygons, holes = [] } = geometry;
      // Holes are in each path, so that they are cut out of every part.
      return polygons.map((ring) => path(holes.length ? [ring, ...holes] : [ring])).join('');
    }
    case 'mask':
      // Exact but for points on a straight line.
      return path(
        maskOutlines(geometry.mask, 0)
          .flat()
          .map((ring) => simplifyRing(ring, 0.01)),
      );
  }
}

const path = (rings: readonly (readonly Point[])[]) =>
  `<path fill-rule="evenodd" d="${rings.map((ring) => `M${ring.join(' ')}Z`).join('')}"/>`;

/** Text in XML, which cannot hold control characters. */
const escaped = (text: string) =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
