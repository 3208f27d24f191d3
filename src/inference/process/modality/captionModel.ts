/** The universal encoder and the caption decoder of a `figure` pack (docs/modalities.md). */
import { floatsOf, type NamedArray } from '../../engines/onnx/arrays';
import { modalitiesConfigSchema, type ModalitiesConfig } from '../../engines/onnx/figure/modalities';
import type { OnnxSession } from '../../engines/onnx/session';
import { brokenPack, readPackJson, type Pack } from '../../packs/registry';
import type { Modality } from '../../../protocol/modalities';
import type { SessionStore } from '../services';
import type { Arrays } from './inputs/inputs';
import { begin, CaptionWords, end, padding, unknown } from './words';

/** What the decoder reads of a file. */
export interface Context {
  /** float32 [1, context, width] */
  readonly array: NamedArray;
  /** Weights of the experts for each of the modality's tokens: rows sum to 1. */
  readonly router: readonly (readonly number[])[];
}

export interface Written {
  readonly text: string;
  /** Geometric mean of the words' probabilities. */
  readonly confidence: number;
}

export class CaptionModel {
  readonly words: CaptionWords;

  private constructor(
    private readonly pack: Pack,
    readonly config: ModalitiesConfig,
    private readonly sessions: SessionStore,
    private readonly encoder: OnnxSession,
    private readonly decoder: OnnxSession,
  ) {
    this.words = new CaptionWords(config);
  }

  /** @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<CaptionModel> {
    const { modalities } = await readPackJson(pack, 'config.json', modalitiesConfigSchema);
    const encoder = await sessions.open(pack, 'onnx/universal_encoder.onnx', {
      inputs: ['tokens', 'modality'],
      outputs: ['context', 'router'],
    });
    const decoder = await sessions.open(pack, 'onnx/caption_decoder.onnx', {
      inputs: ['context', 'question', 'answer'],
      outputs: ['logits'],
    });
    return new CaptionModel(pack, modalities, sessions, encoder, decoder);
  }

  /** @param arrays the inputs of the modality's tokeniser @throws GroundnoteError broken-pack */
  async encode(modality: Modality, arrays: Arrays): Promise<Context> {
    const index = this.config.names.indexOf(modality);
    const contract = { inputs: Object.keys(arrays), outputs: ['tokens'] };
    const tokeniser = await this.sessions.open(this.pack, `onnx/modality_${modality}.onnx`, contract);
    const { tokens } = await tokeniser.run(arrays);
    if (!tokens || index < 0) throw this.broken(`does not encode the modality "${modality}"`);
    const { context, router } = await this.encoder.run({ tokens, modality: integers([index], [1]) });
    if (!context || !router) throw this.broken('gives no context');
    const weights = floatsOf(router);
    const experts = router.dims.at(-1) ?? 1;
    const rows = Array.from({ length: weights.length / experts }, (_, i) =>
      Array.from(weights.subarray(i * experts, (i + 1) * experts)),
    );
    return { array: context, router: rows };
  }

  /**
   * Writes the most probable words one after another.
   * @param step is awaited before each word: for cancelling, and for showing the text so far
   * @throws GroundnoteError broken-pack, and whatever `step` throws
   */
  async answer(
    { array: context }: Context,
    question: readonly number[],
    step: (text: string) => Promise<void>,
  ): Promise<Written> {
    const asked = question.slice(0, this.config.max_question);
    const feeds = { context, question: integers(asked, [1, asked.length]) };
    const written: number[] = [begin];
    let logarithms = 0;
    while (written.length < this.config.max_answer) {
      await step(this.words.decode(written));
      const answer = integers(written, [1, written.length]);
      const { logits } = await this.decoder.run({ ...feeds, answer });
      if (logits?.dims.at(-1) !== this.words.size) throw this.broken('writes words that its list lacks');
      const { word, logarithm } = mostProbable(floatsOf(logits));
      logarithms += logarithm;
      written.push(word);
      if (word === end) break;
    }
    return {
      text: this.words.decode(written),
      confidence: Math.exp(logarithms / (written.length - 1)),
    };
  }

  private broken(problem: string) {
    return brokenPack(this.pack.manifest.id, `its caption model ${problem}`);
  }
}

const integers = (numbers: readonly number[], dims: readonly number[]): NamedArray => ({
  data: BigInt64Array.from(numbers, BigInt),
  dims,
  type: 'int64',
});

/** The word with the greatest logit, of those that can be written, and the logarithm of its probability among all. */
function mostProbable(logits: Float32Array): { word: number; logarithm: number } {
  let word: number = end;
  logits.forEach((value, i) => {
    if (i !== padding && i !== begin && i !== unknown && value > (logits[word] as number)) word = i;
  });
  const most = logits[word] as number;
  return { word, logarithm: -Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0)) };
}
