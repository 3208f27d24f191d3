/**
 * The language model of a figure pack: reads the regions of a parse and a question, and writes a program under the grammar, with
 * cached keys (docs/figure-language.md, "The language model's graphs").
 */
import type { Span } from '../../../protocol/inference';
import { floatsOf, type NamedArray } from '../../engines/onnx/arrays';
import type { OnnxSession } from '../../engines/onnx/session';
import { brokenPack, readPackJson, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { allowedAfter, type Allowed, type Program, type Situation } from '../figure/program';
import type { SessionStore } from '../services';
import { figureConfigSchema, type LanguageConfig } from './config';
import type { ParseFeatures, QuestionFeatures } from './features';
import { PhraseLinks } from './phraseLinks';

const encoderContract = {
  inputs: [
    'region_ids',
    'region_numbers',
    'region_grams',
    'looks',
    'has_looks',
    'context',
    'context_mask',
    'question_grams',
    'question_places',
    'links',
  ],
  outputs: ['regions', 'question', 'memory_keys', 'memory_values'],
};
const decoderContract = {
  inputs: [
    'token',
    'place',
    'regions',
    'question',
    'links',
    'memory_keys',
    'memory_values',
    'context_mask',
    'past_keys',
    'past_values',
  ],
  outputs: ['logits', 'attended', 'h_seg', 'present_keys', 'present_values'],
};
const start = '<start>';
const seg = '<seg>';
const shownAlternatives = 4;

/** What is read with a question. */
export interface Reading {
  text: string;
  /** Regions that IT and CHIP 1, 2, … mean. */
  focus: readonly number[];
  chips: readonly number[];
  /** The program of the turn before. */
  before: readonly string[];
}

/** A token that was written: how sure, what else might have stood there, and what of the question it was about. */
export interface WrittenToken {
  token: string;
  /** Among what the grammar allowed. */
  probability: number;
  alternatives: { token: string; probability: number }[];
  /** Weight of each token of the question (and of the program before), for pointers to regions; sums to 1. */
  attended: Float32Array;
}

export interface Written {
  program: string[];
  tokens: WrittenToken[];
  question: QuestionFeatures;
  /** The program pointed at a region that the question does not name: what was dropped, and this is `ABSENT` instead. */
  dropped?: string[];
  /** γ(last hidden state at `<SEG>`) for regions of the answer; for the mask decoder. @throws GroundnoteError broken-pack */
  segOf(region: number): Promise<Float32Array>;
}

interface Step {
  logits: Float32Array;
  attended: Float32Array;
  hSeg: Float32Array;
  past: Past;
}
type Past = Record<'past_keys' | 'past_values', NamedArray>;

export class LanguageModel {
  private readonly ids: ReadonlyMap<string, number>;

  private constructor(
    private readonly pack: Pack,
    private readonly config: LanguageConfig,
    private readonly encoder: OnnxSession,
    private readonly decoder: OnnxSession,
  ) {
    this.ids = new Map(config.vocabulary.map((word, id) => [word, id]));
  }

  /** @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<LanguageModel> {
    const { language } = await readPackJson(pack, 'config.json', figureConfigSchema);
    return new LanguageModel(
      pack,
      language,
      await sessions.open(pack, language.encoder, encoderContract),
      await sessions.open(pack, language.decoder, decoderContract),
    );
  }

  /**
   * Writes the program of a question, the most likely token at a time.
   * @param regions of the parse; at least one row is in `features`, of zeros where there is none
   * @throws GroundnoteError cancelled, broken-pack
   */
  async write(
    features: ParseFeatures,
    regions: number,
    reading: Reading,
    signal: AbortSignal,
  ): Promise<Written> {
    const question = features.question(reading.text, reading.before);
    const memory = await this.encode(features, reading, question);
    await throwIfCancelled(signal);
    const links = new PhraseLinks(question, regions);
    const situation: Situation = {
      regions,
      positions: question.tokens.length,
      chips: reading.chips.length,
      focus: reading.focus.length > 0,
    };
    const program: string[] = [];
    const tokens: WrittenToken[] = [];
    let step = await this.step(this.id(start), 0, memory);
    let dropped: string[] | undefined;
    for (let may = allowedAfter([], situation); !may.done; may = allowedAfter(program, situation)) {
      const { absent } = this.config;
      const choices = this.choices(
        links.possible(may, program, situation, absent.phrase),
        situation,
        step,
        memory,
      );
      const [best] = choices;
      if (!best) throw brokenPack(this.pack.manifest.id, 'its language model may write nothing');
      const written = {
        ...best,
        alternatives: choices.slice(1, 1 + shownAlternatives),
        attended: step.attended,
      };
      program.push(best.token);
      tokens.push(written);
      if (best.token.startsWith('@')) {
        const phrase = links.unnamed(Number(best.token.slice(1)), step.attended, absent.reference);
        if (phrase) {
          dropped = [...program];
          program.splice(0, program.length, 'ABSENT', `^${phrase.from}`, `^${phrase.to}`);
          break;
        }
      }
      await throwIfCancelled(signal);
      step = await this.step(this.tokenId(best.token, memory), program.length, memory, step.past);
    }
    const { past } = step;
    return {
      program,
      tokens,
      question,
      ...(dropped && { dropped }),
      segOf: async (region) => {
        const { point_place, seg_place } = this.config;
        const pointed = await this.step(this.tokenId(`@${region}`, memory), point_place, memory, past);
        return (await this.step(this.id(seg), seg_place, memory, pointed.past)).hSeg;
      },
    };
  }

  private async encode(
    features: ParseFeatures,
    reading: Reading,
    question: QuestionFeatures,
  ): Promise<Memory> {
    const { width, looks } = this.config;
    const { ids, numbers } = features.situation(reading.focus, reading.chips);
    const count = ids.dims[0] ?? 0;
    const zeros = (...dims: number[]): NamedArray => ({
      data: new Float32Array(dims.reduce((a, b) => a * b, 1)),
      dims,
    });
    const nothing = { context: zeros(1, width), context_mask: zeros(1) };
    const out = await this.encoder.run({
      region_ids: ids,
      region_numbers: numbers,
      region_grams: features.grams,
      looks: zeros(count, looks),
      has_looks: zeros(count),
      ...nothing,
      question_grams: question.grams,
      question_places: question.places,
      links: question.links,
    });
    return {
      regions: this.output(out, 'regions'),
      question: this.output(out, 'question'),
      links: question.links,
      memory_keys: this.output(out, 'memory_keys'),
      memory_values: this.output(out, 'memory_values'),
      context_mask: nothing.context_mask,
    };
  }

  private async step(token: number, place: number, memory: Memory, past = this.noPast()): Promise<Step> {
    const one = (value: number): NamedArray => ({ data: Int32Array.of(value), dims: [1], type: 'int32' });
    const out = await this.decoder.run({ token: one(token), place: one(place), ...memory, ...past });
    return {
      logits: floatsOf(this.output(out, 'logits')),
      attended: floatsOf(this.output(out, 'attended')),
      hSeg: floatsOf(this.output(out, 'h_seg')),
      past: {
        past_keys: this.output(out, 'present_keys'),
        past_values: this.output(out, 'present_values'),
      },
    };
  }

  private noPast(): Past {
    const { layers, heads, head_width } = this.config;
    const none: NamedArray = { data: new Float32Array(0), dims: [layers, heads, 0, head_width] };
    return { past_keys: none, past_values: none };
  }

  /** What may be written next, the most likely first, with probabilities among these. */
  private choices(
    may: Allowed & { positions?: readonly number[] },
    situation: Situation,
    { logits }: Step,
    memory: Memory,
  ): { token: string; probability: number }[] {
    const tokens = [
      ...may.tokens,
      ...(may.regions ? Array.from({ length: situation.regions }, (_, i) => `@${i}`) : []),
      ...(may.positions ?? []).map((position) => `^${position}`),
    ];
    const scored = tokens
      .map((token) => ({ token, logit: logits[this.tokenId(token, memory)] ?? -Infinity }))
      .sort((a, b) => b.logit - a.logit);
    const most = scored[0]?.logit ?? 0;
    const sum = scored.reduce((total, { logit }) => total + Math.exp(logit - most), 0);
    return scored.map(({ token, logit }) => ({ token, probability: Math.exp(logit - most) / sum }));
  }

  /** A word's id; behind the words the regions, behind these the positions of the question. */
  private tokenId(token: string, { regions }: Memory): number {
    const words = this.config.vocabulary.length;
    if (token.startsWith('@')) return words + Number(token.slice(1));
    if (token.startsWith('^')) return words + (regions.dims[0] ?? 0) + Number(token.slice(1));
    return this.id(token);
  }

  private id(word: string): number {
    const id = this.ids.get(word);
    if (id === undefined) throw brokenPack(this.pack.manifest.id, `its vocabulary has no word "${word}"`);
    return id;
  }

  private output(out: Record<string, NamedArray>, name: string): NamedArray {
    const array = out[name];
    if (!array) throw brokenPack(this.pack.manifest.id, `its language model gives no "${name}"`);
    return array;
  }
}

/** What the decoder is given with every token. */
type Memory = Record<
  'regions' | 'question' | 'links' | 'memory_keys' | 'memory_values' | 'context_mask',
  NamedArray
>;

/** Where a run of tokens stands in the text. */
export function spanOfTokens(
  { tokens }: Pick<QuestionFeatures, 'tokens'>,
  program: Program,
): Pick<Span, 'start' | 'end'> | undefined {
  const [from, to] = program.slice(1).map((token) => tokens[Number(token.slice(1))]);
  return from && to && { start: from.start, end: to.end };
}
