/**
 * Composition: what one pack finds as boxes or points, a promptable segmenter turns into masks (as in Grounded-SAM and, with
 * a mask decoder behind a language model, LISA). Any finder goes with any segmenter.
 */
import { GroundnoteError, isCancelled, toWireError } from '../../../protocol/errors';
import type { Box, PackRef, Prompt, Rle } from '../../../protocol/geometry';
import type { ResultRegion } from '../../../protocol/inference';
import { rleBox } from '../../../protocol/rle';
import type { Finding, Run } from '../../engines/model';
import type { Picture } from '../picture';
import type { RuntimeServices } from '../services';

/** More than a picture has and a person looks at: what a broken answer may hold beyond is left out, and that is said. */
const mostFindings = 500;

export interface Composed {
  /** One for each finding, in its order; those that point outside the picture are left out. */
  regions: (ResultRegion | undefined)[];
  /** The segmenter, when it made a mask. */
  helpers: PackRef[];
  /** Why there are boxes only, where masks were wanted. */
  note?: string;
}

/**
 * @param segmenter id; undefined: the default one; null: none
 * @throws GroundnoteError cancelled
 */
export async function withMasks(
  services: RuntimeServices,
  picture: Picture,
  found: readonly Finding[],
  segmenter: string | null | undefined,
  run: Run,
): Promise<Composed> {
  const helpers: PackRef[] = [];
  const regions: Composed['regions'] = [];
  let note: string | undefined;
  let wanted = segmenter !== null;
  /** Whether the segmenter is a server: found out once, with the first finding that needs a mask. */
  let isServer: boolean | undefined;
  if (found.length > mostFindings)
    note = `Only the first ${mostFindings} of ${found.length} regions were taken.`;
  for (const [index, finding] of found.slice(0, mostFindings).entries()) {
    let mask = covers(finding.mask, picture) ? finding.mask : undefined;
    const prompt = mask ? undefined : promptOf(finding, picture);
    if (prompt && wanted) {
      run.progress({ phase: 'Finding the outlines', fraction: index / found.length });
      try {
        const named = segmenter ? { pack: segmenter } : {};
        const segment = () =>
          services.segmentPicture(picture, { prompts: [prompt], ...named }, run, run.stopwatch);
        // What waits for a server keeps no graph here from working.
        isServer ??= (await services.models.find('segment', named.pack)).server !== undefined;
        const made = await (isServer ? segment() : services.inTurn(run, segment));
        if (rleBox(made.mask)[2] > 0) {
          mask = made.mask;
          if (!helpers.some(({ id }) => id === made.pack.id)) helpers.push(made.pack);
        }
      } catch (error) {
        if (isCancelled(error)) throw error;
        // The boxes are an answer without the masks.
        wanted = false;
        const { code, message } = toWireError(error);
        if (code !== 'no-pack' || segmenter) note = `No masks: ${message}`;
      }
    }
    const box = mask ? rleBox(mask) : boxOf(finding, picture);
    regions.push(
      box && {
        id: String(index + 1),
        ...(finding.label !== undefined && { label: finding.label }),
        ...(finding.score !== undefined && { score: finding.score }),
        box,
        ...(mask && { mask }),
      },
    );
  }
  return { regions, helpers, ...(note !== undefined && { note }) };
}

/** Whether it is a mask of this picture, and not of another size. */
const covers = (mask: Rle | undefined, { width, height }: Picture) =>
  mask !== undefined && mask.size[0] === height && mask.size[1] === width && rleBox(mask)[2] > 0;

/** What the segmenter is given; undefined where nothing of it lies in the picture. */
function promptOf(finding: Finding, picture: Picture): Prompt | undefined {
  if (finding.box) {
    const box = clipped(finding.box, picture);
    return box && { type: 'box', box };
  }
  if (!finding.point) return undefined;
  const [x, y] = finding.point;
  if (!(x >= 0 && y >= 0 && x < picture.width && y < picture.height)) return undefined;
  return { type: 'point', point: [x, y], label: 1 };
}

/** The box of a finding without a mask; of a point the pixel that it lies in. */
function boxOf(finding: Finding, picture: Picture): Box | undefined {
  if (finding.box) return clipped(finding.box, picture);
  if (!finding.point) return undefined;
  const [x, y] = finding.point.map(Math.floor) as [number, number];
  return clipped([x, y, x + 1, y + 1], picture);
}

/** The part of a box inside the picture, or undefined where there is none. */
export function clipped([x1, y1, x2, y2]: Box, { width, height }: Pick<Picture, 'width' | 'height'>): Box | undefined {
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  if (box.some((value) => !Number.isFinite(value))) return undefined;
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

/** @throws GroundnoteError unsupported, naming what is missing */
export function cannot(title: string, what: string): never {
  throw new GroundnoteError('unsupported', `“${title}” cannot ${what}. Choose another pack in the Models view.`);
}
