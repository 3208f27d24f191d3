export interface CachedFile {
  name: string;
  /** When it was last used, in milliseconds. */
  used: number;
  bytes: number;
}

/** What must go so that the rest has at most four fifths of the limit; nothing while all are within it. */
export function leastRecent(files: readonly CachedFile[], limitBytes: number): string[] {
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= limitBytes) return [];
  const going: string[] = [];
  for (const file of [...files].sort((a, b) => a.used - b.used)) {
    if (bytes <= limitBytes * 0.8) break;
    going.push(file.name);
    bytes -= file.bytes;
  }
  return going;
}
