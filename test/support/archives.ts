/** Archives for tests, honest and hostile: ZIP without compression and tar, byte by byte. */
import { crc32, gzipSync } from 'node:zlib';

export interface WrittenEntry {
  name: string;
  content?: Buffer | string;
  /** Of a tar: `0` a file, `2` a link, `1` a hard link, `5` a folder. Of a ZIP: `2` makes it a link. */
  type?: string;
  link?: string;
  /** A size that is told and is not the real one. */
  toldSize?: number;
}

export function writeZip(entries: readonly WrittenEntry[]): Buffer {
  const files: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, content = '', type, toldSize } of entries) {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(0x800, 2);
    header.writeUInt32LE(crc32(bytes), 10);
    header.writeUInt32LE(bytes.length, 14);
    header.writeUInt32LE(toldSize ?? bytes.length, 18);
    header.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), header, Buffer.from(name), bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((type === '2' ? 0o120777 : 0o100644) * 0x10000, 6);
    tail.writeUInt32LE(at, 10);
    list.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), header, tail, Buffer.from(name)]),
    );
    files.push(local);
    at += local.length;
  }
  const central = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, central, Buffer.from('PK\x05\x06'), end]);
}

export function writeTar(entries: readonly WrittenEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, content = '', type = '0', link = '', toldSize }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(toldSize ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\0' + '00', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const writeTgz = (entries: readonly WrittenEntry[]): Buffer => gzipSync(writeTar(entries));
