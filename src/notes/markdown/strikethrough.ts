/**
 * `~~struck~~` and `~struck~`, as GFM has it: one or two tildes, the same number on both sides. (markdown-it knows only
 * the double ones.)
 */
import type { MarkdownIt, StateInline } from 'markdown-it';

const tilde = 126;
/** Single tildes are another kind of delimiter, so that they never pair with double ones. */
const single = tilde + 0x10000;

type Delimiter = StateInline['delimiters'][number];

/**
 * Replaces markdown-it's rule.
 * @param ranges a single tilde between two words (`100~200`) is a range and strikes nothing
 */
export function useStrikethrough(md: MarkdownIt, { ranges }: { ranges: boolean }): void {
  md.inline.ruler.at('strikethrough', (state, silent) => {
    if (state.src.charCodeAt(state.pos) !== tilde || silent) return false;
    const { length } = state.scanDelims(state.pos, true);
    const run = state.scanDelims(state.pos, length === 2 || !ranges);
    const token = state.push('text', '', 0);
    token.content = '~'.repeat(length);
    state.pos += length;
    if (length <= 2) {
      state.delimiters.push({
        marker: length === 2 ? tilde : single,
        // Zero switches off emphasis' rule about multiples of three.
        length: 0,
        token: state.tokens.length - 1,
        end: -1,
        open: run.can_open,
        close: run.can_close,
      });
    }
    return true;
  });
  md.inline.ruler2.at('strikethrough', (state) => {
    strike(state, state.delimiters);
    for (const meta of state.tokens_meta) if (meta?.delimiters) strike(state, meta.delimiters);
    return true;
  });
}

function strike({ tokens }: StateInline, delimiters: Delimiter[]): void {
  for (const opener of delimiters) {
    if ((opener.marker !== tilde && opener.marker !== single) || opener.end === -1) continue;
    const closer = delimiters[opener.end];
    [opener, closer].forEach((delimiter, index) => {
      const token = delimiter && tokens[delimiter.token];
      if (!token) return;
      token.type = index === 0 ? 's_open' : 's_close';
      token.tag = 'del';
      token.nesting = index === 0 ? 1 : -1;
      token.markup = token.content;
      token.content = '';
    });
  }
}
