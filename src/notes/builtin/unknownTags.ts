/** Raw HTML of a note, with the tags that are no HTML as text: for VS Code's own preview, which sanitises nothing. */
import { isHtmlElement } from '../markdown/htmlTags';

/** Elements whose content has its own elements: `<mask>` and `<image>` are real ones in an `<svg>`. */
const foreignElements = new Set(['svg', 'math']);

/** Elements whose content the browser reads as text. */
const rawTextElements = new Set([
  'iframe',
  'noembed',
  'noframes',
  'plaintext',
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
]);

/** A comment, or the start of a tag with its name, as a browser finds them (`<region_name>` is a tag to it). */
const markup = /<!--[\s\S]*?(?:-->|$)|<(\/?)([A-Za-z][^\s/>]*)/g;

/** Goes through the HTML of neighbouring tokens and remembers what is open between them. */
export class UnknownTags {
  private foreignDepth = 0;
  private rawText: string | undefined;

  /** True inside an `<svg>` or `<math>`, whose elements are no HTML elements and are meant nevertheless. */
  get inForeign(): boolean {
    return this.foreignDepth > 0;
  }

  /** The HTML with `<` escaped where an unknown tag begins. */
  escape(html: string): string {
    return html.replace(
      markup,
      (text: string, slash: string | undefined, name: string | undefined, at: number) => {
        if (name === undefined) return text;
        const [tag, closing] = [name.toLowerCase(), slash === '/'];
        if (this.rawText !== undefined) {
          if (closing && tag === this.rawText) this.rawText = undefined;
        } else if (foreignElements.has(tag)) {
          if (closing) this.foreignDepth = Math.max(0, this.foreignDepth - 1);
          else if (!/^[^>]*\/>/.test(html.slice(at, at + 2000))) this.foreignDepth++;
        } else if (!this.inForeign) {
          if (!isHtmlElement(tag)) return `&lt;${text.slice(1)}`;
          if (!closing && rawTextElements.has(tag)) this.rawText = tag;
        }
        return text;
      },
    );
  }
}
