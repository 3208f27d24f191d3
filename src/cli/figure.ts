/** The command `figure`: a picture → its parse (docs/figure-language.md). */
import type { FigureParsing } from '../inference/process/figure/parseFigure';
import { colourWord } from '../inference/process/figure/colours';
import type { Runtime } from '../inference/process/runtime';
import { paletteColor } from '../protocol/colors';
import type { OverlayPictureRegion } from '../protocol/inference';
import { clearProgress, contextOf, printJson, type CliIo } from './io';
import { writeDrawing } from './pictures';

/** Roles whose names would hide what they name. */
const unnamed = new Set([
  'tick',
  'cell',
  'text',
  'row_header',
  'col_header',
  'axis_label',
  'title',
  'panel_letter',
]);

/** @throws GroundnoteError as the task does, and io */
export async function runFigure(
  io: CliIo,
  runtime: Runtime,
  image: string,
  { overlayOut, json, masks }: { overlayOut?: string; json?: boolean; masks?: boolean },
): Promise<void> {
  const context = contextOf(io);
  const { masks: found, ...result } = await runtime.parseFigure({ image: { path: image } }, context);
  if (overlayOut) {
    const regions = drawn(result.parse, found);
    await writeDrawing(overlayOut, runtime, { path: image }, regions, context);
  }
  clearProgress(io);
  if (json) return printJson(io, { ...result, ...(masks && { masks: found }) });
  for (const line of linesOf(result.parse)) io.out(`${line}\n`);
  const { pack, timings } = result;
  io.err(
    `${pack.id} ${pack.version}: ${result.parse.regions.length} regions, ${Math.round(timings.total_ms)} ms\n`,
  );
}

/** Each region in a line: its number, role, box, and what else is known. */
function linesOf({ regions }: FigureParsing['parse']): string[] {
  const to = (index: number | undefined, word: string) => (index === undefined ? [] : [`${word} ${index}`]);
  return regions.map((region, index) => {
    const { role, box, text, colour, row, col, value, bold } = region;
    return [
      `${index}`.padStart(3),
      role.padEnd(12),
      `[${box.map(Math.round).join(', ')}]`.padEnd(24),
      ...(text === undefined ? [] : [`"${text}"`]),
      ...(colour ? [colourWord(colour)] : []),
      ...(row === undefined ? [] : [`row ${row}`]),
      ...(col === undefined ? [] : [`column ${col}`]),
      ...(value === undefined ? [] : [`= ${value}`]),
      ...(bold ? ['bold'] : []),
      ...to(region.tail, 'from'),
      ...to(region.head, 'to'),
      ...to(region.owner, 'of'),
      ...to(region.parent, 'in'),
    ].join(' ');
  });
}

/** Large regions first, so that small ones stay visible; a role has one colour. */
function drawn({ regions }: FigureParsing['parse'], masks: FigureParsing['masks']): OverlayPictureRegion[] {
  const roles = [...new Set(regions.map(({ role }) => role))];
  const area = ([x1, y1, x2, y2]: FigureParsing['parse']['regions'][number]['box']) => (x2 - x1) * (y2 - y1);
  return regions
    .map((region, index) => ({ region, index }))
    .sort((a, b) => area(b.region.box) - area(a.region.box))
    .map(({ region: { role, box }, index }): OverlayPictureRegion => {
      const mask = ['arrow', 'curve', 'marker', 'bar'].includes(role) ? masks[index] : undefined;
      return {
        geometry: mask ? { type: 'mask', mask } : { type: 'box', box },
        color: paletteColor(roles.indexOf(role)),
        ...(!unnamed.has(role) && { label: `${index} ${role}` }),
      };
    });
}
