/** Decoded files of the modalities, in full precision: what models read, and what views are made of. */
import type { Modality } from '../../../protocol/modalities';

export type Vector = [number, number, number];

interface Common {
  /** What messages call the file by. */
  readonly name: string;
  /** The file's format in words. */
  readonly format: string;
}

/** x right, y and z as in the file; lengths in the file's unit. */
export interface PointCloud extends Common {
  readonly modality: 'points';
  /** Points of the file. */
  readonly total: number;
  /** x, y, z of each point that was kept, less `origin`. */
  readonly positions: Float32Array;
  /** Red, green, blue of each point, 0–255. */
  readonly colors?: Uint8Array;
  /** Unit vectors, or zero where the file has none for a point. */
  readonly normals?: Float32Array;
  readonly origin: Vector;
}

/** Rows from the top; NaN where nothing was measured. Values are the file's own: their unit and direction are not known. */
export interface DepthMap extends Common {
  readonly modality: 'depth';
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Rows of red, green, blue from the top; (value / 127.5 − 1) is x, y, z of the normal. */
export interface NormalMap extends Common {
  readonly modality: 'normal';
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export interface Sound extends Common {
  readonly modality: 'audio';
  /** Frames a second. */
  readonly sampleRate: number;
  /** Frames of the file; of a very long one only the first are in `channels`. */
  readonly frames: number;
  /** Each channel's samples, −1 to 1 (a float file may go beyond). */
  readonly channels: readonly Float32Array[];
}

export type TraceName = 'ax' | 'ay' | 'az' | 'gx' | 'gy' | 'gz';

/** Acceleration in m/s² (ax, ay, az), and turning in rad/s (gx, gy, gz) where the file has it. */
export interface Motion extends Common {
  readonly modality: 'imu';
  /** Seconds from the first row, never falling. */
  readonly time: Float64Array;
  readonly timeNote?: string;
  /** Of one length with `time`; NaN where the file has no value. */
  readonly traces: readonly { name: TraceName; column: string; unit: string; values: Float32Array }[];
}

/** Frames of one size, evenly taken from the whole. */
export interface Video extends Common {
  readonly modality: 'video';
  readonly width: number;
  readonly height: number;
  /** Rows of red, green, blue from the top, one array for each frame. */
  readonly frames: readonly Uint8Array[];
  /** Frames of the file. */
  readonly total: number;
}

/** A file of a modality that no picture task takes. */
export type Media = PointCloud | DepthMap | NormalMap | Sound | Motion | Video;
export type MediaModality = Media['modality'];

/** Every modality but the picture, which has tasks of its own. */
export const isMediaModality = (modality: Modality): modality is MediaModality => modality !== 'image';
