/** What a user writes to have found → single phrases. */

/** Phrases between commas and semicolons, also Chinese ones, each once. */
export function phrasesOf(text: string): string[] {
  const parts = text.split(/[,;，；、]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}

/** "a", "b" and "c" */
export function listed(phrases: readonly string[]): string {
  const quoted = phrases.map((phrase) => `“${phrase}”`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}

/** Why there is nothing of some phrases, where there is nothing. */
export const notFound = (phrases: readonly string[], threshold: number): string =>
  `Nothing here looks like ${listed(phrases)} (nothing scored over ${threshold}).`;
