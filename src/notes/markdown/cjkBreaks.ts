/**
 * A line break in the source between two Chinese or Japanese characters is no space in the text. Korean keeps its spaces.
 * (markdown-it-cjk-breaks throws where emphasis leaves an empty piece of text.)
 */
import type { MarkdownIt, Token } from 'markdown-it';

const wide = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6`;
/** Punctuation that Chinese shares with other languages: it counts as Chinese beside a Chinese character. */
const shared = String.raw`\u2014\u2018\u2019\u201c\u201d\u2026\u00b7`;
const endsWide = new RegExp(`[${wide}]$`, 'u');
const beginsWide = new RegExp(`^[${wide}]`, 'u');
const endsAny = new RegExp(`[${wide}${shared}]$`, 'u');
const beginsAny = new RegExp(`^[${wide}${shared}]`, 'u');

export function useCjkBreaks(md: MarkdownIt): void {
  md.core.ruler.push('groundnote_cjk_breaks', ({ tokens }) => {
    for (const { type, children } of tokens) {
      if (type !== 'inline' || !children) continue;
      children.forEach((token, index) => {
        if (token.type !== 'softbreak') return;
        const before = textBeside(children, index, -1).slice(-2);
        const after = textBeside(children, index, 1).slice(0, 2);
        const joined =
          (endsWide.test(before) && beginsAny.test(after)) ||
          (endsAny.test(before) && beginsWide.test(after));
        if (!joined) return;
        token.type = 'text';
        token.tag = '';
        token.content = '';
      });
    }
  });
}

/** The text next to a token, emphasis and links looked through; empty where something else comes first. */
function textBeside(tokens: readonly Token[], index: number, step: -1 | 1): string {
  for (let at = index + step; ; at += step) {
    const token = tokens[at];
    if (!token || (token.nesting === 0 && token.type !== 'text')) return '';
    if (token.type === 'text' && token.content) return token.content;
  }
}
