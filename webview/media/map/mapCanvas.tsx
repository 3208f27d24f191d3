/** A map as a picture that can be zoomed and moved, with a cross that keys and the pointer lead. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import * as z from 'zod';
import type { Point, Size } from '../../../src/protocol/geometry';
import {
  fit,
  isInside,
  keepVisible,
  toPicture,
  zoomAt,
  type Viewport,
} from '../../annotator/canvas/viewport';
import { beginPlot, themeColor, useFrame, useKept, useSize, useTheme } from '../hooks';
import { clamp } from '../numbers';

const viewSchema = z.object({ scale: z.number().positive(), x: z.number(), y: z.number() });

export interface MapCanvasProps {
  map: Size;
  /** The map's pixels. */
  picture: HTMLCanvasElement;
  /** Grows when `picture` has changed. */
  version: number;
  label: string;
  /** The pixel that is read: under the pointer, or where keys have led. */
  cross: Point | undefined;
  onCross(place: Point | undefined): void;
  /** A drag over the map, where it does not move it: from, to, whether it goes on. */
  onDrag?: ((from: Point, to: Point, done: boolean) => void) | undefined;
  /** Drawn over the map. */
  overlay?: ((context: CanvasRenderingContext2D, view: Viewport) => void) | undefined;
  /** Keys that the map itself does not take. @returns whether it was one */
  onKey?: ((key: string) => boolean) | undefined;
  keyHelp: string;
  /** Lets a button show all of the map. */
  fitRef: RefObject<() => void>;
}

export function MapCanvas(props: MapCanvasProps) {
  const { map, picture, version, label, cross, onCross, onDrag, overlay, onKey, keyHelp, fitRef } = props;
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(stage);
  const theme = useTheme();
  // Until it is moved the map is fitted.
  const [moved, setMoved] = useKept<z.ZodOptional<typeof viewSchema>>(
    'view',
    viewSchema.optional(),
    undefined,
  );
  const fitted = fit(map, size);
  const view = moved ?? fitted;
  const show = (next: Viewport) => setMoved(keepVisible(next, map, size));
  const zoom = (factor: number, anchor: Point) =>
    show(zoomAt(view, anchor, view.scale * factor, fitted.scale));
  fitRef.current = () => setMoved(undefined);

  const redraw = useFrame(() => {
    const context = beginPlot(canvas.current, size);
    if (!context) return;
    context.imageSmoothingEnabled = view.scale < 1;
    context.drawImage(picture, view.x, view.y, map.width * view.scale, map.height * view.scale);
    overlay?.(context, view);
    if (cross) {
      const [x, y] = [view.x + (cross[0] + 0.5) * view.scale, view.y + (cross[1] + 0.5) * view.scale];
      for (const [width, color] of [
        [3, themeColor('#000', 'editor-background')],
        [1, themeColor('#fff', 'foreground')],
      ] as const) {
        context.lineWidth = width;
        context.strokeStyle = color;
        context.beginPath();
        context.moveTo(x - 9, y);
        context.lineTo(x + 9, y);
        context.moveTo(x, y - 9);
        context.lineTo(x, y + 9);
        context.stroke();
      }
    }
    document.body.dataset['drawn'] = String(Number(document.body.dataset['drawn'] ?? 0) + 1);
  });
  useEffect(redraw, [
    version,
    theme,
    size.width,
    size.height,
    view.scale,
    view.x,
    view.y,
    cross,
    overlay,
    picture,
  ]);

  const placeOf = (event: MouseEvent): Point => toPicture(view, [event.offsetX, event.offsetY]);
  const pixelOf = (place: Point): Point | undefined =>
    isInside(place, map) ? [Math.floor(place[0]), Math.floor(place[1])] : undefined;
  const drag = useRef<{ from: Point; last: Point; pans: boolean }>();
  const onPointerMove = (event: PointerEvent) => {
    const place = placeOf(event);
    const before = drag.current;
    if (before?.pans) {
      const [dx, dy] = [event.offsetX - before.last[0], event.offsetY - before.last[1]];
      before.last = [event.offsetX, event.offsetY];
      show({ ...view, x: view.x + dx, y: view.y + dy });
      return;
    }
    onCross(pixelOf(place));
    if (before) onDrag?.(before.from, place, false);
  };
  const steps: Readonly<Record<string, Point>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key];
    const middle: Point = [size.width / 2, size.height / 2];
    if (step) {
      const far = event.shiftKey ? 10 : 1;
      const [x, y] = cross ?? [Math.floor(map.width / 2), Math.floor(map.height / 2)];
      onCross(
        cross
          ? [clamp(x + step[0] * far, 0, map.width - 1), clamp(y + step[1] * far, 0, map.height - 1)]
          : [x, y],
      );
    } else if (event.key === '+' || event.key === '=') zoom(1.25, middle);
    else if (event.key === '-') zoom(0.8, middle);
    else if (event.key === 'Home' || event.key === '0') setMoved(undefined);
    else if (!onKey?.(event.key)) return;
    event.preventDefault();
  };
  return (
    <div class="stage" ref={stage}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={label}
        aria-describedby="keys"
        data-scale={view.scale.toPrecision(4)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const pans = event.button !== 0 || event.shiftKey || !onDrag;
          drag.current = { from: placeOf(event), last: [event.offsetX, event.offsetY], pans };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={(event) => {
          const before = drag.current;
          drag.current = undefined;
          if (before && !before.pans) onDrag?.(before.from, placeOf(event), true);
        }}
        onPointerLeave={() => !drag.current && onCross(undefined)}
        onContextMenu={(event) => event.preventDefault()}
        onWheel={(event) => {
          event.preventDefault();
          zoom(Math.exp(clamp(-event.deltaY, -200, 200) * 0.002), [event.offsetX, event.offsetY]);
        }}
      />
      <span id="keys" class="hidden-text">
        Arrow keys move the cross, with Shift by ten; plus and minus zoom; Home shows all. {keyHelp}
      </span>
    </div>
  );
}

/** A canvas of a map's size, written pixel by pixel. @param write red, green, blue of each pixel; alpha is full */
export function paint(
  canvas: HTMLCanvasElement,
  { width, height }: Size,
  write: (rgba: Uint8ClampedArray) => void,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  image.data.fill(255);
  write(image.data);
  context.putImageData(image, 0, 0);
}
