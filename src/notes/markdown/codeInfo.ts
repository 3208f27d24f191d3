/** What stands behind the opening fence of a code block. */

export interface CodeInfo {
  /** As the note writes it, `py` or `C++`; empty without one. */
  language: string;
  /** Caption from `title="…"`, `filename="…"` or `caption="…"`; empty without one. */
  title: string;
  /** Line numbers to mark, counted from 1. */
  marked: ReadonlySet<number>;
}

/** More lines than this are not marked: `{1-999999999}` is no reason to count that far. */
const maxMarkedLine = 10_000;

/**
 * Reads an info string as GitHub, Pandoc, VitePress and R Markdown write it: `python`, `python {.numberLines}`,
 * `{.python .numberLines}`, `{python}`, `python title="train.py" {1,3-5}`, `python:train.py`. What is not understood
 * is left out.
 */
export function parseCodeInfo(info: string): CodeInfo {
  let rest = info.trim();
  let title = '';
  rest = rest.replace(
    /(?:^|[\s{,])(?:title|filename|caption)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))/i,
    (_, double?: string, single?: string, bare?: string) => {
      title = (double ?? single ?? bare ?? '').trim();
      return ' ';
    },
  );
  const marked = new Set<number>();
  rest = rest.replace(/\{\s*(\d+(?:\s*-\s*\d+)?(?:\s*,\s*\d+(?:\s*-\s*\d+)?)*)\s*\}/, (_, list: string) => {
    for (const range of list.split(',')) {
      const [first = 0, last = first] = range.split('-').map(Number);
      for (let line = first; line <= Math.min(last, maxMarkedLine); line++) marked.add(line);
    }
    return ' ';
  });
  rest = rest.trim();
  // `{.python …}` and `{python …}`: the first name inside; otherwise the first word before any braces.
  const name = /^\{\s*\.?([^\s{},.=]+)/.exec(rest) ?? /^([^\s{,]+)/.exec(rest);
  let language = name?.[1] ?? '';
  const file = /^([\w+#-]+):(\S+)$/.exec(language);
  if (file) {
    language = file[1] ?? '';
    title ||= file[2] ?? '';
  }
  return { language, title, marked };
}
