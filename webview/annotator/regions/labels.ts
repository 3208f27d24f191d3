/** The labels that are offered, and their colours, as the host tells them. */
import type { Annotation } from '../../../src/protocol/annotator';
import { setLabelColors } from '../../../src/protocol/colors';
import { getLabels, labelsChanged, type LabelBook } from '../../../src/protocol/labels';
import type { PanelStore } from '../store';
import { fold } from './query';

/** More than this are not offered at once. */
const mostOffered = 100;

export class Labels {
  private book: LabelBook = { listed: [], found: [], colors: {} };
  private asked = false;

  constructor(
    private readonly store: PanelStore,
    private readonly onChange: () => void,
  ) {
    store.host.on(labelsChanged, (book) => this.take(book));
    this.ask(false);
  }

  /** Asks the host to look through the workspace, once. */
  search(): void {
    if (this.asked) return;
    this.asked = true;
    this.ask(true);
  }

  /** Labels for what has been typed, those that begin with it first. */
  offers(typed: string): string[] {
    return offeredLabels(this.book, this.store.annotations, typed);
  }

  private ask(search: boolean): void {
    this.store.host
      .request(getLabels, { search })
      .then((book) => this.take(book))
      // Without them labels can still be typed.
      .catch(() => (this.asked = false));
  }

  private take(book: LabelBook): void {
    this.book = book;
    setLabelColors(book.colors);
    this.onChange();
  }
}

/** The user's list first, then the picture's labels and the workspace's, the most frequent first. Pure. */
export function offeredLabels(
  { listed, found }: Pick<LabelBook, 'listed' | 'found'>,
  annotations: readonly Annotation[],
  typed: string,
): string[] {
  const counts = new Map<string, number>();
  for (const { label } of annotations) if (label) counts.set(label, (counts.get(label) ?? 0) + 1);
  const here = [...counts].sort(([, a], [, b]) => b - a).map(([label]) => label);
  const all = [...new Set([...listed, ...here, ...found])];
  const wanted = fold(typed.trim());
  const rank = (label: string) => {
    const folded = fold(label);
    if (folded.startsWith(wanted)) return 0;
    if (folded.split(/[\s_/-]+/).some((word) => word.startsWith(wanted))) return 1;
    return folded.includes(wanted) ? 2 : 3;
  };
  return all
    .map((label) => ({ label, rank: rank(label) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, mostOffered)
    .map(({ label }) => label);
}
