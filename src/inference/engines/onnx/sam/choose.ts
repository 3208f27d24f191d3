/**
 * Which of the masks of a decoder is the answer: the one that does most of what the prompts say, and of these the one that
 * the decoder believes in most. The others are offered beside it.
 */
import type { Box, Point } from '../../../../protocol/geometry';
import type { Decoded } from '../../../process/segment/graphs';
import { boxOfCells, hitBox, logitAt, type Logits, type View } from '../../../process/segment/view';
import { boxIou } from '../boxes';
import type { Asked } from './prompts';

/** @param threshold of the masks, in logits @param byBox whether a box was not told to the decoder, so that the mask must be chosen by it */
export function bestFirst(
  decoded: readonly Decoded[],
  asked: Asked,
  view: View,
  threshold: number,
  byBox: boolean,
): Decoded[] {
  const { box } = asked;
  const ranked = decoded.map((each, index) => ({
    each,
    satisfied: satisfied(each.logits, asked, view, threshold),
    fit: byBox && box ? boxFit(each.logits, box, view, threshold) : 0,
    // Of four masks the first is meant for prompts that leave no doubt, the others for one click.
    meant: decoded.length === 4 && isClear(asked) === (index === 0) ? 1 : 0,
  }));
  ranked.sort(
    (a, b) => b.satisfied - a.satisfied || b.fit - a.fit || b.meant - a.meant || b.each.score - a.each.score,
  );
  return ranked.map(({ each }) => each);
}

/** Whether prompts say more than one click or one box does (Meta's exporter draws the line here). */
const isClear = ({ clicks, box }: Asked): boolean => clicks.length + (box ? 2 : 1) > 2.5;

/** How many clicks a mask does right: those on the object are in it, the others are not. */
function satisfied(logits: Logits, { clicks }: Asked, { rectangle }: View, threshold: number): number {
  const isIn = ([x, y]: Point) => logitAt(logits, rectangle, [Math.floor(x), Math.floor(y)]) > threshold;
  return clicks.filter(({ point, label }) => isIn(point) === (label === 1)).length;
}

/** IoU of a mask's box with the one asked for, in steps of a twentieth so that nearly equal ones are told apart by score. */
function boxFit(logits: Logits, asked: Box, view: View, threshold: number): number {
  const hit = hitBox(logits, threshold);
  if (!hit) return 0;
  const box = boxOfCells(hit, logits, view.rectangle);
  return Math.round(20 * boxIou(box, asked));
}
