/** Which servers a request would reach: the same choice that the inference process makes. Without VS Code. */
import type { Task, TaskDefaults } from '../../protocol/packs';
import type { NetworkServer, Server } from '../../protocol/servers';

/** The task of each channel of protocol/inference that may send a picture. */
const taskOfChannel: Readonly<Record<string, Task>> = {
  segment: 'segment',
  hover: 'segment',
  everything: 'segment',
  ground: 'ground',
  ask: 'ask',
  refer: 'refer',
  describe: 'describe',
};

/** Of the settings. */
export interface Choices {
  servers: readonly Server[];
  defaults: Readonly<TaskDefaults>;
}

/**
 * Who gets the picture of a request: the server that answers, and the one that segments what it finds; the editor's own models
 * too.
 * @param params of the channel; `pack` and `segmenter` are looked at
 */
export function receiversOf(channel: string, params: unknown, { servers, defaults }: Choices): Server[] {
  const task = taskOfChannel[channel];
  if (!task || !servers.length) return [];
  const { pack, segmenter } = (params ?? {}) as { pack?: unknown; segmenter?: unknown };
  const ids = [typeof pack === 'string' ? pack : defaults[task]];
  const composes = channel !== 'segment' && channel !== 'hover' && segmenter !== null;
  if (composes) ids.push(typeof segmenter === 'string' ? segmenter : defaults.segment);
  return servers.filter(({ id }) => ids.includes(id));
}

/** Those of `receiversOf` that the user must have agreed to: the editor asks about its own models itself. */
export const destinationsOf = (channel: string, params: unknown, choices: Choices): NetworkServer[] =>
  receiversOf(channel, params, choices).filter(isOnNetwork);

const isOnNetwork = (server: Server): server is NetworkServer => server.protocol !== 'editor-model';
