/** Regions that only answers have, and those that are lit, drawn over the picture. */
import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { Annotation } from '../../../src/protocol/annotator';
import { colorOf } from '../../../src/protocol/colors';
import type { Point } from '../../../src/protocol/geometry';
import { maskOutlines } from '../../../src/regions/outlines';
import { hitItem, regionItem, type RegionItem } from '../canvas/regionItem';
import type { CanvasStage } from '../canvas/stage';
import { toPicture } from '../canvas/viewport';
import { useStore } from '../hooks';
import { useConversation } from './hooks';

/** How near to a line or a point the pointer must be, in screen pixels. */
const reach = 8;

/** How far an outline may leave the mask's own, in pixels of the picture. */
const outlineTolerance = 0.5;

const paths = new WeakMap<object, string>();
const items = new WeakMap<Annotation, RegionItem>();

export function Ghosts({ stage }: { stage: CanvasStage | undefined }) {
  const [store] = useStore();
  const conversation = useConversation();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => conversation.onMoved(() => redraw(undefined)), [conversation]);
  const { lit } = conversation;
  const ghosts = conversation.ghosts;
  const shown = new Map(ghosts.map((each) => [each.id, each]));
  for (const id of lit) {
    const region = conversation.region(id);
    if (region) shown.set(id, region);
  }

  // The pointer over a region of the conversation lights its words.
  const pointed = useRef<readonly Annotation[]>([]);
  pointed.current = conversation.view.open
    ? [...new Set(conversation.view.turns.flatMap(({ regions }) => regions.map(({ id }) => id)))].flatMap(
        (id) =>
          shown.has(id) || store.annotations.some((each) => each.id === id)
            ? (conversation.region(id) ?? [])
            : [],
      )
    : [];
  useEffect(() => {
    if (!stage) return;
    const { container } = stage;
    let under: string | undefined;
    const onMove = (event: PointerEvent) => {
      const { left, top } = container.getBoundingClientRect();
      const place = toPicture(stage.view, [event.clientX - left, event.clientY - top]);
      const now = event.buttons
        ? undefined
        : hitItem(pointed.current.map(itemOf), place, reach / stage.view.scale)?.annotation.id;
      if (now === under) return;
      under = now;
      conversation.light(now === undefined ? [] : [now]);
    };
    const onLeave = () => {
      if (under !== undefined) conversation.light([]);
      under = undefined;
    };
    container.addEventListener('pointermove', onMove);
    container.addEventListener('pointerleave', onLeave);
    return () => {
      container.removeEventListener('pointermove', onMove);
      container.removeEventListener('pointerleave', onLeave);
    };
  }, [stage, conversation]);

  if (!stage || !shown.size) return null;
  const { x, y, scale } = stage.view;
  return (
    <svg class="ghosts" aria-hidden="true">
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        {[...shown.values()].map((region) => (
          <g
            key={region.id}
            class={lit.includes(region.id) ? 'lit' : 'ghost'}
            data-region={region.id}
            ref={(group) => group?.style.setProperty('--region', colorOf(region))}
          >
            <path class="under" d={pathOf(region, scale)} />
            <path class="over" d={pathOf(region, scale)} />
          </g>
        ))}
      </g>
    </svg>
  );
}

function itemOf(annotation: Annotation): RegionItem {
  const item = items.get(annotation) ?? regionItem(annotation);
  items.set(annotation, item);
  return item;
}

/** The outline of a region in pixels of the picture; a point is a small cross. */
function pathOf({ geometry }: Annotation, scale: number): string {
  if (geometry.type === 'point') {
    const [x, y] = geometry.point;
    const r = 7 / scale;
    return `M${x - r} ${y}h${2 * r}M${x} ${y - r}v${2 * r}`;
  }
  const known = paths.get(geometry);
  if (known !== undefined) return known;
  const ring = (points: readonly Point[]) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}Z`;
  let path: string;
  switch (geometry.type) {
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      path = `M${x1} ${y1}H${x2}V${y2}H${x1}Z`;
      break;
    }
    case 'polygon':
      path = [...geometry.polygons, ...(geometry.holes ?? [])].map(ring).join('');
      break;
    case 'mask':
      path = maskOutlines(geometry.mask, outlineTolerance).flat().map(ring).join('');
      break;
    case 'stroke':
      path = `M${geometry.points.map(([x, y]) => `${x} ${y}`).join('L')}`;
  }
  paths.set(geometry, path);
  return path;
}
