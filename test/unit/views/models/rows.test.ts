/** What the Models view shows: where packs lie, what is broken, which one a task takes, and nothing that a pack says as markup. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../../../src/inference/packs/catalogue/schema';
import type { PartialInstall } from '../../../../src/inference/packs/install/types';
import type { PackSummary } from '../../../../src/protocol/packs';
import { readRepo } from '../../../../src/views/models/repository';
import { gatherModels, type ModelsState } from '../../../../src/views/models/modelsState';
import { childrenOf, groupsOf, rowOf, type GroupName } from '../../../../src/views/models/rows';
import { readServers } from '../../../../src/views/servers/readServers';

const pack = (id: string, folder: string, more: Partial<PackSummary> = {}): PackSummary => ({
  id,
  version: '1.2',
  title: id.toUpperCase(),
  description: 'Cuts things out.',
  tasks: ['segment'],
  engine: 'onnx',
  kind: 'segment-anything',
  prompts: ['point', 'box'],
  returns: ['mask'],
  license: 'Apache-2.0',
  source: '',
  card: 'README.md',
  folder: path.join(folder, id),
  bytes: 5_900_000,
  state: 'ready',
  ...more,
});
const entry = (id: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  id,
  title: id.toUpperCase(),
  description: 'Finds phrases.',
  tasks: ['ground'],
  engine: 'transformers',
  kind: 'zero-shot-detector',
  prompts: ['text'],
  returns: ['box'],
  license: 'Apache-2.0',
  source: '',
  card: 'README.md',
  options: {},
  memory_mb: 1200,
  goodFor: 'Things that have names.',
  licenseUrl: 'https://example.org/licence',
  hub: { repo: 'them/it', revision: 'main' },
  files: [{ path: 'model.onnx', size: 180_000_000, approximate: true }],
  ...more,
});

async function stateOf({
  packs = [pack('seg', '/dist/models'), pack('mine', '/folder')],
  catalogue = [entry('find')],
  partial = [] as PartialInstall[],
  servers = [] as object[],
  defaults = {},
  trusted = true,
  offline = false,
} = {}): Promise<ModelsState> {
  const entries = readServers(servers);
  const sound = trusted ? entries.flatMap(({ server }) => server ?? []) : [];
  return gatherModels({
    packs: () => Promise.resolve(packs),
    store: () =>
      Promise.resolve({
        catalogue: () => Promise.resolve(catalogue),
        partial: () => Promise.resolve(partial),
      }),
    settings: () =>
      Promise.resolve({
        entries,
        servers: sound,
        defaults,
        offline,
        trusted,
        tokens: new Set(['chat']),
        configuration: { servers: [], defaults, offline, executionProvider: 'auto' },
      }),
    consented: () => false,
    embeddedFolder: '/dist/models',
    installedFolder: '/storage/packs',
  });
}
const rows = (state: ModelsState, group: GroupName) => childrenOf(state, group).map((item) => rowOf(item, state));

describe('the Models view', () => {
  it('groups packs by where they lie, and leaves out groups without any', async () => {
    const state = await stateOf({
      packs: [pack('seg', '/dist/models'), pack('got', '/storage/packs'), pack('mine', '/folder')],
    });
    expect(groupsOf(state).map((item) => rowOf(item, state).label)).toEqual(['Embedded', 'Installed', 'Available']);
    expect(rows(state, 'embedded').map(({ context }) => context)).toEqual(['pack embedded ready']);
    expect(rows(state, 'installed').map(({ context }) => context)).toEqual([
      'pack installed ready',
      'pack folder ready',
    ]);
  });

  it('says which pack a task takes: the default where it is there, else the first', async () => {
    const described = (state: ModelsState) =>
      [...rows(state, 'embedded'), ...rows(state, 'installed')].map(({ description }) => description);
    expect(described(await stateOf())).toEqual(['5.9 MB · default for segment', '5.9 MB']);
    expect(described(await stateOf({ defaults: { segment: 'mine' } }))).toEqual([
      '5.9 MB',
      '5.9 MB · default for segment',
    ]);
    expect(described(await stateOf({ defaults: { segment: 'gone' } }))[0]).toMatch(/default for segment/);
    // Where there is no choice it is not said.
    expect(described(await stateOf({ packs: [pack('seg', '/dist/models')] }))).toEqual(['5.9 MB']);
  });

  it('lists a broken pack with its reason, as text', async () => {
    const problem = 'The file "<img src=x>" is [missing](command:x).';
    const state = await stateOf({
      packs: [pack('bad', '/storage/packs', { state: 'broken', problem, title: '**Bad** `x`' })],
    });
    const [row] = rows(state, 'installed');
    expect(row).toMatchObject({
      description: `broken · ${problem}`,
      icon: { id: 'error' },
      context: 'pack installed broken',
    });
    expect(row?.tooltip).toContain('\\<img src=x\\>');
    expect(row?.tooltip).toContain('\\[missing\\]\\(command:x\\)');
    expect(row?.tooltip).toContain('\\*\\*Bad\\*\\*');
  });

  it('says of what can be installed how large it is, its licence, what for, and whether it was verified', async () => {
    const state = await stateOf();
    const [row] = rows(state, 'available');
    expect(row).toMatchObject({ label: 'FIND', description: 'about 180 MB · ground', context: 'available' });
    expect(row?.tooltip).toMatch(
      /Things that have names[^]*\[Apache\\-2\\\.0\]\(https:\/\/example\.org\/licence\)[^]*about 1\.2 GB[^]*Not verified/,
    );
    const checked = await stateOf({ catalogue: [entry('find', { verified: '2026-01-02' })] });
    expect(rows(checked, 'available')[0]?.tooltip).toContain('Verified at the hub on 2026-01-02');
    // One that is here, or on its way, is not offered again.
    const here = await stateOf({ packs: [pack('find', '/storage/packs')] });
    expect(rows(here, 'available')).toEqual([]);
  });

  it('lists what was interrupted with how far it is', async () => {
    const partial = (running: boolean): PartialInstall => ({
      id: 'find',
      title: 'Find',
      source: { from: 'catalogue', id: 'find' },
      bytesHere: 45_000_000,
      bytes: 180_000_000,
      running,
    });
    const state = await stateOf({ partial: [partial(false)] });
    expect(rows(state, 'interrupted')).toMatchObject([
      { description: 'paused · 45 MB of 180 MB (25 %)', context: 'partial' },
    ]);
    expect(rows(state, 'available')).toEqual([]);
    expect(rows(await stateOf({ partial: [partial(true)] }), 'interrupted')).toMatchObject([
      { description: 'installing · 45 MB of 180 MB (25 %)', context: 'running' },
    ]);
  });

  it('lists servers, wrong ones with the reason, and all as off in an untrusted workspace', async () => {
    const servers = [
      { id: 'chat', protocol: 'openai-chat', url: 'https://models.example', model: 'vlm', title: 'Chat' },
      { id: 'bad', protocol: 'smoke', url: 'https://models.example' },
    ];
    const state = await stateOf({ servers });
    const [chat, bad] = rows(state, 'servers');
    expect(chat).toMatchObject({
      description: 'openai-chat · https://models.example',
      context: 'server ready token',
    });
    expect(chat?.tooltip).toContain('You are asked before the first picture');
    expect(bad?.description).toMatch(/^broken · The entry in the settings is wrong: protocol/);
    const untrusted = await stateOf({ servers, trusted: false });
    expect(rows(untrusted, 'servers')[0]).toMatchObject({
      description: 'off: this workspace is not trusted',
      context: 'server off token',
    });
    expect(rowOf({ kind: 'group', group: 'servers' }, untrusted).description).toBe('off: this workspace is not trusted');
  });
});

describe('readRepo', () => {
  it.each([
    ['Xenova/slimsam-77-uniform', { repo: 'Xenova/slimsam-77-uniform' }],
    [' owner/name@v1.0 ', { repo: 'owner/name', revision: 'v1.0' }],
    ['https://huggingface.co/owner/name', { repo: 'owner/name' }],
    ['https://mirror.example/owner/name/tree/main', { repo: 'owner/name', revision: 'main' }],
    ['name', undefined],
    ['https://huggingface.co/', undefined],
    ['a/b/c', undefined],
  ])('%s', (text, repo) => expect(readRepo(text)).toEqual(repo));
});
