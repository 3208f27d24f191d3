/** The histogram of a depth map, and its values along a line. */
import { useEffect, useRef } from 'preact/hooks';
import { beginPlot, themeColor, useFrame, useSize, useTheme } from '../hooks';
import { colorIndex, colorTable, type ColorMapName } from '../colorMaps';
import { short, ticks } from '../numbers';
import type { Statistics } from './values';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How often each value comes, in the colour that it has in the map. */
export function Histogram(props: {
  statistics: Statistics;
  range: Range;
  map: ColorMapName;
  flipped: boolean;
}) {
  const { statistics, range, map, flipped } = props;
  const { bins, min, max } = statistics;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const theme = useTheme();
  const draw = useFrame(() => {
    const context = beginPlot(canvas.current, size);
    if (!context) return;
    const table = colorTable(map);
    // A root lets rare values be seen beside one that fills the map.
    const most = Math.sqrt(Math.max(...bins, 1));
    const width = size.width / bins.length;
    bins.forEach((count, i) => {
      const value = min + ((i + 0.5) / bins.length) * (max - min);
      const share = (value - range.from) / (range.to - range.from || 1);
      const at = colorIndex(flipped ? 1 - share : share);
      context.fillStyle = `rgb(${table[at]}, ${table[at + 1]}, ${table[at + 2]})`;
      const height = (Math.sqrt(count) / most) * (size.height - 16);
      context.fillRect(i * width, size.height - 14 - height, width + 0.5, height);
    });
    context.fillStyle = themeColor('#888', 'descriptionForeground');
    context.strokeStyle = themeColor('#888', 'foreground');
    context.font = `11px ${themeColor('sans-serif', 'font-family')}`;
    context.textBaseline = 'bottom';
    context.fillText(short(min), 4, size.height);
    const end = short(max);
    context.fillText(end, size.width - context.measureText(end).width - 4, size.height);
    for (const value of [range.from, range.to]) {
      const x = ((value - min) / (max - min || 1)) * size.width;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, size.height - 14);
      context.stroke();
    }
  });
  useEffect(draw, [bins, range.from, range.to, map, flipped, size.width, size.height, theme]);
  return (
    <div class="strip histogram" ref={box}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Histogram of the values, from ${short(min)} to ${short(max)}`}
      />
    </div>
  );
}

const nothing = new Float32Array(0);

/**
 * Values along a line as a curve; where nothing was measured it has a gap. Before there is a line it keeps its place, so that
 * the map does not move while one is drawn.
 */
export function Profile({ values = nothing }: { values: Float32Array | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const theme = useTheme();
  let [low, high] = [Infinity, -Infinity];
  for (const value of values)
    if (!Number.isNaN(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const draw = useFrame(() => {
    const context = beginPlot(canvas.current, size);
    if (!context) return;
    if (values.length === 0) {
      context.fillStyle = themeColor('#888', 'descriptionForeground');
      context.font = `12px ${themeColor('sans-serif', 'font-family')}`;
      context.fillText('Drag over the map to draw a line.', 10, size.height / 2);
    }
    if (!(high >= low)) return;
    const y = (value: number) => 8 + (1 - (value - low) / (high - low || 1)) * (size.height - 16);
    context.font = `11px ${themeColor('sans-serif', 'font-family')}`;
    context.textBaseline = 'middle';
    context.fillStyle = themeColor('#888', 'descriptionForeground');
    context.strokeStyle = themeColor('#8884', 'panel-border', 'contrastBorder');
    for (const value of ticks(low, high, 3)) {
      context.fillText(short(value), 4, y(value));
      context.beginPath();
      context.moveTo(48, y(value));
      context.lineTo(size.width, y(value));
      context.stroke();
    }
    context.strokeStyle = themeColor('#4af', 'textLink-foreground');
    context.lineWidth = 1.5;
    context.beginPath();
    let drawing = false;
    values.forEach((value, i) => {
      const x = 50 + (i / (values.length - 1)) * (size.width - 54);
      if (Number.isNaN(value)) drawing = false;
      else if (drawing) context.lineTo(x, y(value));
      else {
        context.moveTo(x, y(value));
        drawing = true;
      }
    });
    context.stroke();
  });
  useEffect(draw, [values, size.width, size.height, theme]);
  const words =
    values.length === 0
      ? 'drag over the map to draw one'
      : high >= low
        ? `from ${short(low)} to ${short(high)}, over ${values.length} pixels`
        : 'nothing was measured there';
  return (
    <div class="strip profile" ref={box}>
      <canvas ref={canvas} role="img" aria-label={`Values along the line: ${words}`} />
    </div>
  );
}
