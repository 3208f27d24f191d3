/** Draws a large picture: a small copy of all of it, and over that the tiles of the part in view. */
import type { Box, Size } from '../../../src/protocol/geometry';
import type { Endpoint } from '../../../src/protocol/rpc';
import { levelSizes, needTile, tileFile, type Tile, type TiledImage } from '../../../src/protocol/tiles';
import { TileLoader } from './tileLoader';
import { levelFor, seenBox, tileBox, tilesIn } from './tilePlan';
import type { Viewport } from './viewport';

/** So many coarser levels stand in for tiles that are not there yet. */
const standIns = 2;

/** What is looked at: the view, the canvas in CSS pixels, and device pixels in one of them. */
interface Look {
  view: Viewport;
  canvas: Size;
  ratio: number;
}

export class TileLayer {
  private shown: { folder: string; size: Size; levels: readonly Size[]; loader: TileLoader } | undefined;
  private complete = false;
  private overview: CanvasImageSource | undefined;
  private look: Look | undefined;

  constructor(
    private readonly host: Endpoint,
    private readonly redraw: () => void,
  ) {}

  /** Shows another picture, or none in tiles. */
  show(tiled: TiledImage | undefined, { width, height }: Size): void {
    if (tiled?.folder !== this.shown?.folder) {
      this.dispose();
      if (tiled) {
        const size = { width, height };
        const loader = new TileLoader(this.sourceOf(tiled.folder), this.redraw);
        this.shown = { folder: tiled.folder, size, levels: levelSizes(size), loader };
      }
    }
    this.complete = tiled?.complete ?? false;
    this.want();
  }

  /** The small copy that is drawn where there are no tiles yet. */
  setOverview(overview: CanvasImageSource | undefined): void {
    this.overview = overview;
    this.redraw();
  }

  /** Hears what is looked at, and loads what is missing. */
  lookAt(look: Look): void {
    this.look = look;
    this.want();
  }

  /**
   * Draws in pixels of the device: the edges of all tiles are rounded to whole ones, each once, so that neighbours meet
   * without a seam at any scale.
   */
  paint(context: CanvasRenderingContext2D): void {
    const { shown, look } = this;
    if (!shown || !look) return;
    const { levels, loader, size } = shown;
    const { level, seen } = this.plan(shown, look);
    const { view, ratio } = look;
    const draw = (image: CanvasImageSource, [x1, y1, x2, y2]: Box) => {
      const x = (value: number) => Math.round((value * view.scale + view.x) * ratio);
      const y = (value: number) => Math.round((value * view.scale + view.y) * ratio);
      context.drawImage(image, x(x1), y(y1), x(x2) - x(x1), y(y2) - y(y1));
    };
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const tiles = tilesIn(levels, level, seen);
    const sharp = tiles.every((tile) => loader.get(tile));
    document.body.dataset['tiles'] = sharp ? 'sharp' : 'loading';
    if (!sharp) {
      if (this.overview) draw(this.overview, [0, 0, size.width, size.height]);
      for (let coarse = Math.min(level + standIns, levels.length - 1); coarse > level; coarse--)
        for (const tile of tilesIn(levels, coarse, seen)) {
          const image = loader.get(tile);
          if (image) draw(image, tileBox(levels, tile));
        }
    }
    for (const tile of tiles) {
      const image = loader.get(tile);
      if (image) draw(image, tileBox(levels, tile));
    }
    context.restore();
  }

  dispose(): void {
    this.shown?.loader.dispose();
    this.shown = this.overview = undefined;
  }

  private plan({ levels, size }: { levels: readonly Size[]; size: Size }, { view, canvas, ratio }: Look) {
    return { level: levelFor(levels, view.scale * ratio), seen: seenBox(view, canvas, size) };
  }

  /** Wants what is in view, then the next coarser tiles there, then the ring around. */
  private want(): void {
    const { shown, look } = this;
    if (!shown || !look) return;
    const { levels, loader } = shown;
    const { level, seen } = this.plan(shown, look);
    const inView = tilesIn(levels, level, seen);
    const coarser = level + 1 < levels.length ? tilesIn(levels, level + 1, seen) : [];
    const known = new Set(inView.map(tileFile));
    const ring = tilesIn(levels, level, seen, 1).filter((tile) => !known.has(tileFile(tile)));
    loader.want([...inView, ...coarser, ...ring]);
  }

  private sourceOf(folder: string) {
    const isComplete = () => this.complete;
    return {
      need: async (tile: Tile, signal: AbortSignal) => {
        await this.host.request(needTile, tile, { signal });
      },
      address: (tile: Tile) => `${folder}/${tileFile(tile)}`,
      get complete() {
        return isComplete();
      },
    };
  }
}
