/** A point cloud to turn around. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { PointsView } from '../../../src/protocol/media';
import { Button, Check, Select, Slider } from '../controls';
import { themeColor, useFrame, useKept, useSize, useTheme } from '../hooks';
import { clamp, grouped, short } from '../numbers';
import {
  cameraFor,
  matrixOf,
  orbit,
  pan,
  project,
  ups,
  zoom,
  type Camera,
  type Up,
  type Vector,
} from './camera';
import { colorings, frameLines, pointColors, type Coloring } from './colors';
import { PointRenderer, type Color } from './renderer';

const optionsSchema = z.object({
  coloring: z.enum(colorings),
  up: z.enum(ups),
  size: z.number().min(1).max(12),
  box: z.boolean(),
  axes: z.boolean(),
});
const vectorSchema = z.tuple([z.number(), z.number(), z.number()]);
const cameraSchema = z.object({
  target: vectorSchema,
  distance: z.number().positive(),
  yaw: z.number(),
  pitch: z.number(),
});

/** Points that are looked at to find the one under the pointer. */
const mostSearched = 300_000;

/** Red, green, blue of a CSS colour, 0–255. */
function rgbOf(color: string): Color {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context) return [128, 128, 128];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

const keyHelp =
  'Arrow keys turn, with Shift they move; plus and minus zoom; square brackets change the size of the points; Home shows all.';

export function PointsViewer({ view }: { view: PointsView }) {
  const { bounds, positions } = view;
  const centre = bounds.min.map((low, axis) => (low + (bounds.max[axis] as number)) / 2) as unknown as Vector;
  const radius = Math.hypot(...bounds.min.map((low, axis) => (bounds.max[axis] as number) - low)) / 2 || 1;
  const [options, setOptions] = useKept('points', optionsSchema, {
    coloring: view.colors ? 'own' : 'height',
    up: 'z',
    size: positions.length / 3 > 200_000 ? 1 : 3,
    box: true,
    axes: true,
  });
  const coloring: Coloring =
    (options.coloring === 'own' && !view.colors) || (options.coloring === 'normal' && !view.normals)
      ? 'height'
      : options.coloring;
  const [camera, setCamera] = useKept('camera', cameraSchema, {
    ...cameraFor(centre, radius),
    target: [...centre],
  });
  const move = (next: Camera) => setCamera({ ...next, target: [...next.target] });
  const [found, setFound] = useState<Vector>();
  const [failure, setFailure] = useState<string>();
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<PointRenderer>();
  const size = useSize(stage);
  const theme = useTheme();
  const foreground = useMemo(() => rgbOf(themeColor('#888', 'foreground')), [theme]);
  const background = useMemo(() => rgbOf(themeColor('#000', 'editor-background')), [theme]);
  const matrix = matrixOf(camera, options.up, size.width / size.height || 1, radius);

  // Grows when the graphics card had to forget everything (sleep, a new driver): all is given to it again.
  const [generation, setGeneration] = useState(0);
  useEffect(() => {
    try {
      renderer.current = new PointRenderer(canvas.current as HTMLCanvasElement);
      renderer.current.setPoints(positions);
      setFailure(undefined);
    } catch (error) {
      setFailure((error as Error).message);
    }
    return () => renderer.current?.dispose();
  }, [generation]);
  useEffect(() => {
    const target = canvas.current as HTMLCanvasElement;
    const lost = (event: Event) => event.preventDefault();
    const restored = () => setGeneration((before) => before + 1);
    target.addEventListener('webglcontextlost', lost);
    target.addEventListener('webglcontextrestored', restored);
    return () => {
      target.removeEventListener('webglcontextlost', lost);
      target.removeEventListener('webglcontextrestored', restored);
    };
  }, []);
  useEffect(
    () => renderer.current?.setColors(pointColors(view, coloring, options.up, foreground)),
    [coloring, options.up, foreground, generation],
  );
  useEffect(
    () => renderer.current?.setLines(frameLines(bounds, options, foreground)),
    [options.box, options.axes, foreground, generation],
  );
  const redraw = useFrame(() => {
    const target = canvas.current;
    if (!target || !renderer.current || size.width < 1) return;
    const ratio = window.devicePixelRatio || 1;
    target.width = Math.round(size.width * ratio);
    target.height = Math.round(size.height * ratio);
    renderer.current.draw({
      matrix,
      pointSize: options.size * ratio,
      background: background.map((part) => part / 255) as unknown as Color,
    });
    document.body.dataset['drawn'] = String(Number(document.body.dataset['drawn'] ?? 0) + 1);
  });
  useEffect(redraw);

  const look = useFrame(() => setFound(pointer.current && nearest(pointer.current)));
  const pointer = useRef<[number, number]>();
  /** The nearest point to the eye within a few pixels of a place of the canvas. */
  const nearest = ([px, py]: [number, number]): Vector | undefined => {
    const count = positions.length / 3;
    const step = Math.max(1, Math.ceil(count / mostSearched));
    const reach = Math.max(4, options.size);
    let [best, depth] = [-1, Infinity];
    for (let i = 0; i < count; i += step) {
      const at = project(
        matrix,
        positions[i * 3] as number,
        positions[i * 3 + 1] as number,
        positions[i * 3 + 2] as number,
      );
      if (!at || at[2] >= depth) continue;
      const [x, y] = [((at[0] + 1) / 2) * size.width, ((1 - at[1]) / 2) * size.height];
      if (Math.abs(x - px) <= reach && Math.abs(y - py) <= reach) [best, depth] = [i, at[2]];
    }
    if (best < 0) return undefined;
    return [0, 1, 2].map(
      (axis) => (positions[best * 3 + axis] as number) + (view.origin[axis] as number),
    ) as unknown as Vector;
  };

  const drag = useRef<{ x: number; y: number; pans: boolean }>();
  const onPointerMove = (event: PointerEvent) => {
    if (!drag.current) {
      pointer.current = [event.offsetX, event.offsetY];
      look();
      return;
    }
    const [dx, dy] = [event.clientX - drag.current.x, event.clientY - drag.current.y];
    drag.current = { ...drag.current, x: event.clientX, y: event.clientY };
    move(
      drag.current.pans
        ? pan(camera, options.up, dx / size.height, dy / size.height)
        : orbit(camera, -dx * 0.008, dy * 0.008),
    );
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(orbit(camera, 0.1, 0)),
    ArrowRight: () => move(orbit(camera, -0.1, 0)),
    ArrowUp: () => move(orbit(camera, 0, 0.1)),
    ArrowDown: () => move(orbit(camera, 0, -0.1)),
    '+': () => move(zoom(camera, 0.85, radius)),
    '=': () => move(zoom(camera, 0.85, radius)),
    '-': () => move(zoom(camera, 1 / 0.85, radius)),
    '[': () => setOptions({ ...options, size: clamp(options.size - 1, 1, 12) }),
    ']': () => setOptions({ ...options, size: clamp(options.size + 1, 1, 12) }),
    Home: () => move(cameraFor(centre, radius)),
  };
  const pans: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-0.05, 0],
    ArrowRight: [0.05, 0],
    ArrowUp: [0, -0.05],
    ArrowDown: [0, 0.05],
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = event.shiftKey ? pans[event.key] : undefined;
    const act = way ? () => move(pan(camera, options.up, ...way)) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const count = positions.length / 3;
  const facts =
    count < view.total
      ? `${grouped(count)} of ${grouped(view.total)} points are shown`
      : `${grouped(count)} points`;
  const extent = bounds.min.map((low, axis) => short((bounds.max[axis] as number) - low)).join(' × ');
  const offered: (readonly [Coloring, string])[] = [
    ...(view.colors ? [['own', 'Their own'] as const] : []),
    ['height', 'Height'],
    ...(view.normals ? [['normal', 'Normal'] as const] : []),
    ['plain', 'One colour'],
  ];
  return (
    <>
      <div class="bar" role="group" aria-label="How the points are drawn">
        <Select
          label="Colour"
          value={coloring}
          options={offered}
          onChange={(value) => setOptions({ ...options, coloring: value })}
        />
        <Slider
          label="Size"
          min={1}
          max={12}
          step={1}
          value={options.size}
          text={`${options.size} px`}
          onInput={(value) => setOptions({ ...options, size: value })}
        />
        <Select<Up>
          label="Up"
          value={options.up}
          options={[
            ['z', 'z'],
            ['y', 'y'],
            ['-y', '−y'],
          ]}
          onChange={(up) => setOptions({ ...options, up })}
        />
        <Check label="Axes" checked={options.axes} onChange={(axes) => setOptions({ ...options, axes })} />
        <Check label="Box" checked={options.box} onChange={(box) => setOptions({ ...options, box })} />
        <Button label="Show All" keys="Home" onClick={() => move(cameraFor(centre, radius))} />
      </div>
      <div class="stage" ref={stage}>
        {failure !== undefined && (
          <p class="problem" role="alert">
            {failure}
          </p>
        )}
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={`Point cloud, ${facts}, ${extent}`}
          aria-describedby="keys"
          data-camera={`${camera.yaw.toFixed(3)} ${camera.pitch.toFixed(3)} ${camera.distance.toPrecision(5)} ${camera.target.map((part) => part.toPrecision(4)).join(' ')}`}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { x: event.clientX, y: event.clientY, pans: event.button !== 0 || event.shiftKey };
          }}
          onPointerMove={onPointerMove}
          onPointerUp={() => (drag.current = undefined)}
          onPointerLeave={() => {
            pointer.current = undefined;
            look();
          }}
          onContextMenu={(event) => event.preventDefault()}
          onWheel={(event) => {
            event.preventDefault();
            move(zoom(camera, Math.exp(clamp(event.deltaY, -200, 200) * 0.002), radius));
          }}
        />
        <span id="keys" class="hidden-text">
          {keyHelp}
        </span>
      </div>
      <div class="status" role="status">
        {found
          ? `x ${short(found[0])}  y ${short(found[1])}  z ${short(found[2])}`
          : `${facts}; ${extent} (x × y × z)`}
      </div>
    </>
  );
}
