/** The language that a text's characters tell, where they do. */
export function languageOf(text: string): string | undefined {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const letters = count(/\p{L}/gu);
  // A Chinese note is full of English names: a fifth of its letters is enough.
  if (count(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu) < letters / 5)
    return undefined;
  if (count(/\p{Script=Hangul}/gu) > letters / 10) return 'ko';
  if (count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu) > letters / 20) return 'ja';
  return letters > 0 ? 'zh' : undefined;
}
