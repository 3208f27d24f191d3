/** Parts of a line of text: where its characters are, and the line that some of them make. */
import type { Box, Point } from '../../../protocol/geometry';
import type { Turn } from './lines';
import type { TextLine } from './textReader';

/** Places of the words of a text; a character of Chinese is one by itself. */
export const wordsOf = (text: string): [number, number][] =>
  [...text.matchAll(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu)].map(({ index, 0: word }) => [
    index,
    index + word.length,
  ]);

/** Where along a line, in pixels of the picture: text that is turned by 90° goes upwards, by 270° downwards. */
export function pointAt({ box: [x1, y1, x2, y2], turn }: { box: Box; turn: Turn }, share: number): Point {
  if (turn === 90) return [(x1 + x2) / 2, y2 - share * (y2 - y1)];
  if (turn === 270) return [(x1 + x2) / 2, y1 + share * (y2 - y1)];
  return [x1 + share * (x2 - x1), (y1 + y2) / 2];
}

/** The characters from..to of a line as a line of its own. */
export function cut(line: TextLine, [from, to]: [number, number]): TextLine {
  const edge = (i: number) =>
    i <= 0 ? 0 : i >= line.at.length ? 1 : ((line.at[i - 1] as number) + (line.at[i] as number)) / 2;
  const [start, end] = [edge(from), edge(to)];
  const [a, b] = [pointAt(line, start), pointAt(line, end)];
  const box: Box =
    line.turn === 0
      ? [a[0], line.box[1], b[0], line.box[3]]
      : [line.box[0], Math.min(a[1], b[1]), line.box[2], Math.max(a[1], b[1])];
  const at = line.at.slice(from, to).map((share) => (share - start) / (end - start || 1));
  return { ...line, text: line.text.slice(from, to), box, at };
}
