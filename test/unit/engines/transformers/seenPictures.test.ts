/** A picture of a conversation is prepared and encoded once. */
import type { PreTrainedModel, Processor, Tensor } from '@huggingface/transformers';
import { describe, expect, it, vi } from 'vitest';
import {
  encodeOnce,
  prepareOnce,
  SeenPictures,
} from '../../../../src/inference/engines/transformers/seenPictures';
import type { Picture } from '../../../../src/inference/process/picture';

const picture = (contentHash: string): Picture => ({
  width: 1,
  height: 1,
  data: new Uint8Array(3),
  contentHash,
});
const numbers = () => ({ pixel_values: {} as Tensor });

describe('pictures that a model has seen', () => {
  it('are prepared once, and the last two are kept', async () => {
    const seen = new SeenPictures();
    const make = vi.fn(() => Promise.resolve(numbers()));
    const first = await seen.prepare(picture('a'), make);
    expect(await seen.prepare(picture('a'), make)).toBe(first);
    await seen.prepare(picture('b'), make);
    await seen.prepare(picture('c'), make);
    expect(make).toHaveBeenCalledTimes(3);
    expect(await seen.prepare(picture('a'), make)).not.toBe(first);
  });

  it('are prepared again after a failure', async () => {
    const seen = new SeenPictures();
    await expect(seen.prepare(picture('a'), () => Promise.reject(new Error('memory')))).rejects.toThrow();
    await expect(seen.prepare(picture('a'), () => Promise.resolve(numbers()))).resolves.toBeDefined();
  });

  it('go through a processor of pictures and text, which keeps what else it can do', async () => {
    const prepare = Object.assign(
      vi.fn(() => Promise.resolve(numbers())),
      { max_pixels: 7 },
    );
    const components = { image_processor: prepare };
    const askAbout = prepareOnce({ components } as unknown as Processor);
    askAbout(picture('a'));
    const first = await components.image_processor();
    expect(await components.image_processor()).toBe(first);
    askAbout(picture('b'));
    expect(await components.image_processor()).not.toBe(first);
    expect(components.image_processor.max_pixels).toBe(7);
  });

  it('are encoded once, and again after a failure', async () => {
    const encode = vi.fn<(inputs: unknown) => Promise<Tensor>>(() => Promise.resolve({} as Tensor));
    const model = { encode_image: encode };
    encodeOnce(model as unknown as PreTrainedModel);
    const inputs = numbers();
    const features = await model.encode_image(inputs);
    expect(await model.encode_image({ ...inputs })).toBe(features);
    expect(encode).toHaveBeenCalledTimes(1);
    const others = numbers();
    encode.mockRejectedValueOnce(new Error('memory'));
    await expect(model.encode_image(others)).rejects.toThrow('memory');
    await expect(model.encode_image(others)).resolves.toBeDefined();
  });
});
