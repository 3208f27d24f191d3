/** Keys of the panel. Undo, redo and save are VS Code's own and are not listened for. */
import type { CanvasGestures } from './canvas/gestures';
import type { CanvasStage } from './canvas/stage';
import type { PanelStore, ToolName } from './store';

const toolKeys: Record<string, ToolName> = { v: 'select', p: 'point', b: 'box', s: 'stroke' };

/** Listens until the returned function is called. */
export function listenForKeys(store: PanelStore, stage: CanvasStage, gestures: CanvasGestures): () => void {
  const onDown = (event: KeyboardEvent) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const tool = toolKeys[key];
    const { activeId } = store.state;
    if (tool) {
      if (tool === 'select' || store.promptKinds.has(tool)) store.set({ tool });
    } else if (key === ' ') {
      // Buttons take space themselves.
      if (event.target !== stage.container && event.target !== document.body) return;
      gestures.holdSpace(true);
    } else if (key === 'n' || (key === 'Enter' && isCanvas(event, stage))) {
      store.finish();
    } else if (key === 'i') {
      void store.insert();
    } else if (key === 'f') {
      stage.fit();
    } else if (key === '1') {
      stage.actualSize();
    } else if (key === '+' || key === '=') {
      stage.zoom(stage.view.scale * 1.25);
    } else if (key === '-') {
      stage.zoom(stage.view.scale / 1.25);
    } else if (key === 'l') {
      store.set({ listOpen: !document.querySelector('.regions') });
    } else if (key === 'Escape') {
      if (!gestures.abandon()) store.select(undefined);
      stage.moveCrosshair(undefined);
    } else if (key === 'Delete' || key === 'Backspace') {
      if (activeId !== undefined) store.remove(activeId);
    } else {
      return;
    }
    event.preventDefault();
  };
  const onUp = (event: KeyboardEvent) => {
    if (event.key === ' ') gestures.holdSpace(false);
  };
  const onBlur = () => gestures.holdSpace(false);
  document.addEventListener('keydown', onDown);
  document.addEventListener('keyup', onUp);
  window.addEventListener('blur', onBlur);
  return () => {
    document.removeEventListener('keydown', onDown);
    document.removeEventListener('keyup', onUp);
    window.removeEventListener('blur', onBlur);
  };
}

const isCanvas = (event: Event, stage: CanvasStage) =>
  event.target === stage.container || event.target === document.body;

/** True while the keys go into a text. */
function isTyping(event: Event): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['range', 'color', 'checkbox'].includes(target.type))
  );
}
