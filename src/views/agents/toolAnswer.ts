/** Results of tasks as compact JSON for a model, and as regions to draw. Without VS Code. */
import { paletteColor } from '../../protocol/colors';
import type { FigureReading } from '../../protocol/figure';
import type { PackRef } from '../../protocol/geometry';
import type { GroundedText, OverlayPictureRegion, ResultRegion, TaskResult } from '../../protocol/inference';
import { rleArea } from '../../protocol/rle';

/** What was kept of the regions, or why not. */
export type Saved =
  | {
      file: string;
      ids: string[];
      state: 'saved' | 'in the open side panel, not saved yet; the user can undo it';
    }
  | { problem: string };

/** What a model is told of a picture and its regions. */
export interface Answer {
  image: { path: string; width: number; height: number };
  packs: PackRef[];
  regions: ResultRegion[];
  text?: GroundedText;
  refused?: boolean;
  /** What went otherwise than asked. */
  notes?: string[];
  saved?: Saved;
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/** A region in numbers: `area` in pixels and `share` of the picture where there is a mask, else the box is all there is. */
function regionInNumbers({ id, label, score, box, mask }: ResultRegion, { width, height }: Answer['image']) {
  const area = mask && rleArea(mask);
  return {
    id,
    ...(label !== undefined && { label }),
    ...(score !== undefined && { score: rounded(score, 3) }),
    box: box.map(Math.round),
    ...(area !== undefined ? { area, share: rounded(area / (width * height), 4) } : { outline: 'box only' }),
  };
}

/** @param count how many regions to tell of; the rest is counted */
export function answerText(answer: Answer, count = answer.regions.length): string {
  const { image, packs, regions, text, refused, notes = [], saved } = answer;
  const mentions = (text?.spans ?? []).flatMap(({ start, end, regions: ids }) =>
    ids.some((id) => regions.some((region) => region.id === id))
      ? [{ words: text?.text.slice(start, end), regions: ids }]
      : [],
  );
  return JSON.stringify({
    ...(text?.text && { answer: text.text }),
    ...(refused && { refused }),
    ...(mentions.length && { mentions }),
    regions: regions.slice(0, count).map((region) => regionInNumbers(region, image)),
    ...(count < regions.length && { regions_left_out: regions.length - count }),
    ...(notes.length && { notes }),
    ...(saved && { saved }),
    image,
    by: packs.map(({ id, version }) => `${id} ${version}`),
  });
}

/** @param count how many labels to tell of, in reading order; the rest is counted. Of the parts as large a share is told. */
export function readingText(
  { labels, shapes, parts, pack, packs, partial }: FigureReading,
  image: Answer['image'],
  count = labels.length,
): string {
  const told = labels.slice(0, count);
  const used = new Set(told.map(({ shape }) => shape));
  const partCount = parts && Math.ceil(parts.length * (labels.length ? count / labels.length : 1));
  return JSON.stringify({
    labels: told,
    ...(count < labels.length && { labels_left_out: labels.length - count }),
    shapes: count < labels.length ? shapes.filter(({ id }) => used.has(id)) : shapes,
    ...(parts && { parts: parts.slice(0, partCount) }),
    ...(parts && partCount !== parts.length && { parts_left_out: parts.length - (partCount ?? 0) }),
    notes: [
      ...(labels.length ? [] : ['No text was found in this picture.']),
      ...(partial
        ? [
            'The picture is very large: only a reduced copy or the part asked for was read. Ask for a smaller part to read small text.',
          ]
        : []),
    ],
    image,
    by: (packs ?? [pack]).map((each) => `${each.id} ${each.version}`),
  });
}

export const groundedText = ({ text, spans = [] }: TaskResult): GroundedText | undefined =>
  text === undefined ? undefined : { text, spans };

/** The packs that answered, each once. */
export function packsOfAll(results: readonly TaskResult[]): PackRef[] {
  const all = results.flatMap(({ pack, packs }) => packs ?? [pack]);
  return all.filter(
    (ref, i) => all.findIndex(({ id, version }) => id === ref.id && version === ref.version) === i,
  );
}

/** Regions to draw, each with its id in front of its label. */
export const drawnRegions = (regions: readonly ResultRegion[]): OverlayPictureRegion[] =>
  regions.map(({ id, label, box, mask }, index) => ({
    label: label === undefined ? id : `${id} ${label}`,
    color: paletteColor(index),
    geometry: mask ? { type: 'mask', mask } : { type: 'box', box },
  }));

/** A reading to draw: the labels and shapes with their ids. */
export const drawnReading = ({ labels, shapes }: FigureReading): OverlayPictureRegion[] => [
  ...shapes.map(({ id, box }): OverlayPictureRegion => ({
    label: id,
    color: paletteColor(1),
    geometry: { type: 'box', box },
  })),
  ...labels.map(({ id, box }): OverlayPictureRegion => ({
    label: id,
    color: paletteColor(0),
    geometry: { type: 'box', box },
  })),
];
