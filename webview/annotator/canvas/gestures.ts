/** Pointer, wheel and keys on the canvas → prompts, selection, pan and zoom. */
import type { Point, Prompt } from '../../../src/protocol/geometry';
import type { PanelStore } from '../store';
import { drawBox, drawLine, promptColors } from './promptPaint';
import type { CanvasStage } from './stage';
import { clampToPicture, isInside, toPicture } from './viewport';

/** A press that moves less than this (screen pixels) is a click. */
const clickSlack = 5;

type Gesture =
  | { kind: 'pan'; select: boolean }
  | { kind: 'click'; act: (place: Point) => void }
  | { kind: 'box' }
  | { kind: 'stroke'; points: Point[]; label: 0 | 1 };

/** Listens to the canvas until disposed. */
export class CanvasGestures {
  private gesture: { what: Gesture; pointer: number; start: Point; last: Point; moved: boolean } | undefined;
  private spaceHeld = false;
  private readonly end = new AbortController();

  constructor(
    private readonly stage: CanvasStage,
    private readonly store: PanelStore,
    /** Hears where the pointer is in the picture. */
    private readonly onPointer: (place: Point | undefined) => void,
  ) {
    const { container } = stage;
    const options = { signal: this.end.signal };
    container.addEventListener('pointerdown', (event) => this.press(event), options);
    container.addEventListener('pointermove', (event) => this.move(event), options);
    container.addEventListener('pointerup', (event) => this.release(event), options);
    container.addEventListener('pointercancel', () => this.abandon(), options);
    container.addEventListener('pointerleave', () => this.onPointer(undefined), options);
    container.addEventListener('contextmenu', (event) => event.preventDefault(), options);
    container.addEventListener('keydown', (event) => this.arrowKey(event), options);
    container.addEventListener('wheel', (event) => this.wheel(event), { ...options, passive: false });
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

  /** Gives up what is being drawn. @returns false when nothing was */
  abandon(): boolean {
    const had = this.gesture !== undefined;
    this.gesture = undefined;
    this.stage.paintDraft = () => undefined;
    this.stage.redrawDraft();
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
    if (this.gesture) return;
    const start = this.screen(event);
    const what = this.gestureFor(event, start);
    if (!what) return;
    event.preventDefault();
    this.stage.moveCrosshair(undefined);
    this.stage.container.setPointerCapture(event.pointerId);
    this.gesture = { what, pointer: event.pointerId, start, last: start, moved: false };
  }

  private gestureFor(event: PointerEvent, start: Point): Gesture | undefined {
    const { tool } = this.store.state;
    const place = this.place(start);
    if (event.button === 1 || (this.spaceHeld && event.button === 0)) return { kind: 'pan', select: false };
    if (event.button !== 0 && event.button !== 2) return undefined;
    if (tool === 'select') return event.button === 0 ? { kind: 'pan', select: true } : undefined;
    const marker = this.stage.promptAt(start);
    if (marker >= 0) return { kind: 'click', act: () => this.store.removePrompt(marker) };
    if (tool === 'box') return event.button === 0 ? { kind: 'box' } : undefined;
    const label = event.button === 2 || event.shiftKey || event.altKey ? 0 : 1;
    if (tool === 'stroke') return { kind: 'stroke', points: [clampToPicture(place, this.stage.size)], label };
    return {
      kind: 'click',
      act: (at) => isInside(at, this.stage.size) && this.send({ type: 'point', point: at, label }),
    };
  }

  private move(event: PointerEvent): void {
    const screen = this.screen(event);
    const place = this.place(screen);
    this.onPointer(isInside(place, this.stage.size) ? place : undefined);
    if (this.store.state.tool === 'select' && !this.gesture) {
      const hoverId = this.stage.regionAt(place);
      if (hoverId !== this.store.state.hoverId) this.store.set({ hoverId });
    }
    const { gesture } = this;
    if (!gesture || gesture.pointer !== event.pointerId) return;
    gesture.moved ||= Math.hypot(screen[0] - gesture.start[0], screen[1] - gesture.start[1]) > clickSlack;
    const inside = clampToPicture(place, this.stage.size);
    switch (gesture.what.kind) {
      case 'pan':
        if (gesture.moved) this.stage.pan(screen[0] - gesture.last[0], screen[1] - gesture.last[1]);
        break;
      case 'click':
        // A press that becomes a drag moves the picture, as on a map.
        if (gesture.moved) gesture.what = { kind: 'pan', select: false };
        break;
      case 'box': {
        const [x, y] = clampToPicture(this.place(gesture.start), this.stage.size);
        this.stage.paintDraft = (context, scale) => drawBox(context, [x, y, inside[0], inside[1]], scale);
        this.stage.redrawDraft();
        break;
      }
      case 'stroke': {
        const [x, y] = gesture.last;
        if (Math.hypot(screen[0] - x, screen[1] - y) < 2) return;
        const { points, label } = gesture.what;
        points.push(inside);
        this.stage.paintDraft = (context, scale) => drawLine(context, points, promptColors[label], scale);
        this.stage.redrawDraft();
        break;
      }
    }
    gesture.last = screen;
  }

  private release(event: PointerEvent): void {
    const { gesture } = this;
    if (!gesture || gesture.pointer !== event.pointerId) return;
    this.abandon();
    const { what, start, moved } = gesture;
    switch (what.kind) {
      case 'pan':
        if (what.select && !moved) this.store.select(this.stage.regionAt(this.place(start)));
        break;
      case 'click':
        what.act(this.place(start));
        break;
      case 'box': {
        const [ax, ay] = clampToPicture(this.place(start), this.stage.size);
        const [bx, by] = clampToPicture(this.place(this.screen(event)), this.stage.size);
        const box: [number, number, number, number] = [
          Math.min(ax, bx),
          Math.min(ay, by),
          Math.max(ax, bx),
          Math.max(ay, by),
        ];
        if (moved && box[2] - box[0] >= 1 && box[3] - box[1] >= 1) this.send({ type: 'box', box });
        else this.store.set({ status: 'Drag from one corner of the thing to the other.' });
        break;
      }
      case 'stroke':
        if (moved) this.send({ type: 'stroke', points: what.points, label: what.label });
        else if (isInside(what.points[0] as Point, this.stage.size))
          this.send({ type: 'point', point: what.points[0] as Point, label: what.label });
        break;
    }
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // A pinch arrives as a wheel with Ctrl and small steps.
    const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002));
    this.stage.zoom(this.stage.view.scale * Math.min(4, Math.max(0.25, factor)), this.screen(event));
  }

  /** Arrows move a crosshair (Shift: by single pixels), space sets a point there, Shift+Space takes away. */
  private arrowKey(event: KeyboardEvent): void {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    const { crosshair, size, view } = this.stage;
    if (direction && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const step = event.shiftKey ? 1 : 10 / view.scale;
      const [x, y] = crosshair ?? [size.width / 2, size.height / 2];
      const place = clampToPicture(
        [x + (direction[0] as number) * step, y + (direction[1] as number) * step],
        size,
      );
      this.stage.moveCrosshair(place);
      this.onPointer(place);
      event.preventDefault();
    } else if (event.key === ' ' && crosshair && !event.repeat) {
      this.send({ type: 'point', point: crosshair, label: event.shiftKey ? 0 : 1 });
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private send(prompt: Prompt): void {
    this.store.prompt(prompt);
  }

  private screen(event: MouseEvent): Point {
    const { left, top } = this.stage.container.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private place(screen: Point): Point {
    return toPicture(this.stage.view, screen);
  }
}
