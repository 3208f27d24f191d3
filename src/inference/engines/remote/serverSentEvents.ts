/** The events of a stream of server-sent events: lines may end in CR LF, LF or CR, and be cut anywhere between two pieces. */

/** A longer event is no piece of an answer. */
const longestEvent = 4_000_000;

/** @throws RangeError for an event without end */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let length = 0;
  /** Takes a line. @returns the event that an empty line ends */
  const line = (text: string): string | undefined => {
    if (text === '') {
      const event = data.length ? data.join('\n') : undefined;
      data = [];
      length = 0;
      return event;
    }
    // Names of events, ids and comments (which only keep the connection) carry nothing here.
    const value = /^data:? ?(.*)$/s.exec(text)?.[1];
    if (value === undefined) return undefined;
    length += value.length;
    if (length > longestEvent) throw new RangeError('an event without end');
    data.push(value);
    return undefined;
  };
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > longestEvent) throw new RangeError('a line without end');
    // A CR at the very end may be the first half of a CR LF.
    for (let match = nextLine(rest); match; match = nextLine(rest)) {
      rest = rest.slice(match.end);
      const event = line(match.text);
      if (event !== undefined) yield event;
    }
  }
  // What is there at the end counts, although the protocol wants an empty line behind it.
  for (const text of `${rest}${decoder.decode()}`.split(/\r\n|\r|\n/)) {
    const event = line(text);
    if (event !== undefined) yield event;
  }
  const last = line('');
  if (last !== undefined) yield last;
}

function nextLine(text: string): { text: string; end: number } | undefined {
  const match = /\r\n|\n|\r(?=.)/s.exec(text);
  return match ? { text: text.slice(0, match.index), end: match.index + match[0].length } : undefined;
}
