/** The handlers of protocol/exportPixels. */
import type { z } from 'zod';
import { embedPicture, readMaskShapes, renderCutout, renderMask } from '../../../protocol/exportPixels';
import type { Endpoint, HandlerContext, RequestChannel } from '../../../protocol/rpc';
import { boxOfGeometry } from '../../../regions/geometry';
import type { RuntimeServices } from '../services';
import { cutoutPng } from './cutout';
import { embeddedPicture } from './embed';
import { maskPng, readMaskShapes as readShapes } from './maskPng';

type Handler<C> =
  C extends RequestChannel<infer P, infer R>
    ? (params: z.output<P>, context: HandlerContext) => Promise<z.output<R>>
    : never;

/** One handler for each channel. */
export interface ExportPixelHandlers {
  renderMask: Handler<typeof renderMask>;
  readMaskShapes: Handler<typeof readMaskShapes>;
  embedPicture: Handler<typeof embedPicture>;
  renderCutout: Handler<typeof renderCutout>;
}

/** @param inTurn waits for a job's turn */
export function exportPixelHandlers(
  { pictures }: Pick<RuntimeServices, 'pictures'>,
  inTurn: <T>(context: HandlerContext, work: () => Promise<T>) => Promise<T>,
): ExportPixelHandlers {
  return {
    renderMask: ({ size, shapes, palette }, context) =>
      inTurn(context, async () => ({ png: maskPng(size, shapes, palette) })),
    readMaskShapes: ({ name, png }, context) => inTurn(context, async () => readShapes(name, png)),
    embedPicture: ({ image }, context) =>
      inTurn(context, () => embeddedPicture(image, pictures, context.signal)),
    renderCutout: ({ image, geometry }, context) =>
      inTurn(context, async () => {
        const window = await pictures.window(image, { view: boxOfGeometry(geometry) }, context.signal);
        const { png, box } = await cutoutPng(window.picture, window.geometryInto(geometry));
        return { png, box: window.boxOut(box) };
      }),
  };
}

/** Answers the channels on a wire. */
export function serveExportPixels(endpoint: Endpoint, handlers: ExportPixelHandlers): void {
  endpoint.handle(renderMask, handlers.renderMask);
  endpoint.handle(readMaskShapes, handlers.readMaskShapes);
  endpoint.handle(embedPicture, handlers.embedPicture);
  endpoint.handle(renderCutout, handlers.renderCutout);
}
