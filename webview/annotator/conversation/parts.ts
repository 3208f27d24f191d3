/** A question as it is written in the box: words, and chips that stand for regions. Pure. */
import { z } from 'zod';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Geometry } from '../../../src/protocol/geometry';
import type { GroundedText } from '../../../src/protocol/inference';
import { boxOfGeometry } from '../../../src/regions/geometry';

export const partSchema = z.union([
  z.object({ text: z.string() }),
  z.object({ region: z.string(), name: z.string() }),
]);
/** Words, or a chip: a region's id and the name that it has here. */
export type Part = z.infer<typeof partSchema>;

/** A question in the form of the protocol: a chip is a span over its name. */
export function questionOf(parts: readonly Part[]): {
  question: GroundedText;
  names: Record<string, string>;
} {
  const names: Record<string, string> = {};
  const spans: GroundedText['spans'] = [];
  let text = '';
  for (const part of parts) {
    if ('text' in part) {
      text += part.text;
      continue;
    }
    names[part.region] = part.name;
    spans.push({ start: text.length, end: text.length + part.name.length, regions: [part.region] });
    text += part.name;
  }
  const leading = text.length - text.trimStart().length;
  return {
    question: {
      text: text.trim(),
      spans: spans.map((span) => ({ ...span, start: span.start - leading, end: span.end - leading })),
    },
    names,
  };
}

/** A text cut at its spans. */
export function pieces({ text, spans }: GroundedText): { text: string; regions: string[] }[] {
  const cut: { text: string; regions: string[] }[] = [];
  let at = 0;
  for (const { start, end, regions } of spans) {
    if (start < at || end > text.length) continue;
    if (start > at) cut.push({ text: text.slice(at, start), regions: [] });
    cut.push({ text: text.slice(start, end), regions });
    at = end;
  }
  if (at < text.length) cut.push({ text: text.slice(at), regions: [] });
  return cut;
}

/** The name of each annotation: its label, numbered where several bear it, or its place in the list. */
export function namesOf(annotations: readonly Annotation[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const { label } of annotations) if (label !== undefined) count.set(label, (count.get(label) ?? 0) + 1);
  const seen = new Map<string, number>();
  return new Map(
    annotations.map(({ id, label }, i) => {
      if (label === undefined) return [id, `Region ${i + 1}`];
      const nth = (seen.get(label) ?? 0) + 1;
      seen.set(label, nth);
      return [id, (count.get(label) ?? 0) > 1 ? `${label} (${nth})` : label];
    }),
  );
}

/** `[x1, y1, x2, y2]` in whole pixels of the picture, as Ferret writes a region. */
export function coordinatesOf(geometry: Geometry): string {
  const [x1, y1, x2, y2] = boxOfGeometry(geometry);
  return `[${[Math.floor(x1), Math.floor(y1), Math.ceil(x2), Math.ceil(y2)].join(', ')}]`;
}
