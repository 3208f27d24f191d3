/** What is drawn in plots: bars, curves and markers with the legend entries that they belong to, and the values of bars. */
import type { Box } from '../../../protocol/geometry';
import { boxIou } from '../../engines/onnx/boxes';
import { centreOf, inBox } from '../ask/geometry';
import type { Picture } from '../picture';
import { scaleOf, type Scale } from './axes';
import { areUpright, barsOf, giveValues } from './bars';
import { gapBetween } from './owners';
import type { Detections } from './parserGraph';
import type { Part } from './parts';
import { areaOf, fillColour, shareInside } from './pixels';
import { boxOfPatch, labDistance, seriesIn, type Series } from './series';

/** A bar has the colour of an entry when they are so near in Lab. */
const sameColour = 22;
/** A bar found by its colour is the one that the network sees when their IoU is at least this. */
const sameBar = 0.4;
/** Bars that only their colour tells cover at least this share of the plot. */
const leastBar = 0.0006;

/**
 * @param plot with its bars among the parts
 * @param texts boxes of all texts
 * @returns parts to be added: curves, markers, and bars that the network has not seen
 */
export function plotParts(
  picture: Picture,
  plot: Part,
  parts: readonly Part[],
  texts: readonly Box[],
  strokes: Detections['strokes'],
): Part[] {
  const inPlot = ({ box }: Part) => shareInside(box, plot.box) > 0.6;
  if (parts.some((part) => part.role === 'heatmap' && inPlot(part))) return [];
  const entries = entriesOf(plot, parts).filter(({ colour }) => colour);
  const colours = entries.flatMap(({ colour }) => (colour ? [colour] : []));
  const bars = parts.filter((part) => part.role === 'bar' && inPlot(part));
  const legends = parts.filter(({ role }) => role === 'legend').map(({ box }) => box);
  const entryBoxes = entries.map(({ box }) => box);
  const series = seriesIn(picture, plot.box, colours, strokes, [...legends, ...entryBoxes, ...texts]);
  for (const bar of bars) {
    const colour = fillColour(picture, inset(bar.box), texts);
    if (colour) bar.colour = colour;
    const owner = nearestEntry(bar, entries);
    if (owner) bar.owner = owner;
  }
  const added = series.flatMap((each): Part[] => {
    const owner = each.entry === undefined ? undefined : entries[each.entry];
    if (each.kind === 'bar') return owner ? newBars(each, owner, bars, plot) : [];
    return [
      {
        role: each.kind,
        box: boxOfPatch(each.patch),
        patch: each.patch,
        colour: each.colour,
        score: 0.8,
        ...(owner && { owner }),
      },
    ];
  });
  const curves = added.filter(({ role }) => role !== 'bar');
  // Without a bar that the network sees, filled areas in a plot with curves are shades of these.
  const wanted = bars.length || !curves.length ? added : curves;
  valuesOf(plot, [...bars, ...wanted.filter(({ role }) => role === 'bar')], parts);
  return wanted;
}

/** Without a frame in another colour. */
const inset = ([x1, y1, x2, y2]: Box): Box => {
  const [dx, dy] = [0.15 * (x2 - x1), 0.1 * (y2 - y1)];
  return [x1 + dx, y1 + dy, x2 - dx, y2 - dy];
};

/** The entries of a plot's legend: of the legend nearest to it that is not nearer to another plot; a figure's only legend serves all its plots. */
function entriesOf(plot: Part, parts: readonly Part[]): Part[] {
  const plots = parts.filter(({ role }) => role === 'plot');
  const entries = parts.filter(({ role }) => role === 'legend_entry');
  const own = entries.filter((entry) => {
    const legend = parts.find(({ role, box }) => role === 'legend' && inBox(box, centreOf(entry.box)));
    const from = (legend ?? entry).box;
    return plots.every((other) => gapBetween(from, plot.box) <= gapBetween(from, other.box));
  });
  if (own.length) return own;
  const legends = parts.filter(({ role }) => role === 'legend');
  const isShared =
    legends.length === 1 && !plots.some(({ box }) => shareInside((legends[0] as Part).box, box) > 0.5);
  return isShared ? entries : [];
}

function nearestEntry({ colour }: Part, entries: readonly Part[]): Part | undefined {
  let best: { entry: Part; away: number } | undefined;
  for (const entry of entries) {
    if (!colour || !entry.colour) continue;
    const away = labDistance(colour, entry.colour);
    if (away <= sameColour && (!best || away < best.away)) best = { entry, away };
  }
  return best?.entry;
}

/** Bars by their colour: those of the network get exact boxes and their entry; the rest are new. */
function newBars({ patch, colour }: Series, owner: Part, bars: readonly Part[], plot: Part): Part[] {
  return barsOf(patch).flatMap((box): Part[] => {
    const overlapping = bars.filter((bar) => areaOf(bar.box) > 0 && shareInside(bar.box, box) > 0.5);
    const [same] = [...bars].sort((a, b) => boxIou(b.box, box) - boxIou(a.box, box));
    // Several bars of one colour that touch are one patch: the network tells them apart.
    if (overlapping.length > 1) return [];
    if (same && boxIou(same.box, box) >= sameBar) {
      same.box = box;
      same.owner = owner;
      same.colour = colour;
      return [];
    }
    if (overlapping.length || bars.some((bar) => boxIou(bar.box, box) > 0.1)) return [];
    if (areaOf(box) < leastBar * areaOf(plot.box)) return [];
    return [{ role: 'bar', box, colour, owner, score: 0.5 }];
  });
}

function valuesOf(plot: Part, bars: readonly Part[], parts: readonly Part[]): void {
  if (!bars.length) return;
  const scales = { x: scaleAlong(plot, 'x_axis', parts), y: scaleAlong(plot, 'y_axis', parts) };
  const upright =
    scales.x && !scales.y
      ? false
      : scales.y && !scales.x
        ? true
        : areUpright(
            bars.map(({ box }) => box),
            plot.box,
          );
  const scale = upright ? scales.y : scales.x;
  if (scale) giveValues(bars, upright, scale);
}

/** From pixels to numbers along an axis of a plot. */
function scaleAlong(plot: Part, role: 'x_axis' | 'y_axis', parts: readonly Part[]): Scale | undefined {
  const axes = parts.filter((part) => part.role === role);
  const axis = axes.sort((a, b) => gapBetween(a.box, plot.box) - gapBetween(b.box, plot.box))[0];
  const along = role === 'x_axis' ? 0 : 1;
  return scaleOf(
    parts.flatMap(({ role: each, owner, value, box }) =>
      each === 'tick' && axis && owner === axis && value !== undefined
        ? [{ at: centreOf(box)[along], value }]
        : [],
    ),
  );
}
