/** Greedy decoding of connectionist temporal classification (Graves et al., 2006): repeats merge, blanks go. */

/** A text that was read. */
export interface ReadText {
  text: string;
  /** Mean probability of its characters, 0 to 1; 0 for an empty text. */
  confidence: number;
  /** Where the middle of each character of `text` (UTF-16 unit) lies, as a share of the line's length from its start. */
  at: number[];
}

/** The characters of a recogniser by class, from its file of keys: the blank first, the space last. */
export function alphabetOf(keys: string): string[] {
  const lines = keys.replace(/\r/g, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return ['', ...lines, ' '];
}

/**
 * @param probabilities steps × classes values; class 0 is the blank
 * @param alphabet a character for each class
 */
export function decodeCtc(probabilities: Float32Array, alphabet: readonly string[]): ReadText {
  const classes = alphabet.length;
  const steps = Math.floor(probabilities.length / classes);
  let text = '';
  const at: number[] = [];
  let sum = 0;
  let count = 0;
  let previous = 0;
  for (let step = 0; step < steps; step++) {
    const start = step * classes;
    let best = 0;
    let highest = probabilities[start] as number;
    for (let k = 1; k < classes; k++) {
      const value = probabilities[start + k] as number;
      if (value > highest) {
        highest = value;
        best = k;
      }
    }
    if (best !== 0 && best !== previous) {
      const character = alphabet[best] as string;
      text += character;
      for (let unit = 0; unit < character.length; unit++) at.push((step + 0.5) / steps);
      sum += highest;
      count++;
    }
    previous = best;
  }
  const leading = text.length - text.trimStart().length;
  const trimmed = text.trim();
  return {
    text: trimmed,
    confidence: count ? sum / count : 0,
    at: at.slice(leading, leading + trimmed.length),
  };
}
