import { useEffect, useRef, useState } from 'preact/hooks';
import type { Annotation } from '../../src/protocol/annotator';
import { colorOf } from '../../src/protocol/colors';
import { IconButton, keepUndoInside } from '../ui/toolkit';
import { useStore } from './hooks';

/** The regions as a list that the keyboard and a screen reader can walk; the last drawn is at the end. */
export function RegionList() {
  const [store, state] = useStore();
  const [renaming, setRenaming] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  const annotations = store.annotations;
  const at = annotations.findIndex(({ id }) => id === state.activeId);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [state.activeId, annotations.length]);

  const focusRow = (index: number) => {
    const annotation = annotations[index];
    if (!annotation) return;
    store.select(annotation.id);
    list.current?.querySelectorAll<HTMLElement>('[role="option"]')[index]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (renaming !== undefined || (event.target as HTMLElement).getAttribute('role') !== 'option') return;
    const last = annotations.length - 1;
    const next = { ArrowDown: Math.min(last, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: last }[
      event.key
    ];
    if (next !== undefined) focusRow(next);
    else if (event.key === 'F2' || event.key === 'Enter') setRenaming(annotations[at]?.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <aside class="regions" aria-label="Regions">
      <h2>
        Regions <span class="count">{annotations.length}</span>
      </h2>
      {annotations.length === 0 && <p class="empty">No regions yet.</p>}
      <div ref={list} role="listbox" aria-label="Regions" onKeyDown={onKeyDown}>
        {annotations.map((annotation, index) => (
          <Row
            key={annotation.id}
            annotation={annotation}
            index={index}
            selected={index === at}
            focusable={index === Math.max(0, at)}
            working={state.pending.has(annotation.id)}
            renaming={renaming === annotation.id}
            onRename={(rename) => setRenaming(rename ? annotation.id : undefined)}
          />
        ))}
      </div>
    </aside>
  );
}

function Row(props: {
  annotation: Annotation;
  index: number;
  selected: boolean;
  focusable: boolean;
  working: boolean;
  renaming: boolean;
  onRename(rename: boolean): void;
}) {
  const [store] = useStore();
  const { annotation, index, selected, renaming, onRename } = props;
  const { id, hidden } = annotation;
  const name = annotation.label ?? `Region ${index + 1}`;
  const hover = (over: boolean) => store.set({ hoverId: over ? id : undefined });
  return (
    <div
      class={`region ${selected ? 'selected' : ''} ${hidden ? 'hidden' : ''}`}
      role="none"
      onPointerEnter={() => hover(true)}
      onPointerLeave={() => hover(false)}
    >
      <input
        type="color"
        class="swatch"
        tabIndex={selected ? 0 : -1}
        aria-label={`Colour of ${name}`}
        title="Colour"
        value={hexColor(colorOf(annotation))}
        onChange={(event) => store.change(id, 'Change Colour', { color: event.currentTarget.value })}
      />
      {renaming ? (
        <Rename
          name={annotation.label ?? ''}
          onDone={(label) => {
            onRename(false);
            if (label !== undefined && label !== (annotation.label ?? ''))
              store.change(id, 'Rename Region', { label: label || undefined });
          }}
        />
      ) : (
        <div
          class="name"
          role="option"
          aria-selected={selected}
          aria-label={`${name}${hidden ? ', hidden' : ''}`}
          tabIndex={props.focusable ? 0 : -1}
          title="Double-click to rename"
          onClick={() => store.select(id)}
          onDblClick={() => onRename(true)}
        >
          <span class={annotation.label === undefined ? 'text unnamed' : 'text'}>{name}</span>
          <span class="detail">{props.working ? '…' : detail(annotation)}</span>
        </div>
      )}
      <span class="actions">
        <IconButton
          icon="pencil"
          label={`Rename ${name}`}
          tabIndex={selected ? 0 : -1}
          onClick={() => onRename(true)}
        />
        <IconButton
          icon={hidden ? 'eye-closed' : 'eye'}
          label={hidden ? `Show ${name}` : `Hide ${name}`}
          tabIndex={selected ? 0 : -1}
          onClick={() =>
            store.change(id, hidden ? 'Show Region' : 'Hide Region', { hidden: !hidden || undefined })
          }
        />
        <IconButton
          icon="trash"
          label={`Delete ${name}`}
          tabIndex={selected ? 0 : -1}
          onClick={() => store.remove(id)}
        />
      </span>
    </div>
  );
}

function Rename({ name, onDone }: { name: string; onDone(label: string | undefined): void }) {
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  const finish = (label: string | undefined) => {
    // Leaving the field by Enter or Escape also blurs it.
    if (done.current) return;
    done.current = true;
    onDone(label);
  };
  useEffect(() => field.current?.select(), []);
  return (
    <input
      ref={field}
      class="rename"
      aria-label="Label"
      defaultValue={name}
      placeholder="Label"
      onKeyDown={(event) => {
        keepUndoInside(event);
        if (event.isComposing) return;
        if (event.key === 'Enter') finish(event.currentTarget.value.trim());
        else if (event.key === 'Escape') finish(undefined);
        else return;
        event.stopPropagation();
      }}
      onBlur={(event) => finish(event.currentTarget.value.trim())}
    />
  );
}

/** The score of a region that a model made; the kind of another one. */
function detail({ geometry, score }: Annotation): string {
  if (score !== undefined) return score.toFixed(2);
  return geometry.type === 'mask' ? '' : geometry.type;
}

/** Colour inputs take #rrggbb only. */
const hexColor = (color: string) => (/^#[0-9a-f]{6}$/i.test(color) ? color : '#808080');
