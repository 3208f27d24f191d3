/** Phrase → mask, by a heat map: CLIPSeg. */
import type { Tensor } from '@huggingface/transformers';
import * as z from 'zod';
import type { Rle } from '../../../protocol/geometry';
import { patchOfRle } from '../../../protocol/raster';
import { encodeRle } from '../../../protocol/rle';
import { maskParts } from '../../../regions/masks';
import { optionsOf, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../../process/cancel';
import type { Picture } from '../../process/picture';
import { tidyMask } from '../../process/segment/tidy';
import type { Finding, Findings, PackModel, Run } from '../model';
import type { EngineServices } from '../open';
import { enlarged, type Field } from './field';
import { asking, loadingOptionsSchema, opening } from './loading';
import { notFound, phrasesOf } from './phrases';
import { rawPicture } from './rawPicture';
import { floatsOf, sigmoid, type Called } from './tensors';

const optionsSchema = loadingOptionsSchema.extend({
  /** Probability from which a pixel belongs to the phrase. */
  threshold: z.number().min(0).max(1).default(0.5),
  /** Whether parts that do not touch are one region, or one each. */
  parts: z.enum(['together', 'apart']).default('apart'),
  /** Islands and holes smaller than this share of the largest part go. */
  tidy_share: z.number().min(0).max(1).default(0.02),
});

export interface TextSegmenter extends PackModel {
  /** The model's own answer: probabilities on its grid, which covers the whole picture. */
  heat(picture: Picture, phrase: string): Promise<Field>;
}

/** @throws GroundnoteError broken-pack */
export async function openTextSegmenter(pack: Pack, services: EngineServices): Promise<TextSegmenter> {
  const options = optionsOf(pack, optionsSchema);
  const { library, model, images, tokenizer } = await opening(pack, options, services, async (from) => ({
    library: from.library,
    model: await from.model(from.library.AutoModelForImageSegmentation, 'as segmenters of phrases'),
    images: (await from.part(from.library.AutoImageProcessor, 'preprocessor')) as unknown as Called,
    tokenizer: await from.part(from.library.AutoTokenizer, 'tokenizer'),
  }));
  const heat = async (pixels: Record<string, Tensor>, phrase: string): Promise<Field> => {
    const text = tokenizer([phrase], { padding: true, truncation: true }) as Record<string, Tensor>;
    const outputs = await (model as unknown as Called)({ ...pixels, ...text });
    // The graphs that are about drop the dimension of a single phrase.
    const dimensions = outputs.logits?.dims.length === 2 ? 2 : 3;
    const { data, dims } = floatsOf(pack, outputs, 'logits', dimensions);
    const [height, width] = dims.slice(-2) as [number, number];
    return { width, height, data: data.map(sigmoid) };
  };
  return {
    heat: async (picture, phrase) => heat(await images(rawPicture(library, picture)), phrase),
    ground: (picture, text, run) =>
      asking(pack, async (): Promise<Findings> => {
        const pixels = await images(rawPicture(library, picture));
        const phrases = phrasesOf(text);
        const found: Finding[] = [];
        const missing: string[] = [];
        for (const [index, phrase] of phrases.entries()) {
          await toldAndNotCancelled(run, phrase, index / phrases.length);
          const findings = regionsOf(await heat(pixels, phrase), phrase, picture, options);
          if (!findings.length) missing.push(phrase);
          found.push(...findings);
        }
        found.sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
        return {
          found,
          ...(missing.length && { text: notFound(missing, options.threshold) }),
          ...(!found.length && { refused: true }),
        };
      }),
    async close() {
      await model.dispose();
    },
  };
}

async function toldAndNotCancelled(run: Run, phrase: string, fraction: number): Promise<void> {
  run.progress({ phase: `Looking for “${phrase}”`, fraction });
  await throwIfCancelled(run.signal);
}

/** The parts of a heat map over the threshold; a part's score is its mean probability. */
function regionsOf(
  heat: Field,
  label: string,
  { width, height }: Picture,
  { threshold, parts, tidy_share }: z.output<typeof optionsSchema>,
): Finding[] {
  const probabilities = enlarged(heat, { width, height });
  const data = new Uint8Array(width * height);
  let any = false;
  for (let i = 0; i < data.length; i++)
    if ((probabilities[i] as number) > threshold) {
      data[i] = 1;
      any = true;
    }
  if (!any) return [];
  const mask = tidyMask(encodeRle({ width, height, data }), tidy_share, []);
  return (parts === 'apart' ? maskParts(mask) : [mask]).map((part) => ({
    label,
    score: meanInside(part, probabilities, width),
    mask: part,
  }));
}

function meanInside(mask: Rle, probabilities: Float32Array, width: number): number {
  const patch = patchOfRle(mask);
  let [sum, count] = [0, 0];
  for (let row = 0, i = 0; row < patch.height; row++)
    for (let column = 0; column < patch.width; column++, i++)
      if (patch.data[i]) {
        sum += probabilities[(patch.y + row) * width + patch.x + column] as number;
        count++;
      }
  return count ? sum / count : 0;
}
