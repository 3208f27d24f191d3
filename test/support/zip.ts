/** Names and sizes of what a ZIP file holds, from its central directory. */
import { readFile } from 'node:fs/promises';

export interface ZipEntry {
  name: string;
  size: number;
}

export async function zipEntries(file: string): Promise<ZipEntry[]> {
  const bytes = await readFile(file);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error(`${file} is no ZIP file.`);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const start = at + 46;
    entries.push({
      name: bytes.toString('utf8', start, start + (name as number)),
      size: bytes.readUInt32LE(at + 24),
    });
    at = start + (name as number) + (extra as number) + (comment as number);
  }
  return entries;
}
