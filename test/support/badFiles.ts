/** Files that are not what their names say. */
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A PNG that says it is this large, and holds hardly any pixels. */
export function pngThatClaims(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(4000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A sidecar of a picture that another program wrote, which is no LabelMe file. */
export const foreignSidecar = '{"camera": "Leica", "taken": "2026-03-01", "shapes": "many"}\n';
/** A sidecar that was cut off while it was written. */
export const brokenSidecar = '{"version": "5.5.0", "flags": {}, "shapes": [{"label": "cup", "poi';

/** Fills `bad/` of a workspace. */
export async function writeBadFiles(workspace: string): Promise<void> {
  const folder = path.join(workspace, 'bad');
  await mkdir(folder);
  const picture = await readFile(path.join(workspace, 'figures/lisa-architecture.png'));
  const write = (name: string, content: string | Buffer) => writeFile(path.join(folder, name), content);
  await write('empty.png', '');
  await write('truncated.png', picture.subarray(0, picture.length >> 1));
  await write('words.png', 'This is a text, whatever its name says.\n');
  await write('huge.png', pngThatClaims(40_000, 40_000));
  for (const name of ['broken', 'foreign'])
    await cp(path.join(workspace, 'photos/coffee.jpg'), path.join(folder, `${name}.jpg`));
  await write('broken.json', brokenSidecar);
  await write('foreign.json', foreignSidecar);
  await mkdir(path.join(workspace, 'locked'));
  await cp(path.join(workspace, 'photos/coffee.jpg'), path.join(workspace, 'locked/coffee.jpg'));
}

/**
 * Makes a folder read-only. Root is not stopped by permissions: there the immutable attribute of the file system does it.
 * @returns what makes it writable again, or undefined where this machine has no way
 */
export function lockFolder(folder: string): (() => void) | undefined {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o555);
    return () => chmodSync(folder, 0o755);
  }
  try {
    execFileSync('chattr', ['+i', folder], { stdio: 'ignore' });
    return () => void execFileSync('chattr', ['-i', folder]);
  } catch {
    return undefined;
  }
}
