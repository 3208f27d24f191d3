/**
 * What a task sees of a picture. An ordinary picture is its own window. Of a large one it is the part that the task is
 * about, at a scale that fits in memory; the task works in pixels of the window as if that were the picture, and its
 * prompts go in and its answers come out through here.
 */
import type { Box, Geometry, Point, Prompt, Rle, Size } from '../../protocol/geometry';
import type { ImageSource, ResultRegion, TaskResult } from '../../protocol/inference';
import { rleBox } from '../../protocol/rle';
import type { Picture } from './picture';
import { maskIntoWindow, maskOutOfWindow, type WindowFrame } from './pyramid/scaleMask';

/** What a task is about, in pixels of the whole picture. */
export interface Focus {
  readonly prompts?: readonly Prompt[];
  /** The mask that the prompts refine. */
  readonly previous?: Rle;
  /** The part that the user looks at. */
  readonly view?: Box;
}

/** A picture as a result names it. @param size of the whole picture */
export const imageOf = (source: ImageSource, { width, height }: Size): TaskResult['image'] => ({
  ...('path' in source && { path: source.path }),
  width,
  height,
});

export class PictureWindow {
  /**
   * @param picture the window's pixels @param whole size of the picture that it is a part of
   * @param frame where the window lies; absent where it is the whole picture in its own pixels
   */
  constructor(
    readonly picture: Picture,
    readonly whole: Size = picture,
    private readonly frame?: WindowFrame,
  ) {}

  /** Whether prompts and answers pass unchanged. */
  get isWhole(): boolean {
    return !this.frame;
  }

  /** Pixels of the picture, along a side, in one of the window. */
  get scale(): number {
    return this.frame?.scale.x ?? 1;
  }

  /** A focus in pixels of the window. Where a mask is refined, prompts that lie outside are left out: the mask speaks for them. */
  into<F extends Focus>(focus: F): F {
    if (!this.frame) return focus;
    const { prompts, previous, view } = focus;
    const refines = previous !== undefined || prompts?.some(({ type }) => type === 'mask');
    return {
      ...focus,
      ...(prompts && { prompts: this.promptsInto(prompts, refines ?? false) }),
      ...(previous && { previous: this.maskInto(previous) }),
      ...(view && { view: this.boxInto(view) }),
    };
  }

  pointInto([x, y]: Point): Point {
    if (!this.frame) return [x, y];
    const { scale, offset } = this.frame;
    return [x / scale.x - offset.x, y / scale.y - offset.y];
  }

  pointOut([x, y]: Point): Point {
    if (!this.frame) return [x, y];
    const { scale, offset } = this.frame;
    return [(x + offset.x) * scale.x, (y + offset.y) * scale.y];
  }

  boxInto([x1, y1, x2, y2]: Box): Box {
    return [...this.pointInto([x1, y1]), ...this.pointInto([x2, y2])];
  }

  boxOut([x1, y1, x2, y2]: Box): Box {
    return [...this.pointOut([x1, y1]), ...this.pointOut([x2, y2])];
  }

  maskInto(mask: Rle): Rle {
    return this.frame ? maskIntoWindow(mask, this.frame) : mask;
  }

  geometryInto(geometry: Geometry): Geometry {
    const points = (line: readonly Point[]) => line.map((point) => this.pointInto(point));
    switch (geometry.type) {
      case 'point':
        return { ...geometry, point: this.pointInto(geometry.point) };
      case 'box':
        return { ...geometry, box: this.boxInto(geometry.box) };
      case 'stroke':
        return { ...geometry, points: points(geometry.points) };
      case 'mask':
        return { ...geometry, mask: this.maskInto(geometry.mask) };
      case 'polygon':
        return {
          ...geometry,
          polygons: geometry.polygons.map(points),
          ...(geometry.holes && { holes: geometry.holes.map(points) }),
        };
    }
  }

  /** @param refined the mask that this one is a new version of: outside the window it stays */
  maskOut(mask: Rle, refined?: Rle): Rle {
    return this.frame ? maskOutOfWindow(mask, this.frame, refined) : mask;
  }

  /** A region of an answer in pixels of the whole picture. @param refined as for `maskOut` */
  regionOut(region: ResultRegion, refined?: Rle): ResultRegion {
    if (!this.frame) return region;
    const mask = region.mask && this.maskOut(region.mask, refined);
    return {
      ...region,
      box: mask ? rleBox(mask) : this.boxOut(region.box),
      ...(mask && { mask }),
    };
  }

  private promptsInto(prompts: readonly Prompt[], refines: boolean): Prompt[] {
    const { width, height } = this.picture;
    const isIn = ([x, y]: Point) => x >= 0 && y >= 0 && x <= width && y <= height;
    return prompts.flatMap((prompt): Prompt[] => {
      switch (prompt.type) {
        case 'point': {
          const point = this.pointInto(prompt.point);
          return refines && !isIn(point) ? [] : [{ ...prompt, point }];
        }
        case 'box': {
          const box = this.boxInto(prompt.box);
          const touches = box[0] < width && box[1] < height && box[2] > 0 && box[3] > 0;
          return refines && !touches ? [] : [{ ...prompt, box }];
        }
        case 'stroke': {
          const points = prompt.points.map((point) => this.pointInto(point));
          return refines && !points.some(isIn) ? [] : [{ ...prompt, points }];
        }
        case 'mask':
          return [{ ...prompt, mask: this.maskInto(prompt.mask) }];
        case 'text':
          return [prompt];
      }
    });
  }
}
