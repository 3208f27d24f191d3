/** Numbers as a person would say them. */

/** Rounded: seconds up to a minute and a half, then minutes, then hours. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Decimal units, as operating systems and hubs show sizes of files: 820 kB, 5.9 MB, 1.4 GB. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  const [size, unit] =
    bytes < 999_500 ? [bytes / 1e3, 'kB'] : bytes < 999_500_000 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size < 10 && unit !== 'kB' ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
