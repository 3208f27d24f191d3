/** What a tool of the canvas is: it hears the pointer or the crosshair of the keyboard, and paints what it has in hand. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Point } from '../../../src/protocol/geometry';
import type { CanvasStage } from '../canvas/stage';
import type { PanelStore } from '../store';
import type { Edits } from './edits';
import type { Prompting } from './prompting';
import type { ToolSettings } from './settings';

export const toolNames = [
  'select',
  'point',
  'box',
  'polygon',
  'brush',
  'eraser',
  'stroke',
  'lasso',
  'measure',
] as const;
export type ToolName = (typeof toolNames)[number];

/** Where the pointer, or the crosshair of the keyboard, is, and what is held with it. */
export interface Touch {
  /** In pixels of the picture; may lie beside it. */
  place: Point;
  /** The nearest place of the picture. */
  inside: Point;
  /** In CSS pixels of the canvas. */
  screen: Point;
  by: 'mouse' | 'pen' | 'touch' | 'keys';
  /** The right button, the barrel button or the other end of a pen: takes away. */
  secondary: boolean;
  shift: boolean;
  alt: boolean;
  /** Ctrl or Cmd. */
  ctrl: boolean;
  /** Of a pen, 0–1; 1 for all else. */
  pressure: number;
  /** The second press of a double click. */
  double: boolean;
}

/**
 * What a press begins: a `drag` hears every move until the release; of a `click` only a release without a move comes, and
 * a move pans the picture instead.
 */
export type Grip = 'drag' | 'click';

export interface Tool {
  /** @returns undefined when the press means nothing here */
  press(touch: Touch): Grip | undefined;
  move?(touch: Touch): void;
  /** @param moved whether the pointer has left the place of the press by more than a click's slack */
  release?(touch: Touch, moved: boolean): void;
  /** The pointer moves with nothing pressed; undefined when it has left the canvas. */
  hover?(touch: Touch | undefined): void;
  /** A key inside the canvas. @returns true when it is used up */
  key?(event: KeyboardEvent): boolean;
  keyUp?(event: KeyboardEvent): void;
  /** Gives up a press that has not been released. */
  abandon?(): void;
  /** Ends what is being drawn, as Enter does. @returns false when nothing is */
  accept?(): boolean;
  /** Gives up what is being drawn, as Escape does. @returns false when nothing is */
  reject?(): boolean;
  /** Takes one step of what is being drawn back. @returns false when there is none */
  stepBack?(): boolean;
  /** Takes one step that was taken back again. @returns false when there is none */
  stepForward?(): boolean;
  /** What is being drawn, in pixels of the picture; `scale` is screen pixels per pixel of the picture. */
  paint?(context: CanvasRenderingContext2D, scale: number): void;
  /** CSS cursor at a place; undefined for the crosshair. */
  cursor?(touch: Touch): string | undefined;
}

/** What all tools work with. */
export interface ToolContext {
  readonly store: PanelStore;
  readonly stage: CanvasStage;
  readonly settings: ToolSettings;
  readonly edits: Edits;
  readonly prompting: Prompting;
}

/** True when a touch takes away from a region instead of adding. */
export const takesAway = ({ secondary, shift, alt }: Touch) => secondary || shift || alt;

/** True when gestures may change a region. */
export const isFree = ({ locked, hidden }: Annotation) => !locked && !hidden;
