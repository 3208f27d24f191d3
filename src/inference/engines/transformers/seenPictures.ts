/**
 * A conversation asks about one picture many times: what the model's own processor and its vision encoder made of it is
 * kept, so that a picture is encoded once.
 */
import type { PreTrainedModel, Processor, Tensor } from '@huggingface/transformers';
import { LRUCache } from 'lru-cache';
import type { Picture } from '../../process/picture';

/** The picture of a conversation, and the one before it. */
const keptPictures = 2;

type Numbers = Record<string, Tensor>;

export class SeenPictures {
  private readonly prepared = new LRUCache<string, Promise<Numbers>>({ max: keptPictures });

  /** What the processor makes of a picture; the same tensors each time. */
  prepare(picture: Picture, make: () => Promise<Numbers>): Promise<Numbers> {
    const kept = this.prepared.get(picture.contentHash);
    if (kept) return kept;
    const made = make();
    this.prepared.set(picture.contentHash, made);
    made.catch(() => this.prepared.delete(picture.contentHash));
    return made;
  }
}

/**
 * Puts a memory before a processor's part for pictures, which a processor of pictures and text calls by itself.
 * @returns tells it which picture is asked about from now on
 */
export function prepareOnce(processor: Processor): (picture: Picture) => void {
  const { components } = processor as unknown as { components: { image_processor?: PreparesPictures } };
  const prepare = components.image_processor;
  if (!prepare) return () => undefined;
  const seen = new SeenPictures();
  let asked: Picture | undefined;
  components.image_processor = new Proxy(prepare, {
    apply: (_, self, args: unknown[]) => {
      const make = () => Reflect.apply(prepare, self, args) as Promise<Numbers>;
      return asked ? seen.prepare(asked, make) : make();
    },
  });
  return (picture) => void (asked = picture);
}
type PreparesPictures = (...args: unknown[]) => Promise<Numbers>;

/** An encoder of pictures, as the library's models have it. */
interface Encodes {
  encode_image?(inputs: Numbers): Promise<Tensor>;
}

/** Makes a model encode each tensor of pixels once, for as long as somebody holds that tensor. */
export function encodeOnce(model: PreTrainedModel): void {
  const encodes = model as unknown as Encodes;
  const encode = encodes.encode_image?.bind(model);
  if (!encode) return;
  const kept = new WeakMap<Tensor, Promise<Tensor>>();
  encodes.encode_image = (inputs) => {
    const pixels = inputs['pixel_values'];
    if (!pixels) return encode(inputs);
    let features = kept.get(pixels);
    if (!features) {
      features = encode(inputs);
      kept.set(pixels, features);
      features.catch(() => kept.delete(pixels));
    }
    return features;
  };
}
