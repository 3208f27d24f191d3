/** All that the Models view shows, gathered: packs of this machine, what can be installed, what was interrupted, servers. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogueEntry } from '../../inference/packs/catalogue/schema';
import type { PartialInstall, PackStore } from '../../inference/packs/install/types';
import type { PackSummary, Task } from '../../protocol/packs';
import type { ServerEntry } from '../servers/readServers';
import type { ModelSettings } from './configuration';

/** Where a pack of this machine lies: with Groundnote, in its storage, or in a folder of the user's. */
export type PackPlace = 'embedded' | 'installed' | 'folder';

export interface ModelsState {
  packs: readonly { pack: PackSummary; place: PackPlace; entry?: CatalogueEntry }[];
  /** Packs of the catalogue that are not on this machine, and not being installed. */
  available: readonly CatalogueEntry[];
  partial: readonly PartialInstall[];
  servers: readonly (ServerEntry & { hasToken: boolean; consented: boolean })[];
  defaults: ModelSettings['defaults'];
  /** The pack that a task takes: its default where that is there, else the first that can do it. */
  taken: Readonly<Partial<Record<Task, string>>>;
  trusted: boolean;
  offline: boolean;
}

export interface ModelsSources {
  /** All packs of this machine, in the order in which they are taken. */
  packs(): Promise<readonly PackSummary[]>;
  store(): Promise<Pick<PackStore, 'catalogue' | 'partial'>>;
  settings(): Promise<ModelSettings>;
  consented(server: { url: string }): boolean;
  embeddedFolder: string;
  installedFolder: string;
}

export async function gatherModels(sources: ModelsSources): Promise<ModelsState> {
  const store = await sources.store();
  const [summaries, catalogue, partial, settings, embedded, installed] = await Promise.all([
    sources.packs(),
    store.catalogue(),
    store.partial(),
    sources.settings(),
    realOf(sources.embeddedFolder),
    realOf(sources.installedFolder),
  ]);
  const entries = new Map(catalogue.map((entry) => [entry.id, entry]));
  const placeOf = ({ folder }: PackSummary): PackPlace => {
    const parent = path.dirname(folder);
    if (parent === embedded || parent === sources.embeddedFolder) return 'embedded';
    return parent === installed || parent === sources.installedFolder ? 'installed' : 'folder';
  };
  const packs = summaries.map((pack) => {
    const entry = entries.get(pack.id);
    return { pack, place: placeOf(pack), ...(entry && { entry }) };
  });
  const here = new Set([...summaries, ...partial].map(({ id }) => id));
  const { defaults, trusted, offline, servers, tokens } = settings;
  return {
    packs,
    available: catalogue.filter(({ id }) => !here.has(id)),
    partial,
    servers: settings.entries.map((each) => ({
      ...each,
      hasToken: tokens.has(each.id),
      consented: each.server !== undefined && 'url' in each.server && sources.consented(each.server),
    })),
    defaults,
    taken: takenOf(summaries, servers, defaults),
    trusted,
    offline,
  };
}

/** As the inference process chooses (inference/process/models/modelStore.ts). */
function takenOf(
  packs: readonly PackSummary[],
  servers: ModelSettings['servers'],
  defaults: ModelSettings['defaults'],
): ModelsState['taken'] {
  const taken: Partial<Record<Task, string>> = {};
  const can = (task: Task) => packs.filter(({ state, tasks }) => state === 'ready' && tasks.includes(task));
  for (const task of ['segment', 'ground', 'refer', 'ask', 'describe'] as const) {
    const wanted = defaults[task];
    const named =
      servers.find(({ id, tasks }) => id === wanted && tasks.includes(task)) ??
      can(task).find(({ id }) => id === wanted);
    const id = named?.id ?? can(task)[0]?.id;
    if (id !== undefined) taken[task] = id;
  }
  return taken;
}

/** The folder itself where it is a link, as packs tell theirs; one that is not there yet as it is. */
const realOf = (folder: string) => realpath(folder).catch(() => folder);
