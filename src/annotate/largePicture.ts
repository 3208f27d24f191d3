/** The tiles of a large picture that is open: has them made, and knows how far they are. Without VS Code. */
import { GroundnoteError, isCancelled, toWireError } from '../protocol/errors';
import type { ImageSource } from '../protocol/inference';
import {
  makeOverview,
  makeTile,
  makeTiles,
  openPyramid,
  type Tile,
  type TilesState,
} from '../protocol/tiles';
import type { InferenceApi } from './inferenceApi';

export interface LargePictureOptions {
  inference: InferenceApi;
  image(): Promise<ImageSource>;
  /** The overview has come, or all tiles are there. */
  onChange(): void;
  onProgress(state: TilesState): void;
}

/** So much time alone the overview has, because it is what is seen first. */
const headStartMs = 3000;
/** A process that ends under the tiles (a cancelled prompt can do that) is asked again so often. */
const mostTries = 5;

export class LargePicture {
  private readonly end = new AbortController();
  private opening: Promise<{ folder: string }> | undefined;
  private building: Promise<void> | undefined;
  /** The file of the small copy, once it is there. */
  overview: string | undefined;
  complete = false;
  /** Nothing of the picture can be shown. */
  failed = false;

  constructor(private readonly options: LargePictureOptions) {}

  /** The folder of the tiles; the first call has them made. @throws GroundnoteError as opening a picture */
  async folder(): Promise<string> {
    this.opening ??= this.open();
    this.opening.catch(() => (this.opening = undefined));
    return (await this.opening).folder;
  }

  /** Resolves when a tile's file is there. @throws GroundnoteError cancelled, and what reading the picture throws */
  async tile(tile: Tile, signal: AbortSignal): Promise<void> {
    await this.folder();
    // After a failure, or when the models were unloaded, somebody who still looks at it starts it again.
    if (!this.building && !this.complete) this.build();
    await this.options.inference.request(makeTile, { image: await this.options.image(), tile }, { signal });
  }

  dispose(): void {
    this.end.abort();
  }

  private async open(): Promise<{ folder: string }> {
    const image = await this.options.image();
    const { folder, complete } = await this.options.inference.request(openPyramid, { image });
    this.complete = complete;
    const overview = this.readOverview(image);
    if (complete) this.report(null);
    else void Promise.race([overview, delay(headStartMs)]).then(() => this.build());
    return { folder };
  }

  private async readOverview(image: ImageSource): Promise<void> {
    try {
      const { file } = await this.options.inference.request(
        makeOverview,
        { image },
        { signal: this.end.signal },
      );
      this.overview = file;
      this.options.onChange();
    } catch (error) {
      if (isCancelled(error)) return;
      this.failed = true;
      this.fail(error);
      this.dispose();
    }
  }

  private build(): void {
    if (this.building || this.complete || this.end.signal.aborted) return;
    this.building = this.makeAll()
      .catch((error: unknown) => this.fail(error))
      .finally(() => (this.building = undefined));
  }

  private async makeAll(): Promise<void> {
    const { inference, image, onChange } = this.options;
    for (let tries = 1; !this.complete; tries++) {
      try {
        await inference.request(
          makeTiles,
          { image: await image() },
          {
            signal: this.end.signal,
            onProgress: ({ phase, fraction = 0 }) => this.report({ phase, fraction }),
          },
        );
        this.complete = true;
      } catch (error) {
        const crashed = error instanceof GroundnoteError && error.code === 'process-crashed';
        if (!crashed || tries >= mostTries) throw error;
      }
    }
    this.report(null);
    onChange();
  }

  private fail(error: unknown): void {
    if (!isCancelled(error)) this.report({ problem: toWireError(error).message, fatal: this.failed });
  }

  private report(state: TilesState): void {
    if (!this.end.signal.aborted) this.options.onProgress(state);
  }
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
