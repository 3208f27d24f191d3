/** Pointer, wheel and keys on the canvas → pan, zoom, the crosshair of the keyboard, and touches for the tool in hand. */
import type { Point } from '../../../src/protocol/geometry';
import type { PanelStore } from '../store';
import type { Grip, Touch } from '../tools/tool';
import type { Toolbox } from '../tools/toolbox';
import type { CanvasStage } from './stage';
import { clampToPicture, isInside, toPicture, toScreen } from './viewport';
import { Wheel } from './wheel';

/** A press that moves less than this (screen pixels) is a click. */
const clickSlack = 5;
const doubleClickMs = 400;
/** What a gesture of the keyboard has instead of a pointer. */
const keyboard = -1;

interface Gesture {
  what: Grip | 'pan';
  pointer: number;
  start: Point;
  last: Point;
  moved: boolean;
}

/** Listens to the canvas until disposed. */
export class CanvasGestures {
  private gesture: Gesture | undefined;
  private spaceHeld = false;
  /** Fingers on a touch screen, by pointer. */
  private readonly fingers = new Map<number, Point>();
  private lastPress: { at: number; screen: Point } | undefined;
  /** The newest place of the pointer: keys that are held change what it means. */
  private lastHover: Touch | undefined;
  private readonly wheel: Wheel;
  private readonly end = new AbortController();

  constructor(
    private readonly stage: CanvasStage,
    private readonly store: PanelStore,
    private readonly toolbox: Toolbox,
    /** Hears where the pointer is in the picture. */
    private readonly onPointer: (place: Point | undefined) => void,
  ) {
    const { container } = stage;
    this.wheel = new Wheel(stage, toolbox.settings);
    const options = { signal: this.end.signal };
    container.addEventListener('pointerdown', (event) => this.press(event), options);
    container.addEventListener('pointermove', (event) => this.move(event), options);
    container.addEventListener('pointerup', (event) => this.release(event), options);
    container.addEventListener('pointercancel', (event) => this.lose(event), options);
    container.addEventListener('pointerleave', () => this.leave(), options);
    container.addEventListener(
      'contextmenu',
      // With a drawing tool the right button takes away; the select tool leaves it to the menu.
      (event) => (this.store.state.tool !== 'select' || this.gesture) && event.preventDefault(),
      options,
    );
    container.addEventListener('keydown', (event) => this.key(event), options);
    container.addEventListener('keyup', (event) => this.toolbox.current.keyUp?.(event), options);
    container.addEventListener('wheel', (event) => this.wheel.turn(event, this.screen(event)), {
      ...options,
      passive: false,
    });
    container.addEventListener('blur', () => this.abandon(), options);
    window.addEventListener('blur', () => this.abandon(), options);
  }

  dispose(): void {
    this.end.abort();
  }

  /** While space is held, dragging pans. */
  holdSpace(held: boolean): void {
    this.spaceHeld = held;
    this.stage.container.classList.toggle('panning', held);
  }

  /** Gives up the press that has not been released. @returns false when there is none */
  abandon(): boolean {
    const had = this.gesture !== undefined;
    this.gesture = undefined;
    this.toolbox.current.abandon?.();
    return had;
  }

  private press(event: PointerEvent): void {
    const hadFocus = document.hasFocus();
    this.stage.container.focus({ preventScroll: true });
    // The click that only brings the keyboard here does nothing else.
    if (!hadFocus) {
      this.store.set({ status: 'The picture has the keyboard now; click again.' });
      return;
    }
    const start = this.screen(event);
    if (event.pointerType === 'touch') {
      this.fingers.set(event.pointerId, start);
      if (this.fingers.size === 2) this.abandon();
      if (this.fingers.size > 1) return;
    }
    if (this.gesture) return;
    const what = this.begin(event, start);
    if (!what) return;
    event.preventDefault();
    this.stage.moveCrosshair(undefined);
    this.stage.container.setPointerCapture(event.pointerId);
    this.gesture = { what, pointer: event.pointerId, start, last: start, moved: false };
  }

  private begin(event: PointerEvent, start: Point): Gesture['what'] | undefined {
    if (event.button === 1 || (this.spaceHeld && event.button === 0)) return 'pan';
    if (![0, 2, 5].includes(event.button)) return undefined;
    const now = event.timeStamp;
    const before = this.lastPress;
    const double =
      before !== undefined && now - before.at < doubleClickMs && distance(before.screen, start) < clickSlack;
    this.lastPress = double ? undefined : { at: now, screen: start };
    return this.toolbox.current.press({
      ...this.touch(event),
      secondary: event.button !== 0 || isOtherEnd(event),
      double,
    });
  }

  private move(event: PointerEvent): void {
    if (this.fingers.has(event.pointerId) && this.fingers.size > 1) {
      this.pinch(event);
      return;
    }
    const screen = this.screen(event);
    const place = this.place(screen);
    this.onPointer(isInside(place, this.stage.size) ? place : undefined);
    const { gesture } = this;
    if (!gesture) {
      this.hover(this.touch(event));
      return;
    }
    if (gesture.pointer !== event.pointerId) return;
    gesture.moved ||= distance(screen, gesture.start) > clickSlack;
    // A press of a click that becomes a drag moves the picture, as on a map.
    if (gesture.what === 'click' && gesture.moved) {
      this.toolbox.current.abandon?.();
      gesture.what = 'pan';
    }
    if (gesture.what === 'pan') {
      if (gesture.moved) this.stage.pan(screen[0] - gesture.last[0], screen[1] - gesture.last[1]);
    } else if (gesture.what === 'drag') {
      const all = event.getCoalescedEvents();
      for (const each of all.length ? all : [event]) this.toolbox.current.move?.(this.touch(each));
    }
    gesture.last = screen;
  }

  private release(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    const { gesture } = this;
    if (!gesture || gesture.pointer !== event.pointerId) return;
    this.gesture = undefined;
    if (gesture.what === 'pan') return;
    this.toolbox.current.release?.(this.touch(event, gesture), gesture.moved);
    this.hover(this.touch(event));
  }

  private lose(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.gesture?.pointer === event.pointerId) this.abandon();
  }

  private leave(): void {
    this.onPointer(undefined);
    this.lastHover = undefined;
    if (!this.gesture) this.toolbox.current.hover?.(undefined);
  }

  private hover(touch: Touch): void {
    this.lastHover = touch;
    // Ctrl may have been let go while the keyboard was elsewhere.
    if (!touch.ctrl) this.toolbox.prompting.release();
    this.toolbox.current.hover?.(touch);
    const { style } = this.stage.container;
    style.cursor = this.spaceHeld ? '' : (this.toolbox.current.cursor?.(touch) ?? '');
  }

  /** A key that changes what the pointer means was pressed or let go. */
  modifiersChanged(held: Pick<Touch, 'shift' | 'alt' | 'ctrl'>): void {
    if (!held.ctrl) this.toolbox.prompting.release();
    if (this.lastHover && !this.gesture) this.hover({ ...this.lastHover, ...held });
  }

  /** Two fingers move and zoom the picture. */
  private pinch(event: PointerEvent): void {
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1] as Point;
    const before = this.fingers.get(event.pointerId) as Point;
    const now = this.screen(event);
    this.fingers.set(event.pointerId, now);
    const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const [from, to] = [middle(before, other), middle(now, other)];
    this.stage.pan(to[0] - from[0], to[1] - from[1]);
    const ratio = distance(now, other) / Math.max(1, distance(before, other));
    this.stage.zoom(this.stage.view.scale * ratio, to);
  }

  private key(event: KeyboardEvent): void {
    if (this.toolbox.current.key?.(event) || this.crosshairKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /**
   * Arrows move a crosshair (Shift: by single pixels; Alt brings it where the tool has another use for arrows). Space
   * presses there: at once where a click is meant, else until space is pressed again. Shift and space take away.
   */
  private crosshairKey(event: KeyboardEvent): boolean {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    const { size, view } = this.stage;
    if (direction && !event.ctrlKey && !event.metaKey) {
      const step = event.shiftKey ? 1 : 10 / view.scale;
      const [x, y] = this.stage.crosshair ?? this.middle;
      const place = clampToPicture(
        [x + (direction[0] as number) * step, y + (direction[1] as number) * step],
        size,
      );
      this.stage.moveCrosshair(place);
      this.onPointer(place);
      const touch = this.keyTouch(event, place);
      if (this.gesture?.pointer === keyboard) {
        this.gesture.moved ||= distance(touch.screen, this.gesture.start) > 0;
        this.toolbox.current.move?.(touch);
      } else {
        this.toolbox.current.hover?.(touch);
      }
      return true;
    }
    const { crosshair } = this.stage;
    if (event.key !== ' ' || !crosshair) return false;
    if (!event.repeat) this.pressByKey(this.keyTouch(event, crosshair));
    return true;
  }

  private pressByKey(touch: Touch): void {
    const { gesture } = this;
    if (gesture?.pointer === keyboard) {
      this.gesture = undefined;
      this.toolbox.current.release?.(touch, gesture.moved);
      return;
    }
    if (gesture) return;
    const what = this.toolbox.current.press(touch);
    if (what === 'click') this.toolbox.current.release?.(touch, false);
    if (what !== 'drag') return;
    this.gesture = { what, pointer: keyboard, start: touch.screen, last: touch.screen, moved: false };
    this.store.set({ status: 'Move with the arrow keys; space ends it, Escape gives it up.' });
  }

  /** Where the crosshair comes first: the middle of what is in sight. */
  private get middle(): Point {
    const { visible, size } = this.stage;
    const [x1, y1, x2, y2] = visible ?? [0, 0, size.width, size.height];
    return [(x1 + x2) / 2, (y1 + y2) / 2];
  }

  private keyTouch(event: KeyboardEvent, place: Point): Touch {
    return {
      place,
      inside: place,
      screen: toScreen(this.stage.view, place),
      by: 'keys',
      secondary: event.key === ' ' && event.shiftKey,
      shift: false,
      alt: event.key === ' ' && event.altKey,
      ctrl: event.ctrlKey || event.metaKey,
      pressure: 1,
      double: false,
    };
  }

  private touch(event: PointerEvent, gesture?: Gesture): Touch {
    const screen = this.screen(event);
    const place = this.place(screen);
    return {
      place,
      inside: clampToPicture(place, this.stage.size),
      screen,
      by: event.pointerType === 'pen' || event.pointerType === 'touch' ? event.pointerType : 'mouse',
      secondary: event.button === 2 || isOtherEnd(event),
      shift: event.shiftKey,
      alt: event.altKey,
      ctrl: event.ctrlKey || event.metaKey,
      pressure: event.pointerType === 'pen' && event.pressure > 0 ? event.pressure : 1,
      double: gesture !== undefined && this.lastPress === undefined,
    };
  }

  private screen(event: MouseEvent): Point {
    const { left, top } = this.stage.container.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private place(screen: Point): Point {
    return toPicture(this.stage.view, screen);
  }
}

/** A pen that is turned around, or whose barrel button is held. */
const isOtherEnd = ({ pointerType, buttons }: PointerEvent) =>
  pointerType === 'pen' && (buttons & 0b100010) !== 0;

const distance = ([ax, ay]: Point, [bx, by]: Point) => Math.hypot(ax - bx, ay - by);
