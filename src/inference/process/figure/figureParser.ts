/** A picture → its parse, once a picture: the parser's graph, the reader's lines, and what is computed from both. */
import { LRUCache } from 'lru-cache';
import type { Rle, Size } from '../../../protocol/geometry';
import type { HandlerContext } from '../../../protocol/rpc';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { readerOf } from '../ground/textReader';
import type { Picture } from '../picture';
import { oncePerPack } from '../perPack';
import type { RuntimeServices } from '../services';
import type { Stopwatch } from '../stopwatch';
import { assemble } from './assemble';
import { maskOfPart } from './masks';
import type { FigureParse } from './parse';
import { ParserGraph, type ViewFeatures } from './parserGraph';
import { parseOf, type Part } from './parts';

const keptParses = 8;

/** A figure that was parsed. */
export class ParsedFigure {
  readonly parse: FigureParse;
  private readonly masks = new Map<number, Rle>();

  /** @param parts in the order of the parse @param view what the parser's network made of the picture, for the graphs that go on from it */
  constructor(
    private readonly parts: readonly Part[],
    private readonly size: Size,
    readonly view: ViewFeatures,
  ) {
    this.parse = parseOf(parts, size);
  }

  /**
   * The pixels of a region: shapes and ink where they could be told, else its box.
   * @param index of the region in the parse
   */
  maskOf(index: number): Rle {
    const known = this.masks.get(index);
    if (known) return known;
    const part = this.parts[index];
    if (!part) throw new RangeError(`The parse has no region ${index}.`);
    const mask = maskOfPart(part, this.size);
    this.masks.set(index, mask);
    return mask;
  }

  /** Whether the mask of a region is more than its box. */
  isExact(index: number): boolean {
    return this.parts[index]?.patch !== undefined;
  }
}

export class FigureParser {
  private readonly figures = new LRUCache<string, ParsedFigure>({ max: keptParses });

  constructor(
    private readonly services: RuntimeServices,
    readonly graph: ParserGraph,
    /** The pack that reads the words. */
    readonly ocr: Pack,
  ) {}

  /**
   * The parse of a picture; the last pictures' parses are kept.
   * @throws GroundnoteError broken-pack, cancelled
   */
  async parse(picture: Picture, context: HandlerContext, stopwatch: Stopwatch): Promise<ParsedFigure> {
    const known = this.figures.get(picture.contentHash);
    if (known) return known;
    const reader = await stopwatch.time('load', () => readerOf(this.services, this.ocr));
    const lines = await reader.read(picture, context, stopwatch);
    await throwIfCancelled(context.signal);
    context.progress({ phase: 'Looking at the figure' });
    const { found, ...view } = await this.graph.run(picture, stopwatch);
    const pause = () => throwIfCancelled(context.signal);
    const parts = await stopwatch.time('refine', () => assemble(picture, lines, found, pause));
    const { width, height } = picture;
    const figure = new ParsedFigure(parts, { width, height }, view);
    this.figures.set(picture.contentHash, figure);
    return figure;
  }
}

/** The parser of a pack; one for each pack and process. @param pack of the kind `figure` @throws GroundnoteError broken-pack, no-pack */
export const figureParserOf = oncePerPack(async (services, pack) => {
  const ocr = await services.packs.ofKind('ocr');
  return new FigureParser(services, await ParserGraph.open(pack, services.sessions), ocr);
});
