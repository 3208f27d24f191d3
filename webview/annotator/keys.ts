/**
 * Keys of the panel. Actions are VS Code commands with keys of their own (src/protocol/actions.ts): VS Code hears each key
 * that this page lets through, and sends the action back. Here are only keys that are held, and what keeps typing apart.
 */
import { actionOfChord } from '../../src/protocol/actions';
import { focusChanged } from '../../src/protocol/annotator';
import type { CanvasGestures } from './canvas/gestures';
import type { CanvasStage } from './canvas/stage';
import type { PanelStore, ToolName } from './store';

/** Registers the actions of the canvas and listens, until the returned function is called. */
export function listenForKeys(store: PanelStore, stage: CanvasStage, gestures: CanvasGestures): () => void {
  const tool = (name: ToolName) => () => {
    if (name === 'select' || store.promptKinds.has(name)) store.set({ tool: name });
  };
  const stopActions = store.actions.on({
    'tool.select': tool('select'),
    'tool.point': tool('point'),
    'tool.box': tool('box'),
    'tool.stroke': tool('stroke'),
    'draft.accept': () => {
      if (isCanvas(document.activeElement, stage)) store.finish();
    },
    'draft.reject': () => {
      if (!gestures.abandon()) store.select(undefined);
      stage.moveCrosshair(undefined);
    },
    'region.new': () => store.finish(),
    'regions.delete': () => {
      if (store.state.activeId !== undefined) store.remove(store.state.activeId);
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
      } else if (event.key === ' ' && isCanvas(event.target, stage)) {
        // Buttons take space themselves.
        gestures.holdSpace(true);
        event.preventDefault();
      }
    },
    { signal },
  );
  document.addEventListener('keyup', (event) => event.key === ' ' && gestures.holdSpace(false), { signal });
  const tellFocus = (focused: boolean) => store.host.send(focusChanged, { focused });
  window.addEventListener('focus', () => tellFocus(true), { signal });
  window.addEventListener(
    'blur',
    () => {
      gestures.holdSpace(false);
      tellFocus(false);
    },
    { signal },
  );
  if (document.hasFocus()) tellFocus(true);
  return () => {
    end.abort();
    stopActions();
  };
}

const isCanvas = (target: EventTarget | null, stage: CanvasStage) =>
  target === stage.container || target === document.body;

/** True while the keys go into a text. */
function isTyping(event: Event): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable) ||
    (target instanceof HTMLInputElement && !['range', 'color', 'checkbox'].includes(target.type))
  );
}
