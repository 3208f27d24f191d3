/** What the language model reads: a parse and a question as arrays (docs/figure-language.md). Rows are regions, or tokens. */
import type { NamedArray } from '../../engines/onnx/arrays';
import { colourWord, colourWords } from '../figure/colours';
import { roles, type FigureParse } from '../figure/parse';
import { Labels, linkFeatures } from './linking';
import {
  gramsOf,
  gramsOfHistory,
  gramsOfRegion,
  gramsOfText,
  gramsOfToken,
  mostQuestion,
  tokensOf,
  type Token,
} from './text';

/** Of a region: role, colour, role of its parent, role of its owner, icons (1 snowflake, 2 flame), chip; 0 for none. */
const regionIds = 6;
/** Left, top, right, bottom, width, height, root of the area, all in shares of the picture; has text, is bold, is meant by IT. */
const regionNumbers = 10;
const mostChips = 9;

export interface QuestionFeatures {
  tokens: readonly Token[];
  /** [Q, 12] buckets; behind the question's tokens those of the program before. */
  grams: NamedArray;
  /** [Q] */
  places: NamedArray;
  /** [Q, R, 3] */
  links: NamedArray;
}

/** Arrays of a parse, made once, and of questions about it. Without any region there is one of zeros. */
export class ParseFeatures {
  readonly labels: Labels;
  /** [R, 32] buckets. */
  readonly grams: NamedArray;
  private readonly ids: Int32Array;
  private readonly numbers: Float32Array;

  /** Rows of the arrays. */
  private readonly count: number;

  constructor({ regions, width, height }: FigureParse) {
    const count = Math.max(1, regions.length);
    this.count = count;
    this.labels = new Labels(Array.from({ length: count }, (_, index) => regions[index]?.text));
    this.ids = new Int32Array(count * regionIds);
    this.numbers = new Float32Array(count * regionNumbers);
    const grams = new Int32Array(count * gramsOfRegion);
    const roleOf = (index: number | undefined) => {
      const region = index === undefined ? undefined : regions[index];
      return region ? 1 + roles.indexOf(region.role) : 0;
    };
    regions.forEach(({ role, box, colour, parent, owner, text, bold }, index) => {
      const hue = colour ? 1 + colourWords.indexOf(colourWord(colour)) : 0;
      this.ids.set([roleOf(index), hue, roleOf(parent), roleOf(owner)], index * regionIds);
      if (owner !== undefined && (role === 'snowflake' || role === 'flame'))
        this.ids[owner * regionIds + 4] =
          (this.ids[owner * regionIds + 4] as number) | (role === 'snowflake' ? 1 : 2);
      const [x1, y1, x2, y2] = [box[0] / width, box[1] / height, box[2] / width, box[3] / height];
      const [w, h] = [x2 - x1, y2 - y1];
      const size = Math.sqrt(Math.max(w, 0) * Math.max(h, 0));
      this.numbers.set([x1, y1, x2, y2, w, h, size, text ? 1 : 0, bold ? 1 : 0], index * regionNumbers);
      if (text) grams.set(gramsOfText(text), index * gramsOfRegion);
    });
    this.grams = whole(grams, [count, gramsOfRegion]);
  }

  /** @param focus regions that IT means @param chips regions that CHIP 1, 2, … mean */
  situation(focus: readonly number[], chips: readonly number[]): { ids: NamedArray; numbers: NamedArray } {
    const { count } = this;
    const [ids, numbers] = [this.ids.slice(), this.numbers.slice()];
    for (const index of focus) numbers[index * regionNumbers + 9] = 1;
    // Of several chips on one region the first is told.
    chips
      .slice(0, mostChips)
      .map((index, chip) => [index, chip + 1] as const)
      .reverse()
      .forEach(([index, chip]) => (ids[index * regionIds + 5] = chip));
    return {
      ids: whole(ids, [count, regionIds]),
      numbers: { data: numbers, dims: [count, regionNumbers] },
    };
  }

  /** @param before the program of the turn before */
  question(text: string, before: readonly string[] = []): QuestionFeatures {
    const tokens = tokensOf(text).slice(0, mostQuestion);
    const past = gramsOfHistory(before);
    const count = tokens.length + past.length;
    const regions = this.count;
    const grams = new Int32Array(count * gramsOfToken);
    const places = new Int32Array(count);
    const links = new Float32Array(count * regions * linkFeatures);
    links.set(this.labels.link(tokens));
    tokens.forEach((token, i) => {
      grams.set(gramsOf(token.text), i * gramsOfToken);
      places[i] = i;
    });
    past.forEach((bucket, i) => {
      grams[(tokens.length + i) * gramsOfToken] = bucket;
      places[tokens.length + i] = mostQuestion + i;
    });
    return {
      tokens,
      grams: whole(grams, [count, gramsOfToken]),
      places: whole(places, [count]),
      links: { data: links, dims: [count, regions, linkFeatures] },
    };
  }
}

const whole = (data: Int32Array, dims: readonly number[]): NamedArray => ({ data, dims, type: 'int32' });
