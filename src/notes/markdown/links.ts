/** Which addresses a link of a note may have at all. What a click then opens is decided by the host. */
import type { MarkdownIt } from 'markdown-it';

/**
 * Schemes that run something, or that reach into the editor, the browser or the machine. A link to one of them is not
 * made: the note's own words stay. (The parser itself knows javascript:, vbscript:, file: and most of data:.)
 */
const refused =
  /^(?:command|vscode(?:-[a-z-]+)?|code-oss|vscodium|cursor|windsurf|blob|filesystem|view-source|about|chrome(?:-[a-z-]+)?|edge|devtools|ms-[a-z.-]+|search-ms|jar|feed|livescript|mocha|intent|x-apple[a-z.-]*):/;

/** Refuses such addresses beside those that the parser refuses. */
export function useSafeLinks(md: MarkdownIt): void {
  const original = md.validateLink.bind(md);
  md.validateLink = (address) => {
    // Browsers pass over these characters when they look for a scheme.

    const plain = address.replace(/[\0-\x20\x7f-\xa0]/g, '').toLowerCase();
    return !refused.test(plain) && original(address);
  };
}
