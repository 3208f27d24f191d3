/** VS Code's icons, by their codicon names. */
import '@vscode/codicons/dist/codicon.css';

export type IconName =
  | 'add'
  | 'check'
  | 'chrome-close'
  | 'circle-filled'
  | 'chrome-maximize'
  | 'discard'
  | 'error'
  | 'eye'
  | 'eye-closed'
  | 'info'
  | 'insert'
  | 'layers'
  | 'layout-sidebar-right'
  | 'layout-sidebar-right-off'
  | 'move'
  | 'pencil'
  | 'redo'
  | 'save'
  | 'screen-full'
  | 'search'
  | 'edit'
  | 'target'
  | 'trash'
  | 'warning'
  | 'zoom-in';

/** A picture without a meaning of its own: the control around it has the name. */
export function Icon({ name }: { name: IconName }) {
  return <span class={`codicon codicon-${name}`} aria-hidden="true" />;
}
