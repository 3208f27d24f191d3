/** Which part of a large picture a task works on, and how finely. Pure. */
import type { Box, Point, Prompt, Size } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';
import { rleBox } from '../../../protocol/rle';
import { wholeOf, type Rectangle } from '../picture';
import type { Focus } from '../pictureWindow';

/** A window has at most so many pixels: many more than a segmenter takes in. */
export const maxWindowPixels = 4_000_000;
/** What is added to each side, as a share of it, so that the next prompts a little beside find the same window. */
const margin = 0.2;
/** Sides of a window are multiples of this. */
const grid = 64;
/** A window has at least so many pixels a side, where the picture has. */
const leastSide = 512;
/** A kept window serves a smaller part while it is at most so many times as large. */
const mostSpare = 4;

/** A part of a level, in its pixels. */
export interface LevelPart {
  readonly level: number;
  readonly part: Rectangle;
}

/** The part for a task. @param levels sizes, the finest first */
export function chooseWindow(levels: readonly Size[], focus: Focus): LevelPart {
  const whole = levels[0] as Size;
  const area = areaOf(whole, focus);
  const [w, h] = [(area[2] - area[0]) * margin, (area[3] - area[1]) * margin];
  const grown = atLeast([area[0] - w, area[1] - h, area[2] + w, area[3] + h], leastSide, whole);
  const level = levelFor(levels, grown);
  return { level, part: partOf(grown, whole, levels[level] as Size) };
}

/** Whether a kept window serves a task as well as its own would. */
export function serves(kept: LevelPart, levels: readonly Size[], focus: Focus): boolean {
  const whole = levels[0] as Size;
  const wanted = chooseWindow(levels, focus);
  if (wanted.level !== kept.level) return false;
  const needed = partOf(areaOf(whole, focus), whole, levels[kept.level] as Size, 1);
  const { part } = kept;
  return (
    needed.x >= part.x &&
    needed.y >= part.y &&
    needed.x + needed.width <= part.x + part.width &&
    needed.y + needed.height <= part.y + part.height &&
    part.width * part.height <= mostSpare * wanted.part.width * wanted.part.height
  );
}

/**
 * What must be seen: the view and the prompts. When a mask is refined, it speaks for the earlier prompts, and only the
 * newest and those in the view count. Without a view it is the surroundings of a box or a stroke, else everything.
 */
function areaOf(whole: Size, { prompts = [], previous, view }: Focus): Box {
  const all: Box = [0, 0, whole.width, whole.height];
  const spatial = prompts.map(boxOfPrompt).filter((box) => box !== undefined);
  const refined = previous ?? prompts.find((prompt) => prompt.type === 'mask')?.mask;
  if (view) {
    const newest = spatial.at(-1);
    const counting = refined ? (newest ? [newest] : []) : spatial;
    return inside(unionBox([view, ...counting]), whole);
  }
  const extended = prompts.some(({ type }) => type === 'box' || type === 'stroke');
  const about = [...spatial, ...(refined ? [rleBox(refined)] : [])];
  if (!about.length || (!extended && !refined)) return all;
  const [x1, y1, x2, y2] = unionBox(about);
  const reach = Math.max(x2 - x1, y2 - y1) / 2;
  return inside([x1 - reach, y1 - reach, x2 + reach, y2 + reach], whole);
}

function boxOfPrompt(prompt: Prompt): Box | undefined {
  const around = (points: readonly Point[]): Box => [
    Math.min(...points.map(([x]) => x)),
    Math.min(...points.map(([, y]) => y)),
    Math.max(...points.map(([x]) => x)) + 1,
    Math.max(...points.map(([, y]) => y)) + 1,
  ];
  switch (prompt.type) {
    case 'point':
      return around([prompt.point]);
    case 'stroke':
      return around(prompt.points);
    case 'box':
      return around([
        [prompt.box[0], prompt.box[1]],
        [prompt.box[2], prompt.box[3]],
      ]);
    default:
      return undefined;
  }
}

function inside([x1, y1, x2, y2]: Box, { width, height }: Size): Box {
  const x = (value: number) => Math.min(Math.max(value, 0), width);
  const y = (value: number) => Math.min(Math.max(value, 0), height);
  return [x(x1), y(y1), x(x2), y(y2)];
}

/** A box with sides of at least `side`, moved into the picture. */
function atLeast([x1, y1, x2, y2]: Box, side: number, { width, height }: Size): Box {
  const along = (low: number, high: number, most: number): [number, number] => {
    const length = Math.min(Math.max(high - low, side), most);
    const start = Math.min(Math.max((low + high - length) / 2, 0), most - length);
    return high - low >= side ? [Math.max(low, 0), Math.min(high, most)] : [start, start + length];
  };
  const [left, right] = along(x1, x2, width);
  const [top, bottom] = along(y1, y2, height);
  return [left, top, right, bottom];
}

/** The finest level of which a part has few enough pixels. */
function levelFor(levels: readonly Size[], [x1, y1, x2, y2]: Box): number {
  const whole = levels[0] as Size;
  const share = ((x2 - x1) * (y2 - y1)) / (whole.width * whole.height);
  const level = levels.findIndex(({ width, height }) => width * height * share <= maxWindowPixels);
  return level < 0 ? levels.length - 1 : level;
}

/** The whole pixels of a level that a box of the picture touches, out to the grid. */
function partOf([x1, y1, x2, y2]: Box, whole: Size, level: Size, step = grid): Rectangle {
  const along = (low: number, high: number, from: number, to: number) => {
    const start = Math.max(0, Math.floor((low * to) / from / step) * step);
    return { start, length: Math.min(to, Math.ceil((high * to) / from / step) * step) - start };
  };
  const across = along(x1, x2, whole.width, level.width);
  const down = along(y1, y2, whole.height, level.height);
  if (across.length <= 0 || down.length <= 0) return wholeOf(level);
  return { x: across.start, y: down.start, width: across.length, height: down.length };
}
