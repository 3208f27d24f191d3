/** `figure_parser.onnx`: a picture → what is where in it, in pixels of the picture. */
import type { Box, Point, Size } from '../../../protocol/geometry';
import { floatsOf, type NamedArray } from '../../engines/onnx/arrays';
import {
  figureConfigSchema,
  type ParserConfig,
  type StrokeKind,
  type TextRole,
} from '../../engines/onnx/figure/config';
import type { OnnxSession } from '../../engines/onnx/session';
import { brokenPack, readPackJson, type Pack } from '../../packs/registry';
import { wholeOf, type Picture } from '../picture';
import { cropResize } from '../resize';
import type { SessionStore } from '../services';
import type { Stopwatch } from '../stopwatch';
import {
  decodeArrows,
  decodeBoxes,
  inkOf,
  strokeStride,
  stride,
  textRoleIn,
  type FoundArrow,
  type FoundBox,
  type Maps,
  type ParserMaps,
} from './decode';

/** Ink of one kind over the picture, in cells. */
export interface StrokeMap extends Size {
  /** 1 where a cell has ink. */
  data: Uint8Array;
  /** Pixels of the picture in a cell, along each side. */
  cell: Point;
}

/** What the network found in a picture, in pixels of the picture. */
export interface Detections {
  boxes: FoundBox[];
  arrows: FoundArrow[];
  /** What the text in a box is. */
  textRole(box: Box): { role: TextRole; score: number };
  strokes: Readonly<Record<StrokeKind, StrokeMap>>;
  /** Pixels of the picture in one of the view, the larger of the two directions: how exact the places are. */
  scale: number;
}

/** The features of a view, for the graphs that go on from them. */
export interface ViewFeatures {
  features: NamedArray;
  view: Size;
}

const outputs = ['centres', 'sizes', 'text_roles', 'ends', 'other_end', 'strokes', 'features'] as const;
const input = 'pixel_values';
/** The network takes 0–1. */
const unit = { scale: [1 / 255, 1 / 255, 1 / 255], shift: [0, 0, 0] } as const;
const multiple = 32;
const leastSide = 64;

export class ParserGraph {
  private constructor(
    readonly pack: Pack,
    readonly config: ParserConfig,
    private readonly session: OnnxSession,
  ) {}

  /** @param pack of the kind `figure` @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<ParserGraph> {
    const { parser } = await readPackJson(pack, 'config.json', figureConfigSchema);
    const session = await sessions.open(pack, parser.graph, { inputs: [input], outputs });
    return new ParserGraph(pack, parser, session);
  }

  /** @throws GroundnoteError broken-pack */
  async run(picture: Picture, stopwatch: Stopwatch): Promise<{ found: Detections } & ViewFeatures> {
    const view = parserView(picture, this.config.view_size);
    const data = await stopwatch.time('prepare', () => cropResize(picture, wholeOf(picture), view, unit));
    const arrays = await stopwatch.time('encodeRun', () =>
      this.session.run({ [input]: { data, dims: [1, 3, view.height, view.width] } }),
    );
    const maps = (name: (typeof outputs)[number], channels: number, pixels: number): Maps =>
      this.mapsOf(name, arrays[name], channels, {
        width: view.width / pixels,
        height: view.height / pixels,
      });
    const { config } = this;
    const sets = 1 + Math.max(...config.size_sets);
    const all: ParserMaps = {
      view,
      centres: maps('centres', config.box_roles.length, stride),
      sizes: maps('sizes', 4 * sets, stride),
      textRoles: maps('text_roles', config.text_roles.length, stride),
      ends: maps('ends', 2, stride),
      otherEnd: maps('other_end', 4, stride),
      strokes: maps('strokes', config.strokes.length, strokeStride),
    };
    const found = await stopwatch.time('refine', () => detectionsOf(all, config, picture));
    return { found, features: arrays.features as NamedArray, view };
  }

  private mapsOf(name: string, array: NamedArray | undefined, channels: number, size: Size): Maps {
    const expected = [1, channels, size.height, size.width];
    if (!array || array.dims.join() !== expected.join())
      throw brokenPack(
        this.pack.manifest.id,
        `its parser gives "${name}" as [${array?.dims.join(', ') ?? ''}] where [${expected.join(', ')}] is expected`,
      );
    return { data: floatsOf(array), channels, ...size };
  }
}

/** Size at which a picture is parsed: about `side`² pixels, its aspect kept, both sides multiples of 32. */
export function parserView({ width, height }: Size, side: number): Size {
  const root = Math.sqrt(width / height);
  const length = (wanted: number) =>
    Math.min(Math.max(roundHalfEven(wanted / multiple) * multiple, leastSide), 2 * side);
  return { width: length(side * root), height: length(side / root) };
}

/** As Python rounds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** Decodes the maps of a view and brings all places into pixels of the picture. */
export function detectionsOf(maps: ParserMaps, config: ParserConfig, picture: Size): Detections {
  const [fx, fy] = [picture.width / maps.view.width, picture.height / maps.view.height];
  const out = ([x, y]: Point): Point => [x * fx, y * fy];
  const strokes = (kind: StrokeKind): StrokeMap => ({
    ...inkOf(maps, config, kind),
    cell: [strokeStride * fx, strokeStride * fy],
  });
  // Only what later questions need is kept: the maps themselves are large.
  const { textRoles } = maps;
  return {
    boxes: decodeBoxes(maps, config).map((found) => ({
      ...found,
      box: [...out([found.box[0], found.box[1]]), ...out([found.box[2], found.box[3]])],
    })),
    arrows: decodeArrows(maps, config).map((arrow) => ({
      ...arrow,
      tail: out(arrow.tail),
      head: out(arrow.head),
    })),
    textRole: ([x1, y1, x2, y2]) => textRoleIn({ textRoles }, config, [x1 / fx, y1 / fy, x2 / fx, y2 / fy]),
    strokes: { arrow: strokes('arrow'), curve: strokes('curve'), marker: strokes('marker') },
    scale: Math.max(fx, fy),
  };
}
