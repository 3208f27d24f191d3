/** A file of any modality → what its tokeniser takes: one set of arrays, or one for each window of a long recording. */
import type { NamedArray } from '../../../engines/onnx/arrays';
import type { Preparation } from '../../../engines/onnx/figure/modalities';
import type { Media } from '../../media/media';
import { melInput, resampled } from './audio';
import { imuInput } from './imu';
import { depthInput, normalInput, videoInput } from './maps';
import { pointsInput } from './points';

/** Arrays by the names of the tokeniser's inputs. */
export type Arrays = Readonly<Record<string, NamedArray>>;

/** A part of a recording, in seconds; `at` is absent where the whole file is taken at once. */
export interface Window {
  readonly at?: { readonly from: number; readonly to: number };
  arrays(): Arrays | Promise<Arrays>;
}

/** @returns undefined where the pack says nothing of the modality */
export function windowsOf(media: Media, config: Partial<Preparation>): Window[] | undefined {
  switch (media.modality) {
    case 'depth':
      return whole(config.depth, (depth) => ({ depth: depthInput(media, depth) }));
    case 'normal':
      return whole(config.normal, (normal) => ({ normals: normalInput(media, normal) }));
    case 'points':
      return whole(config.points, (points) => pointsInput(media, points) as unknown as Arrays);
    case 'video':
      return whole(config.video, async (video) => ({ pixels: await videoInput(media, video) }));
    case 'audio': {
      const { audio } = config;
      const length = (media.channels[0]?.length ?? 0) / media.sampleRate;
      return (
        audio &&
        parts(length, audio.seconds, (from) => ({
          mel: melInput(resampled(media, audio.rate, from, audio.rate * audio.seconds), audio),
        }))
      );
    }
    case 'imu': {
      const { imu } = config;
      const first = media.time[0] ?? 0;
      const length = (media.time.at(-1) ?? 0) - first;
      return imu && parts(length, imu.seconds, (from) => ({ motion: imuInput(media, imu, first + from) }));
    }
  }
}

const whole = <T>(
  config: T | undefined,
  arrays: (config: T) => Arrays | Promise<Arrays>,
): Window[] | undefined => config && [{ arrays: () => arrays(config) }];

/** Windows one after another; what is left at the end is one too, unless it is short. */
function parts(length: number, seconds: number, arrays: (from: number) => Arrays): Window[] {
  const count = Math.max(1, Math.ceil(length / seconds - 0.25));
  return Array.from({ length: count }, (_, i) => ({
    ...(count > 1 && { at: { from: i * seconds, to: Math.min((i + 1) * seconds, length) } }),
    arrays: () => arrays(i * seconds),
  }));
}
