/**
 * Keys of the panel. Actions are VS Code commands with keys of their own (src/protocol/actions.ts): VS Code hears each key
 * that this page lets through, and sends the action back. Here are only keys that are held, what takes a step of a drawing
 * back before VS Code's undo does, and what keeps typing apart.
 */
import { actionOfChord } from '../../src/protocol/actions';
import type { CanvasGestures } from './canvas/gestures';
import type { CanvasStage } from './canvas/stage';
import type { PanelStore } from './store';
import type { Toolbox } from './tools/toolbox';

/** Registers the actions of the canvas and listens, until the returned function is called. */
export function listenForKeys(
  store: PanelStore,
  stage: CanvasStage,
  gestures: CanvasGestures,
  toolbox: Toolbox,
): () => void {
  const stopActions = store.actions.on({
    'draft.accept': () => {
      if (isCanvas(document.activeElement, stage)) toolbox.accept();
    },
    'draft.reject': () => {
      if (!gestures.abandon()) toolbox.reject();
    },
    'view.fit': () => stage.fit(),
    'view.actualSize': () => stage.actualSize(),
    'view.zoomIn': () => stage.zoom(stage.view.scale * 1.25),
    'view.zoomOut': () => stage.zoom(stage.view.scale / 1.25),
    'view.list': () => store.set({ listOpen: !document.querySelector('.regions') }),
    insertIntoNote: () => void store.insert(),
  });
  const end = new AbortController();
  const { signal } = end;
  document.addEventListener(
    'keydown',
    (event) => {
      // VS Code would take what is typed into a text for the keys of actions.
      if (isTyping(event)) {
        const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
        if (plain || actionOfChord(event)) event.stopPropagation();
      } else if (stepsDraft(event, toolbox)) {
        event.stopPropagation();
        event.preventDefault();
      } else if (event.key === ' ' && isCanvas(event.target, stage)) {
        // Buttons take space themselves.
        gestures.holdSpace(true);
        event.preventDefault();
      }
    },
    { signal },
  );
  document.addEventListener('keyup', (event) => event.key === ' ' && gestures.holdSpace(false), { signal });
  const modifiers = (event: KeyboardEvent) => {
    if (['Control', 'Meta', 'Shift', 'Alt'].includes(event.key) && !event.repeat)
      gestures.modifiersChanged({
        shift: event.shiftKey,
        alt: event.altKey,
        ctrl: event.ctrlKey || event.metaKey,
      });
  };
  document.addEventListener('keydown', modifiers, { signal });
  document.addEventListener('keyup', modifiers, { signal });
  window.addEventListener(
    'blur',
    () => {
      gestures.holdSpace(false);
      toolbox.prompting.release();
    },
    { signal },
  );
  return () => {
    end.abort();
    stopActions();
  };
}

/** Undo, redo and Backspace are of what is being drawn, while something is. */
function stepsDraft(event: KeyboardEvent, toolbox: Toolbox): boolean {
  const key = event.key.toLowerCase();
  if (key === 'backspace') return toolbox.stepBack();
  if (!event.ctrlKey && !event.metaKey) return false;
  if (key === 'z' && !event.shiftKey) return toolbox.stepBack();
  return (key === 'y' || key === 'z') && toolbox.stepForward();
}

const isCanvas = (target: EventTarget | null, stage: CanvasStage) =>
  target === stage.container || target === document.body;

/** True while the keys go into a text. */
function isTyping(event: Event): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable) ||
    (target instanceof HTMLInputElement && !['range', 'color', 'checkbox', 'radio'].includes(target.type))
  );
}
