/** Which tags are HTML at all, which of them a note may use, and how raw HTML is cut into tags and text. */

const words = (list: string) => new Set(list.trim().split(/\s+/));

/**
 * Every element of HTML, obsolete ones included (WHATWG, "Index of elements" and "Obsolete features"). A tag that is
 * not here, such as `<SEG>` or `<IMAGE>`, is a word of the note and is shown as it is written.
 */
const htmlElements = words(`
  a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br
  button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed
  fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img
  input ins isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem meta meter nav nobr
  noembed noframes noscript object ol optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby
  s samp script search section select slot small source span strike strong style sub summary sup svg table tbody td
  template textarea tfoot th thead time title tr track tt u ul var video wbr xmp`);

/** What a note's own HTML may hold. None of these runs anything, loads anything, or reads its text in another way. */
export const allowedElements = words(`
  a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div
  dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt
  ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`);

/** Wrappers whose tags are dropped and whose content stays: the `<img>` inside is what counts. */
export const droppedElements = words('picture source');

/** Elements without content and end tag. */
export const voidElements = words('br col hr img wbr');

/** Elements whose end tag may be left out. */
export const optionalEndElements = words('dd dt li p tbody td tfoot th thead tr');

/** True for the name of an HTML element, in any case. */
export const isHtmlElement = (name: string) => htmlElements.has(name.toLowerCase());

/** The name in `<name` or `</name` at the start of `text`; vocabulary tags may hold `_`, `.` and `:`. */
export const tagNameAt = (text: string) => /^<\/?([A-Za-z][\w:.-]*)/.exec(text)?.[1];

export type HtmlPiece =
  { kind: 'text' | 'comment'; raw: string } | { kind: 'tag'; raw: string; name: string; closing: boolean };

const attribute = String.raw`\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:[^"'=<>${'`'}\x00-\x20]+|'[^']*'|"[^"]*"))?`;
const tagPattern = new RegExp(
  String.raw`<\/([A-Za-z][A-Za-z0-9-]*)\s*>|<([A-Za-z][A-Za-z0-9-]*)(?:${attribute})*\s*\/?>`,
  'y',
);

/** Cuts raw HTML into tags, comments and the text between. What is no complete tag is text. */
export function splitHtml(source: string): HtmlPiece[] {
  const pieces: HtmlPiece[] = [];
  let textStart = 0;
  let unclosedComment = false;
  const add = (start: number, end: number, piece: HtmlPiece) => {
    if (start > textStart) pieces.push({ kind: 'text', raw: source.slice(textStart, start) });
    pieces.push(piece);
    textStart = end;
  };
  let at = source.indexOf('<');
  while (at >= 0) {
    let end = at + 1;
    if (!unclosedComment && source.startsWith('<!--', at)) {
      const close = source.indexOf('-->', at + 4);
      // Remembered, so that many openings without an end do not each search the whole text.
      unclosedComment = close < 0;
      if (close >= 0) {
        end = close + 3;
        add(at, end, { kind: 'comment', raw: source.slice(at, end) });
      }
    } else {
      tagPattern.lastIndex = at;
      const match = tagPattern.exec(source);
      const name = match?.[1] ?? match?.[2];
      if (match && name) {
        end = at + match[0].length;
        add(at, end, {
          kind: 'tag',
          raw: match[0],
          name: name.toLowerCase(),
          closing: match[1] !== undefined,
        });
      }
    }
    at = source.indexOf('<', end);
  }
  if (textStart < source.length) pieces.push({ kind: 'text', raw: source.slice(textStart) });
  return pieces;
}
