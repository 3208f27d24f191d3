/** Reads `.wav` (RIFF WAVE): whole numbers of 8, 16, 24 and 32 bits and floats, of any number of channels. */
import * as z from 'zod';
import type { Sound } from './media';
import { badFile, latin1, truncated, viewOf, type MediaBytes } from './source';

const encodings: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  6: 'A-law',
  7: 'µ-law',
  17: 'ADPCM',
  85: 'MP3',
  255: 'AAC',
};
const pcm = 1;
const ieeeFloat = 3;
const extensible = 0xfffe;

const formatSchema = z
  .object({
    encoding: z.union([z.literal(pcm), z.literal(ieeeFloat)]),
    channels: z.number().int().min(1).max(64),
    sampleRate: z.number().int().min(1).max(10_000_000),
    bits: z.number(),
  })
  .refine(({ encoding, bits }) => (encoding === pcm ? [8, 16, 24, 32] : [32, 64]).includes(bits), 'bits');
type Format = z.output<typeof formatSchema>;

/** Samples of all channels together that are kept; of a longer sound the first part. */
export const mostSamples = 64_000_000;

/** A data chunk of this length goes to the end of the file: it was written as a stream. */
const untilTheEnd = 0xffffffff;

/** @throws GroundnoteError bad-file */
export function readWav(file: MediaBytes, most = mostSamples): Sound {
  const { name, bytes } = file;
  const form = latin1(bytes, 0, 4);
  if (form === 'RIFX' || form === 'RF64')
    throw badFile(name, `is a ${form} file; of WAVE files only RIFF is read`);
  if (form !== 'RIFF' || latin1(bytes, 8, 12) !== 'WAVE') throw badFile(name, 'is no WAVE sound');
  const view = viewOf(bytes);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const kind = latin1(bytes, at, at + 4);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (kind === 'fmt ') format = readFormat(file, start, size);
    if (kind === 'data') {
      if (!format) throw badFile(name, 'has its sound before the description of it');
      return readSamples(file, format, start, size, most);
    }
    // Chunks begin at even places.
    at = start + size + (size % 2);
  }
  throw badFile(name, format ? 'is incomplete: it ends before its sound' : 'has no complete WAVE header');
}

function readFormat({ name, bytes }: MediaBytes, start: number, size: number): Format {
  if (size < 16 || start + size > bytes.length) throw badFile(name, 'has no complete WAVE header');
  const view = viewOf(bytes);
  const stated = view.getUint16(start, true);
  // The extensible form has the encoding in the first two bytes of a longer name.
  const encoding = stated === extensible && size >= 40 ? view.getUint16(start + 24, true) : stated;
  if (encoding !== pcm && encoding !== ieeeFloat)
    throw badFile(
      name,
      `is encoded as ${encodings[encoding] ?? `number ${encoding}`}; only plain samples (PCM) and floats are read`,
    );
  const parsed = formatSchema.safeParse({
    encoding,
    channels: view.getUint16(start + 2, true),
    sampleRate: view.getUint32(start + 4, true),
    bits: view.getUint16(start + 14, true),
  });
  if (!parsed.success) throw badFile(name, 'has a WAVE header that is not valid');
  return parsed.data;
}

function readSamples(
  { name, bytes }: MediaBytes,
  { encoding, channels, sampleRate, bits }: Format,
  start: number,
  stated: number,
  most: number,
): Sound {
  const there = bytes.length - start;
  if (stated > there && stated !== untilTheEnd) throw truncated(name, there, stated);
  const width = bits / 8;
  const frames = Math.floor((stated === untilTheEnd ? there : stated) / (width * channels));
  if (frames === 0) throw badFile(name, 'has no sound in it');
  const kept = Math.min(frames, Math.floor(most / channels));
  const view = viewOf(bytes);
  const read = sampleReader(view, encoding, bits);
  const data = Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(kept);
    for (let i = 0, at = start + channel * width; i < kept; i++, at += width * channels) {
      const value = read(at);
      samples[i] = Number.isFinite(value) ? value : 0;
    }
    return samples;
  });
  const format = `WAVE, ${bits}-bit ${encoding === pcm ? 'PCM' : 'float'}`;
  return { modality: 'audio', name, format, sampleRate, channels: data, frames };
}

function sampleReader(view: DataView, encoding: number, bits: number): (at: number) => number {
  if (encoding === ieeeFloat)
    return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  switch (bits) {
    case 8: // Alone without a sign.
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 32_768;
    case 24:
      return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65_536) / 8_388_608;
    default:
      return (at) => view.getInt32(at, true) / 2_147_483_648;
  }
}
