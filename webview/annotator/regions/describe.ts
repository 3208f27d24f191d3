/** What the list says of a region. Pure. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Prompt, Size } from '../../../src/protocol/geometry';
import { areaOfGeometry, boxOfGeometry, hasArea } from '../../../src/regions/geometry';

const areas = new WeakMap<Annotation['geometry'], number>();

/** In pixels of the picture; 0 for points and strokes. Counted once for each geometry. */
export function areaOf({ geometry }: Annotation, size: Size): number {
  let area = areas.get(geometry);
  if (area === undefined) areas.set(geometry, (area = areaOfGeometry(geometry, size)));
  return area;
}

/** `12,345 px`, or nothing for what has no area. */
export function areaText(annotation: Annotation, size: Size): string {
  return hasArea(annotation.geometry) ? `${areaOf(annotation, size).toLocaleString('en-US')} px` : '';
}

/** All that is known, in lines, for the tooltip of a row. */
export function describeRegion(annotation: Annotation, name: string, size: Size): string {
  const { geometry, score, provenance, group, locked, hidden } = annotation;
  const [x1, y1, x2, y2] = boxOfGeometry(geometry).map(Math.round) as [number, number, number, number];
  const place =
    geometry.type === 'point' ? `at (${x1}, ${y1})` : `${x2 - x1} × ${y2 - y1} px at (${x1}, ${y1})`;
  const area = areaText(annotation, size);
  const states = [group !== undefined && `group ${group}`, locked && 'locked', hidden && 'hidden'].filter(
    Boolean,
  );
  return [
    `${name}: ${geometry.type}, ${place}${area && `, area ${area}`}`,
    score !== undefined && `Score ${score.toFixed(2)}`,
    provenance.by === 'user'
      ? 'Made by the user'
      : `Made by ${provenance.packs.map(({ id, version }) => `${id} ${version}`).join(' and ')}${promptsText(provenance.prompts)}`,
    states.length > 0 && sentence(states.join(', ')),
  ]
    .filter(Boolean)
    .join('\n');
}

function promptsText(prompts: readonly Prompt[]): string {
  const counts = new Map<string, number>();
  for (const prompt of prompts) {
    const what = prompt.type === 'text' ? `“${prompt.text}”` : kindOfPrompt(prompt);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const words = [...counts].map(([what, count]) =>
    what.startsWith('“') ? what : `${count} ${what}${count === 1 ? '' : 's'}`,
  );
  return words.length ? ` from ${words.join(', ')}` : '';
}

function kindOfPrompt(prompt: Exclude<Prompt, { type: 'text' }>): string {
  return 'label' in prompt && prompt.label === 0 ? `negative ${prompt.type}` : prompt.type;
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
