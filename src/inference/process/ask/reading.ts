/** What is written: in the picture, in a region, inside the shape that a label names. */
import type { Place } from './figure';
import { centreOf, containsOf, inBox } from './geometry';
import type { Referent } from './grammar';
import type { Found, Referents } from './referents';
import { shapeKind } from './shapeKind';
import { noFocus, type Focus, type Teller } from './teller';

/** All the text of the picture. */
export function list(teller: Teller): Focus {
  const { labels } = teller.figure;
  if (!labels.length) return teller.refuseWithoutText();
  teller.say(labels.length === 1 ? 'oneText' : 'allText', {
    count: labels.length,
    list: teller.listOf(labels),
  });
  return { subjects: [], answers: labels };
}

/** What is written in regions, or in the shape that a label names. @throws GroundnoteError cancelled */
export async function read(
  teller: Teller,
  referents: Referents,
  what: Referent,
  index: number | undefined,
): Promise<Focus> {
  const found = referents.resolve(what);
  if (!found) return { ...noFocus, refused: true };
  const all = what.kind === 'regions' || what.kind === 'box';
  const places = all ? found.places : [referents.oneOf(found, index)];
  const answers: Place[] = [];
  for (const [i, place] of places.entries()) {
    if (i > 0) teller.say('space');
    const labels = await labelsIn(teller, place);
    teller.step('stepInRegion', {
      x: teller.named(place),
      box: teller.figure.boxText(place.box),
      count: labels.length,
    });
    if (!labels.length) {
      teller.say('noText', { x: teller.named(place) });
      continue;
    }
    teller.say(labels.length > 1 ? 'saysMany' : 'says', {
      x: teller.named(place),
      list: teller.listOf(labels),
    });
    sayAround(teller, labels);
    answers.push(...labels);
  }
  const focus: Focus = { subjects: found.places, answers, ...(!all && { index: index ?? 0 }) };
  if (answers.length) return focus;
  teller.say('needsModel');
  return { ...focus, refused: true };
}

/** What else is written inside the shape that a label names. @throws GroundnoteError cancelled */
export async function inside(
  teller: Teller,
  referents: Referents,
  found: Found,
  index: number | undefined,
): Promise<Focus> {
  const place = referents.oneOf(found, index);
  const focus = { subjects: found.places, index: index ?? 0 };
  const shape = place.lines && (place.shape ?? (await teller.figure.shape(place)));
  teller.explainShape(shape ? { ...place, shape } : place);
  if (!shape && !place.contains) {
    teller.say('noInside', { x: teller.named(place) });
    return { ...focus, answers: [], refused: true };
  }
  const labels = (await labelsIn(teller, place)).filter((label) => !sharesLines(label, place));
  teller.step('stepInRegion', {
    x: teller.named(place),
    box: teller.figure.boxText(shape?.box ?? place.box),
    count: labels.length,
  });
  if (labels.length) teller.say('inside', { x: teller.named(place), list: teller.listOf(labels) });
  else teller.say('nothingInside', { x: teller.named(place) });
  return { ...focus, answers: labels };
}

/** What is written in a place; of a label that names a shape, all in the shape. @throws GroundnoteError cancelled */
export async function labelsIn({ figure }: Teller, place: Place): Promise<Place[]> {
  if (place.contains || !place.lines) return figure.textIn(place);
  const shape = place.shape ?? (await figure.shape(place));
  if (!shape) return [place];
  return figure.textIn({ box: shape.box, contains: containsOf({ type: 'mask', mask: shape.mask }) });
}

/** Whether two places have a line of text in common. */
export const sharesLines = (a: Place, b: Place): boolean =>
  (a.lines ?? []).some((line) => (b.lines ?? []).includes(line));

/** The smallest closed shape that holds all of these labels. */
function sayAround(teller: Teller, labels: readonly Place[]): void {
  const widthOf = ({ box }: { box: Place['box'] }) => box[2] - box[0];
  const shape = teller.figure.labels
    .flatMap((label) => teller.figure.enclosure(label) ?? [])
    .filter(({ box }) => labels.every((label) => inBox(box, centreOf(label.box))))
    .sort((a, b) => widthOf(a) - widthOf(b))[0];
  if (!shape) return;
  const kind = teller.words.shapes[shapeKind(shape.mask, shape.box)];
  const [label] = labels;
  const place: Place = { box: shape.box, shape, ...(labels.length === 1 && { text: label?.text }) };
  teller.step('stepShape', { x: teller.listOf(labels), shape: kind, box: teller.figure.boxText(shape.box) });
  teller.say('around', { shape: { text: kind, places: [place] } });
}
