/** Sounds → logarithmic mel spectrograms of windows. */
import { fft } from '../../../../protocol/fft';
import type { NamedArray } from '../../../engines/onnx/arrays';
import type { Preparation } from '../../../engines/onnx/figure/modalities';
import type { Sound } from '../../media/media';

type Config = Preparation['audio'];

/** Zero crossings of the low-pass on each side. */
const crossings = 12;

/** Samples of one channel at `rate`, from `start` seconds on; silence behind the end. */
export function resampled(sound: Sound, rate: number, start: number, count: number): Float64Array {
  const { channels, sampleRate } = sound;
  const length = channels[0]?.length ?? 0;
  const mono = (frame: number) => {
    if (frame < 0 || frame >= length) return 0;
    let sum = 0;
    for (const channel of channels) sum += channel[frame] as number;
    return sum / channels.length;
  };
  const out = new Float64Array(count);
  if (sampleRate === rate) return out.map((_, i) => mono(Math.round(start * rate) + i));
  const step = sampleRate / rate;
  const stretch = Math.max(1, step);
  const reach = crossings * stretch;
  for (let i = 0; i < count; i++) {
    const at = start * sampleRate + i * step;
    let sum = 0;
    for (let frame = Math.ceil(at - reach); frame <= at + reach; frame++) {
      const x = (at - frame) / stretch;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      sum += mono(frame) * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / crossings));
    }
    out[i] = sum / stretch;
  }
  return out;
}

/** Triangles of the mel bands over the bins of the spectrum (training/one/encoder/modalities/audio.py). */
export function melFilters({ rate, window, bands, low, high }: Config): Float64Array[] {
  const mel = (f: number) => 2595 * Math.log10(1 + f / 700);
  const corner = (i: number) => {
    const m = mel(low) + ((mel(high) - mel(low)) * i) / (bands + 1);
    return 700 * (10 ** (m / 2595) - 1);
  };
  return Array.from({ length: bands }, (_, band) => {
    const [left, middle, right] = [corner(band), corner(band + 1), corner(band + 2)];
    const out = Float64Array.from({ length: window / 2 + 1 }, (_unused, bin) => {
      const f = (bin * rate) / window;
      return Math.max(0, Math.min((f - left) / (middle - left), (right - f) / (right - middle)));
    });
    if (out.every((weight) => weight === 0)) out[Math.round((middle * window) / rate)] = 1;
    return out;
  });
}

/** @param wave `seconds` of one channel at `rate` @returns float32 [1, 1, bands, frames] */
export function melInput(wave: Float64Array, config: Config): NamedArray {
  const { window, hop, frames, bands, peak, floor, offset, scale } = config;
  const loudest = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const filters = melFilters(config);
  const data = new Float32Array(bands * frames);
  const [real, imaginary] = [new Float32Array(window), new Float32Array(window)];
  for (let k = 0; k < frames; k++) {
    for (let i = 0; i < window; i++) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window);
      real[i] = (((wave[k * hop + i] ?? 0) * peak) / loudest) * hann;
      imaginary[i] = 0;
    }
    fft(real, imaginary);
    filters.forEach((filter, band) => {
      let energy = 0;
      filter.forEach((weight, bin) => {
        if (weight) energy += weight * ((real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2);
      });
      data[band * frames + k] = (Math.log10(energy + floor) + offset) * scale;
    });
  }
  return { data, dims: [1, 1, bands, frames] };
}
