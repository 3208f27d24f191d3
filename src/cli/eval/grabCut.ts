/** GrabCut (Rother, Kolmogorov and Blake, 2004) from a box, by OpenCV: what people used before. Only in a checkout. */
import { createRequire } from 'node:module';
import type { Box } from '../../protocol/geometry';
import type { Mask } from '../../protocol/rle';
import type { Picture } from '../../inference/process/picture';
import { boxMask } from './segmentEval';

interface CvMat {
  data: Uint8Array;
  delete(): void;
}
/** The part of OpenCV's JavaScript build that is used. */
interface OpenCv {
  Mat?: new (rows?: number, columns?: number, type?: number) => CvMat;
  Rect: new (x: number, y: number, width: number, height: number) => unknown;
  CV_8UC1: number;
  CV_8UC3: number;
  GC_INIT_WITH_RECT: number;
  grabCut(image: CvMat, mask: CvMat, box: unknown, bg: CvMat, fg: CvMat, rounds: number, mode: number): void;
  onRuntimeInitialized?: () => void;
}

export type GrabCut = (picture: Picture, box: Box) => Mask;
const rounds = 5;
/** Values of OpenCV's mask that are the object: certainly, and probably. */
const foreground = new Set([1, 3]);

/** OpenCV from the development dependencies; undefined where it is not installed. */
export async function loadGrabCut(): Promise<GrabCut | undefined> {
  const name = '@techstark/opencv-js'; // Not bundled: 11 MB that only the evaluation needs.
  let cv: OpenCv;
  try {
    cv = createRequire(import.meta.url)(name) as OpenCv;
  } catch {
    return undefined;
  }
  // The module is a thenable that resolves to itself, so it must not be awaited.
  if (!cv.Mat) await new Promise<void>((resolve) => (cv.onRuntimeInitialized = () => resolve()));
  return (picture, box) => grabCut(cv, picture, box);
}

function grabCut(cv: OpenCv, { width, height, data }: Picture, [x1, y1, x2, y2]: Box): Mask {
  const Mat = cv.Mat as NonNullable<OpenCv['Mat']>;
  const [left, top] = [Math.max(0, Math.floor(x1)), Math.max(0, Math.floor(y1))];
  const [right, bottom] = [Math.min(width, Math.ceil(x2)), Math.min(height, Math.ceil(y2))];
  const image = new Mat(height, width, cv.CV_8UC3);
  const mask = new Mat(height, width, cv.CV_8UC1);
  const [background, object] = [new Mat(), new Mat()];
  try {
    image.data.set(data);
    const rectangle = new cv.Rect(left, top, right - left, bottom - top);
    try {
      cv.grabCut(image, mask, rectangle, background, object, rounds, cv.GC_INIT_WITH_RECT);
    } catch (error) {
      // OpenCV throws a number, for instance where the box leaves no background to learn from: the box is the answer.
      if (typeof error !== 'number') throw error;
      return boxMask([left, top, right, bottom], width, height);
    }
    return { width, height, data: Uint8Array.from(mask.data, (value) => Number(foreground.has(value))) };
  } finally {
    for (const mat of [image, mask, background, object]) mat.delete();
  }
}
