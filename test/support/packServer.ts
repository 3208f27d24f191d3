/** A server on the loopback that gives away the embedded segmenter under another name, as an archive; it can stop in the middle. */
import { createServer, type Server } from 'node:http';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from 'tar';

export const servedPack = { id: 'field-segment', title: 'Field Segment' };

export class PackServer {
  /** While true a download gets its first half and then nothing more. */
  stalls = false;
  /** Where each download began, in bytes. */
  readonly starts: number[] = [];

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  static async start(): Promise<PackServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'groundnote-pack-'));
    const pack = path.join(folder, servedPack.id);
    await cp('models/groundnote-segment', pack, { recursive: true });
    const manifest = JSON.parse(await readFile(path.join(pack, 'groundnote.json'), 'utf8')) as object;
    await writeFile(path.join(pack, 'groundnote.json'), JSON.stringify({ ...manifest, ...servedPack }));
    const archive = path.join(folder, 'pack.tar.gz');
    await create({ file: archive, cwd: folder, gzip: true }, [servedPack.id]);
    const bytes = await readFile(archive);
    const server = createServer((request, response) => {
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from ? 206 : 200, {
        'Accept-Ranges': 'bytes',
        'Content-Length': bytes.length - from,
        'Content-Type': 'application/gzip',
        ETag: '"one"',
        ...(from && { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      });
      if (request.method === 'HEAD') return void response.end();
      served.starts.push(from);
      if (served.stalls) response.write(bytes.subarray(from, from + (bytes.length - from) / 2));
      else response.end(bytes.subarray(from));
    });
    const served = new PackServer(server, folder);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return served;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/pack.tar.gz`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}
