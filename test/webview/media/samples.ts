/** Files for the viewers' pages. */
import sharp from 'sharp';
import type { ShownModality } from '../../../src/protocol/media';
import { binaryRows, bytesOf, npyOf, wavOf } from '../../support/mediaFiles';

/** A spiral of points with colours and normals. */
export function spiral(): Uint8Array<ArrayBuffer> {
  const count = 2000;
  const rows = Array.from({ length: count }, (_, i) => {
    const turn = (i / count) * Math.PI * 8;
    const [x, y] = [Math.cos(turn), Math.sin(turn)];
    return [x, y, i / count, 255 - (i % 256), i % 256, 128, x, y, 0];
  });
  const properties = [
    ...['x', 'y', 'z'].map((name) => `float ${name}`),
    ...['red', 'green', 'blue'].map((name) => `uchar ${name}`),
    ...['nx', 'ny', 'nz'].map((name) => `float ${name}`),
  ];
  const header = `ply\nformat binary_little_endian 1.0\nelement vertex ${count}\n${properties.map((each) => `property ${each}\n`).join('')}end_header\n`;
  return bytesOf(header, binaryRows(rows, ['f4', 'f4', 'f4', 'u1', 'u1', 'u1', 'f4', 'f4', 'f4']));
}

/** A slope from 1 at the left to 3 at the right, with a hole in the middle. */
export function slope(): Uint8Array<ArrayBuffer> {
  const [width, height] = [160, 120];
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.hypot(x - 80, y - 60) < 10 ? NaN : 1 + (2 * x) / (width - 1);
  });
  return npyOf('<f4', [height, width], values);
}

/** A ball's normals. */
export async function ball(): Promise<Uint8Array<ArrayBuffer>> {
  const side = 100;
  const rgb = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [((i % side) + 0.5) / 50 - 1, 1 - (Math.floor(i / side) + 0.5) / 50];
    const rest = 1 - x * x - y * y;
    const normal = rest > 0 ? [x, y, Math.sqrt(rest)] : [0, 0, 1];
    normal.forEach((part, axis) => (rgb[i * 3 + axis] = Math.round((part + 1) * 127.5)));
  }
  return new Uint8Array(
    await sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

/** Two seconds of a tone that rises, in stereo. */
export function tone(): Uint8Array<ArrayBuffer> {
  const rate = 8000;
  const samples = new Int16Array(rate * 4);
  for (let i = 0; i < rate * 2; i++) {
    const time = i / rate;
    const value = Math.sin(2 * Math.PI * (300 * time + 350 * time * time)) * 20_000;
    samples[i * 2] = value;
    samples[i * 2 + 1] = value / 2;
  }
  return wavOf({ channels: 2, rate }, bytesOf(samples));
}

/** Ten seconds of walking. */
export function walk(): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: 500 }, (_, i) => {
    const time = i / 50;
    const step = Math.sin(2 * Math.PI * 1.8 * time);
    return [time, step, step * 0.3, 9.8 + 2 * step, 0.2 * step, 0.1, 0.5 * Math.cos(time)]
      .map((value) => value.toFixed(4))
      .join(',');
  });
  return bytesOf(
    `time [s],ax [m/s^2],ay [m/s^2],az [m/s^2],gx [rad/s],gy [rad/s],gz [rad/s]\n${rows.join('\n')}\n`,
  );
}

type Bytes = Uint8Array<ArrayBuffer>;
const files: Readonly<Record<ShownModality, readonly [string, () => Bytes | Promise<Bytes>]>> = {
  points: ['spiral.ply', spiral],
  depth: ['slope.npy', slope],
  normal: ['ball_normal.png', ball],
  audio: ['tone.wav', tone],
  imu: ['walk.csv', walk],
};

export async function sampleOf(
  modality: ShownModality,
): Promise<{ modality: ShownModality; name: string; bytes: Bytes }> {
  const [name, make] = files[modality];
  return { modality, name, bytes: await make() };
}
