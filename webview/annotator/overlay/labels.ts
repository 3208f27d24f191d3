/** Labels beside regions: placed when the view rests so that none covers another, and then moved with the picture. */
import type { Box } from '../../../src/protocol/geometry';
import type { RegionItem } from '../canvas/regionItem';
import type { Placement } from '../canvas/regionPaint';
import { Grid, inkOn, labelOf, placeLabel, touches } from './labelPlaces';

/** In CSS pixels. */
const fontSize = 11;
const height = 17;
const padding = 5;
const gap = 3;
/** A long label ends in an ellipsis. */
const widest = 180;
/** More than this many are not read. */
const mostLabels = 300;
const sheetWidth = 2048;

/** A rectangle of the canvas in device pixels, and the place of the picture that it stays with. */
interface Spot {
  x: number;
  y: number;
  anchor: [number, number];
}

/** The labels of one set of regions. */
export class Labels {
  private readonly sheet = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
  private placed: (Spot & { id: string; sx: number; sy: number; width: number; height: number })[] = [];
  private readonly inks = new Map<string, string>();

  /** Places the labels of the regions in view, those in `first` before all others, then large regions before small ones. */
  layout(
    items: readonly RegionItem[],
    first: ReadonlySet<string>,
    at: Placement,
    canvas: { width: number; height: number },
    font: string,
  ): void {
    const { density, scale, x, y } = at;
    const whole: Box = [0, 0, canvas.width, canvas.height];
    const grid = new Grid(64 * density);
    const onCanvas = ({ box }: RegionItem): Box => [
      box[0] * scale + x,
      box[1] * scale + y,
      box[2] * scale + x,
      box[3] * scale + y,
    ];
    const area = ({ box }: RegionItem) => (box[2] - box[0]) * (box[3] - box[1]);
    const rank = (item: RegionItem) => (first.has(item.annotation.id) ? Infinity : area(item));
    const candidates = items
      .filter((item) => !item.annotation.hidden && labelOf(item.annotation) && touches(onCanvas(item), whole))
      .sort((a, b) => (rank(b) === rank(a) ? 0 : rank(b) - rank(a)));
    const { sheet } = this;
    const line = Math.ceil(height * density);
    const letters = `600 ${fontSize * density}px ${font}`;
    sheet.font = letters;
    const found: { text: string; color: string; box: Box; id: string; anchor: [number, number] }[] = [];
    for (const item of candidates) {
      if (found.length >= mostLabels) break;
      const text = shortened(sheet, labelOf(item.annotation), widest * density);
      const width = Math.ceil(sheet.measureText(text).width + 2 * padding * density);
      const place = placeLabel(onCanvas(item), { width, height: line }, whole, grid, gap * density);
      if (!place) continue;
      const [px, py] = [Math.round(place[0]), Math.round(place[1])];
      const box: Box = [px, py, px + width, py + line];
      grid.add(box);
      // It stays with the nearest place of its region.
      const region = onCanvas(item);
      const anchor: [number, number] = [
        (clamp(px, region[0], region[2]) - x) / scale,
        (clamp(py + line, region[1], region[3]) - y) / scale,
      ];
      found.push({ text, color: item.color, box, id: item.annotation.id, anchor });
    }
    this.draw(found, letters, density, { scale, x, y });
  }

  /** Shows them where the picture is now. */
  show(context: CanvasRenderingContext2D, { scale, x, y }: Placement): void {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    for (const { anchor, x: dx, y: dy, sx, sy, width, height } of this.placed) {
      const [left, top] = [Math.round(anchor[0] * scale + x + dx), Math.round(anchor[1] * scale + y + dy)];
      if (left > context.canvas.width || top > context.canvas.height || left + width < 0 || top + height < 0)
        continue;
      context.drawImage(this.sheet.canvas, sx, sy, width, height, left, top, width, height);
    }
  }

  /** Draws all on one sheet, from which `show` copies. */
  private draw(
    found: readonly { text: string; color: string; box: Box; id: string; anchor: [number, number] }[],
    letters: string,
    density: number,
    { scale, x, y }: { scale: number; x: number; y: number },
  ): void {
    const { sheet } = this;
    let [sx, sy] = [0, 0];
    this.placed = found.map(({ box, id, anchor }) => {
      const [width, height] = [box[2] - box[0], box[3] - box[1]];
      if (sx + width > sheetWidth) [sx, sy] = [0, sy + height];
      const at = { sx, sy };
      sx += width;
      return {
        ...at,
        id,
        anchor,
        width,
        height,
        x: box[0] - (anchor[0] * scale + x),
        y: box[1] - (anchor[1] * scale + y),
      };
    });
    const last = this.placed.at(-1);
    sheet.canvas.width = sheetWidth;
    sheet.canvas.height = last ? last.sy + last.height : 1;
    sheet.font = letters;
    sheet.textBaseline = 'middle';
    this.placed.forEach(({ sx, sy, width, height }, i) => {
      const { text, color } = found[i] as (typeof found)[number];
      sheet.fillStyle = 'rgba(0, 0, 0, 0.65)';
      sheet.beginPath();
      sheet.roundRect(sx, sy, width, height, 4 * density);
      sheet.fill();
      sheet.fillStyle = color;
      sheet.beginPath();
      sheet.roundRect(sx + density, sy + density, width - 2 * density, height - 2 * density, 3 * density);
      sheet.fill();
      sheet.fillStyle = this.inkFor(color);
      sheet.fillText(text, sx + padding * density, sy + height / 2 + 0.5 * density);
    });
  }

  private inkFor(color: string): string {
    let ink = this.inks.get(color);
    if (!ink) {
      const dot = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
      dot.fillStyle = color;
      dot.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = dot.getImageData(0, 0, 1, 1).data;
      this.inks.set(color, (ink = inkOn(red, green, blue)));
    }
    return ink;
  }
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const letters = [...text];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${letters.slice(0, middle).join('')}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join('')}…`;
}
