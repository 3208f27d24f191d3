/** Packs that ONNX Runtime runs directly. */
import { GroundnoteError } from '../../../protocol/errors';
import { Segmenter } from '../../process/segment/segmenter';
import type { Pack } from '../../packs/registry';
import type { PackModel } from '../model';
import type { EngineServices } from '../open';

/** @throws GroundnoteError broken-pack, unsupported */
export async function openOnnxPack(pack: Pack, { sessions }: EngineServices): Promise<PackModel> {
  const { id, kind } = pack.manifest;
  switch (kind) {
    case 'promptable-segmenter':
      return { segmenter: await Segmenter.open(pack, sessions), close: () => Promise.resolve() };
    case 'segment-anything': {
      const { SamGraphs } = await import('./sam/graphs');
      return {
        segmenter: new Segmenter(await SamGraphs.open(pack, sessions)),
        close: () => Promise.resolve(),
      };
    }
    case 'detector': {
      const { openDetector } = await import('./detector/open');
      return openDetector(pack, sessions);
    }
    case 'pixel-classifier': {
      const { openPixelClassifier } = await import('./pixels/classifier');
      return openPixelClassifier(pack, sessions);
    }
    default:
      throw new GroundnoteError('unsupported', `Nothing here runs the pack "${id}" (its kind is "${kind}").`);
  }
}
