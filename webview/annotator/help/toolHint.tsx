import { useEffect, useState } from 'preact/hooks';
import { hintSeen, seenHints, showHintsAgain } from '../../../src/protocol/hints';
import { IconButton } from '../../ui/toolkit';
import { useStore } from '../hooks';
import { toolHints } from './toolHints';

/** What the user has seen, and how it is changed. */
export interface Hints {
  seen: ReadonlySet<string> | undefined;
  close(hint: string): void;
  showAgain(): void;
}

/** Asks once which hints were seen; nothing is shown before that is known. */
export function useHints(): Hints {
  const [store] = useStore();
  const [seen, setSeen] = useState<ReadonlySet<string>>();
  useEffect(() => {
    store.host
      .request(seenHints, {})
      .then(({ seen: names }) => setSeen(new Set(names)))
      .catch(() => undefined);
  }, [store]);
  return {
    seen,
    close(hint) {
      store.host.send(hintSeen, { hint });
      setSeen((before) => new Set([...(before ?? []), hint]));
    },
    showAgain() {
      store.host.send(showHintsAgain, {});
      setSeen(new Set());
    },
  };
}

/** Over the picture, while a tool is in hand that was not used before. */
export function ToolHint({ hints }: { hints: Hints }) {
  const [store, state] = useStore();
  const { tool } = state;
  const text = toolHints[tool];
  const used = state.pending.size > 0;
  const name = `tool.${tool}`;
  const fresh = text !== undefined && hints.seen !== undefined && !hints.seen.has(name);
  useEffect(() => {
    // Who uses it has understood it.
    if (fresh && used) hints.close(name);
  }, [fresh, used]);
  // A picture without regions has a hint of its own for the point tool.
  if (!fresh || (tool === 'point' && store.annotations.length === 0)) return null;
  return (
    <div class="tool-hint" role="note">
      <p>{text}</p>
      <IconButton icon="chrome-close" label="Close hint" onClick={() => hints.close(name)} />
    </div>
  );
}
