/**
 * Makes the files of examples/media: a still life as points, depth and normals; a chime; steps as a sensor in a pocket feels them.
 *
 *   node scripts/media/samples.mjs
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { inCamera, renderScene } from './scene.mjs';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../examples/media');
const file = (name) => path.join(folder, name);

/** Numbers between 0 and 1 that are the same each time (Lehmer's generator). */
let seed = 20260302;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const noise = (size) => (random() + random() + random() - 1.5) * size;

async function maps() {
  const [width, height] = [320, 240];
  const pixels = renderScene(width, height);
  const depth = Uint16Array.from(pixels, (pixel) => (pixel ? Math.round(pixel.depth * 1000) : 0));
  await sharp(depth, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png({ compressionLevel: 9 })
    .toFile(file('still-life_depth.png'));
  const normals = new Uint8Array(width * height * 3);
  pixels.forEach((pixel, i) => {
    const normal = pixel ? inCamera(pixel.normal) : [0, 0, 1];
    normals.set(
      normal.map((part) => Math.round((part + 1) * 127.5)),
      i * 3,
    );
  });
  await sharp(normals, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toFile(file('still-life_normal.png'));
}

function points() {
  const seen = renderScene(88, 66).filter(Boolean);
  const header = [
    'ply',
    'format binary_little_endian 1.0',
    'comment A still life, drawn by scripts/media/samples.mjs of Groundnote',
    `element vertex ${seen.length}`,
    ...['x', 'y', 'z', 'nx', 'ny', 'nz'].map((name) => `property float ${name}`),
    ...['red', 'green', 'blue'].map((name) => `property uchar ${name}`),
    'end_header\n',
  ].join('\n');
  const body = Buffer.alloc(seen.length * 27);
  seen.forEach(({ place, normal, color }, i) => {
    [...place.map((part) => part + noise(0.002)), ...normal].forEach((value, part) =>
      body.writeFloatLE(value, i * 27 + part * 4),
    );
    color.forEach((value, part) => body.writeUInt8(value, i * 27 + 24 + part));
  });
  writeFileSync(file('still-life.ply'), Buffer.concat([Buffer.from(header), body]));
}

/** Three notes of a bell, one after another. */
function chime() {
  const [rate, seconds] = [16_000, 2];
  const notes = [
    [0, 523.25],
    [0.35, 659.25],
    [0.7, 783.99],
  ];
  const overtones = [
    [1, 1, 2.2],
    [2.76, 0.5, 4],
    [5.4, 0.25, 7],
  ];
  const data = Buffer.alloc(rate * seconds * 2);
  for (let i = 0; i < rate * seconds; i++) {
    let value = 0;
    for (const [start, pitch] of notes) {
      const time = i / rate - start;
      if (time < 0) continue;
      for (const [factor, loudness, decay] of overtones)
        value += loudness * Math.exp(-decay * time) * Math.sin(2 * Math.PI * pitch * factor * time);
    }
    data.writeInt16LE(Math.round(value * 7000), i * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  [16, 1 | (1 << 16), rate, rate * 2, 2 | (16 << 16)].forEach((value, i) =>
    head.writeUInt32LE(value, 16 + i * 4),
  );
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  writeFileSync(file('chime.wav'), Buffer.concat([head, data]));
}

/** Standing, walking, turning round, and walking back. */
function walk() {
  const rows = ['time [s],ax [m/s^2],ay [m/s^2],az [m/s^2],gx [rad/s],gy [rad/s],gz [rad/s]'];
  const share = (time, from, to) => Math.min(1, Math.max(0, Math.min(time - from, to - time) / 0.3));
  for (let i = 0; i < 600; i++) {
    const time = i / 50;
    const steps = share(time, 1.5, 6) + share(time, 7.5, 11.5);
    const turning = share(time, 6, 7.5);
    const beat = 2 * Math.PI * 1.9 * time;
    const values = [
      0.4 + steps * 0.9 * Math.sin(beat + 0.6) + noise(0.08),
      steps * 0.7 * Math.sin(beat / 2) + turning * 0.5 + noise(0.08),
      9.75 + steps * (2.6 * Math.sin(beat) + 0.8 * Math.sin(2 * beat)) + noise(0.1),
      steps * 0.5 * Math.sin(beat / 2 + 0.3) + noise(0.02),
      steps * 0.35 * Math.sin(beat) + noise(0.02),
      turning * 2.4 + steps * 0.15 * Math.sin(beat / 2) + noise(0.02),
    ];
    rows.push([time.toFixed(2), ...values.map((value) => value.toFixed(3))].join(','));
  }
  writeFileSync(file('walk.csv'), `${rows.join('\n')}\n`);
}

mkdirSync(folder, { recursive: true });
await maps();
points();
chime();
walk();
