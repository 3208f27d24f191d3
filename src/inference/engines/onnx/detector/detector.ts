/** What detectors have in common: classes, boxes, some masks. */
import * as z from 'zod';
import type { Box, Rle } from '../../../../protocol/geometry';
import { throwIfCancelled } from '../../../process/cancel';
import { clipped } from '../../../process/models/compose';
import type { Picture } from '../../../process/picture';
import type { Finding, PackModel, Run } from '../../model';
import { classesNamed, noSuchClass, partlyUnknown } from '../classes';
import type { Detection } from '../boxes';

/** `options` in the manifest of a `detector` pack; all of it may be absent. */
export const detectorOptionsSchema = z.object({
  /** Path of the graph inside the pack; absent: the only one. */
  graphs: z.object({ model: z.string() }).optional(),
  /** How its answer is read; absent: as its metadata, its configuration or its outputs tell. */
  format: z.enum(['detr', 'ultralytics', 'nanodet', 'fastestdet', 'yunet']).optional(),
  /** Boxes of a lower score are left out; absent: what the format usually takes. */
  threshold: z.number().min(0).max(1).optional(),
  /** Of two boxes of one class with a greater IoU only the better one is kept. */
  nms: z.number().min(0).max(1).optional(),
  /** Names of the classes in their order, or a file of the pack with one a line. */
  labels: z.union([z.array(z.string()), z.string()]).optional(),
});
export type DetectorOptions = z.output<typeof detectorOptionsSchema>;

/** Something that was found: a class, a box in pixels of the picture, and a mask where the graph gives one. */
export interface Found extends Detection {
  mask?(): Rle | undefined;
}

export interface Detector {
  /** By number of class. */
  readonly names: readonly string[];
  /** All over the threshold, best first. @throws GroundnoteError broken-pack */
  detect(picture: Picture, run: Run): Promise<Found[]>;
}

/** A class that has no name. */
export const nameOf = (names: readonly string[], kind: number): string => names[kind] || `class ${kind}`;

export function detectorModel(title: string, detector: Detector): PackModel {
  const { names } = detector;
  const look = async (picture: Picture, run: Run, kinds?: ReadonlySet<number>): Promise<Finding[]> => {
    run.progress({ phase: 'Looking for objects' });
    const all = await detector.detect(picture, run);
    await throwIfCancelled(run.signal);
    const found: Finding[] = [];
    for (const { kind, score, box, mask } of all) {
      if (kinds && !kinds.has(kind)) continue;
      const inside = clipped(box, picture);
      if (!inside) continue;
      const region = mask?.();
      found.push({ label: nameOf(names, kind), score, box: inside, ...(region && { mask: region }) });
    }
    return found;
  };
  return {
    async ground(picture, phrase, run) {
      const { kinds, unknown } = classesNamed(phrase, names);
      if (!kinds.length) return noSuchClass(title, phrase, names);
      const found = await look(picture, run, new Set(kinds));
      const note = partlyUnknown(unknown);
      const text = found.length
        ? note
        : [`No ${nameOf(names, kinds[0] ?? 0)} was found.`, note].filter(Boolean).join(' ');
      return { found, ...(text !== undefined && { text }) };
    },
    async everything(picture, run) {
      const found = await look(picture, run);
      return found.length ? { found } : { found, text: 'None of the things that it knows was found.' };
    },
    close: () => Promise.resolve(),
  };
}

/** Where a picture was put in a graph's input, and the way back. */
export interface Letterbox {
  /** Pixels of the input for one of the picture. */
  readonly scale: { x: number; y: number };
  readonly offset: { x: number; y: number };
}

/** A box of the graph's input in pixels of the picture. */
export const boxOut = ([x1, y1, x2, y2]: Box, { scale, offset }: Letterbox): Box => [
  (x1 - offset.x) / scale.x,
  (y1 - offset.y) / scale.y,
  (x2 - offset.x) / scale.x,
  (y2 - offset.y) / scale.y,
];
