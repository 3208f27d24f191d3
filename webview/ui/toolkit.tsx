/**
 * Controls that look like VS Code's. Only this folder knows that they come from @vscode/webview-ui-toolkit, which is
 * archived: when it must go, this file changes and nothing else.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { ComponentChildren, JSX, Ref } from 'preact';
import { Icon, type IconName } from './icon';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextField(), vsCodeProgressRing());

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': HTMLAttributes<HTMLElement> & {
        appearance?: string;
        disabled?: boolean;
        ref?: Ref<HTMLElement>;
      };
      'vscode-text-field': HTMLAttributes<HTMLElement> & {
        value?: string;
        placeholder?: string;
        disabled?: boolean;
        ref?: Ref<HTMLElement>;
      };
      'vscode-progress-ring': HTMLAttributes<HTMLElement>;
    }
  }
}

type Common = Pick<JSX.HTMLAttributes<HTMLElement>, 'id' | 'class' | 'tabIndex' | 'title'> & {
  disabled?: boolean;
};

/** A button with words. */
export function Button(
  props: Common & { appearance?: 'primary' | 'secondary'; onClick(): void; children: ComponentChildren },
) {
  const { appearance = 'primary', children, ...rest } = props;
  return (
    <vscode-button appearance={appearance} {...rest}>
      {children}
    </vscode-button>
  );
}

/**
 * A button with a picture; its name is its tooltip too. `pressed` makes it a toggle, `hasPopup` says that it opens a menu:
 * the toolkit's button would keep that from screen readers, so this one is the browser's own.
 */
export function IconButton(
  props: Common & {
    icon: IconName;
    label: string;
    keys?: string | undefined;
    pressed?: boolean;
    hasPopup?: boolean;
    /** Whether that menu is open. */
    expanded?: boolean;
    onClick(event: MouseEvent): void;
  },
) {
  const { icon, label, keys, pressed, hasPopup, expanded, class: className, ...rest } = props;
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      aria-haspopup={hasPopup ? 'menu' : undefined}
      aria-expanded={expanded}
      title={keys ? `${label} (${keys})` : label}
      class={`icon-button ${pressed ? 'pressed' : ''} ${(className as string | undefined) ?? ''}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

/** One line of text. Undo keys stay inside: VS Code would undo the document instead of the text. */
export function TextField(
  props: Common & {
    label: string;
    value: string;
    placeholder?: string;
    fieldRef?: Ref<HTMLElement>;
    onInput(value: string): void;
    onEnter(): void;
    onEscape?(): void;
  },
) {
  const { label, fieldRef, onInput, onEnter, onEscape, ...rest } = props;
  return (
    <vscode-text-field
      ref={fieldRef}
      aria-label={label}
      onInput={(event) => onInput((event.currentTarget as HTMLInputElement).value)}
      onKeyDown={(event) => {
        keepUndoInside(event);
        if (event.isComposing) return;
        if (event.key === 'Enter') onEnter();
        if (event.key === 'Escape') onEscape?.();
      }}
      {...rest}
    />
  );
}

/** Keeps Ctrl+Z and Ctrl+Y with the text that is being typed. */
export function keepUndoInside(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && ['z', 'y'].includes(event.key.toLowerCase()))
    event.stopPropagation();
}

/** Something is under way. */
export function ProgressRing() {
  return <vscode-progress-ring aria-hidden="true" />;
}
