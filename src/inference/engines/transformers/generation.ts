/** Text from a model, token by token. */
import type { PreTrainedModel, PreTrainedTokenizer, Tensor, TextStreamer } from '@huggingface/transformers';
import { throwIfCancelled } from '../../process/cancel';
import type { Run } from '../model';
import type { Library } from './loading';

export interface Generation {
  library: Library;
  model: PreTrainedModel;
  tokenizer: PreTrainedTokenizer;
  /** What the model is given, by the names of its inputs. */
  inputs: Record<string, Tensor>;
  maxTokens: number;
  /** Keeps special tokens in the text: those of places are such. */
  keepSpecial?: boolean;
  run: Run;
  /** Told the text so far. */
  onText?: (text: string) => void;
}

export interface Generated {
  text: string;
  /** The text ended because it was as long as it may be. */
  isCut: boolean;
}

/** Milliseconds between two messages about a text that grows. */
const pause = 30;

/**
 * The most probable text. Messages are received between two tokens (each run of a graph begins in a turn of its own), and a
 * cancellation ends the text after the token under way.
 * @throws GroundnoteError cancelled
 */
export async function generate({
  library,
  model,
  tokenizer,
  inputs,
  maxTokens,
  keepSpecial = false,
  run,
  onText,
}: Generation): Promise<Generated> {
  await throwIfCancelled(run.signal);
  const ids: bigint[] = [];
  const textSoFar = () => tokenizer.decode(ids, { skip_special_tokens: !keepSpecial });
  let isPrompt = true;
  let told = 0;
  class Listener extends library.BaseStreamer {
    override put([tokens]: bigint[][]): void {
      // What comes first is what the model was given.
      if (isPrompt) isPrompt = false;
      else ids.push(...(tokens ?? []));
      if (!onText || !ids.length || performance.now() - told < pause) return;
      told = performance.now();
      // A character of several bytes may not be whole yet.
      onText(textSoFar().replace(/\uFFFD+$/, ''));
    }
    override end(): void {}
  }
  class WhenCancelled extends library.StoppingCriteria {
    override _call(sequences: number[][]): boolean[] {
      return sequences.map(() => run.signal.aborted);
    }
  }
  await model.generate({
    ...inputs,
    max_new_tokens: maxTokens,
    do_sample: false,
    streamer: new Listener() as unknown as TextStreamer,
    stopping_criteria: new WhenCancelled(),
  });
  await throwIfCancelled(run.signal);
  return { text: textSoFar(), isCut: ids.length >= maxTokens };
}
