/**
 * Which menu VS Code opens on the picture: that of the selected regions, or that of the picture. VS Code reads it from the
 * attribute `data-vscode-context` at the moment of the right click, and its entries are actions (src/protocol/actions.ts).
 */
import type { CanvasStage } from './canvas/stage';
import { toPicture } from './canvas/viewport';
import { clickSelection } from './regions/selection';
import type { PanelStore } from './store';

/** The attribute's value for a section of package.json's `webview/context`. */
export const menuContext = (webviewSection: 'region' | 'picture') =>
  JSON.stringify({ webviewSection, preventDefaultContextMenuItems: true });

/** Looks at each right click on the canvas before VS Code does, until the returned function is called. */
export function chooseMenu(store: PanelStore, stage: CanvasStage): () => void {
  const { container } = stage;
  const onMenu = (event: MouseEvent) => {
    const { left, top } = container.getBoundingClientRect();
    // The menu key opens the menu of what is selected, wherever the pointer is.
    const byKey = event.button !== 2;
    const hit = byKey
      ? store.state.activeId
      : stage.regionAt(toPicture(stage.view, [event.clientX - left, event.clientY - top]));
    if (store.state.tool === 'select' && hit !== undefined && !store.state.selected.includes(hit))
      store.set({ selected: clickSelection(store.annotations, [], hit) });
    container.dataset['vscodeContext'] = menuContext(hit === undefined ? 'picture' : 'region');
  };
  container.addEventListener('contextmenu', onMenu, { capture: true });
  return () => container.removeEventListener('contextmenu', onMenu, { capture: true });
}
