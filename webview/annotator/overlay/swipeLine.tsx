/** A line over the picture with something else on each side; dragged, or moved by arrow keys. */
import { useRef } from 'preact/hooks';
import { useOverlay } from './overlay';

/** Shares of the canvas's width. */
const step = 0.01;
const leap = 0.1;

/** `left` and `right` say what lies on its sides. */
export function SwipeLine({ left, right }: { left: string; right: string }) {
  const { state, view } = useOverlay();
  const line = useRef<HTMLDivElement>(null);
  const move = (share: number) => state.set({ swipe: Math.min(1, Math.max(0, share)) });
  const drag = (event: PointerEvent) => {
    const box = line.current?.parentElement?.getBoundingClientRect();
    if (box && line.current?.hasPointerCapture(event.pointerId)) move((event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.shiftKey ? leap : step;
    const target = {
      ArrowLeft: view.swipe - by,
      ArrowDown: view.swipe - by,
      ArrowRight: view.swipe + by,
      ArrowUp: view.swipe + by,
      PageDown: view.swipe - leap,
      PageUp: view.swipe + leap,
      Home: 0,
      End: 1,
    }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(target);
  };
  const percent = Math.round(view.swipe * 100);
  return (
    <div class="swipe">
      <div
        ref={line}
        class="swipe-line"
        style={{ left: `${view.swipe * 100}%` }}
        role="slider"
        tabIndex={0}
        aria-orientation="horizontal"
        aria-label={`Swipe line. Left: ${left}. Right: ${right}.`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${percent} %`}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.preventDefault();
          event.currentTarget.focus();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onKeyDown={onKeyDown}
      >
        <span class="swipe-grip" />
        <span class="swipe-side left" aria-hidden="true">
          {left}
        </span>
        <span class="swipe-side right" aria-hidden="true">
          {right}
        </span>
      </div>
    </div>
  );
}
