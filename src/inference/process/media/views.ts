/** What a panel draws of a file: of bounded size, in numbers as short as the eye needs. */
import type {
  AudioView,
  DepthView,
  ImuView,
  MediaView,
  NormalView,
  PointsView,
  ShownModality,
} from '../../../protocol/media';
import type { DepthMap, Media, Motion, NormalMap, PointCloud, Sound, Vector } from './media';

/** Pixels of a map in its panel, at most. */
const mostPixels = 4_000_000;
/** Samples of all channels of a sound in its panel, at most: six minutes in stereo. */
const mostSamples = 32_000_000;

export function mediaView(media: Extract<Media, { modality: ShownModality }>): MediaView {
  switch (media.modality) {
    case 'points':
      return pointsView(media);
    case 'depth':
      return depthView(media);
    case 'normal':
      return normalView(media);
    case 'audio':
      return audioView(media);
    case 'imu':
      return imuView(media);
  }
}

function pointsView({ normals, colors, positions, origin, ...rest }: PointCloud): PointsView {
  const min: Vector = [Infinity, Infinity, Infinity];
  const max: Vector = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const [axis, value] = [i % 3, positions[i] as number];
    if (value < (min[axis] as number)) min[axis] = value;
    if (value > (max[axis] as number)) max[axis] = value;
  }
  return {
    ...rest,
    positions,
    origin,
    ...(colors && { colors }),
    ...(normals && { normals: Int8Array.from(normals, (part) => Math.round(part * 127)) }),
    bounds: { min, max },
  };
}

function depthView({ name, format, modality, values, ...original }: DepthMap): DepthView {
  const { width, height, indices } = reduced(original);
  return {
    name,
    format,
    modality,
    width,
    height,
    original,
    values: indices ? Float32Array.from(indices, (i) => values[i] as number) : values,
  };
}

function normalView({ name, format, modality, rgb, ...original }: NormalMap): NormalView {
  const { width, height, indices } = reduced(original);
  if (!indices) return { name, format, modality, width, height, original, rgb: plain(rgb) };
  const out = new Uint8Array(indices.length * 3);
  indices.forEach((from, to) => out.set(rgb.subarray(from * 3, from * 3 + 3), to * 3));
  return { name, format, modality, width, height, original, rgb: out };
}

/** Wires pass arrays on by the name of their class, and know no Buffer. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);

/** Every so many-th pixel, where there are too many: depths and normals must not be mixed across an edge. */
function reduced({ width, height }: { width: number; height: number }): {
  width: number;
  height: number;
  indices?: Uint32Array;
} {
  if (width * height <= mostPixels) return { width, height };
  const step = Math.sqrt((width * height) / mostPixels);
  const [w, h] = [Math.max(1, Math.floor(width / step)), Math.max(1, Math.floor(height / step))];
  const indices = new Uint32Array(w * h);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++)
      indices[i] = Math.floor(((y + 0.5) * height) / h) * width + Math.floor(((x + 0.5) * width) / w);
  return { width: w, height: h, indices };
}

function audioView({ channels, ...rest }: Sound): AudioView {
  const count = channels.length;
  const frames = Math.min(channels[0]?.length ?? 0, Math.floor(mostSamples / count));
  let scale = 1;
  for (const channel of channels)
    for (let i = 0; i < frames; i++) scale = Math.max(scale, Math.abs(channel[i] as number));
  const samples = new Int16Array(frames * count);
  channels.forEach((channel, at) => {
    for (let i = 0; i < frames; i++)
      samples[i * count + at] = Math.round(((channel[i] as number) / scale) * 32_767);
  });
  return { ...rest, channels: count, samples, scale };
}

const imuView = ({ traces, ...rest }: Motion): ImuView => ({ ...rest, traces: [...traces] });
