/**
 * The canvas: a Konva stage as large as the viewport (konvajs/konva#2022) whose layers are moved and scaled, so that all
 * drawing happens in pixels of the picture.
 */
import Konva from 'konva/lib/Core';
import { Image as KonvaImage } from 'konva/lib/shapes/Image';
import type { Annotation, Snapshot } from '../../../src/protocol/annotator';
import type { Box, Point, Prompt, Size } from '../../../src/protocol/geometry';
import type { RegionLayer } from '../overlay/regionLayer';
import type { PanelStore } from '../store';
import { drawCrosshair } from './promptPaint';
import { TileLayer } from './tiles';
import { fit, keepVisible, toPicture, toScreen, zoomAt, type Viewport } from './viewport';

/** Single pixels are shown as squares above this scale. */
const crispScale = 4;
/** How near to a marker a click must be, in screen pixels. */
const markerReach = 9;

/** Draws what a tool has in hand, in pixels of the picture; `scale` is screen pixels per pixel of the picture. */
export type DraftPainter = (context: CanvasRenderingContext2D, scale: number) => void;

/** What is kept while the panel is hidden. */
export interface SavedView {
  fitted: boolean;
  scale: number;
  /** The place of the picture in the middle of the canvas. */
  centre: Point;
}

export class CanvasStage {
  private readonly stage: Konva.Stage;
  private readonly pictureLayer = new Konva.Layer({ listening: false });
  /** Not shown before the picture's place is known: regions would be drawn for nothing. */
  private readonly regionLayer = new Konva.Layer({ listening: false, visible: false });
  private readonly promptLayer = new Konva.Layer({ listening: false });
  private readonly image = new KonvaImage({ image: undefined, listening: false });
  private readonly regions: RegionLayer;
  private readonly tiles: TileLayer;
  private readonly observer: ResizeObserver;
  private readonly unsubscribe: () => void;
  private picture: Size = { width: 1, height: 1 };
  private canvas: Size = { width: 1, height: 1 };
  private shownUri: string | undefined;
  private drawn: unknown[] = [];
  private fitted = true;
  /** Draws what a tool has in hand over the regions. */
  paintDraft: DraftPainter = () => undefined;
  /** The place that the arrow keys move, in the picture. */
  crosshair: Point | undefined;
  view: Viewport = { scale: 1, x: 0, y: 0 };

  /**
   * @param regions makes what draws the regions; it is told how to ask for another frame
   * @param onView hears of each new place of the picture
   * @param onShown hears when the picture is on the canvas
   */
  constructor(
    readonly container: HTMLDivElement,
    private readonly store: PanelStore,
    private saved: SavedView | undefined,
    regions: (redraw: () => void) => RegionLayer,
    private readonly onView: (view: Viewport) => void,
    private readonly onShown: () => void,
  ) {
    store.visible = () => this.visible;
    this.regions = regions(() => this.regionLayer.batchDraw());
    this.stage = new Konva.Stage({ container, width: 1, height: 1, listening: false });
    this.stage.add(this.pictureLayer, this.regionLayer, this.promptLayer);
    this.tiles = new TileLayer(store.host, () => this.pictureLayer.batchDraw());
    this.pictureLayer.add(
      this.image,
      new Konva.Shape({ listening: false, sceneFunc: (context) => this.tiles.paint(context._context) }),
    );
    this.regionLayer.add(
      new Konva.Shape({
        listening: false,
        sceneFunc: (context) =>
          this.regions.paint(context._context, this.regionLayer.getCanvas().getPixelRatio()),
      }),
    );
    this.promptLayer.add(
      new Konva.Shape({ listening: false, sceneFunc: (context) => this.paintPrompts(context._context) }),
    );
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(container);
    this.unsubscribe = store.subscribe(() => this.update());
    this.resize();
    this.update();
  }

  dispose(): void {
    this.observer.disconnect();
    this.unsubscribe();
    this.regions.dispose();
    this.tiles.dispose();
    this.stage.destroy();
  }

  get size(): Size {
    return this.picture;
  }

  get savedView(): SavedView {
    const { width, height } = this.canvas;
    return {
      fitted: this.fitted,
      scale: this.view.scale,
      centre: toPicture(this.view, [width / 2, height / 2]),
    };
  }

  fit(): void {
    this.fitted = true;
    this.setView(fit(this.picture, this.canvas));
  }

  /** One picture pixel on one screen pixel. */
  actualSize(): void {
    this.zoom(1 / window.devicePixelRatio);
  }

  /** Another scale; `anchor` (screen) stays where it is, by default the middle. */
  zoom(scale: number, anchor: Point = [this.canvas.width / 2, this.canvas.height / 2]): void {
    this.fitted = false;
    this.setView(zoomAt(this.view, anchor, scale, fit(this.picture, this.canvas).scale / 2));
  }

  pan(dx: number, dy: number): void {
    this.fitted = false;
    this.setView({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** Draws what a tool has in hand again. */
  redrawDraft(): void {
    this.promptLayer.batchDraw();
  }

  /** Shows regions as a gesture would leave them, new ones too; `undefined` hides one that a tool draws itself. */
  showInstead(regions: ReadonlyMap<string, Annotation | undefined>): void {
    this.regions.showInstead(regions);
  }

  /** The part of the picture that is in sight, in whole pixels; undefined when that is all of it. */
  get visible(): Box | undefined {
    const { width, height } = this.picture;
    const [x1, y1] = toPicture(this.view, [0, 0]);
    const [x2, y2] = toPicture(this.view, [this.canvas.width, this.canvas.height]);
    const box: Box = [
      Math.max(0, Math.floor(x1)),
      Math.max(0, Math.floor(y1)),
      Math.min(width, Math.ceil(x2)),
      Math.min(height, Math.ceil(y2)),
    ];
    const all = box[0] === 0 && box[1] === 0 && box[2] === width && box[3] === height;
    return all || box[2] <= box[0] || box[3] <= box[1] ? undefined : box;
  }

  moveCrosshair(place: Point | undefined): void {
    this.crosshair = place;
    this.promptLayer.batchDraw();
  }

  /** The region under a place of the picture, of those given or of all; locked ones are passed over. */
  regionAt(place: Point, among?: readonly Annotation[]): string | undefined {
    const ids = among && new Set(among.map(({ id }) => id));
    return this.regions.hit(
      place,
      markerReach / this.view.scale,
      ({ id, locked }) => !locked && (!ids || ids.has(id)),
    );
  }

  /** Index of the prompt whose marker is at a place on the screen, or -1. */
  promptAt([x, y]: Point): number {
    return this.store.activePrompts.findIndex((prompt) =>
      markersOf(prompt).some((place) => {
        const [mx, my] = toScreen(this.view, place);
        return Math.hypot(mx - x, my - y) <= markerReach;
      }),
    );
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.container;
    if (!clientWidth || !clientHeight) return;
    const before = this.savedView;
    this.canvas = { width: clientWidth, height: clientHeight };
    this.stage.size(this.canvas);
    if (this.fitted) this.setView(fit(this.picture, this.canvas));
    else this.restore(before);
  }

  private restore({ scale, centre: [x, y] }: SavedView): void {
    const { width, height } = this.canvas;
    this.setView({ scale, x: width / 2 - x * scale, y: height / 2 - y * scale });
  }

  private setView(view: Viewport): void {
    this.view = keepVisible(view, this.picture, this.canvas);
    for (const layer of [this.pictureLayer, this.regionLayer, this.promptLayer]) {
      layer.position({ x: this.view.x, y: this.view.y });
      layer.scale({ x: this.view.scale, y: this.view.scale });
    }
    this.pictureLayer.imageSmoothingEnabled(this.view.scale < crispScale);
    this.tiles.lookAt({
      view: this.view,
      canvas: this.canvas,
      ratio: this.pictureLayer.getCanvas().getPixelRatio(),
    });
    this.stage.batchDraw();
    this.onView(this.view);
  }

  /** Draws again what the new state changes. */
  private update(): void {
    const { snapshot, selected, hoverId, opacity, pending } = this.store.state;
    if (!snapshot) return;
    if (snapshot.image.uri !== this.shownUri) void this.load(snapshot.image);
    this.tiles.show(snapshot.image.tiles, snapshot.image);
    const drawn = [snapshot.annotations, selected, hoverId, opacity, pending];
    if (drawn.every((value, i) => value === this.drawn[i])) return;
    this.drawn = drawn;
    this.regionLayer.batchDraw();
    this.promptLayer.batchDraw();
  }

  private async load({ uri, tiles, ...size }: Snapshot['image']): Promise<void> {
    this.shownUri = uri;
    // The size of the host counts: what the browser thinks of an SVG or of a reduced copy may differ.
    const place = () => this.place({ width: size.width, height: size.height });
    if (tiles) place();
    if (!uri) return;
    const image = new Image();
    image.src = uri;
    try {
      await image.decode();
    } catch {
      // The tiles are there without it.
      if (tiles) this.onShown();
      else if (this.shownUri === uri)
        this.store.set({ fatal: 'VS Code could not show this picture. The file may be damaged.' });
      return;
    }
    if (this.shownUri !== uri) return;
    this.image.image(tiles ? undefined : image);
    this.tiles.setOverview(tiles && image);
    if (!tiles) place();
    this.image.size(this.picture);
    this.stage.draw();
    this.onShown();
  }

  /** Makes room for a picture, where the user looked before or as a whole. */
  private place(size: Size): void {
    this.picture = size;
    this.regionLayer.visible(true);
    if (this.saved && !this.saved.fitted) {
      this.fitted = false;
      this.restore(this.saved);
    } else if (this.fitted) {
      this.fit();
    }
    this.saved = undefined;
  }

  private paintPrompts(context: CanvasRenderingContext2D): void {
    context.save();
    this.paintDraft(context, this.view.scale);
    context.restore();
    if (this.crosshair) drawCrosshair(context, this.crosshair, this.view.scale);
  }
}

/** Where the markers of a prompt lie in the picture. */
function markersOf(prompt: Prompt): Point[] {
  switch (prompt.type) {
    case 'point':
      return [prompt.point];
    case 'box':
      return [[prompt.box[0], prompt.box[1]]];
    case 'stroke':
      return [prompt.points[0] as Point];
    default:
      return [];
  }
}
