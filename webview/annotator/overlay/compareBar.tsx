/** Under the picture while two packs are compared: which, how alike they are, and taking the masks of one. */
import { IconButton } from '../../ui/toolkit';
import { saved, type Comparison, type ComparisonView, type SideName } from './comparison';

export function CompareBar({ comparison, view }: { comparison: Comparison; view: ComparisonView }) {
  const { packs } = comparison;
  const only = packs.length === 1 ? packs[0] : undefined;
  return (
    <section class="compare" aria-label="Comparison of packs">
      <Side side="left" comparison={comparison} view={view} />
      <div class="compare-middle">
        <div role="status" aria-live="polite">
          {view.problem ?? verdict(view)}
          {view.problem !== undefined && (
            <button type="button" class="link" onClick={() => comparison.retry()}>
              Try again
            </button>
          )}
        </div>
      </div>
      <Side side="right" comparison={comparison} view={view} />
      <IconButton icon="chrome-close" label="Close the comparison" onClick={() => comparison.close()} />
      {only && (
        <p>
          {only.title} is the only pack here that takes these prompts: its masks of now are compared with
          those that the regions have. The Models view installs others.
        </p>
      )}
    </section>
  );
}

function Side(props: { side: SideName; comparison: Comparison; view: ComparisonView }) {
  const { side, comparison, view } = props;
  const source = view[side];
  const name = side === 'left' ? 'Left of the line' : 'Right of the line';
  return (
    <div class={`compare-side ${side}`}>
      <select
        aria-label={name}
        value={source}
        onChange={(event) => comparison.choose(side, event.currentTarget.value)}
      >
        <option value={saved}>As it was</option>
        {comparison.packs.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      {source !== saved && (
        <button
          type="button"
          class="take"
          disabled={!comparison.canTake(side)}
          title="Give the regions these masks, as one step that can be undone"
          onClick={() => comparison.take(side)}
        >
          Take these
        </button>
      )}
    </div>
  );
}

function verdict({ wanted, answered, agreement }: ComparisonView): string {
  if (answered < wanted) return `Asking… ${answered} of ${wanted}`;
  return agreement ?? 'No masks to compare';
}
