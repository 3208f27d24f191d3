/** Picture → caption: an encoder of pictures with a decoder of text (ViT-GPT2 and the like). */
import * as z from 'zod';
import { optionsOf, type Pack } from '../../packs/registry';
import type { ModelAnswer, PackModel } from '../model';
import type { EngineServices } from '../open';
import { generate } from './generation';
import { asking, loadingOptionsSchema, opening } from './loading';
import { rawPicture } from './rawPicture';
import type { Called } from './tensors';

const optionsSchema = loadingOptionsSchema.extend({
  max_tokens: z.number().int().positive().default(64),
});

const refusal =
  'This pack describes a picture as a whole; it answers no questions. Choose a pack for questions in the Models view.';

/** @throws GroundnoteError broken-pack */
export async function openCaptioner(pack: Pack, services: EngineServices): Promise<PackModel> {
  const options = optionsOf(pack, optionsSchema);
  const { library, model, images, tokenizer } = await opening(pack, options, services, async (from) => ({
    library: from.library,
    model: await from.model(from.library.AutoModelForVision2Seq, 'as captioners'),
    images: (await from.part(from.library.AutoImageProcessor, 'preprocessor')) as unknown as Called,
    tokenizer: await from.part(from.library.AutoTokenizer, 'tokenizer'),
  }));
  return {
    answer: (picture, { text: question, asked }, run) =>
      asking(pack, async (): Promise<ModelAnswer> => {
        if (question !== '' || asked.length) return { text: refusal, found: [], refused: true };
        run.progress({ phase: 'Looking at the picture' });
        const { pixel_values } = await images(rawPicture(library, picture));
        const { text } = await generate({
          library,
          model,
          tokenizer,
          inputs: { ...(pixel_values && { pixel_values }) },
          maxTokens: options.max_tokens,
          run,
          onText: (text) => run.progress({ phase: 'Describing', text: text.trim() }),
        });
        return { text: text.trim(), found: [] };
      }),
    async close() {
      await model.dispose();
    },
  };
}
