/** Loads the tiles of one large picture, the most wanted first, and keeps the last ones that were looked at. */
import type { Tile } from '../../../src/protocol/tiles';
import { tileFile } from '../../../src/protocol/tiles';

const loadsAtOnce = 6;
/** A megabyte each. */
const keptTiles = 160;
/** When a tile that could not be loaded is tried again. */
const retryMs = 3000;

export interface TileSource {
  /** Resolves when the tile's file is there. */
  need(tile: Tile, signal: AbortSignal): Promise<void>;
  /** The tile's address. */
  address(tile: Tile): string;
  /** Whether all files are there. */
  readonly complete: boolean;
}

export class TileLoader {
  /** In the order of their last use. */
  private readonly tiles = new Map<string, ImageBitmap>();
  private readonly loading = new Map<string, AbortController>();
  private readonly failed = new Map<string, number>();
  private wanted: readonly Tile[] = [];
  private disposed = false;

  constructor(
    private readonly source: TileSource,
    private readonly onTile: () => void,
  ) {}

  /** The tile if it is in memory. */
  get(tile: Tile): ImageBitmap | undefined {
    const key = tileFile(tile);
    const bitmap = this.tiles.get(key);
    if (bitmap) {
      this.tiles.delete(key);
      this.tiles.set(key, bitmap);
    }
    return bitmap;
  }

  /** Loads these, in this order; what is under way and no longer among them is given up. */
  want(tiles: readonly Tile[]): void {
    this.wanted = tiles;
    const keys = new Set(tiles.map(tileFile));
    for (const [key, controller] of this.loading)
      if (!keys.has(key)) {
        controller.abort();
        this.loading.delete(key);
      }
    this.next();
  }

  dispose(): void {
    this.disposed = true;
    for (const controller of this.loading.values()) controller.abort();
    for (const bitmap of this.tiles.values()) bitmap.close();
    this.tiles.clear();
  }

  private next(): void {
    if (this.disposed) return;
    for (const tile of this.wanted) {
      if (this.loading.size >= loadsAtOnce) return;
      const key = tileFile(tile);
      if (this.tiles.has(key) || this.loading.has(key)) continue;
      if (performance.now() < (this.failed.get(key) ?? 0)) continue;
      const controller = new AbortController();
      this.loading.set(key, controller);
      void this.load(tile, key, controller);
    }
  }

  private async load(tile: Tile, key: string, controller: AbortController): Promise<void> {
    const { signal } = controller;
    try {
      const bitmap = await this.fetch(tile, signal);
      if (signal.aborted || this.disposed) return bitmap.close();
      this.tiles.set(key, bitmap);
      this.forgetOld();
      this.onTile();
    } catch {
      if (!signal.aborted) {
        this.failed.set(key, performance.now() + retryMs);
        // The page may rest by then.
        setTimeout(() => this.next(), retryMs + 50);
      }
    } finally {
      if (this.loading.get(key) === controller) this.loading.delete(key);
      this.next();
    }
  }

  private async fetch(tile: Tile, signal: AbortSignal): Promise<ImageBitmap> {
    if (!this.source.complete) await this.source.need(tile, signal);
    let response = await fetch(this.source.address(tile), { signal }).catch(() => undefined);
    if (!response?.ok) {
      signal.throwIfAborted();
      // Its folder may have been cleared for the sake of the disk.
      await this.source.need(tile, signal);
      response = await fetch(this.source.address(tile), { signal });
      if (!response.ok) throw new Error(`A tile could not be loaded (${response.status}).`);
    }
    return createImageBitmap(await response.blob());
  }

  /** Keeps what was used last, and always what is wanted now. */
  private forgetOld(): void {
    const most = Math.max(keptTiles, this.wanted.length);
    const wanted = new Set(this.wanted.map(tileFile));
    for (const [key, bitmap] of this.tiles) {
      if (this.tiles.size <= most) return;
      if (wanted.has(key)) continue;
      bitmap.close();
      this.tiles.delete(key);
    }
  }
}
