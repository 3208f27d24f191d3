/** The labels that LabelMe files name, counted over many files. Without VS Code. */

/** Labels of one file. It is looked through and not parsed: parsing a large one would hold the host up. */
export function labelsOf(text: string): Map<string, number> {
  const labels = new Map<string, number>();
  if (!text.includes('"shapes"') || !text.includes('"imagePath"')) return labels;
  for (const [, quoted = ''] of text.matchAll(/"label"\s*:\s*("(?:[^"\\]|\\.){1,300}")/g)) {
    let label: unknown;
    try {
      label = JSON.parse(quoted);
    } catch {
      continue;
    }
    if (typeof label === 'string' && label.trim()) labels.set(label, (labels.get(label) ?? 0) + 1);
  }
  return labels;
}

/** What is known of the files, kept up to date file by file. */
export class LabelCounts {
  private readonly files = new Map<string, ReadonlyMap<string, number>>();
  private readonly totals = new Map<string, number>();

  /** Replaces what a file says. @returns whether a label has come or gone */
  set(file: string, labels: ReadonlyMap<string, number>): boolean {
    const before = this.files.get(file) ?? new Map<string, number>();
    let changed = false;
    for (const label of new Set([...before.keys(), ...labels.keys()])) {
      const was = this.totals.get(label) ?? 0;
      const total = was + (labels.get(label) ?? 0) - (before.get(label) ?? 0);
      if (total > 0) this.totals.set(label, total);
      else this.totals.delete(label);
      changed ||= total > 0 !== was > 0;
    }
    if (labels.size) this.files.set(file, labels);
    else this.files.delete(file);
    return changed;
  }

  /** The most frequent first. */
  labels(most: number): string[] {
    return [...this.totals]
      .sort(([a, countA], [b, countB]) => countB - countA || a.localeCompare(b))
      .slice(0, most)
      .map(([label]) => label);
  }
}
