/** A figure as a program sees it: its labels, what is written where, and the closed shapes around labels. */
import { LRUCache } from 'lru-cache';
import type { Box, Geometry, PackRef } from '../../../protocol/geometry';
import type { AskedRegion, ResultRegion } from '../../../protocol/inference';
import type { HandlerContext } from '../../../protocol/rpc';
import { unionBox } from '../../../protocol/raster';
import { throwIfCancelled } from '../cancel';
import { cut, pointAt, wordsOf } from '../ground/cut';
import { withoutRepeats } from '../ground/ground';
import { groupBlocks, inReadingOrder, passagesOf, type Passage } from '../ground/lines';
import { matchPhrase, nearestTexts, occurrencesOf, type TextMatch } from '../ground/match';
import { outlineOfLabel, shapeOfLabel, type LabelShape } from '../ground/shapes';
import type { TextLine } from '../ground/textReader';
import type { Picture } from '../picture';
import type { PictureWindow } from '../pictureWindow';
import type { RuntimeServices } from '../services';
import type { Stopwatch } from '../stopwatch';
import { boxOfGeometry } from '../../../regions/geometry';
import { containsOf, inBox, type Contains } from './geometry';

/** Something that a question or an answer is about. */
export interface Place {
  box: Box;
  /** What is written there; absent for a region that was asked about. */
  text?: string;
  /** Whole lines that make it up, for its shape. */
  lines?: readonly TextLine[];
  /** The region that the user asked about. */
  asked?: AskedRegion;
  geometry?: Geometry;
  contains?: Contains;
  /** The shape that it is known to be. */
  shape?: LabelShape;
}

/** A label: lines that stand together. */
export interface Label extends Place {
  text: string;
  lines: readonly TextLine[];
}

/** What a phrase is in the figure. */
export interface PhraseMatches {
  kind: TextMatch<unknown>['kind'];
  places: Label[];
}

/** Share of a line's characters that must lie in a region for all of the line to be in it, and of a word's. */
const wholeLine = 0.85;
const wholeWord = 0.5;
/** A point means the line that is at most so many of its heights away. */
const pointReach = 0.2;
const keptFigures = 16;

/** Shapes by what was looked for; null for one that is not there. */
interface KnownShapes {
  outlines: Map<string, { shape: LabelShape; named: boolean } | null>;
  shapes: Map<string, LabelShape | null>;
}

/** The shapes that were found, by picture. */
const knownShapes = new WeakMap<RuntimeServices, LRUCache<string, KnownShapes>>();

export class Figure {
  /** Labels in reading order. */
  readonly labels: readonly Label[];
  private readonly passages: readonly Passage<TextLine>[];
  private readonly known: KnownShapes;
  /** Packs that helped to find shapes. */
  readonly helpers: PackRef[] = [];
  /** All places are in pixels of this: the picture, or of a large one the part that was read. */
  readonly picture: Picture;

  constructor(
    private readonly window: PictureWindow,
    readonly lines: readonly TextLine[],
    private readonly services: RuntimeServices,
    private readonly context: HandlerContext,
    private readonly stopwatch: Stopwatch,
  ) {
    const { picture } = window;
    this.picture = picture;
    const blocks = groupBlocks(lines);
    this.labels = inReadingOrder(blocks.map((block) => labelOf(block.flat())));
    this.passages = passagesOf(blocks);
    const kept = knownShapes.get(services) ?? new LRUCache({ max: keptFigures });
    knownShapes.set(services, kept);
    this.known = kept.get(picture.contentHash) ?? { outlines: new Map(), shapes: new Map() };
    kept.set(picture.contentHash, this.known);
  }

  /** Where a phrase is written, in reading order. */
  find(phrase: string): PhraseMatches | undefined {
    const matches = withoutRepeats(matchPhrase(phrase, this.passages));
    const [best] = matches;
    return best && { kind: best.kind, places: this.placesOf(matches) };
  }

  /** Where a phrase is written, alone or within longer text; never what is only alike. */
  occurrences(phrase: string): { alone: Label[]; within: Label[] } {
    const matches = withoutRepeats(occurrencesOf(phrase, this.passages));
    const of = (kind: 'same' | 'contained') => this.placesOf(matches.filter((match) => match.kind === kind));
    return { alone: of('same'), within: of('contained') };
  }

  /** Texts that look like a phrase. */
  nearest(phrase: string, count: number): string[] {
    return nearestTexts(
      phrase,
      [...this.labels, ...this.lines].map(({ text }) => text),
      count,
    );
  }

  /** A region of the user's. */
  region(asked: AskedRegion): Place {
    const geometry = this.window.geometryInto(asked.geometry);
    return { box: boxOfGeometry(geometry), asked, geometry, contains: containsOf(geometry) };
  }

  /** A region of an earlier answer. */
  answered({ label, box, mask }: ResultRegion): Place {
    const inside = this.window.boxInto(box);
    return {
      box: inside,
      ...(label !== undefined && { text: label }),
      ...(mask && { shape: { box: inside, mask: this.window.maskInto(mask) } }),
    };
  }

  /** A place that the user gave by coordinates. */
  boxIn(box: Box): Place {
    const inside = this.window.boxInto(box);
    return { box: inside, contains: (point) => inBox(inside, point) };
  }

  /** A box in whole pixels of the whole picture, as Ferret writes it. */
  boxText(box: Box): string {
    const [x1, y1, x2, y2] = this.window.boxOut(box);
    return `[${[Math.floor(x1), Math.floor(y1), Math.ceil(x2), Math.ceil(y2)].join(', ')}]`;
  }

  /** What is written in a place, as labels: whole lines, and of lines that are only partly in it, the words. */
  textIn(place: Place): Label[] {
    const { geometry } = place;
    if (geometry?.type === 'point') return this.textAt(geometry.point);
    const contains = place.contains ?? ((point) => inBox(place.box, point));
    const parts = this.lines.flatMap((line) => partsIn(line, contains));
    return inReadingOrder(groupBlocks(parts).map((block) => labelOf(block.flat())));
  }

  /** The label at a point: the one whose line is there, or all in the smallest outline around the point. */
  private textAt(point: readonly [number, number]): Label[] {
    const at = this.labels.find(({ lines }) =>
      lines.some(({ box: [x1, y1, x2, y2] }) => {
        const reach = pointReach * Math.min(x2 - x1, y2 - y1);
        return inBox([x1 - reach, y1 - reach, x2 + reach, y2 + reach], [...point]);
      }),
    );
    if (at) return [at];
    const around = this.labels
      .flatMap((label) => this.enclosure(label) ?? [])
      .filter(({ box }) => inBox(box, [...point]))
      .sort((a, b) => areaOf(a.box) - areaOf(b.box))[0];
    return around
      ? this.textIn({ box: around.box, contains: containsOf({ type: 'mask', mask: around.mask }) })
      : [];
  }

  /** The closed outline around a label, whether the label names it or not. */
  enclosure(place: Place): LabelShape | undefined {
    return this.outlineOf(place)?.shape;
  }

  /** The closed outline that a label names, if any. */
  outline(place: Place): LabelShape | undefined {
    const found = this.outlineOf(place);
    return found?.named ? found.shape : undefined;
  }

  private outlineOf({ lines = [] }: Place): { shape: LabelShape; named: boolean } | undefined {
    if (!lines.length) return undefined;
    const { outlines } = this.known;
    const key = keyOf(lines);
    let found = outlines.get(key);
    if (found === undefined) {
      found = outlineOfLabel(this.picture, lines, this.lines) ?? null;
      outlines.set(key, found);
    }
    return found ?? undefined;
  }

  /** The outline that a label names, and where there is none what the segmenter is sure of. @throws GroundnoteError cancelled */
  async shape({ lines = [] }: Place): Promise<LabelShape | undefined> {
    await throwIfCancelled(this.context.signal);
    if (!lines.length) return undefined;
    const { shapes } = this.known;
    const key = keyOf(lines);
    let found = shapes.get(key);
    if (found === undefined) {
      const { services, picture, context, stopwatch } = this;
      found = (await shapeOfLabel(services, picture, lines, this.lines, context, stopwatch)) ?? null;
      shapes.set(key, found);
    }
    const { pack } = found ?? {};
    if (pack && !this.helpers.some(({ id }) => id === pack.id)) this.helpers.push(pack);
    return found ?? undefined;
  }

  /** All closed outlines that hold text, each with its first label. @throws GroundnoteError cancelled */
  async outlines(labels: readonly Label[] = this.labels): Promise<{ shape: LabelShape; label: Label }[]> {
    const found: { shape: LabelShape; label: Label }[] = [];
    for (const [i, label] of labels.entries()) {
      await throwIfCancelled(this.context.signal);
      this.context.progress({ phase: 'Finding the shapes', fraction: i / labels.length });
      const shape = this.enclosure(label);
      if (shape && !found.some((each) => sameBox(each.shape.box, shape.box))) found.push({ shape, label });
    }
    return found;
  }

  private placesOf(matches: readonly TextMatch<Passage<TextLine>>[]): Label[] {
    return inReadingOrder(matches.map(({ item }) => labelOf(item.lines)));
  }
}

const keyOf = (lines: readonly TextLine[]) => unionBox(lines.map(({ box }) => box)).join(' ');
const areaOf = ([x1, y1, x2, y2]: Box) => (x2 - x1) * (y2 - y1);
/** Whether two boxes are those of one outline. */
export const sameBox = (a: Box, b: Box) => a.every((value, i) => Math.abs(value - (b[i] as number)) <= 4);

function labelOf(lines: readonly TextLine[]): Label {
  return { text: lines.map(({ text }) => text).join(' '), box: unionBox(lines.map(({ box }) => box)), lines };
}

/** The part of a line that lies in a region: the whole line, some of its words, or nothing. */
function partsIn(line: TextLine, contains: Contains): TextLine[] {
  const reach = 0.75 * (line.turn === 0 ? line.box[3] - line.box[1] : line.box[2] - line.box[0]);
  const inside = line.at.map((share) => contains(pointAt(line, share), reach));
  const visible = [...inside.keys()].filter((i) => line.text[i] !== ' ');
  const count = visible.filter((i) => inside[i]).length;
  if (!count) return [];
  if (count >= wholeLine * visible.length) return [line];
  const parts: TextLine[] = [];
  let run: [number, number] | undefined;
  const finish = () => {
    if (run) parts.push(cut(line, run));
    run = undefined;
  };
  for (const [from, to] of wordsOf(line.text)) {
    const share = inside.slice(from, to).filter(Boolean).length / (to - from);
    if (share >= wholeWord) run = [run?.[0] ?? from, to];
    else finish();
  }
  finish();
  return parts;
}
