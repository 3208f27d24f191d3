/** Short-time spectra. Pure. */
import { fft } from '../../../src/protocol/fft';

export interface Spectrogram {
  readonly columns: number;
  /** From zero to half of the sample rate. */
  readonly rows: number;
  /** Decibels below a sine of full scale, column after column, lowest frequency first. */
  readonly decibels: Float32Array;
}

/** What is quieter is drawn as silence. */
export const quietest = -90;

/**
 * @param sample of a frame, −1 to 1; frames that are not there are silence
 * @param from @param to first and last frame @param size frames of one spectrum, a power of two
 */
export function spectrogramOf(
  sample: (frame: number) => number,
  from: number,
  to: number,
  columns: number,
  size: number,
): Spectrogram {
  const rows = size / 2;
  const decibels = new Float32Array(columns * rows);
  const [real, imaginary] = [new Float32Array(size), new Float32Array(size)];
  const window = Float32Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
  );
  // A sine of full scale has this length: half of the window's sum.
  const full = size / 4;
  for (let column = 0; column < columns; column++) {
    const start = Math.round(from + ((column + 0.5) / columns) * (to - from) - size / 2);
    for (let i = 0; i < size; i++) real[i] = sample(start + i) * (window[i] as number);
    imaginary.fill(0);
    fft(real, imaginary);
    for (let row = 0; row < rows; row++) {
      const length = Math.hypot(real[row] as number, imaginary[row] as number) / full;
      decibels[column * rows + row] = Math.max(quietest, 20 * Math.log10(length || 1e-9));
    }
  }
  return { columns, rows, decibels };
}
