/** The colour that a text is written in. */
import type { Box } from '../../../protocol/geometry';
import { commonColor } from '../ground/enclosure';
import type { Picture } from '../picture';
import type { Part } from './parts';
import { deepened, growBox, inkColour, pixelsIn } from './pixels';

/** Strokes of small text are thinner than a pixel: its ink is darker than its pixels by 1 plus this over its height in pixels. */
const thinness = 6;

/** A text part with its colour: of what differs most from the paper right around its lines. */
export function withInk(picture: Picture, part: Part): Part {
  const boxes = (part.lines ?? []).map(({ box }) => box);
  const [first] = boxes;
  if (!first) return part;
  const inside = boxes.flatMap((box) => pixelsIn(box, picture));
  const paper = commonColor(picture, around(picture, boxes), 0) ?? commonColor(picture, inside, 0);
  const ink = paper && inkColour(picture, inside, paper);
  if (!ink) return part;
  const height = Math.min(first[3] - first[1], first[2] - first[0]);
  return { ...part, colour: deepened(ink, paper, 1 + thinness / Math.max(height, thinness)) };
}

/** Pixels just outside of boxes. */
const around = (picture: Picture, boxes: readonly Box[]) =>
  boxes.flatMap((box) => pixelsIn(growBox(box, 2), picture, [box]));
