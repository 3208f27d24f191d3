/**
 * From the maps of `figure_parser.onnx` to boxes, arrows, roles of text and ink (docs/figure-language.md, “The parser's
 * graphs”; `training/one/vision/decode.py` is the reference). Everything here is in pixels of the view: x right, y
 * down, (0, 0) the outer corner of the first pixel; cell (i, j) of stride s has its centre at (s · (j + ½), s · (i + ½)).
 */
import type { Box, Point, Size } from '../../../protocol/geometry';
import { suppressBoxes } from '../../engines/onnx/boxes';
import type { BoxRole, ParserConfig, StrokeKind, TextRole } from '../../engines/onnx/figure/config';
import { clamp } from './pixels';

/** Pixels of the view in a cell of most maps, and in one of `strokes`. */
export const stride = 4;
export const strokeStride = 2;

/** Channels of height × width numbers. */
export interface Maps extends Size {
  data: Float32Array;
  channels: number;
}

/** What the parser gives for a view. */
export interface ParserMaps {
  /** Pixels of the view. */
  view: Size;
  centres: Maps;
  sizes: Maps;
  textRoles: Maps;
  ends: Maps;
  otherEnd: Maps;
  strokes: Maps;
}

export interface FoundBox {
  role: BoxRole;
  box: Box;
  /** 0–1. */
  score: number;
}

export interface FoundArrow {
  tail: Point;
  head: Point;
  score: number;
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
const planeOf = ({ data, width, height }: Maps, channel: number) =>
  data.subarray(channel * width * height, (channel + 1) * width * height);
const centreOfCell = (at: number, width: number): Point => [
  stride * ((at % width) + 0.5),
  stride * (Math.floor(at / width) + 0.5),
];

/** Cells that are the largest of their neighbourhood and reach a probability. @param reach cells to each side */
function peaksOf(
  map: Float32Array,
  { width, height }: Size,
  threshold: number,
  reach: number,
): { at: number; score: number }[] {
  const peaks: { at: number; score: number }[] = [];
  const least = Math.log(threshold / (1 - threshold));
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const value = map[at] as number;
      if (value < least) continue;
      let isPeak = true;
      for (let ny = Math.max(0, y - reach); isPeak && ny <= Math.min(height - 1, y + reach); ny++)
        for (let nx = Math.max(0, x - reach); nx <= Math.min(width - 1, x + reach); nx++)
          if ((map[ny * width + nx] as number) > value) {
            isPeak = false;
            break;
          }
      if (isPeak) peaks.push({ at, score: sigmoid(value) });
    }
  return peaks;
}

/** The boxes of all roles, the best of each role first. */
export function decodeBoxes({ centres, sizes, view }: ParserMaps, config: ParserConfig): FoundBox[] {
  return config.box_roles.flatMap((role, kind) => {
    const set = 4 * (config.size_sets[kind] as number);
    const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => planeOf(sizes, set + side)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const found = peaksOf(planeOf(centres, kind), centres, config.thresholds[kind] as number, 1).map(
      ({ at, score }) => {
        const [x, y] = centreOfCell(at, centres.width);
        const box: Box = [
          clamp(x - (left[at] as number), 0, view.width),
          clamp(y - (top[at] as number), 0, view.height),
          clamp(x + (right[at] as number), 0, view.width),
          clamp(y + (bottom[at] as number), 0, view.height),
        ];
        return { kind, box, score };
      },
    );
    const real = found.filter(({ box }) => box[2] > box[0] && box[3] > box[1]);
    return suppressBoxes(real, config.nms_iou).map(({ box, score }) => ({ role, box, score }));
  });
}

/** An end of an arrow, and where it expects the other. */
interface End {
  at: Point;
  other: Point;
  score: number;
}

export function decodeArrows({ ends, otherEnd }: ParserMaps, config: ParserConfig): FoundArrow[] {
  const { width } = ends;
  const endsOf = (channel: 0 | 1): End[] => {
    // At a head the first two numbers lead to its tail; at a tail the last two lead to its head.
    const [dx, dy] = channel === 1 ? [0, 1] : [2, 3];
    return peaksOf(planeOf(ends, channel), ends, config.end_threshold, 2).map(({ at, score }) => {
      const [x, y] = centreOfCell(at, width);
      const by = (n: number) => planeOf(otherEnd, n)[at] as number;
      return { at: [x, y], other: [x + by(dx as number), y + by(dy as number)], score };
    });
  };
  const [tails, heads] = [endsOf(0), endsOf(1)];
  const pairs = heads.flatMap((head) =>
    tails.map((tail) => {
      const apart = distance(head.at, tail.at);
      const missed = (distance(head.other, tail.at) + distance(tail.other, head.at)) / 2;
      return { head, tail, cost: missed / Math.max(config.pair_floor, apart) };
    }),
  );
  const arrows = new Map<End, FoundArrow>();
  for (const { head, tail, cost } of pairs.sort((a, b) => a.cost - b.cost)) {
    if (cost > config.pair_cost) break;
    if (!arrows.has(head))
      arrows.set(head, { tail: tail.at, head: head.at, score: Math.min(head.score, tail.score) });
  }
  return heads.map((head) => arrows.get(head) ?? { tail: head.other, head: head.at, score: head.score });
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** The likeliest role of the text in a box, and the softmax of the mean log-probabilities of its cells. */
export function textRoleIn(
  { textRoles }: Pick<ParserMaps, 'textRoles'>,
  config: ParserConfig,
  [x1, y1, x2, y2]: Box,
): { role: TextRole; score: number } {
  const { width, height, channels, data } = textRoles;
  // Cells whose centres lie in the box; the nearest one where none does.
  const range = (from: number, to: number, length: number): [number, number] => {
    const [first, last] = [Math.ceil(from / stride - 0.5), Math.ceil(to / stride - 0.5) - 1];
    if (last >= first) return [clamp(first, 0, length - 1), clamp(last, 0, length - 1)];
    const nearest = clamp(Math.floor((from + to) / 2 / stride), 0, length - 1);
    return [nearest, nearest];
  };
  const [left, right] = range(x1, x2, width);
  const [top, bottom] = range(y1, y2, height);
  const plane = width * height;
  const means = new Float64Array(channels);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const at = y * width + x;
      const rest = logSumExp(channels, (c) => data[c * plane + at] as number);
      for (let c = 0; c < channels; c++) (means[c] as number) += (data[c * plane + at] as number) - rest;
    }
  const count = (bottom - top + 1) * (right - left + 1);
  let best = 0;
  for (let c = 0; c < channels; c++) if ((means[c] as number) > (means[best] as number)) best = c;
  const rest = logSumExp(channels, (c) => (means[c] as number) / count);
  return {
    role: config.text_roles[best] as TextRole,
    score: Math.exp((means[best] as number) / count - rest),
  };
}

function logSumExp(count: number, value: (index: number) => number): number {
  let greatest = -Infinity;
  for (let i = 0; i < count; i++) greatest = Math.max(greatest, value(i));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(value(i) - greatest);
  return greatest + Math.log(sum);
}

/** Where ink of a kind is drawn: 1 for each cell of `strokeStride` pixels with a probability of one half or more. */
export function inkOf(
  { strokes }: Pick<ParserMaps, 'strokes'>,
  config: ParserConfig,
  kind: StrokeKind,
): Size & { data: Uint8Array } {
  const { width, height } = strokes;
  const channel = config.strokes.indexOf(kind);
  const data = new Uint8Array(width * height);
  if (channel >= 0) planeOf(strokes, channel).forEach((logit, at) => (data[at] = logit >= 0 ? 1 : 0));
  return { width, height, data };
}
