/** Controls of the viewers' toolbars. They are the browser's own, in VS Code's colours. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export function Button(props: {
  label: string;
  /** What is shown; absent: the label. */
  children?: ComponentChildren;
  keys?: string;
  pressed?: boolean;
  disabled?: boolean;
  primary?: boolean;
  onClick(): void;
}) {
  const { label, children, keys, pressed, disabled, primary, onClick } = props;
  return (
    <button
      type="button"
      class={`button ${primary ? 'primary' : ''}`}
      aria-label={children === undefined ? undefined : label}
      title={keys ? `${label} (${keys})` : label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {children ?? label}
    </button>
  );
}

export function Select<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange(value: T): void;
}) {
  const { label, value, options, onChange } = props;
  const id = useId();
  return (
    <span class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([name]) => name === event.currentTarget.value);
          if (chosen) onChange(chosen[0]);
        }}
      >
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}

export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value as a person reads it. */
  text: string;
  onInput(value: number): void;
}) {
  const { label, text, onInput, ...range } = props;
  const id = useId();
  return (
    <span class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        aria-valuetext={text}
        {...range}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
      <output for={id}>{text}</output>
    </span>
  );
}

export function Check(props: { label: string; checked: boolean; onChange(checked: boolean): void }) {
  const id = useId();
  return (
    <span class="field">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
    </span>
  );
}
