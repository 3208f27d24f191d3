/** Packs that transformers.js runs. */
import { GroundnoteError } from '../../../protocol/errors';
import type { Pack } from '../../packs/registry';
import type { PackModel } from '../model';
import type { EngineServices } from '../open';

/** @throws GroundnoteError broken-pack, unsupported */
export async function openTransformersPack(pack: Pack, services: EngineServices): Promise<PackModel> {
  const { id, kind } = pack.manifest;
  switch (kind) {
    case 'zero-shot-detector':
      return (await import('./zeroShotDetector')).openZeroShotDetector(pack, services);
    case 'text-segmenter':
      return (await import('./textSegmenter')).openTextSegmenter(pack, services);
    case 'florence':
      return (await import('./florence/open')).openFlorence(pack, services);
    case 'vision-language':
      return (await import('./visionLanguage')).openVisionLanguage(pack, services);
    case 'captioner':
      return (await import('./captioner')).openCaptioner(pack, services);
    case 'depth-estimator':
      return (await import('./depthEstimator')).openDepthEstimator(pack, services);
    default:
      throw new GroundnoteError('unsupported', `Nothing here runs the pack "${id}" (its kind is "${kind}").`);
  }
}
