/** The fast Fourier transform, for spectrograms in the panel and in the inference process. Pure. */

/** In place; both arrays have a power of two of numbers. */
export function fft(real: Float32Array, imaginary: Float32Array): void {
  const n = real.length;
  const [re, im] = [real, imaginary] as unknown as [number[], number[]];
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const angle = (-2 * Math.PI) / size;
    const [stepRe, stepIm] = [Math.cos(angle), Math.sin(angle)];
    for (let start = 0; start < n; start += size) {
      let [wr, wi] = [1, 0];
      for (let k = start; k < start + half; k++) {
        const l = k + half;
        const tr = re[l]! * wr - im[l]! * wi;
        const ti = re[l]! * wi + im[l]! * wr;
        re[l] = re[k]! - tr;
        im[l] = im[k]! - ti;
        re[k] = re[k]! + tr;
        im[k] = im[k]! + ti;
        [wr, wi] = [wr * stepRe - wi * stepIm, wr * stepIm + wi * stepRe];
      }
    }
  }
}
