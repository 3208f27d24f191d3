/** The work on pixels for exports, by whoever answers the channels of protocol/exportPixels. */
import type { ExportPixelHandlers } from '../../inference/process/exportPixels/handlers';
import { embedPicture, renderMask } from '../../protocol/exportPixels';
import { renderOverlay, type ImageSource, type OverlayPictureRegion } from '../../protocol/inference';
import type { HandlerContext, RequestOptions } from '../../protocol/rpc';
import type { InferenceApi } from '../inferenceApi';
import type { ExportPixels } from './format';

/** The pixels that the command line works on itself. */
export function runtimePixels(
  runtime: Pick<ExportPixelHandlers, 'renderMask' | 'embedPicture'> & {
    renderOverlay(
      params: { image: ImageSource; regions: readonly OverlayPictureRegion[] },
      context: HandlerContext,
    ): Promise<{ png: Uint8Array }>;
  },
  context: HandlerContext,
): ExportPixels {
  return {
    mask: async ({ width, height }, shapes, palette) =>
      (
        await runtime.renderMask(
          { size: { width, height }, shapes: [...shapes], ...(palette && { palette: [...palette] }) },
          context,
        )
      ).png,
    overlay: async (image, regions) => (await runtime.renderOverlay({ image, regions }, context)).png,
    embedded: (image) => runtime.embedPicture({ image }, context),
  };
}

/** The pixels that the inference process works on. */
export function processPixels(inference: InferenceApi, options: RequestOptions): ExportPixels {
  return {
    mask: async ({ width, height }, shapes, palette) =>
      (
        await inference.request(
          renderMask,
          { size: { width, height }, shapes: [...shapes], ...(palette && { palette: [...palette] }) },
          options,
        )
      ).png,
    overlay: async (image, regions) =>
      (await inference.request(renderOverlay, { image, regions: [...regions] }, options)).png,
    embedded: (image) => inference.request(embedPicture, { image }, options),
  };
}
