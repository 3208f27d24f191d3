/** Words of captions ↔ numbers, as training has them (training/one/encoder/vocabulary.py, training/synth/talk/text.py). */
import type { ModalitiesConfig } from '../../engines/onnx/figure/modalities';

const token = /[a-z]+|[0-9]|[\u4e00-\u9fff]|[.,:?!，。：？！、]/g;
const closing = new Set('.,:?!');
const mark = /^[.,:?!，。：？！、]$/;

/** Numbers of the words that are no words. */
export const [padding, begin, end, unknown] = [0, 1, 2, 3] as const;
const specials = 4;

export class CaptionWords {
  private readonly words: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  constructor({ special, words }: Pick<ModalitiesConfig, 'special' | 'words'>) {
    this.words = [...special, ...words];
    this.numbers = new Map(this.words.map((word, i) => [word, i]));
  }

  get size(): number {
    return this.words.length;
  }

  /** @returns the numbers of a question's words, and which part of them (marks apart) a caption can have */
  encode(text: string): { numbers: number[]; known: number } {
    const tokens = text.toLowerCase().match(token) ?? [];
    const numbers = tokens.map((each) => this.numbers.get(each) ?? unknown);
    const words = numbers.filter((_, i) => !mark.test(tokens[i] as string));
    const known = words.length ? words.filter((n) => n !== unknown).length / words.length : 0;
    return { numbers: numbers.length ? numbers : [unknown], known };
  }

  /** Blanks between words of letters, none around Chinese and before marks; the first letter is a capital. */
  decode(numbers: readonly number[]): string {
    let out = '';
    for (const number of numbers) {
      const word = this.words[number] ?? '';
      if (number < specials) continue;
      const latin = /^[a-z0-9]/.test(word) && !closing.has(word);
      out += (out && latin && /[a-z0-9.,:?!]$/.test(out) ? ' ' : '') + word;
    }
    return out.charAt(0).toUpperCase() + out.slice(1);
  }
}
