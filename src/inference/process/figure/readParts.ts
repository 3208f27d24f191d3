/** The parts of a parsed figure in words and ids, for programs and agents. */
import type { ReadPart } from '../../../protocol/figure';
import type { Box } from '../../../protocol/geometry';
import { roundedBox } from '../ground/ground';
import { colourWord } from './colours';
import type { FigureParse } from './parse';

/** @param wanted which of the parts are told @param boxOut from pixels of what was parsed to pixels of the picture */
export function readParts(
  { regions }: FigureParse,
  wanted: (box: Box) => boolean,
  boxOut: (box: Box) => Box,
): ReadPart[] {
  const isTold = regions.map(({ box }) => wanted(box));
  const idOf = (index: number | undefined) =>
    index !== undefined && isTold[index] ? `p${index + 1}` : undefined;
  return regions.flatMap((region, index): ReadPart[] => {
    if (!isTold[index]) return [];
    const { role, box, text, colour, row, col, value, bold } = region;
    const links = {
      inside: idOf(region.parent),
      from: idOf(region.tail),
      to: idOf(region.head),
      of: idOf(region.owner),
    };
    return [
      {
        id: `p${index + 1}`,
        role,
        box: roundedBox(boxOut(box)),
        ...(text !== undefined && { text }),
        ...(colour && { colour: colourWord(colour) }),
        ...Object.fromEntries(Object.entries(links).filter(([, id]) => id !== undefined)),
        ...(row !== undefined && { row }),
        ...(col !== undefined && { col }),
        ...(value !== undefined && { value }),
        ...(bold && { bold }),
      },
    ];
  });
}
