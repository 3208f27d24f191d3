/** The parse of a picture with its masks, as the command line prints and draws it. */
import type { ReadFigureParams } from '../../../protocol/figure';
import type { PackRef, Rle, Size } from '../../../protocol/geometry';
import type { Timings } from '../../../protocol/inference';
import type { HandlerContext } from '../../../protocol/rpc';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import type { RuntimeServices } from '../services';
import { Stopwatch } from '../stopwatch';
import { figureParserOf } from './figureParser';
import type { FigureParse } from './parse';
import { imageOf } from '../pictureWindow';

export interface FigureParsing {
  image: { path?: string } & Size;
  pack: PackRef;
  parse: FigureParse;
  /** Of each region, in pixels of the picture. */
  masks: Rle[];
  timings: Timings;
}

/**
 * @param pack of the kind `figure`
 * @throws GroundnoteError broken-pack, no-pack, cancelled, and what opening the picture throws
 */
export async function parseWholeFigure(
  services: RuntimeServices,
  pack: Pack,
  { image, view }: ReadFigureParams,
  context: HandlerContext,
): Promise<FigureParsing> {
  const stopwatch = new Stopwatch();
  const { id, version } = pack.manifest;
  const parser = await stopwatch.time('load', () => figureParserOf(services, pack));
  const window = await stopwatch.time('read', () =>
    services.pictures.window(image, { view }, context.signal),
  );
  await throwIfCancelled(context.signal);
  const figure = await parser.parse(window.picture, context, stopwatch);
  const { width, height } = window.whole;
  const regions = figure.parse.regions.map((region) => ({ ...region, box: window.boxOut(region.box) }));
  const masks = await stopwatch.time('pack', () =>
    regions.map((_, index) => window.maskOut(figure.maskOf(index))),
  );
  return {
    image: imageOf(image, window.whole),
    pack: { id, version },
    parse: { width, height, regions },
    masks,
    timings: stopwatch.timings(),
  };
}
