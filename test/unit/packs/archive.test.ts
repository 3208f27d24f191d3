/** Archives that want to write elsewhere, fill the disk or are broken: none of it is unpacked. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { archiveLimits, listArchive, walkArchive } from '../../../src/inference/packs/install/archive';
import { writeTar, writeTgz, writeZip, type WrittenEntry } from '../../support/archives';
import { detector, noise, removeTemporaryFolders, running, storeIn, temporaryFolder } from './support';

const folder = temporaryFolder();
afterAll(removeTemporaryFolders);

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const forms = [
  ['a.zip', writeZip],
  ['a.tar', writeTar],
  ['a.tgz', writeTgz],
  ['a.tar.gz', writeTgz],
] as const;

describe.each(forms)('%s', (name, write) => {
  const refused = async (entries: readonly WrittenEntry[], message: RegExp) => {
    const file = put(name, write(entries));
    await expect(listArchive(file, running())).rejects.toMatchObject({ code: 'broken-pack' });
    await expect(listArchive(file, running())).rejects.toThrow(message);
    // The store sees to it that nothing was written, here or elsewhere.
    const root = temporaryFolder();
    await expect(storeIn(root).plan({ from: 'path', path: file }, running())).rejects.toMatchObject({
      code: 'broken-pack',
    });
    expect(readdirSync(root)).toEqual([]);
    expect(existsSync(path.join(folder, '..', 'evil'))).toBe(false);
  };

  it('is listed and read', async () => {
    const content = noise(200_000, name);
    const file = put(
      name,
      write([
        { name: './m/config.json', content: '{}' },
        { name: 'm/onnx/model.onnx', content },
        { name: 'm/.hidden', content: 'x' },
        { name: '__MACOSX/m/._config.json', content: 'x' },
      ]),
    );
    expect(await listArchive(file, running())).toEqual([
      { path: 'm/config.json', size: 2 },
      { path: 'm/onnx/model.onnx', size: content.length },
    ]);
    const read: Record<string, Buffer> = {};
    await walkArchive(
      file,
      async (entry, bytes) => {
        const parts: Uint8Array[] = [];
        for await (const part of bytes) parts.push(part);
        read[entry.path] = Buffer.concat(parts);
      },
      running(),
    );
    expect(read).toEqual({ 'm/config.json': Buffer.from('{}'), 'm/onnx/model.onnx': content });
  });

  it.each(['../evil', 'm/../../evil', '/tmp/evil', 'm\\..\\..\\evil', 'C:/evil', 'm//evil', 'm/./evil'])(
    'with the entry %s is refused',
    (entry) =>
      refused(
        [
          { name: 'config.json', content: '{}' },
          { name: entry, content: 'x' },
        ],
        /./,
      ),
  );

  it('with a link is refused', () =>
    refused(
      [{ name: 'm/link', content: write === writeZip ? '/etc/passwd' : '', type: '2', link: '/etc/passwd' }],
      /link/,
    ));

  it('with the same file twice is refused', () =>
    refused(
      [
        { name: 'a', content: 'x' },
        { name: 'A', content: 'y' },
      ],
      /twice/,
    ));

  it('with more entries than a pack has is refused', async () => {
    const file = put(name, write(['a', 'b', 'c'].map((entry) => ({ name: entry }))));
    const limits = { ...archiveLimits, entries: 2 };
    await expect(listArchive(file, running(), limits)).rejects.toThrow(/more than 2 entries/);
  });

  it('that was cut off is refused', async () => {
    const whole = write([
      { name: 'config.json', content: '{}' },
      { name: 'model.onnx', content: noise(9000, 'cut') },
    ]);
    const file = put(name, whole.subarray(0, whole.length / 2));
    await expect(listArchive(file, running())).rejects.toMatchObject({ code: 'broken-pack' });
  });

  it('can be stopped', async () => {
    const controller = new AbortController();
    const file = put(
      name,
      write([
        { name: 'a', content: noise(100_000, 'a') },
        { name: 'b', content: noise(100_000, 'b') },
      ]),
    );
    const walking = walkArchive(file, async () => controller.abort(), controller.signal);
    await expect(walking).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('bombs', () => {
  it('a tar of zeros that unpacks to a thousand times its size is not unpacked', async () => {
    const file = put(
      'bomb.tgz',
      gzipSync(writeTar([{ name: 'model.onnx', content: Buffer.alloc(80 << 20) }])),
    );
    await expect(listArchive(file, running())).rejects.toThrow(/unpacked it has more than|ratio exceeded/);
  });

  it('a ZIP that tells a smaller size than its entry has ends there', async () => {
    const file = put(
      'lie.zip',
      writeZip([{ name: 'config.json', content: noise(5000, 'lie'), toldSize: 10 }]),
    );
    const read = walkArchive(
      file,
      async (_, bytes) => {
        for await (const part of bytes) void part;
      },
      running(),
    );
    await expect(read).rejects.toMatchObject({ code: 'broken-pack' });
  });

  it('more than all of a pack may have', async () => {
    const file = put(
      'large.tar',
      writeTar([
        { name: 'a', content: Buffer.alloc(3000) },
        { name: 'b', content: Buffer.alloc(3000) },
      ]),
    );
    const limits = { ...archiveLimits, bytes: 5000 };
    await expect(listArchive(file, running(), limits)).rejects.toThrow(/unpacked/);
  });
});

it.each([
  ['text.zip', 'this is no archive'],
  ['empty.zip', ''],
])('%s is no archive', async (name, content) => {
  await expect(listArchive(put(name, Buffer.from(content)), running())).rejects.toMatchObject({
    code: 'unsupported',
  });
});

it('an archive of a model in the Hugging Face layout becomes a pack', async () => {
  const entries = Object.entries(detector()).map(([name, content]) => ({ name: `finder/${name}`, content }));
  for (const [name, write] of forms) {
    const root = temporaryFolder();
    const store = storeIn(root);
    const plan = await store.plan({ from: 'path', path: put(`finder-${name}`, write(entries)) }, running());
    expect(plan).toMatchObject({ license: 'apache-2.0', hosts: [], needsConsent: true });
    const pack = await store.install(plan, true, { signal: running() });
    expect(pack).toMatchObject({ kind: 'detector', state: 'ready' });
    await store.verify(pack.id, { signal: running() });
  }
});
