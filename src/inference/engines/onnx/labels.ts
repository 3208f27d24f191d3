/** Labels by number, as `config.json` has them → a list; numbers without one are empty. */
export function listOf(labels: Readonly<Record<string, string>>): string[] {
  const names: string[] = [];
  for (const [number, label] of Object.entries(labels)) {
    const kind = Number(number);
    if (Number.isInteger(kind) && kind >= 0 && kind < 100_000) names[kind] = label;
  }
  return Array.from(names, (name) => name ?? '');
}
