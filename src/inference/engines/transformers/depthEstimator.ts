/** Picture → depth: Depth Anything, DPT and the like. */
import * as z from 'zod';
import { optionsOf, brokenPack, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../../process/cancel';
import type { PackModel } from '../model';
import type { EngineServices } from '../open';
import { enlarged } from './field';
import { asking, loadingOptionsSchema, opening } from './loading';
import { rawPicture } from './rawPicture';
import { floatsOf, type Called } from './tensors';

const optionsSchema = loadingOptionsSchema.extend({
  /** Whether the graph's numbers grow with nearness (Depth Anything, MiDaS) or with distance (metric models). */
  grows_with: z.enum(['nearness', 'distance']).default('nearness'),
});

const refusal =
  'This pack estimates how near things are; it describes nothing and answers no questions. ' +
  '"groundnote depth IMAGE --out FILE.png" writes its picture.';

/** @throws GroundnoteError broken-pack */
export async function openDepthEstimator(pack: Pack, services: EngineServices): Promise<PackModel> {
  const options = optionsOf(pack, optionsSchema);
  const { library, model, images } = await opening(pack, options, services, async (from) => ({
    library: from.library,
    model: await from.model(from.library.AutoModelForDepthEstimation, 'as estimators of depth'),
    images: (await from.part(from.library.AutoImageProcessor, 'preprocessor')) as unknown as Called,
  }));
  return {
    answer: () => Promise.resolve({ text: refusal, found: [], refused: true }),
    depth: (picture, run) =>
      asking(pack, async () => {
        run.progress({ phase: 'Estimating the depth' });
        const pixels = await images(rawPicture(library, picture));
        await throwIfCancelled(run.signal);
        const outputs = await (model as unknown as Called)(pixels);
        const { data, dims } = floatsOf(pack, outputs, 'predicted_depth', 3);
        const [height, width] = dims.slice(-2) as [number, number];
        const depths = enlarged({ width, height, data }, picture);
        return asBytes(pack, depths, options.grows_with === 'nearness');
      }),
    async close() {
      await model.dispose();
    },
  };
}

/** The least number → 0 and the largest → 255, or the other way round. */
function asBytes(pack: Pack, depths: Float32Array, isNearness: boolean): Uint8Array {
  let [least, most] = [Infinity, -Infinity];
  for (const depth of depths) {
    if (depth < least) least = depth;
    if (depth > most) most = depth;
  }
  if (!Number.isFinite(least) || !Number.isFinite(most))
    throw brokenPack(pack.manifest.id, 'it gives no numbers for this picture');
  const scale = most > least ? 255 / (most - least) : 0;
  return Uint8Array.from(depths, (depth) => Math.round((isNearness ? depth - least : most - depth) * scale));
}
