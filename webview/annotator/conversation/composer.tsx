/** The box at the bottom: a question with chips for regions, or a phrase to find. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { colorOf } from '../../../src/protocol/colors';
import { Button, IconButton, keepUndoInside } from '../../ui/toolkit';
import { useStore } from '../hooks';
import { ChipEditor, type ChipRegion, type Mention } from './chipEditor';
import type { Mode } from './conversationState';
import { useConversation } from './hooks';
import { MentionList } from './mentionList';
import { NoPack, PackPicker } from './packPicker';
import { namesOf, type Part } from './parts';

const labels: Record<Mode, { label: string; placeholder: string; action: string; title: string }> = {
  ask: {
    label: 'Ask about the picture',
    placeholder: 'Ask about the picture; @ names a region',
    action: 'Ask',
    title: 'Answers in the conversation',
  },
  find: {
    label: 'Find in picture',
    placeholder: 'Find in picture…',
    action: 'Find',
    title: 'What is found becomes regions at once',
  },
};

/** Most regions that are offered for a chip. */
const mostOffered = 40;

/** @param draft what was being written before the panel was hidden; `onDraft` hears of it */
export function Composer({ draft, onDraft }: { draft: readonly Part[]; onDraft(parts: Part[]): void }) {
  const [store, state] = useStore();
  const conversation = useConversation();
  const { mode, modes, answering, pack } = conversation;
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<ChipEditor>();
  const [empty, setEmpty] = useState(true);
  const [mention, setMention] = useState<Mention>();
  const [chosen, setChosen] = useState(0);
  const listId = useId();

  const names = namesOf(store.annotations);
  const regions: ChipRegion[] = [
    ...store.annotations.map((each) => ({
      id: each.id,
      name: names.get(each.id) ?? each.id,
      color: colorOf(each),
    })),
    ...conversation.ghosts.map((each) => ({
      id: each.id,
      name: each.label ?? 'Found region',
      color: colorOf(each),
    })),
  ];
  const query = mention?.query.toLowerCase() ?? '';
  const offered = mention
    ? regions.filter(({ name }) => name.toLowerCase().includes(query)).slice(0, mostOffered)
    : [];
  const at = Math.min(chosen, Math.max(0, offered.length - 1));

  const changed = () => {
    const { current } = editor;
    if (!current) return;
    setEmpty(current.isEmpty);
    const found = mode === 'ask' && document.activeElement === current.root ? current.mention : undefined;
    setMention(found);
    if (found?.query !== mention?.query) setChosen(0);
    onDraft(current.parts);
  };
  useEffect(() => {
    if (!box.current) return;
    editor.current = new ChipEditor(box.current);
    editor.current.parts = draft;
    setEmpty(editor.current.isEmpty);
  }, [mode === undefined]);
  useEffect(() => {
    // The colour of a chip is its region's; a policy forbids style attributes in markup.
    box.current?.querySelectorAll<HTMLElement>('[data-region]').forEach((chip) => {
      const region = conversation.region(chip.dataset['region'] ?? '');
      chip.style.setProperty('--region', region ? colorOf(region) : 'currentColor');
      chip.classList.toggle('gone', !region);
      chip.classList.toggle('lit', isLit(chip.dataset['region'] ?? ''));
    });
  });
  const isLit = (id: string) => conversation.lit.includes(id) || state.hoverId === id;

  // A chip beside the caret lights its region.
  useEffect(() => {
    const onSelection = () => {
      // While a region is being chosen, that one is lit.
      if (document.activeElement === box.current && !editor.current?.mention)
        conversation.light(editor.current?.chipsAtCaret ?? []);
    };
    document.addEventListener('selectionchange', onSelection);
    return () => document.removeEventListener('selectionchange', onSelection);
  }, [conversation]);
  useEffect(() => {
    if (!state.phraseFocus) return;
    conversation.set({ wanted: 'find' });
    editor.current?.focus();
  }, [state.phraseFocus]);
  useEffect(
    () =>
      store.actions.on({
        'ask.focus': () => {
          conversation.set({ wanted: 'ask' });
          editor.current?.focus();
        },
        'ask.stop': () => void conversation.stop(),
      }),
    [store, conversation],
  );

  const insert = (region: ChipRegion, instead?: Range) => {
    editor.current?.insert(region, instead);
    setMention(undefined);
    changed();
  };
  const insertSelected = () =>
    store.selection.forEach((each) =>
      insert({ id: each.id, name: names.get(each.id) ?? each.id, color: colorOf(each) }),
    );
  const send = async () => {
    const { current } = editor;
    if (!current || current.isEmpty || mode === undefined) return;
    const { parts } = current;
    if (mode === 'find') {
      void store.find(
        parts
          .map((part) => ('text' in part ? part.text : part.name))
          .join('')
          .trim(),
        pack?.id,
      );
      return;
    }
    if (!(await conversation.ask(parts))) return;
    current.parts = [];
    changed();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    keepUndoInside(event);
    const { current } = editor;
    if (event.isComposing || !current) return;
    if (mention && offered.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        setChosen((at + step + offered.length) % offered.length);
        event.preventDefault();
        return;
      }
      if (event.key === 'Enter' || event.key === 'Tab') {
        insert(offered[at] as ChipRegion, mention.range);
        event.preventDefault();
        return;
      }
    }
    if (event.key === 'Escape') {
      if (mention) setMention(undefined);
      else document.querySelector<HTMLElement>('.canvas')?.focus();
      event.stopPropagation();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (event.shiftKey && mode === 'ask') current.type('\n');
      else void send();
    } else if (event.key === 'Backspace' || event.key === 'Delete') {
      if (current.removeChip(event.key === 'Backspace' ? 'before' : 'after')) event.preventDefault();
    }
  };

  if (mode === undefined) return <NoPack />;
  const { label, placeholder, action } = labels[mode];
  return (
    <form class="composer" onSubmit={(event) => event.preventDefault()}>
      {mention && offered.length > 0 && (
        <MentionList
          id={listId}
          regions={offered}
          chosen={at}
          onChoose={(region) => insert(region, mention.range)}
          onPoint={setChosen}
        />
      )}
      {modes.length > 1 && (
        <div class="modes" role="radiogroup" aria-label="What the box does">
          {modes.map((each) => (
            <button
              key={each}
              type="button"
              role="radio"
              aria-checked={each === mode}
              tabIndex={each === mode ? 0 : -1}
              title={labels[each].title}
              onClick={() => {
                conversation.set({ wanted: each });
                editor.current?.focus();
              }}
              onKeyDown={(event) => {
                if (!event.key.startsWith('Arrow')) return;
                const other = modes.find((one) => one !== each);
                if (other) conversation.set({ wanted: other });
                const group = event.currentTarget.parentElement;
                requestAnimationFrame(() =>
                  group?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus(),
                );
                event.preventDefault();
                event.stopPropagation();
              }}
            >
              {labels[each].action}
            </button>
          ))}
        </div>
      )}
      <div class={`field ${empty ? 'empty' : ''}`} data-placeholder={placeholder}>
        <div
          ref={box}
          class="editor"
          role="textbox"
          aria-label={label}
          aria-multiline={mode === 'ask'}
          aria-placeholder={placeholder}
          aria-autocomplete={mode === 'ask' ? 'list' : 'none'}
          aria-haspopup={mode === 'ask' ? 'listbox' : undefined}
          aria-controls={mention && offered.length ? listId : undefined}
          aria-activedescendant={mention && offered.length ? `${listId}-${at}` : undefined}
          contentEditable
          spellcheck={false}
          onInput={changed}
          onKeyDown={onKeyDown}
          onKeyUp={changed}
          onClick={changed}
          onBlur={() => {
            setMention(undefined);
            conversation.light([]);
          }}
          onPaste={(event) => {
            event.preventDefault();
            editor.current?.type(
              (event.clipboardData?.getData('text/plain') ?? '').replace(/\s*\n\s*/gu, ' '),
            );
          }}
          onDrop={(event) => event.preventDefault()}
          onPointerOver={(event) => {
            const id = (event.target as HTMLElement).dataset['region'];
            if (id !== undefined) conversation.light([id]);
          }}
          onPointerOut={() => conversation.light([])}
        />
      </div>
      {mode === 'ask' && (
        <IconButton
          icon="mention"
          label="Insert selected regions"
          disabled={!store.selection.length}
          onClick={insertSelected}
        />
      )}
      {answering ? (
        <Button key="stop" appearance="secondary" onClick={() => void conversation.stop()}>
          Stop
        </Button>
      ) : (
        <Button key="send" appearance="secondary" disabled={empty} onClick={() => void send()}>
          {action}
        </Button>
      )}
      <PackPicker />
    </form>
  );
}
