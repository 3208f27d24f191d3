/**
 * Regions drawn on a plate somewhat larger than the canvas, which is only moved and scaled while the picture is. A new
 * plate is drawn, in slices between frames, when the view leaves it, when the scale has changed and rests, and where
 * regions have changed.
 */
import type { Box, Size } from '../../../src/protocol/geometry';
import type { RegionItem } from './regionItem';
import { canvasBox, meet, type Placement, type RegionPainter, type RegionStyle } from './regionPaint';

/** The plate reaches so far beyond each edge of the canvas, as a share of its side, and in device pixels at most. */
const margin = 0.25;
const largestMargin = 320;
/** While the view moves, a plate is shown larger or smaller by this factor at most before it is drawn anew. */
const largestStretch = 2;
/** The view rests when it has not moved for this long. */
const restMs = 140;
/** Work in one frame, in milliseconds: less while the view moves; more where nothing at all is there to show. */
const slice = { moving: 4, resting: 8, first: 24 };

/** Regions that are drawn between two looks at the clock. */
const stepsPerFlush = 2;

interface Plate {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  /** Where the picture lies on it. */
  at: Placement;
}

interface Content {
  items: readonly RegionItem[];
  style: RegionStyle;
  picture: Size;
}

export class Composite {
  private front: Plate | undefined;
  private spare: Plate | undefined;
  private job: { plate: Plate; steps: Generator<void, void> } | undefined;
  private content: Content | undefined;
  /** What the plate shows wrongly, as boxes of the picture; 'all' when everything. */
  private damage: Box[] | 'all' = 'all';
  private view: Placement | undefined;
  private moved = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** How many plates have been begun until now. */
  plates = 0;

  /**
   * @param painter draws regions anew
   * @param redraw asks for another frame
   */
  constructor(
    private readonly painter: RegionPainter,
    private readonly redraw: () => void,
  ) {}

  dispose(): void {
    clearTimeout(this.timer);
  }

  /** True while the newest content is not wholly on the plate in use, or the plate is stretched. */
  get stale(): boolean {
    return this.job !== undefined || this.damage === 'all' || this.damage.length > 0 || !this.sharp;
  }

  /** True when the view has rested. */
  get resting(): boolean {
    return performance.now() - this.moved >= restMs;
  }

  /** Takes what is to be shown; `damage` is where it differs from what was. */
  set(content: Content, damage: readonly Box[] | 'all'): void {
    this.content = content;
    if (damage === 'all' || this.damage === 'all') this.damage = 'all';
    else this.damage.push(...damage);
  }

  /** Shows the regions on a canvas of device pixels; draws for a while at what is missing. */
  show(context: CanvasRenderingContext2D, view: Placement): void {
    const { width, height } = context.canvas;
    this.follow(view);
    this.plan(view, { width, height });
    this.work();
    this.draw(context, view);
    if (this.job) this.redraw();
  }

  private get sharp(): boolean {
    return this.front !== undefined && this.view !== undefined && fits(this.front.at, this.view);
  }

  private follow(view: Placement): void {
    const before = this.view;
    this.view = view;
    if (before?.scale === view.scale && before.x === view.x && before.y === view.y) return;
    if (before) this.moved = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(this.redraw, restMs + 10);
  }

  /** Begins a new plate where one is needed. */
  private plan(view: Placement, canvas: Size): void {
    const { content, front } = this;
    if (!content) return;
    // One that is under way is finished first, so that there always is progress, unless it is of another scale than that
    // at which the view has come to rest.
    if (this.job && !(this.resting && !fits(this.job.plate.at, view))) return;
    if (this.job) {
      this.spare = this.job.plate;
      this.job = undefined;
      this.damage = 'all';
    }
    const changed = this.damage === 'all' || this.damage.length > 0;
    const sharp = front !== undefined && fits(front.at, view);
    const stretch = front ? Math.max(front.at.scale / view.scale, view.scale / front.at.scale) : Infinity;
    const enough = front !== undefined && covers(front, view, canvas, content.picture, margin / 2);
    if (!changed && enough && (sharp || (!this.resting && stretch < largestStretch))) return;
    this.begin(view, canvas, content, changed && enough && sharp);
  }

  /** @param inPlace only what has changed is drawn, and the plate stays where it is */
  private begin(view: Placement, canvas: Size, content: Content, inPlace: boolean): void {
    const { front, damage } = this;
    const kept = damage !== 'all' && front && fits(front.at, view) ? front : undefined;
    const [dx, dy] = [marginOf(canvas.width), marginOf(canvas.height)];
    const size = { width: canvas.width + 2 * dx, height: canvas.height + 2 * dy };
    let at: Placement = { ...view, x: view.x + dx, y: view.y + dy };
    // What is kept is moved by whole pixels.
    if (kept)
      at = inPlace
        ? kept.at
        : {
            ...kept.at,
            x: kept.at.x + Math.round(at.x - kept.at.x),
            y: kept.at.y + Math.round(at.y - kept.at.y),
          };
    const plate = this.plate(size, at);
    const whole: Box = [0, 0, size.width, size.height];
    let rects: Box[] = [whole];
    if (kept && damage !== 'all') {
      const [left, top] = [at.x - kept.at.x, at.y - kept.at.y];
      plate.context.drawImage(kept.canvas, left, top);
      rects = [
        ...uncovered(whole, [left, top, left + kept.canvas.width, top + kept.canvas.height]),
        ...merged(damage.map((box) => canvasBox(at, box)).filter((box) => meet(box, whole))),
      ];
    }
    this.damage = [];
    this.plates++;
    this.job = { plate, steps: paintRects(this.painter, plate, content, rects) };
  }

  private work(): void {
    if (!this.job) return;
    const budget = this.front ? (this.resting ? slice.resting : slice.moving) : slice.first;
    const end = performance.now() + budget;
    let steps = 0;
    do {
      if (!this.job.steps.next().done) {
        if (++steps % stepsPerFlush === 0) flush(this.job.plate.context);
        continue;
      }
      flush(this.job.plate.context);
      this.spare = this.front;
      this.front = this.job.plate;
      this.job = undefined;
      return;
    } while (performance.now() < end);
  }

  private draw(context: CanvasRenderingContext2D, view: Placement): void {
    const plate = this.front ?? this.job?.plate;
    if (!plate) return;
    const ratio = view.scale / plate.at.scale;
    const [x, y] = [view.x - plate.at.x * ratio, view.y - plate.at.y * ratio];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    if (near(ratio, 1)) {
      context.drawImage(plate.canvas, Math.round(x), Math.round(y));
    } else {
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'low';
      context.drawImage(plate.canvas, x, y, plate.canvas.width * ratio, plate.canvas.height * ratio);
    }
  }

  /** An empty plate, the one that was in use before where its size fits. */
  private plate({ width, height }: Size, at: Placement): Plate {
    const { spare } = this;
    this.spare = undefined;
    const canvas = spare?.canvas ?? document.createElement('canvas');
    const context =
      spare?.context ?? (canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D);
    // Another size empties the canvas and its state; so does `reset`.
    if (canvas.width === width && canvas.height === height) context.reset();
    else [canvas.width, canvas.height] = [width, height];
    return { canvas, context, at };
  }
}

function* paintRects(
  painter: RegionPainter,
  { context, at }: Plate,
  { items, style, picture }: Content,
  rects: readonly Box[],
): Generator<void, void> {
  for (const rect of rects) {
    const [x1, y1, x2, y2] = rect;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(x1, y1, x2 - x1, y2 - y1);
    context.clip();
    context.clearRect(x1, y1, x2 - x1, y2 - y1);
    yield* painter.paint(context, items, style, at, rect, picture);
    context.restore();
  }
}

/**
 * Has the browser draw what it was told until now. It would put that off to the end of the frame, where the time that it
 * takes cannot be seen. Plates are therefore canvases that may be read without asking a GPU.
 */
function flush(context: CanvasRenderingContext2D): void {
  context.getImageData(0, 0, 1, 1);
}

const marginOf = (side: number) => Math.min(largestMargin, Math.round(side * margin));
const near = (a: number, b: number) => Math.abs(a / b - 1) < 1e-6;
/** True when what is drawn for the one can be shown at the other by moving it. */
const fits = (a: Placement, b: Placement) => near(a.scale, b.scale) && a.density === b.density;

/** True when the plate shows what of the picture is on the canvas, and `more` of the canvas's sides around it. */
function covers(
  { canvas, at }: Plate,
  view: Placement,
  { width, height }: Size,
  picture: Size,
  more: number,
): boolean {
  const ratio = at.scale / view.scale;
  const [dx, dy] = [width * more, height * more];
  const left = Math.max((-dx - view.x) * ratio + at.x, at.x);
  const top = Math.max((-dy - view.y) * ratio + at.y, at.y);
  const right = Math.min((width + dx - view.x) * ratio + at.x, picture.width * at.scale + at.x);
  const bottom = Math.min((height + dy - view.y) * ratio + at.y, picture.height * at.scale + at.y);
  const slack = 1;
  return (
    right <= left ||
    bottom <= top ||
    (left >= -slack && top >= -slack && right <= canvas.width + slack && bottom <= canvas.height + slack)
  );
}

/** The parts of `whole` outside of `covered`, as at most four rectangles. */
function uncovered(whole: Box, covered: Box): Box[] {
  const [x1, y1, x2, y2] = whole;
  if (!meet(whole, covered)) return [whole];
  const [left, top] = [Math.max(x1, covered[0]), Math.max(y1, covered[1])];
  const [right, bottom] = [Math.min(x2, covered[2]), Math.min(y2, covered[3])];
  const strips: Box[] = [
    [x1, y1, x2, top],
    [x1, bottom, x2, y2],
    [x1, top, left, bottom],
    [right, top, x2, bottom],
  ];
  return strips.filter((strip) => strip[2] > strip[0] && strip[3] > strip[1]);
}

/** The boxes where they are few, else one around all. */
function merged(boxes: Box[]): Box[] {
  const few = 2;
  if (boxes.length <= few && !(boxes[0] && boxes[1] && meet(boxes[0], boxes[1]))) return boxes;
  return [
    boxes.reduce((a, b) => [
      Math.min(a[0], b[0]),
      Math.min(a[1], b[1]),
      Math.max(a[2], b[2]),
      Math.max(a[3], b[3]),
    ]),
  ];
}
