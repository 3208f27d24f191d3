/** A normal map as its colours, or as a relief under a light that can be moved. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { Point } from '../../../src/protocol/geometry';
import type { NormalView } from '../../../src/protocol/media';
import { Button, Check, Select, Slider } from '../controls';
import { useKept } from '../hooks';
import { MapCanvas, paint } from '../map/mapCanvas';
import { lightAt, lit, normalAt } from './relief';

const optionsSchema = z.object({
  shown: z.enum(['relief', 'colours']),
  around: z.number(),
  above: z.number(),
  flipped: z.boolean(),
});

const round = (value: number) => value.toFixed(2).replace('-', '−');

export function NormalViewer({ view }: { view: NormalView }) {
  const [options, setOptions] = useKept('normal', optionsSchema, {
    shown: 'relief',
    around: 135,
    above: 45,
    flipped: false,
  });
  const { shown, around, above, flipped } = options;
  const [cross, setCross] = useState<Point>();
  const fitMap = useRef<() => void>(null);
  const picture = useMemo(() => document.createElement('canvas'), []);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    paint(picture, view, (rgba) => {
      if (shown === 'relief') return lit(view, { around, above }, flipped, rgba);
      for (let i = 0; i < view.rgb.length; i += 3) rgba.set(view.rgb.subarray(i, i + 3), (i / 3) * 4);
    });
    setVersion((before) => before + 1);
  }, [view, shown, around, above, flipped]);
  const { original } = view;
  const size = `${original.width} × ${original.height} pixels`;
  const reduced = original.width !== view.width ? `, shown as ${view.width} × ${view.height}` : '';
  const normal = cross && normalAt(view, cross[1] * view.width + cross[0], flipped);
  const follow = (_from: Point, [x, y]: Point) =>
    setOptions({ ...options, ...lightAt(x / view.width - 0.5, y / view.height - 0.5) });
  return (
    <>
      <div class="bar" role="group" aria-label="How the map is drawn">
        <Select
          label="Show"
          value={shown}
          options={[
            ['relief', 'Relief'],
            ['colours', 'Colours'],
          ]}
          onChange={(next) => setOptions({ ...options, shown: next })}
        />
        <Slider
          label="Light from"
          min={0}
          max={359}
          step={1}
          value={Math.round(around)}
          text={`${Math.round(around)}°`}
          onInput={(next) => setOptions({ ...options, around: next })}
        />
        <Slider
          label="Height"
          min={5}
          max={90}
          step={1}
          value={Math.round(above)}
          text={`${Math.round(above)}°`}
          onInput={(next) => setOptions({ ...options, above: next })}
        />
        <Check
          label="Y points down"
          checked={flipped}
          onChange={(next) => setOptions({ ...options, flipped: next })}
        />
        <Button label="Show All" keys="Home" onClick={() => fitMap.current?.()} />
      </div>
      <MapCanvas
        map={view}
        picture={picture}
        version={version}
        label={`Normal map, ${size}`}
        cross={cross}
        onCross={setCross}
        onDrag={shown === 'relief' ? follow : undefined}
        keyHelp="A drag over the relief moves the light; with Shift it moves the map."
        fitRef={fitMap}
      />
      <div class="status" role="status">
        {cross && normal
          ? `x ${cross[0]}  y ${cross[1]}:  normal (${normal.map(round).join(', ')})`
          : `${size}${reduced}; drag to move the light`}
      </div>
    </>
  );
}
