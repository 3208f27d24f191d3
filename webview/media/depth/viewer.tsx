/** A depth map in colours, with its range, its histogram, and its values along a line. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { pointSchema, type Point } from '../../../src/protocol/geometry';
import type { DepthView } from '../../../src/protocol/media';
import { toScreen, type Viewport } from '../../annotator/canvas/viewport';
import { colorIndex, colorMapNames, colorTable } from '../colorMaps';
import { Button, Check, Select, Slider } from '../controls';
import { themeColor, useKept } from '../hooks';
import { MapCanvas, paint } from '../map/mapCanvas';
import { grouped, short } from '../numbers';
import { Histogram, Profile } from './plots';
import { profileOf, statisticsOf, valueAt } from './values';
import './depth.css';

const optionsSchema = z.object({
  map: z.enum(colorMapNames),
  flipped: z.boolean(),
  from: z.number(),
  to: z.number(),
});
const lineSchema = z.tuple([pointSchema, pointSchema]);

export function DepthViewer({ view }: { view: DepthView }) {
  const statistics = useMemo(() => statisticsOf(view.values), [view]);
  const usual = { from: statistics.low, to: statistics.high };
  const [options, setOptions] = useKept('depth', optionsSchema, { map: 'turbo', flipped: false, ...usual });
  const [line, setLine] = useKept<z.ZodOptional<typeof lineSchema>>('line', lineSchema.optional(), undefined);
  const [drawing, setDrawing] = useState(false);
  /** Where a line begins that keys draw. */
  const [begun, setBegun] = useState<Point>();
  const [cross, setCross] = useState<Point>();
  const fitMap = useRef<() => void>(null);
  const picture = useMemo(() => document.createElement('canvas'), []);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const table = colorTable(options.map);
    const span = options.to - options.from || 1;
    paint(picture, view, (rgba) => {
      view.values.forEach((value, i) => {
        if (Number.isNaN(value)) {
          // Nothing measured: the panel shows through.
          rgba[i * 4 + 3] = 0;
          return;
        }
        const share = (value - options.from) / span;
        const at = colorIndex(options.flipped ? 1 - share : share);
        rgba[i * 4] = table[at] as number;
        rgba[i * 4 + 1] = table[at + 1] as number;
        rgba[i * 4 + 2] = table[at + 2] as number;
      });
    });
    setVersion((before) => before + 1);
  }, [view, options.map, options.flipped, options.from, options.to]);
  const profile = useMemo(() => line && profileOf(view, line), [view, line]);
  const overlay = useMemo(
    () =>
      line &&
      ((context: CanvasRenderingContext2D, viewport: Viewport) => {
        for (const [width, color] of [
          [4, themeColor('#000', 'editor-background')],
          [2, themeColor('#fff', 'foreground')],
        ] as const) {
          context.lineWidth = width;
          context.strokeStyle = color;
          context.beginPath();
          context.moveTo(...toScreen(viewport, line[0]));
          context.lineTo(...toScreen(viewport, line[1]));
          context.stroke();
        }
      }),
    [line],
  );
  const middleOf = ([x, y]: Point): Point => [x + 0.5, y + 0.5];
  /** With the keyboard: the first press begins a line at the cross, the second ends it there. */
  const press = (key: string): boolean => {
    if (key === 'Escape') {
      setBegun(undefined);
      setLine(undefined);
      return true;
    }
    if (key !== 'p' || !cross) return false;
    if (begun) setLine([middleOf(begun), middleOf(cross)]);
    setBegun(begun ? undefined : cross);
    return true;
  };
  const step = (statistics.max - statistics.min) / 1000 || 1;
  const { original } = view;
  const size = `${view.original.width} × ${original.height} pixels`;
  const reduced = original.width !== view.width ? `, shown as ${view.width} × ${view.height}` : '';
  const missing = statistics.missing
    ? `; ${grouped(Math.round((statistics.missing / view.values.length) * 1000) / 10)} % not measured`
    : '';
  const value = cross && valueAt(view, cross);
  return (
    <>
      <div class="bar" role="group" aria-label="How the map is drawn">
        <Select
          label="Colours"
          value={options.map}
          options={[
            ['turbo', 'Turbo'],
            ['grey', 'Grey'],
          ]}
          onChange={(map) => setOptions({ ...options, map })}
        />
        <Check
          label="Flipped"
          checked={options.flipped}
          onChange={(flipped) => setOptions({ ...options, flipped })}
        />
        <Slider
          label="From"
          min={statistics.min}
          max={statistics.max}
          step={step}
          value={options.from}
          text={short(options.from)}
          onInput={(from) => setOptions({ ...options, from, to: Math.max(options.to, from) })}
        />
        <Slider
          label="To"
          min={statistics.min}
          max={statistics.max}
          step={step}
          value={options.to}
          text={short(options.to)}
          onInput={(to) => setOptions({ ...options, to, from: Math.min(options.from, to) })}
        />
        <Button label="Usual Range" onClick={() => setOptions({ ...options, ...usual })} />
        <Button label="Draw a Line" pressed={drawing} onClick={() => setDrawing(!drawing)} />
        <Button label="Show All" keys="Home" onClick={() => fitMap.current?.()} />
      </div>
      <MapCanvas
        map={view}
        picture={picture}
        version={version}
        label={`Depth map, ${size}, values from ${short(statistics.min)} to ${short(statistics.max)}`}
        cross={cross}
        onCross={setCross}
        onDrag={drawing ? (from, to) => setLine([from, to]) : undefined}
        overlay={overlay}
        onKey={press}
        keyHelp="P begins a line at the cross and ends it there; Escape removes it."
        fitRef={fitMap}
      />
      <div class="status" role="status">
        {cross && value !== undefined
          ? `x ${cross[0]}  y ${cross[1]}:  ${Number.isNaN(value) ? 'not measured' : short(value)}${begun ? '  (P ends the line)' : ''}`
          : `${size}${reduced}; ${short(statistics.min)} to ${short(statistics.max)}${missing}`}
      </div>
      {(profile || drawing) && <Profile values={profile} />}
      <Histogram statistics={statistics} range={options} map={options.map} flipped={options.flipped} />
    </>
  );
}
