/** How many: occurrences of a phrase, labels, closed shapes with text. */
import type { Label, Place } from './figure';
import type { Query, Referent } from './grammar';
import { labelsIn } from './reading';
import type { Referents } from './referents';
import { noFocus, type Focus, type Teller } from './teller';

/** How often a phrase is written, alone or within longer text. */
export function countOccurrences(teller: Teller, what: Referent): Focus {
  if (what.kind !== 'phrase') return teller.refuse('whichIt');
  const phrase = teller.quoted(what.text);
  const { alone, within } = teller.figure.occurrences(what.text);
  teller.step('stepOccurrences', { phrase, alone: alone.length, within: within.length });
  const places = [...alone, ...within];
  if (!places.length) return teller.refusePhrase(what.text);
  teller.say('written', {
    phrase,
    times: teller.words.times(places.length),
    list: teller.placedList(places),
  });
  return { subjects: places, answers: places };
}

/** How many labels, or closed shapes with text, are in the picture or in a part of it. @throws GroundnoteError cancelled */
export async function countThings(
  teller: Teller,
  referents: Referents,
  { things, within }: Extract<Query, { ask: 'countThings' }>,
): Promise<Focus> {
  const { figure } = teller;
  if (!figure.labels.length) return teller.refuseWithoutText();
  const found = within.kind === 'picture' ? undefined : referents.resolve(within);
  if (within.kind !== 'picture' && !found) return { ...noFocus, refused: true };
  const place = found && referents.oneOf(found, undefined);
  const labels = place ? await labelsIn(teller, place) : figure.labels;
  const places = things === 'labels' ? labels : await shapesAround(teller, labels as readonly Label[], place);
  const values = {
    count: places.length,
    list: teller.listOf(places),
    ...(place && { x: teller.named(place) }),
  };
  if (things === 'labels') teller.say(!places.length ? 'noLabelsIn' : place ? 'labelsIn' : 'labels', values);
  else if (!places.length) teller.say(place ? 'noBoxesIn' : 'noBoxes', values);
  else teller.say(place ? 'boxesIn' : 'boxes', values);
  return { subjects: found?.places ?? [], answers: places };
}

/** The closed shapes around labels, without the one that they are all in. */
async function shapesAround(
  teller: Teller,
  labels: readonly Label[],
  within: Place | undefined,
): Promise<Place[]> {
  const outlines = await teller.figure.outlines(labels);
  teller.step('stepOutlines', { labels: labels.length, count: outlines.length });
  const around = within && (within.shape ?? teller.figure.outline(within));
  return outlines
    .filter(({ shape }) => shape.box.join() !== around?.box.join())
    .map(({ shape, label }) => ({ box: shape.box, text: label.text, shape }));
}
