/** From a map of text probabilities to boxes of text lines (the post-processing of DB, Liao et al., 2020, without slant). */
import type { Box, Size } from '../../../../protocol/geometry';
import type { DetectionConfig } from './config';

/** Where text is, in pixels of the map. */
export interface TextBox {
  box: Box;
  /** Mean probability of its text pixels. */
  score: number;
}

type Limits = Pick<DetectionConfig, 'threshold' | 'box_threshold' | 'unclip_ratio' | 'min_side'>;

/**
 * The boxes of connected text pixels (eight neighbours), grown to the whole height of their line.
 * @param probabilities width × height values, rows
 */
export function textBoxes(probabilities: Float32Array, size: Size, limits: Limits): TextBox[] {
  const { width, height } = size;
  const seen = new Uint8Array(width * height);
  const stack: number[] = [];
  const boxes: TextBox[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || (probabilities[start] as number) <= limits.threshold) continue;
    let [x1, y1, x2, y2, sum, count] = [width, height, 0, 0, 0, 0];
    seen[start] = 1;
    stack.push(start);
    while (stack.length) {
      const at = stack.pop() as number;
      const x = at % width;
      const y = (at - x) / width;
      sum += probabilities[at] as number;
      count++;
      if (x < x1) x1 = x;
      if (x >= x2) x2 = x + 1;
      if (y < y1) y1 = y;
      if (y >= y2) y2 = y + 1;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (!seen[next] && (probabilities[next] as number) > limits.threshold) {
            seen[next] = 1;
            stack.push(next);
          }
        }
    }
    const score = sum / count;
    if (score < limits.box_threshold || Math.min(x2 - x1, y2 - y1) < limits.min_side) continue;
    boxes.push({ box: growBox([x1, y1, x2, y2], limits.unclip_ratio, size), score });
  }
  return boxes;
}

/** A box grown on all sides by area × ratio / perimeter, inside the map. */
export function growBox([x1, y1, x2, y2]: Box, ratio: number, { width, height }: Size): Box {
  const [w, h] = [x2 - x1, y2 - y1];
  const distance = (w * h * ratio) / (2 * (w + h));
  return [
    Math.max(0, x1 - distance),
    Math.max(0, y1 - distance),
    Math.min(width, x2 + distance),
    Math.min(height, y2 + distance),
  ];
}

/** Size at which a picture is searched: its longer side between the limits, both sides whole multiples. */
export function detectionSize(
  picture: Size,
  { least_side, most_side, most_enlarged, multiple }: DetectionConfig,
): Size {
  const side = Math.max(picture.width, picture.height);
  const wanted = Math.min(Math.max(side, Math.min(least_side, side * most_enlarged)), most_side);
  const snap = (length: number) =>
    Math.max(multiple, Math.round((length * wanted) / side / multiple) * multiple);
  return { width: snap(picture.width), height: snap(picture.height) };
}
