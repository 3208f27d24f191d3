/** What is not drawn: diagrams that would keep the page busy for minutes, and those that want something from outside. */

/** Characters of a diagram's source. */
const maxLength = 20_000;
/** Statements, which are nodes and edges at most. */
const maxStatements = 1000;

/** @throws Error with a sentence for the reader */
export function checkMermaid(source: string): void {
  if (source.length > maxLength)
    throw new Error(`This diagram is longer than ${maxLength} characters, too large to be drawn here.`);
  const statements = source.split(/[\n;]|&|-->|---/).filter((part) => part.trim()).length;
  if (statements > maxStatements)
    throw new Error(`This diagram has more than ${maxStatements} statements, too many to be drawn here.`);
  const body = source.replace(/^\s*---[\s\S]*?\n---\s*\n/, '').replace(/%%.*$/gm, '');
  const kind = /^\s*([\w-]+)/.exec(body)?.[1] ?? '';
  // These draw one thing for every number up to the one that is written.
  if (/^(?:block|packet|radar|treemap)/.test(kind) && /\d{5,}/.test(body))
    throw new Error('A number in this diagram is too large to be drawn.');
  if (
    /^gantt/.test(kind) &&
    (/\b\d{5,}(?:ms|[smhdwMy])\b/.test(body) || /tickInterval\s+\d*\s*(?:milli)?second/.test(body))
  )
    throw new Error('The time span of this chart is too long to be drawn.');
  if (/\bimg\s*:/.test(body) || /<img\b|!\[/i.test(body))
    throw new Error(
      'Pictures inside diagrams are not loaded. Take the "img" out, or show the picture beside the diagram.',
    );
}
