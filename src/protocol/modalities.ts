/** Modalities of files, and which one a file's name tells. */
import * as z from 'zod';
import { isPictureName } from './pictureNames';

export const modalities = ['image', 'video', 'depth', 'normal', 'points', 'audio', 'imu'] as const;
export const modalitySchema = z.enum(modalities);
export type Modality = z.infer<typeof modalitySchema>;

const byExtension: Readonly<Record<string, Modality>> = {
  ply: 'points',
  pcd: 'points',
  pfm: 'depth',
  wav: 'audio',
  wave: 'audio',
  csv: 'imu',
  tsv: 'imu',
  mp4: 'video',
  mov: 'video',
  webm: 'video',
  mkv: 'video',
  avi: 'video',
};

/**
 * The modality that a file's name tells: by its ending, and of pictures by a word in the name (`room_normal.png`,
 * `depth-3.png`). Undefined where it tells none: `.npy` may hold points or depth (see `modalityOfArray`).
 */
export function modalityOfName(name: string): Modality | undefined {
  const base = name.replace(/^.*[/\\]/, '');
  const extension = /\.([^.]+)$/.exec(base)?.[1]?.toLowerCase() ?? '';
  if (byExtension[extension]) return byExtension[extension];
  if (!isPictureName(base)) return undefined;
  const words = base.toLowerCase().split(/[^a-z]+/);
  if (words.some((word) => /^normals?$/.test(word))) return 'normal';
  if (words.some((word) => /^(depth|disp|disparity)$/.test(word))) return 'depth';
  return 'image';
}

/** The modality of a NumPy array by its shape: rows of three to six numbers are points, other tables depth maps. */
export function modalityOfArray(shape: readonly number[]): 'points' | 'depth' {
  const [rows = 0, columns = 0] = shape;
  return shape.length === 2 && rows > columns && [3, 4, 6].includes(columns) ? 'points' : 'depth';
}
