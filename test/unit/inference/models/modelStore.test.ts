/** Which pack or server answers: the one that is named, the default, the first. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { PackRegistry } from '../../../../src/inference/packs/registry';
import { createModelStore, type ModelStore } from '../../../../src/inference/process/models/modelStore';
import { createSessionStore } from '../../../../src/inference/process/sessionStore';
import { configurationSchema } from '../../../../src/protocol/inference';
import type { Task } from '../../../../src/protocol/packs';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writePack(id: string, tasks: Task[], files: { path: string; sha256: string; size: number }[] = []) {
  mkdirSync(path.join(folder, id), { recursive: true });
  writeFileSync(
    path.join(folder, id, 'groundnote.json'),
    JSON.stringify({
      id,
      version: '1',
      title: id,
      tasks,
      engine: 'onnx',
      kind: 'detector',
      prompts: [],
      returns: ['box'],
      license: 'MIT',
      files,
    }),
  );
}
writePack('a-finder', ['ground']);
writePack('b-finder', ['ground', 'ask']);
writePack('c-broken', ['ground'], [{ path: 'gone.onnx', sha256: '0'.repeat(64), size: 3 }]);

const chat = {
  server: { id: 'chat', protocol: 'openai-chat', url: 'http://127.0.0.1:9/v1', model: 'm', title: 'Chat' },
  token: 'secret',
} as const;

describe('the model store', () => {
  let store: ModelStore;
  let warned: string[];
  beforeEach(() => {
    warned = [];
    store = createModelStore({
      packs: new PackRegistry([folder]),
      sessions: createSessionStore(1),
      threads: 1,
      log: (level, message) => void (level === 'warn' && warned.push(message)),
      configuration: configurationSchema.parse({}),
    });
  });
  const idOf = async (task: Task | undefined, id?: string) => (await store.find(task, id)).ref.id;

  it('takes the pack that is named, else the first that can', async () => {
    expect(await idOf('ground')).toBe('a-finder');
    expect(await idOf('ask')).toBe('b-finder');
    expect(await idOf('ground', 'b-finder')).toBe('b-finder');
    await expect(store.find('describe')).rejects.toMatchObject({ code: 'no-pack' });
    await expect(store.find('ask', 'a-finder')).rejects.toMatchObject({ code: 'unsupported' });
    expect(await idOf(undefined, 'a-finder')).toBe('a-finder');
  });

  it('takes the default of a task; one that is gone or broken is left out, and that is logged', async () => {
    store.configure(configurationSchema.parse({ defaults: { ground: 'b-finder' } }));
    expect(await idOf('ground')).toBe('b-finder');
    expect(await idOf('ground', 'a-finder')).toBe('a-finder');
    for (const ground of ['c-broken', 'never-installed']) {
      store.configure(configurationSchema.parse({ defaults: { ground } }));
      expect(await idOf('ground')).toBe('a-finder');
    }
    expect(warned).toHaveLength(2);
    expect(warned[0]).toContain('"ground"');
    await expect(store.find('ground', 'never-installed')).rejects.toMatchObject({ code: 'no-pack' });
  });

  it('knows servers as packs, without their credentials', async () => {
    store.configure(configurationSchema.parse({ servers: [chat], defaults: { describe: 'chat' } }));
    const entry = await store.find('describe');
    expect(entry).toMatchObject({ ref: { id: 'chat', version: 'm' }, title: 'Chat' });
    const listed = await store.list();
    expect(listed.map(({ id }) => id)).toEqual(['a-finder', 'b-finder', 'c-broken', 'chat']);
    expect(listed.at(-1)).toMatchObject({ engine: 'remote', kind: 'openai-chat', url: chat.server.url });
    expect(JSON.stringify(listed)).not.toContain('secret');
    await expect(store.find('segment', 'chat')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
