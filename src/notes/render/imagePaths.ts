/** From an image's address in a note to a file on disk. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The file that an address stands for: relative to the note's folder; `/img/a.png` also in one of `roots` (the
 * workspace folders, or a site's folder). `?query` and `#fragment` are dropped when no file has them in its name.
 * @returns the first path that exists; if none does, where the file would be expected
 */
export function imagePath(
  source: string,
  noteFolder: string,
  roots: readonly string[] = [],
): { path: string; exists: boolean } {
  const candidates = [source, source.replace(/[?#].*$/s, '')].flatMap((address) => {
    if (/^file:/i.test(address)) return fromFileUrl(address);
    if (!path.isAbsolute(address)) return [path.join(noteFolder, address)];
    return [...roots.map((root) => path.join(root, address)), path.resolve(address)];
  });
  const found = candidates.find((candidate) => path.extname(candidate) && existsSync(candidate));
  return { path: found ?? candidates[0] ?? path.join(noteFolder, source), exists: found !== undefined };
}

function fromFileUrl(address: string): string[] {
  try {
    return [fileURLToPath(address)];
  } catch {
    return [];
  }
}
