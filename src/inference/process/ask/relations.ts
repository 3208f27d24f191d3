/** What is written beside a place, at a side of the picture, and between two places. */
import type { Box } from '../../../protocol/geometry';
import type { Place } from './figure';
import { beyond, betweenBoxes, centreOf, inBox, thirdOf } from './geometry';
import type { Direction } from './grammar';
import { sharesLines } from './reading';
import type { Found, Referents } from './referents';
import { type Focus, type Teller } from './teller';

type Side = Exclude<Direction, 'inside'>;

/** What stands beside a place, nearest first; labels in the place, or around it, are not beside it. */
export function beside(
  teller: Teller,
  referents: Referents,
  found: Found,
  side: Side,
  index: number | undefined,
): Focus {
  const place = referents.oneOf(found, index);
  const { figure } = teller;
  const shape = place.shape ?? figure.outline(place);
  const from = shape?.box ?? place.box;
  const there = figure.labels.flatMap((label) => {
    if (sharesLines(label, place) || inBox(from, centreOf(label.box))) return [];
    const lies = beyond(label.box, from, side);
    return lies ? [{ label, ...lies }] : [];
  });
  const facing = there.filter((each) => each.facing);
  const shown = (facing.length ? facing : there).sort((a, b) => a.gap - b.gap).map(({ label }) => label);
  teller.explainShape(shape ? { ...place, shape } : place);
  teller.step('stepCompared', {
    labels: figure.labels.length,
    box: figure.boxText(from),
    count: there.length,
    facing: facing.length,
  });
  const words = teller.words.sides[side];
  const Side = words.charAt(0).toUpperCase() + words.slice(1);
  const values = { side: words, Side, x: teller.named(place), list: teller.listOf(shown) };
  if (!shown.length) teller.say('nothingBeside', values);
  else if (!facing.length) teller.say('askew', values);
  else teller.say(shown.length > 1 ? 'besideMany' : 'beside', values);
  return { subjects: found.places, index: index ?? 0, answers: shown };
}

/** What stands at a side of the picture, in its third. */
export function inThird(teller: Teller, direction: Side): Focus {
  const [axis, value] = ({ left: [0, -1], right: [0, 1], above: [1, -1], below: [1, 1] } as const)[direction];
  const { labels: all, picture } = teller.figure;
  const labels = all.filter((label) => thirdOf(label.box, picture)[axis] === value);
  const side = teller.words.thirds[direction];
  if (labels.length) teller.say('inThird', { side, list: teller.listOf(labels) });
  else teller.say('nothingInThird', { side });
  return { subjects: [], answers: labels };
}

/** What stands between two places; of labels that occur several times, between those that lie nearest to each other. */
export function between(teller: Teller, first: Found, second: Found): Focus {
  const { figure } = teller;
  const boxOf = (place: Place): Box => place.shape?.box ?? figure.outline(place)?.box ?? place.box;
  const apart = ([x, y]: readonly [Place, Place]) => {
    const [[ax, ay], [bx, by]] = [centreOf(boxOf(x)), centreOf(boxOf(y))];
    return sharesLines(x, y) ? Infinity : Math.hypot(ax - bx, ay - by);
  };
  const [x, y] = first.places
    .flatMap((a) => second.places.map((b) => [a, b] as const))
    .reduce((best, pair) => (apart(pair) < apart(best) ? pair : best));
  const values = { x: teller.named(x), y: teller.named(y) };
  const subjects = [x, y];
  const space = sharesLines(x, y) ? undefined : betweenBoxes(boxOf(x), boxOf(y));
  if (!space) {
    teller.say('noBetween', values);
    return { subjects, answers: [], refused: true };
  }
  const labels = figure.labels.filter(
    (label) => inBox(space, centreOf(label.box)) && !sharesLines(label, x) && !sharesLines(label, y),
  );
  teller.step('stepBetween', {
    ...values,
    box: figure.boxText(space),
    labels: figure.labels.length,
    count: labels.length,
  });
  if (labels.length) teller.say('between', { ...values, list: teller.listOf(labels) });
  else teller.say('nothingBetween', values);
  return { subjects, answers: labels };
}
