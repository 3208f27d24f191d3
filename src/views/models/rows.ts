/** The rows of the Models view: names, descriptions, icons and tooltips. Without VS Code. */
import type { CatalogueEntry } from '../../inference/packs/catalogue/schema';
import type { PartialInstall } from '../../inference/packs/install/types';
import { tasks, type PackSummary, type Task } from '../../protocol/packs';
import { bytesInWords } from '../../protocol/words';
import type { ModelsState, PackPlace } from './modelsState';

export type GroupName = 'embedded' | 'installed' | 'available' | 'servers' | 'interrupted';

/** What a row is about. */
export type ModelItem =
  | { kind: 'group'; group: GroupName }
  | { kind: 'pack'; pack: PackSummary; place: PackPlace; entry?: CatalogueEntry }
  | { kind: 'available'; entry: CatalogueEntry }
  | { kind: 'partial'; partial: PartialInstall }
  | { kind: 'server'; server: ModelsState['servers'][number] };
export type ModelItemOf<Kind extends ModelItem['kind']> = Extract<ModelItem, { kind: Kind }>;

/** How a row looks. */
export interface Row {
  id: string;
  label: string;
  description?: string;
  /** Markdown. */
  tooltip?: string;
  /** A theme icon, and the colour of a state. */
  icon?: { id: string; color?: string };
  /** Words that menus match: the kind first. */
  context: string;
  /** What a screen reader says. */
  spoken?: string;
}

const groups: Readonly<Record<GroupName, { label: string; icon: string }>> = {
  embedded: { label: 'Embedded', icon: 'package' },
  installed: { label: 'Installed', icon: 'archive' },
  interrupted: { label: 'Interrupted', icon: 'debug-pause' },
  servers: { label: 'Servers', icon: 'remote' },
  available: { label: 'Available', icon: 'cloud' },
};

/** The groups that have something in them. */
export function groupsOf(state: ModelsState): ModelItem[] {
  return (Object.keys(groups) as GroupName[])
    .filter((group) => childrenOf(state, group).length > 0)
    .map((group) => ({ kind: 'group', group }));
}

export function childrenOf(state: ModelsState, group: GroupName): ModelItem[] {
  switch (group) {
    case 'embedded':
      return packsIn(state, ['embedded']);
    case 'installed':
      return packsIn(state, ['installed', 'folder']);
    case 'interrupted':
      return state.partial.map((partial) => ({ kind: 'partial', partial }));
    case 'servers':
      return state.servers.map((server) => ({ kind: 'server', server }));
    case 'available':
      return state.available.map((entry) => ({ kind: 'available', entry }));
  }
}

const packsIn = ({ packs }: ModelsState, places: readonly PackPlace[]): ModelItem[] =>
  packs.filter(({ place }) => places.includes(place)).map((each) => ({ kind: 'pack', ...each }));

/** The id by which settings and requests name what a row is about. */
export function idOf(item: ModelItem): string | undefined {
  switch (item.kind) {
    case 'group':
      return undefined;
    case 'pack':
      return item.pack.id;
    case 'available':
      return item.entry.id;
    case 'partial':
      return item.partial.id;
    case 'server':
      return item.server.id;
  }
}

export function titleOf(item: ModelItem): string {
  switch (item.kind) {
    case 'group':
      return groups[item.group].label;
    case 'pack':
      return item.pack.title;
    case 'available':
      return item.entry.title;
    case 'partial':
      return item.partial.title;
    case 'server':
      return item.server.title;
  }
}

/** The tasks that something ready can do. */
export function tasksOf(item: ModelItem): readonly Task[] {
  if (item.kind === 'pack' && item.pack.state === 'ready') return item.pack.tasks;
  if (item.kind === 'server') return item.server.server?.tasks ?? [];
  return [];
}

export function rowOf(item: ModelItem, state: ModelsState): Row {
  switch (item.kind) {
    case 'group':
      return groupRow(item.group, state);
    case 'pack':
      return packRow(item, state);
    case 'available':
      return availableRow(item.entry);
    case 'partial':
      return partialRow(item.partial);
    case 'server':
      return serverRow(item.server, state);
  }
}

function groupRow(group: GroupName, state: ModelsState): Row {
  const { label, icon } = groups[group];
  const off = group === 'servers' && !state.trusted;
  const offline = group === 'available' && state.offline;
  return {
    id: group,
    label,
    icon: { id: icon },
    context: `group ${group}`,
    ...(off && {
      description: 'off: this workspace is not trusted',
      tooltip: 'In an untrusted workspace no server is used. Trust the workspace to use them.',
    }),
    ...(offline && {
      description: 'offline',
      tooltip: 'The setting `groundnote.models.offline` is on: nothing is downloaded.',
    }),
  };
}

const engineIcons = { onnx: 'circuit-board', transformers: 'comment-discussion', remote: 'remote' } as const;

function packRow({ pack, place, entry }: ModelItemOf<'pack'>, state: ModelsState): Row {
  const broken = pack.state === 'broken';
  const defaults = broken ? [] : tasksTaken(state, pack.id);
  const parts = broken
    ? ['broken', pack.problem ?? '']
    : [bytesInWords(pack.bytes), ...defaultText(defaults, state, pack.id)];
  const description = parts.filter(Boolean).join(' · ');
  return {
    // Two packs may have one id: the second is broken, and in a folder of its own.
    id: `pack:${pack.folder}`,
    label: pack.title,
    description,
    tooltip: packTooltip(pack, place, entry, state),
    icon: broken
      ? { id: 'error', color: 'list.errorForeground' }
      : { id: engineIcons[pack.engine ?? 'onnx'], ...(defaults.length && { color: 'charts.green' }) },
    context: `pack ${place} ${pack.state}`,
    spoken: `${pack.title}, ${description}`,
  };
}

function packTooltip(
  pack: PackSummary,
  place: PackPlace,
  entry: CatalogueEntry | undefined,
  state: ModelsState,
): string {
  const where = {
    embedded: 'Comes with Groundnote.',
    installed: 'Installed for all workspaces.',
    folder: 'In a folder of yours (`groundnote.packs.folders`).',
  }[place];
  return paragraphs(
    `**${plain(pack.title)}** ${plain(pack.version)} (\`${pack.id}\`)`,
    pack.problem !== undefined && `$(error) ${plain(pack.problem)}`,
    plain(pack.description),
    entry && `Good for: ${plain(entry.goodFor)}`,
    bullets(
      pack.tasks.length > 0 && `Tasks: ${pack.tasks.join(', ')}`,
      pack.prompts.length > 0 && `Takes: ${pack.prompts.join(', ')}`,
      pack.returns.length > 0 && `Returns: ${pack.returns.join(', ')}`,
      defaultText(tasksTaken(state, pack.id), state, pack.id)[0],
      pack.license !== '' && `Licence: ${licence(pack.license, entry?.licenseUrl)}`,
      pack.bytes > 0 && `Size: ${bytesInWords(pack.bytes)} on disk`,
      pack.memory_mb !== undefined && `Memory at work: about ${bytesInWords(pack.memory_mb * 1e6)}`,
      pack.engine && pack.kind && `Engine: ${pack.engine} (${pack.kind})`,
    ),
    `${where}  \n\`${pack.folder}\``,
  );
}

function availableRow(entry: CatalogueEntry): Row {
  const bytes = entry.files.reduce((sum, { size }) => sum + size, 0);
  const about = entry.files.some(({ approximate }) => approximate) ? 'about ' : '';
  const description = `${about}${bytesInWords(bytes)} · ${entry.tasks.join(', ')}`;
  return {
    id: `available:${entry.id}`,
    label: entry.title,
    description,
    icon: { id: 'cloud-download' },
    context: 'available',
    spoken: `${entry.title}, ${description}, not installed`,
    tooltip: paragraphs(
      `**${plain(entry.title)}** (\`${entry.id}\`)`,
      plain(entry.description),
      `Good for: ${plain(entry.goodFor)}`,
      bullets(
        `Tasks: ${entry.tasks.join(', ')}`,
        entry.prompts.length > 0 && `Takes: ${entry.prompts.join(', ')}`,
        entry.returns.length > 0 && `Returns: ${entry.returns.join(', ')}`,
        `Licence: ${licence(entry.license, entry.licenseUrl)}`,
        `Download: ${about}${bytesInWords(bytes)}`,
        entry.memory_mb !== undefined && `Memory at work: about ${bytesInWords(entry.memory_mb * 1e6)}`,
        `From: \`${entry.hub.repo}\``,
        entry.verified === undefined
          ? 'Not verified: nobody has checked these files at the hub for this version of Groundnote.'
          : `Verified at the hub on ${entry.verified}`,
      ),
    ),
  };
}

function partialRow({ id, title, bytesHere, bytes, running }: PartialInstall): Row {
  const share = bytes > 0 ? ` (${Math.floor((bytesHere / bytes) * 100)} %)` : '';
  const description = `${running ? 'installing' : 'paused'} · ${bytesInWords(bytesHere)} of ${bytesInWords(bytes)}${share}`;
  return {
    id: `partial:${id}`,
    label: title,
    description,
    icon: { id: running ? 'sync~spin' : 'debug-pause' },
    context: running ? 'running' : 'partial',
    spoken: `${title}, ${description}`,
    tooltip: running
      ? 'It is being installed, here or in another window.'
      : 'It was paused or interrupted. *Resume* goes on where it stopped; *Discard* gives its disk space back.',
  };
}

function serverRow(server: ModelsState['servers'][number], state: ModelsState): Row {
  const { server: sound, problem, id, title, url, hasToken, consented } = server;
  const off = !state.trusted;
  const defaults = off || !sound ? [] : tasksTaken(state, id);
  const description = problem
    ? `broken · ${problem}`
    : off
      ? 'off: this workspace is not trusted'
      : [sound?.protocol, url, ...defaultText(defaults, state, id)].filter(Boolean).join(' · ');
  const model = sound && 'model' in sound ? sound.model : undefined;
  return {
    id: `server:${server.index}`,
    label: title,
    description,
    icon: problem
      ? { id: 'error', color: 'list.errorForeground' }
      : { id: 'remote', ...(defaults.length && { color: 'charts.green' }) },
    context: ['server', problem ? 'broken' : off ? 'off' : 'ready', hasToken && 'token', consented && 'consented']
      .filter(Boolean)
      .join(' '),
    spoken: `Server ${title}, ${description}`,
    tooltip: paragraphs(
      `**${plain(title)}** (\`${id}\`)`,
      problem !== undefined && `$(error) ${plain(problem)}`,
      bullets(
        url !== undefined && `Address: \`${url}\``,
        sound && `Protocol: ${sound.protocol}`,
        model !== undefined && `Model: \`${model}\``,
        sound && `Tasks: ${sound.tasks.join(', ')}`,
        defaultText(defaults, state, id)[0],
        hasToken && 'Its token is in secret storage.',
      ),
      sound &&
        url !== undefined &&
        (consented
          ? 'Pictures that you ask about with it are sent there.'
          : 'You are asked before the first picture is sent there.'),
    ),
  };
}

const tasksTaken = ({ taken }: ModelsState, id: string): Task[] => tasks.filter((task) => taken[task] === id);

/** “default for segment”, where the user has chosen it or there is a choice at all. */
function defaultText(taken: readonly Task[], state: ModelsState, id: string): string[] {
  const shown = taken.filter((task) => state.defaults[task] === id || isChoice(state, task));
  return shown.length ? [`default for ${shown.join(', ')}`] : [];
}

const isChoice = ({ packs, servers }: ModelsState, task: Task) =>
  packs.filter(({ pack }) => pack.state === 'ready' && pack.tasks.includes(task)).length +
    servers.filter(({ server }) => server?.tasks.includes(task)).length >
  1;

const licence = (name: string, url: string | undefined) => (url ? `[${plain(name)}](${url})` : plain(name));

/** What a pack says is text, whatever it looks like. */
const plain = (text: string) => text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&').replace(/\s+/g, ' ');

type Maybe = string | false | undefined;
const paragraphs = (...parts: Maybe[]) => parts.filter(Boolean).join('\n\n');
const bullets = (...lines: Maybe[]) =>
  lines
    .filter(Boolean)
    .map((line) => `- ${line as string}`)
    .join('\n');
