/** What was read, as parts: lines get their roles, pieces of one label are joined, labels go to the blocks that they name. */
import type { Box, Point } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';
import type { TextRole } from '../../engines/onnx/figure/config';
import { centreOf, inBox } from '../ask/geometry';
import { cut, pointAt, wordsOf } from '../ground/cut';
import { groupBlocks, inReadingOrder } from '../ground/lines';
import type { TextLine } from '../ground/textReader';
import type { Part } from './parts';
import { areaOf, shareInside } from './pixels';

export type RoleOfText = (box: Box) => { role: TextRole; score: number };

/** A line with what it is. */
export interface KnownLine {
  line: TextLine;
  role: TextRole;
  score: number;
}

/** Roles that hold labels, and are not labels' own. */
const labelled = ['block', 'group', 'image'] as const;
/** Text that is none for sure is left out. */
const noTextScore = 0.7;

/** Chinese characters stand without a space between them. */
export function joinTexts(texts: readonly string[]): string {
  const isHan = (char: string | undefined) => char !== undefined && /\p{Script=Han}/u.test(char);
  return texts
    .reduce(
      (text, next) =>
        text === '' || (isHan([...text].at(-1)) && isHan([...next][0])) ? text + next : `${text} ${next}`,
      '',
    )
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Lines with their roles. A line that goes over the borders of several blocks is cut at them, ticks that were read as
 * one line are cut into numbers.
 */
export function knownLines(
  lines: readonly TextLine[],
  roleOf: RoleOfText,
  boxes: readonly Pick<Part, 'role' | 'box'>[],
): KnownLine[] {
  const blocks = boxes.filter(({ role }) => role === 'block').map(({ box }) => box);
  return lines
    .flatMap((line) => cutAtBoxes(line, blocks))
    .flatMap((line) => {
      const known = { line, ...roleOf(line.box) };
      return known.role === 'tick' ? cutTicks(line).map((each) => ({ ...known, line: each })) : [known];
    })
    .filter(({ role, score, line }) => line.text.trim() !== '' && (role !== 'none' || score < noTextScore));
}

/** The smallest of some boxes that a point lies in. */
const boxAt = (boxes: readonly Box[], point: Point) =>
  boxes.filter((box) => inBox(box, point)).sort((a, b) => areaOf(a) - areaOf(b))[0];

function cutAtBoxes(line: TextLine, boxes: readonly Box[]): TextLine[] {
  const touched = boxes.filter((box) => {
    const share = shareInside(line.box, box);
    return share > 0.1 && share < 0.9;
  });
  if (touched.length < 2) return [line];
  const runs: { box: Box | undefined; from: number; to: number }[] = [];
  for (const [from, to] of wordsOf(line.text)) {
    const at = line.at.slice(from, to);
    const middle = at.reduce((sum, share) => sum + share, 0) / at.length;
    const box = boxAt(touched, pointAt(line, middle));
    const last = runs.at(-1);
    if (last && last.box === box) last.to = to;
    else runs.push({ box, from, to });
  }
  return runs.length < 2 ? [line] : runs.map(({ from, to }) => cut(line, [from, to]));
}

/** Numbers of an axis that were read as one line. */
function cutTicks(line: TextLine): TextLine[] {
  const words = [...line.text.matchAll(/\S+/g)];
  if (words.length < 2 || !words.every(([word]) => numberOf(word) !== undefined)) return [line];
  return words.map(({ 0: word, index }) => cut(line, [index, index + word.length]));
}

/** The number that a text stands for: `1,200`, `−0.5`, `45%`, `3.2 ± 0.1`, `10k`, `1e-3`, `10^{-3}` as it is read (`10-3`). */
export function numberOf(text: string): number | undefined {
  const plain = text
    .replace(/[−–—]/g, '-')
    .replace(/\s+/g, '')
    .replace(/[（(][^）)]*[）)]$/, '')
    .replace(/[±+][\d.]+$/, '')
    .replace(/(\d),(?=\d{3}(\D|$))/g, '$1')
    .replace(/^[$€£¥~≈]/, '')
    .replace(/[*†‡↑↓]+$/, '');
  const power = /^10\^?\{?(-\d+)\}?$/.exec(plain);
  if (power) return 10 ** Number(power[1]);
  const match = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([%°x×]|[kKMmBG])?$/.exec(plain);
  if (!match) return undefined;
  const factor = { k: 1e3, K: 1e3, M: 1e6, m: 1, B: 1e9, G: 1e9 }[match[2] ?? ''] ?? 1;
  const value = Number(match[1]) * factor;
  return Number.isFinite(value) ? value : undefined;
}

/** A part made of lines: their text, and the box around them. */
export function textPart(role: Part['role'], known: readonly KnownLine[]): Part {
  const lines = known.map(({ line }) => line);
  return {
    role,
    box: unionBox(lines.map(({ box }) => box)),
    text: joinTexts(lines.map(({ text }) => text)),
    score: Math.min(...known.map(({ score, line }) => score * line.confidence)),
    lines,
  };
}

/** Lines as groups that each are one label, in reading order. */
export function groupsOf(known: readonly KnownLine[]): KnownLine[][] {
  // Numbers that stand near each other, at bars for instance, are not one text.
  const isNumber = ({ line, role }: KnownLine) => role === 'text' && numberOf(line.text) !== undefined;
  const placed = known
    .filter((each) => !isNumber(each))
    .map((each) => ({
      each,
      box: each.line.box,
      text: each.line.text,
      turn: each.line.turn,
    }));
  return [
    ...groupBlocks(placed).map((block) => block.flat().map(({ each }) => each)),
    ...known.filter(isNumber).map((each) => [each]),
  ];
}

/** Upright lines, each a text of its own; pieces of one that were read apart are joined. */
export function joinedOnRow(known: readonly KnownLine[]): KnownLine[][] {
  const groups: KnownLine[][] = [];
  for (const each of [...known].sort((a, b) => a.line.box[0] - b.line.box[0])) {
    const [x1, y1, , y2] = each.line.box;
    const isUpright = each.line.turn === 0;
    const before = groups.find((group) => {
      if (!isUpright || group[0]?.line.turn !== 0) return false;
      const [, top, right, bottom] = (group.at(-1) as KnownLine).line.box;
      const height = Math.min(bottom - top, y2 - y1);
      return Math.min(bottom, y2) - Math.max(top, y1) > 0.6 * height && Math.abs(x1 - right) < 0.5 * height;
    });
    if (before) before.push(each);
    else groups.push([each]);
  }
  return groups;
}

/**
 * Gives labels to the blocks, groups and images that they name.
 * @returns lines of the role `label` that name none of them
 */
export function giveLabels(known: readonly KnownLine[], parts: readonly Part[]): KnownLine[] {
  const holders = parts.filter(({ role }) => (labelled as readonly string[]).includes(role));
  const held = new Map<Part, KnownLine[]>();
  const rest: KnownLine[] = [];
  for (const each of known) {
    const centre = centreOf(each.line.box);
    const around = holders
      .filter(({ box }) => inBox(box, centre) && shareInside(each.line.box, box) >= 0.6)
      .sort((a, b) => areaOf(a.box) - areaOf(b.box))[0];
    if (around) held.set(around, [...(held.get(around) ?? []), each]);
    else rest.push(each);
  }
  for (const [holder, lines] of held) {
    // All lines of a block are its label; of a frame around blocks it is those that stand together, the highest first.
    const groups = holder.role === 'block' ? [lines] : groupsOf(lines);
    const [first, ...others] = [...groups].sort((a, b) => topOf(a) - topOf(b));
    if (first) nameBy(holder, first);
    rest.push(...others.flat());
  }
  return rest;
}

const topOf = (group: readonly KnownLine[]) => Math.min(...group.map(({ line }) => line.box[1]));

function nameBy(part: Part, known: readonly KnownLine[]): void {
  const lines = inReadingOrder(known.map(({ line }) => line));
  part.lines = lines;
  part.text = joinTexts(lines.map(({ text }) => text));
}
