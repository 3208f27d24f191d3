/** Colours in a picture: what fills a place, what is drawn on it. Colours are [r, g, b], 0–255. */
import type { Box, Size } from '../../../protocol/geometry';
import { pixelBox } from '../../../protocol/raster';
import { commonColor } from '../ground/enclosure';
import type { Picture } from '../picture';
import type { Rgb } from './colours';

/** At most about so many pixels are looked at for one colour. */
const mostSamples = 20_000;
/** What is drawn differs from what is behind it by at least so much in a channel. */
const leastContrast = 24;
/** Of the pixels that differ, those that differ by this share of the greatest difference are not softened edges. */
const fullInk = 0.75;

export const areaOf = ([x1, y1, x2, y2]: Box) => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

/** The box that two boxes share; without area where they share none. */
export const sharedBox = (a: Box, b: Box): Box => [
  Math.max(a[0], b[0]),
  Math.max(a[1], b[1]),
  Math.min(a[2], b[2]),
  Math.min(a[3], b[3]),
];

/** Share of a box's area that lies in another one. */
export const shareInside = (box: Box, around: Box) => areaOf(sharedBox(box, around)) / (areaOf(box) || 1);

export const growBox = ([x1, y1, x2, y2]: Box, by: number): Box => [x1 - by, y1 - by, x2 + by, y2 + by];

/** @param at index of the pixel */
export const colourAt = ({ data }: Pick<Picture, 'data'>, at: number): Rgb => [
  data[at * 3] as number,
  data[at * 3 + 1] as number,
  data[at * 3 + 2] as number,
];

/** The greatest difference of a channel. */
export const contrastOf = (a: Rgb, b: Rgb) =>
  Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));

/** Indices of the pixels of a box, evenly thinned out where there are many, without those in boxes to be left out. */
export function pixelsIn(box: Box, size: Size, without: readonly Box[] = []): number[] {
  const [x1, y1, x2, y2] = pixelBox(box, size);
  const step = Math.max(1, Math.ceil(Math.sqrt(areaOf([x1, y1, x2, y2]) / mostSamples)));
  const near = without.filter((other) => areaOf(sharedBox(box, other)) > 0);
  const pixels: number[] = [];
  for (let y = y1; y < y2; y += step)
    for (let x = x1; x < x2; x += step)
      if (!near.some((other) => x >= other[0] && x < other[2] && y >= other[1] && y < other[3]))
        pixels.push(y * size.width + x);
  return pixels;
}

/** The colour that most pixels of a box have; undefined for a box without pixels. */
export function fillColour(picture: Picture, box: Box, without: readonly Box[] = []): Rgb | undefined {
  const pixels = pixelsIn(box, picture, without);
  const found = commonColor(picture, pixels.length ? pixels : pixelsIn(box, picture), 0);
  return found && rounded(found);
}

/** The colour of what is drawn on the common colour of some pixels: the mean of those that differ most. */
export function inkColour(
  picture: Picture,
  pixels: readonly number[],
  behind = commonColor(picture, pixels, 0),
): Rgb | undefined {
  if (!behind) return undefined;
  const contrasts = pixels.map((at) => contrastOf(colourAt(picture, at), behind));
  const sorted = contrasts.filter((contrast) => contrast >= leastContrast).sort((a, b) => b - a);
  // A few stray pixels are not what is drawn.
  const greatest = sorted[Math.floor(sorted.length * 0.05)];
  if (greatest === undefined) return undefined;
  const sum = [0, 0, 0];
  let count = 0;
  pixels.forEach((at, i) => {
    if ((contrasts[i] as number) < fullInk * greatest) return;
    count++;
    for (let c = 0; c < 3; c++) (sum[c] as number) += picture.data[at * 3 + c] as number;
  });
  return rounded([(sum[0] as number) / count, (sum[1] as number) / count, (sum[2] as number) / count]);
}

const rounded = ([r, g, b]: Rgb): Rgb => [Math.round(r), Math.round(g), Math.round(b)];

export const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/**
 * The colour of text as it was meant: strokes thinner than a pixel are never fully dark, so what was measured is taken further away
 * from the paper.
 */
export function deepened(ink: Rgb, paper: Rgb, by: number): Rgb {
  const channel = (c: 0 | 1 | 2) => clamp(Math.round(paper[c] + by * (ink[c] - paper[c])), 0, 255);
  return [channel(0), channel(1), channel(2)];
}

/** Paper at least so light in each channel is meant to be white. */
const leastWhite = 190;

/** Makes colours of a yellowed or greyish scan those of white paper. @returns undefined where the page is not meant to be white */
export function whiteBalance(picture: Picture): ((colour: Rgb) => Rgb) | undefined {
  const paper = fillColour(picture, [0, 0, picture.width, picture.height]);
  if (!paper || Math.min(...paper) < leastWhite) return undefined;
  const channel = (colour: Rgb, c: 0 | 1 | 2) => Math.min(255, Math.round((colour[c] * 255) / paper[c]));
  return (colour) => [channel(colour, 0), channel(colour, 1), channel(colour, 2)];
}
