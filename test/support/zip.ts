/** What a ZIP file holds, from its central directory. */
import { readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  size: number;
  /** Where the entry lies in the file, in bytes, and whether it is deflated. */
  at: number;
  packedSize: number;
  isDeflated: boolean;
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
      at: bytes.readUInt32LE(at + 42),
      packedSize: bytes.readUInt32LE(at + 20),
      isDeflated: bytes.readUInt16LE(at + 10) === 8,
    });
    at = start + (name as number) + (extra as number) + (comment as number);
  }
  return entries;
}

/** The text of one entry. */
export async function zipText(file: string, entry: ZipEntry): Promise<string> {
  const bytes = await readFile(file);
  // The entry's own header: 30 bytes, its name, its extra field.
  const start = entry.at + 30 + bytes.readUInt16LE(entry.at + 26) + bytes.readUInt16LE(entry.at + 28);
  const packed = bytes.subarray(start, start + entry.packedSize);
  return (entry.isDeflated ? inflateRawSync(packed) : packed).toString('utf8');
}
