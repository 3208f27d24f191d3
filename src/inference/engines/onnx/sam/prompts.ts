/** Prompts in the arrays of Segment Anything's decoders. */
import type { Box, Point } from '../../../../protocol/geometry';
import { rleBox } from '../../../../protocol/rle';
import { pointLabels, resample, type PromptSet } from '../../../process/segment/prompts';
import type { View } from '../../../process/segment/view';
import type { NamedArray } from '../arrays';
import type { SamSignature } from './signature';

/** A point for the decoder, in pixels of the picture. */
export interface Click {
  point: Point;
  label: 0 | 1;
}

/** Prompts as Segment Anything knows them. */
export interface Asked {
  clicks: Click[];
  box?: Box;
}

/**
 * Strokes as points along them. Where nothing positive is left beside an earlier mask, the mask's own box stands for it.
 * @param samples points of a stroke
 */
export function askedOf({ points, strokes, box, mask }: PromptSet, samples: number): Asked {
  const clicks: Click[] = [
    ...points,
    ...strokes.flatMap((line) => resample(line, samples).map((point): Click => ({ point, label: 1 }))),
  ];
  const isPositive = box !== undefined || clicks.some(({ label }) => label === 1);
  const stand = mask && !isPositive ? rleBox(mask) : undefined;
  return { clicks, box: box ?? (stand && stand[2] > stand[0] ? stand : undefined) };
}

/**
 * The decoder's inputs for points and boxes, in pixels of the encoder's input.
 * @param view whose `size` is that of the resized picture
 */
export function promptArrays(
  { clicks, box }: Asked,
  { rectangle, size }: View,
  { names, boxes }: Pick<SamSignature, 'names' | 'boxes'>,
): Record<string, NamedArray> {
  const place = ([x, y]: Point): Point => [
    ((x - rectangle.x) * size.width) / rectangle.width,
    ((y - rectangle.y) * size.height) / rectangle.height,
  ];
  const rows: { point: Point; label: number }[] = clicks.map(({ point, label }) => ({
    point: place(point),
    label,
  }));
  const corners = box && [place([box[0], box[1]]), place([box[2], box[3]])];
  if (corners && boxes === 'corners')
    rows.push(
      { point: corners[0] as Point, label: pointLabels.topLeft },
      { point: corners[1] as Point, label: pointLabels.bottomRight },
    );
  // Without the decoder's own means for a box, its middle says where the object is; which mask fits it is chosen later.
  if (box && boxes === 'none' && !clicks.some(({ label }) => label === 1))
    rows.push({ point: place([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]), label: pointLabels.positive });
  const padding = { point: [0, 0] as Point, label: pointLabels.padding };
  // Meta's decoder was trained with a point of padding where there is no box; Hugging Face's graphs add it themselves.
  if (names === 'meta' ? !corners : !rows.length && !(corners && boxes === 'boxes')) rows.push(padding);
  const coordinates = Float32Array.from(rows.flatMap(({ point }) => point));
  const labels = Float32Array.from(rows, ({ label }) => label);
  if (names === 'meta')
    return {
      point_coords: { data: coordinates, dims: [1, rows.length, 2] },
      point_labels: { data: labels, dims: [1, rows.length] },
    };
  return {
    input_points: { data: coordinates, dims: [1, 1, rows.length, 2] },
    input_labels: { data: labels, dims: [1, 1, rows.length] },
    ...(boxes === 'boxes' && {
      input_boxes: { data: Float32Array.from(corners?.flat() ?? []), dims: [1, corners ? 1 : 0, 4] },
    }),
  };
}
