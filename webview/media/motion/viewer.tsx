/** The traces of a recording of motion. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import * as z from 'zod';
import type { ImuView } from '../../../src/protocol/media';
import { Button, Check } from '../controls';
import { beginPlot, themeColor, useFrame, useKept, useSize, useTheme } from '../hooks';
import { clock, grouped, short, ticks } from '../numbers';
import { drawCursor, drawSelection, drawTimeAxis, drawTrace } from '../timePlot';
import { timelineHelp, useTimeline } from '../timeline';
import { lanesOf, rowAt, summary } from './traces';

const left = 52;
const axisHeight = 22;

/** x, y, z, and the length: told apart by their dashes too. */
const looks: readonly { readonly color: readonly [string, string]; readonly dash: readonly number[] }[] = [
  { color: ['#d9534f', 'charts-red'], dash: [] },
  { color: ['#3fa34d', 'charts-green'], dash: [6, 2] },
  { color: ['#3b82f6', 'charts-blue'], dash: [2, 2] },
  { color: ['#888888', 'foreground'], dash: [] },
];
const colorOf = (index: number): string => {
  const [fallback, name] = (looks[index] as (typeof looks)[number]).color;
  return themeColor(fallback, name);
};

export function MotionViewer({ view }: { view: ImuView }) {
  const { time } = view;
  const duration = time[time.length - 1] as number;
  const [withLength, setWithLength] = useKept('length', z.boolean(), false);
  const lanes = useMemo(() => lanesOf(view, withLength), [view, withLength]);
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(stage);
  const theme = useTheme();
  const plot = { left, right: size.width - 8, bottom: size.height - axisHeight };
  const shortest = (duration / time.length) * 8;
  const timeline = useTimeline(duration, plot, { shortest });
  const { span, selection, hover, cursor } = timeline;
  const rows = [
    Math.max(0, rowAt(time, span.from) - 1),
    Math.min(time.length - 1, rowAt(time, span.to) + 1),
  ] as const;

  const redraw = useFrame(() => {
    const context = beginPlot(canvas.current, size);
    if (!context) return;
    drawSelection(context, timeline, plot);
    const height = plot.bottom / lanes.length;
    lanes.forEach((lane, at) => {
      const top = at * height;
      const spread = lane.high - lane.low || 1;
      const y = (value: number) => top + 22 + (1 - (value - lane.low) / spread) * (height - 30);
      context.font = `11px ${themeColor('sans-serif', 'font-family')}`;
      context.textBaseline = 'middle';
      context.fillStyle = themeColor('#888', 'descriptionForeground');
      context.strokeStyle = themeColor('#8884', 'panel-border', 'contrastBorder');
      context.lineWidth = 1;
      context.setLineDash([]);
      for (const value of ticks(lane.low, lane.high, height / 45)) {
        context.fillText(short(value), 4, y(value));
        context.globalAlpha = 0.4;
        context.beginPath();
        context.moveTo(left, y(value));
        context.lineTo(plot.right, y(value));
        context.stroke();
        context.globalAlpha = 1;
      }
      context.fillStyle = themeColor('#888', 'foreground');
      context.fillText(`${lane.title}, ${lane.unit}`, left + 4, top + 10);
      let key = left + 150;
      context.save();
      context.beginPath();
      context.rect(left, top, plot.right - left, height);
      context.clip();
      lane.traces.forEach(({ name, values }, index) => {
        context.strokeStyle = colorOf(index);
        context.lineWidth = index === 3 ? 2 : 1.3;
        context.setLineDash([...(looks[index] as (typeof looks)[number]).dash]);
        context.beginPath();
        context.moveTo(key, top + 10);
        context.lineTo(key + 22, top + 10);
        context.stroke();
        context.fillText(name, key + 26, top + 10);
        key += 60;
        drawTrace(
          context,
          (row) => values[row] as number,
          rows,
          (row) => timeline.x(time[row] as number),
          y,
        );
      });
      context.restore();
    });
    context.setLineDash([]);
    drawTimeAxis(context, timeline, plot);
    drawCursor(context, timeline, plot);
    document.body.dataset['drawn'] = String(Number(document.body.dataset['drawn'] ?? 0) + 1);
  });
  useEffect(redraw, [lanes, span.from, span.to, selection, cursor, size.width, size.height, theme]);

  const rate = duration > 0 ? (time.length - 1) / duration : 0;
  const facts = `${grouped(time.length)} rows, ${clock(duration)}, ${short(rate)} a second`;
  const at = rowAt(time, hover?.time ?? cursor);
  const values = lanes
    .flatMap(({ traces }) => traces.map((trace) => `${trace.name} ${short(trace.values[at] as number)}`))
    .join('  ');
  const chosen = selection && [rowAt(time, selection.from), rowAt(time, selection.to)];
  return (
    <>
      <div class="bar" role="group" aria-label="How the traces are drawn">
        <Check label="Length of the vectors" checked={withLength} onChange={setWithLength} />
        <Button
          label="Zoom to Selection"
          disabled={!selection}
          onClick={() => selection && timeline.show(selection)}
        />
        <Button label="Show All" keys="Home" onClick={() => timeline.show({ from: 0, to: duration })} />
        {view.timeNote !== undefined && <span class="format">{view.timeNote}</span>}
      </div>
      <div class="stage" ref={stage}>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={`Traces of ${view.traces.map(({ name }) => name).join(', ')}; ${facts}`}
          aria-describedby="keys"
          data-span={`${span.from.toFixed(3)} ${span.to.toFixed(3)}`}
          data-selection={selection ? `${selection.from.toFixed(3)} ${selection.to.toFixed(3)}` : ''}
          {...timeline.handlers}
        />
        <span id="keys" class="hidden-text">
          {timelineHelp}
        </span>
      </div>
      <div class="status" role="status">
        {hover || cursor > 0 ? `${clock(time[at] as number, 3)}:  ${values}` : facts}
      </div>
      {selection && chosen && (
        <table class="summary">
          <caption>
            {clock(selection.from, 3)} – {clock(selection.to, 3)}, {short(selection.to - selection.from)} s
          </caption>
          <thead>
            <tr>
              <th scope="col">Trace</th>
              {lanes.flatMap(({ traces, title }) =>
                traces.map(({ name }) => (
                  <th scope="col" key={title + name}>
                    {name}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {(['mean', 'spread'] as const).map((fact) => (
              <tr key={fact}>
                <th scope="row">{fact === 'mean' ? 'Mean' : 'Standard deviation'}</th>
                {lanes.flatMap(({ traces, title }) =>
                  traces.map(({ name, values: all }) => (
                    <td key={title + name}>
                      {short(summary(all, chosen[0] as number, chosen[1] as number)[fact])}
                    </td>
                  )),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
