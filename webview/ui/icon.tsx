/** VS Code's icons, by their codicon names, and a few of our own for what VS Code has none. */
import '@vscode/codicons/dist/codicon.css';

export type IconName =
  | 'add'
  | 'check'
  | 'chevron-left'
  | 'chevron-right'
  | 'chrome-close'
  | 'circle-filled'
  | 'clear-all'
  | 'copy'
  | 'chrome-maximize'
  | 'cursor'
  | 'discard'
  | 'eraser'
  | 'error'
  | 'eye'
  | 'eye-closed'
  | 'file-media'
  | 'info'
  | 'insert'
  | 'layers'
  | 'layout-panel'
  | 'layout-sidebar-right'
  | 'layout-sidebar-right-off'
  | 'markdown'
  | 'mention'
  | 'lock'
  | 'move'
  | 'pencil'
  | 'question'
  | 'redo'
  | 'refresh'
  | 'save'
  | 'screen-full'
  | 'settings'
  | 'sparkle'
  | 'symbol-ruler'
  | 'wand'
  | 'search'
  | 'edit'
  | 'target'
  | 'trash'
  | 'unlock'
  | 'warning'
  | 'zoom-in'
  | keyof typeof drawn;

/** Outlines on a square of 16. */
const drawn = {
  polygon:
    'M3.5 5.5 9 2.5l4.5 5-3 5.5h-6z M2.5 4.5h2v2h-2z M8 1.5h2v2H8z M12.5 6.5h2v2h-2z M9.5 12h2v2h-2z M3.5 12h2v2h-2z',
  lasso:
    'M8 2.5c3.3 0 6 1.7 6 3.9s-2.7 3.9-6 3.9-6-1.7-6-3.9 2.7-3.9 6-3.9z M5 9.8c-1.2.6-1.3 2-.2 2.4 1 .3 1.6-.6 1-1.6 M4.8 12.2c0 1-.4 1.7-1.3 2.3',
  brush:
    'M13.6 2.4c-.7-.7-1.5-.5-2.2.1L6.2 7.9l1.9 1.9 5.4-5.2c.6-.7.8-1.5.1-2.2z M5.6 8.6c-1.5 0-2.3 1-2.5 2.2-.1 1-.5 1.7-1.4 2.1 2.3.9 5.6.5 5.7-2.4',
} as const;

/** A picture without a meaning of its own: the control around it has the name. */
export function Icon({ name }: { name: IconName }) {
  if (name in drawn)
    return (
      <svg class="drawn-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d={drawn[name as keyof typeof drawn]}
          fill="none"
          stroke="currentColor"
          stroke-linejoin="round"
          stroke-linecap="round"
        />
      </svg>
    );
  return <span class={`codicon codicon-${name}`} aria-hidden="true" />;
}
