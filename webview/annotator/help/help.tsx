import { useEffect, useRef, useState } from 'preact/hooks';
import { actions, type ActionGroup, type ActionInfo } from '../../../src/protocol/actions';
import { runCommand } from '../../../src/protocol/annotator';
import { Button, IconButton, TextField } from '../../ui/toolkit';
import { useStore } from '../hooks';
import { pointerHelp, type PointerHelp } from './pointerHelp';
import { keyNames } from './keyNames';
import './help.css';

interface Entry {
  keys: readonly (readonly string[])[];
  what: string;
}

const groups = [...new Set(actions.map(({ group }) => group))];
const entriesOf = (group: ActionGroup): Entry[] =>
  (actions as readonly ActionInfo[])
    .filter((action) => action.group === group)
    .map(({ title, keys = [] }) => ({ what: title, keys: keys.map(keyNames) }));
const pointerEntries = ({ how, what }: PointerHelp): Entry => ({ what, keys: how.map((each) => [each]) });

/** All that keys, the mouse, a trackpad and a pen do; opened by its action. */
export function Help({ onShowHints }: { onShowHints(): void }) {
  const [store] = useStore();
  const [open, setOpen] = useState(false);
  useEffect(() => store.actions.on({ help: () => setOpen((before) => !before) }), [store]);
  if (!open) return null;
  return <HelpDialog onClose={() => setOpen(false)} onShowHints={onShowHints} />;
}

function HelpDialog({ onClose, onShowHints }: { onClose(): void; onShowHints(): void }) {
  const [store] = useStore();
  const [query, setQuery] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    field.current?.focus();
    return () => {
      // While it is open, nothing behind it takes the focus.
      dialog.current?.close();
      (before as HTMLElement | null)?.focus?.();
    };
  }, []);
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ what, keys }: Entry) =>
    words.every((word) => `${what} ${keys.flat().join(' ')}`.toLowerCase().includes(word));
  const sections = [
    ...groups.map((group) => ({ title: group as string, entries: entriesOf(group) })),
    { title: 'Mouse, trackpad and pen', entries: pointerHelp.map(pointerEntries) },
  ]
    .map(({ title, entries }) => ({ title, entries: entries.filter(matches) }))
    .filter(({ entries }) => entries.length);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-label="Keys of the side panel"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={(event) => {
        // What is typed here is not for the picture behind.
        if (event.key !== 'F1') event.stopPropagation();
        if (event.key === '?' && event.composedPath()[0] === dialog.current) onClose();
      }}
    >
      <header>
        <h2>Keys of the side panel</h2>
        <TextField
          fieldRef={field}
          label="Search keys"
          placeholder="Search…"
          value={query}
          onInput={setQuery}
          onEnter={() => undefined}
          onEscape={onClose}
        />
        <IconButton icon="chrome-close" label="Close" onClick={onClose} />
      </header>
      <div class="columns" tabIndex={0} role="group" aria-label="List of keys">
        {sections.map(({ title, entries }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {entries.map(({ what, keys }) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((chord) => (
                      <span class="chord" key={chord.join('+')}>
                        {chord.map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        {sections.length === 0 && <p class="none">No key does “{query.trim()}”.</p>}
      </div>
      <footer>
        <Button
          appearance="secondary"
          onClick={() => void store.host.request(runCommand, { command: 'keys' })}
        >
          Change keys…
        </Button>
        <Button
          appearance="secondary"
          onClick={() => {
            onShowHints();
            onClose();
          }}
        >
          Show hints of the tools again
        </Button>
        <span class="note">Every line with a name is a command of the palette too: “Groundnote: …”.</span>
      </footer>
    </dialog>
  );
}
