/** Packs and servers by what a request wants; each is opened once and stays open until its files or settings change. */
import { GroundnoteError } from '../../../protocol/errors';
import type { PackRef } from '../../../protocol/geometry';
import type { Configuration, ServerState } from '../../../protocol/inference';
import type { PackSummary, Task } from '../../../protocol/packs';
import type { OpenServer } from '../../../protocol/servers';
import { checkServer, openPack, openServer, type EngineServices } from '../../engines/open';
import type { PackModel } from '../../engines/model';
import type { Pack, PackRegistry } from '../../packs/registry';
import type { Log, SessionStore } from '../services';

/** What answers a request, before it is opened. */
export interface ModelEntry {
  readonly ref: PackRef;
  readonly title: string;
  readonly pack?: Pack;
  readonly server?: OpenServer;
}

export interface ModelStore {
  /**
   * The pack or server that is named, else the default of the task, else the first that can do it.
   * @param task absent: any @throws GroundnoteError no-pack, broken-pack, unsupported
   */
  find(task: Task | undefined, id?: string): Promise<ModelEntry>;
  /** @throws GroundnoteError as the engine does */
  open(entry: ModelEntry): Promise<PackModel>;
  /** The same where it is open already. */
  kept(entry: ModelEntry): Promise<PackModel | undefined>;
  /** All packs, and the servers of the settings. */
  list(): Promise<PackSummary[]>;
  /** Whether a server is there. @throws GroundnoteError no-pack (no server has this id), cancelled */
  checkServer(id: string, signal: AbortSignal): Promise<ServerState>;
  configuration(): Configuration;
  /** Servers whose settings have changed are connected anew. */
  configure(configuration: Configuration): void;
}

export interface ModelStoreOptions extends Pick<EngineServices, 'editorModels' | 'threads'> {
  packs: PackRegistry;
  sessions: SessionStore;
  log: Log;
  configuration: Configuration;
}

export function createModelStore({ packs, configuration: first, ...shared }: ModelStoreOptions): ModelStore {
  let configuration = first;
  const models = new Map<string, Promise<PackModel>>();
  const services: EngineServices = {
    ...shared,
    configuration: () => configuration,
    pack: (id) => packs.find({ id }),
  };

  const serverNamed = (id: string | undefined): OpenServer | undefined =>
    configuration.servers.find(({ server }) => server.id === id);

  const keyOf = ({ pack, server }: ModelEntry): string =>
    pack
      ? `${pack.folder}\n${pack.manifest.version}`
      : `server\n${JSON.stringify(server)}\n${configuration.offline}`;

  return {
    async find(task, id) {
      const byDefault = id === undefined && task ? configuration.defaults[task] : undefined;
      const wanted = id ?? byDefault;
      const server = serverNamed(wanted);
      if (server) return serverEntry(server, task);
      try {
        return packEntry(await packs.find({ task, id: wanted }));
      } catch (error) {
        // A default that is gone, or not sound any more, must not take the task along.
        if (byDefault === undefined) throw error;
        shared.log('warn', `The default for "${task}" is left out: ${(error as Error).message}`);
        return packEntry(await packs.find({ task }));
      }
    },
    open(entry) {
      const key = keyOf(entry);
      let model = models.get(key);
      if (!model) {
        model = entry.pack ? openPack(entry.pack, services) : openServer(entry.server as OpenServer, services);
        models.set(key, model);
        model.catch(() => models.delete(key));
      }
      return model;
    },
    kept: (entry) => models.get(keyOf(entry)) ?? Promise.resolve(undefined),
    list: async () => [...(await packs.list()), ...configuration.servers.map(summaryOf)],
    async checkServer(id, signal) {
      const server = serverNamed(id);
      if (!server) throw new GroundnoteError('no-pack', `There is no server "${id}" in the settings.`);
      return checkServer(server, services, signal);
    },
    configuration: () => configuration,
    configure(next) {
      configuration = next;
      for (const [key, model] of models) {
        if (!key.startsWith('server\n')) continue;
        models.delete(key);
        void model.then((open) => open.close()).catch(() => undefined);
      }
    },
  };
}

const packEntry = (pack: Pack): ModelEntry => {
  const { id, version, title } = pack.manifest;
  return { ref: { id, version }, title, pack };
};

function serverEntry(open: OpenServer, task: Task | undefined): ModelEntry {
  const { server } = open;
  const title = server.title ?? server.id;
  if (task && !server.tasks.includes(task))
    throw new GroundnoteError('unsupported', `The server "${title}" is not set up for the task "${task}".`);
  return { ref: { id: server.id, version: modelOf(open) }, title, server: open };
}

const modelOf = ({ server }: OpenServer): string => ('model' in server ? server.model : server.protocol);

/** A server as lists show it. */
function summaryOf(open: OpenServer): PackSummary {
  const { server } = open;
  const asks = server.tasks.some((task) => task !== 'segment');
  const url = 'url' in server ? server.url : undefined;
  return {
    id: server.id,
    version: modelOf(open),
    title: server.title ?? server.id,
    description: url
      ? `A server at ${url}: pictures are sent there.`
      : 'A language model of the editor: pictures are given to the editor, which may send them on.',
    tasks: [...server.tasks],
    engine: 'remote',
    kind: server.protocol,
    prompts: [
      ...(server.tasks.includes('segment') ? (['point', 'box'] as const) : []),
      ...(asks ? (['text'] as const) : []),
    ],
    returns: asks ? ['box', 'text', 'mask'] : ['mask'],
    license: '',
    source: url ?? '',
    card: '',
    folder: '',
    ...(url !== undefined && { url }),
    bytes: 0,
    state: 'ready',
  };
}
