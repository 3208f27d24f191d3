/** What the tools ask for. Without VS Code. */
import type { Task } from '../../protocol/packs';
import type { Server } from '../../protocol/servers';
import type { AgentToolName } from './toolList';

/** The task (and channel) of a tool, and whether a segmenter may make masks of what it finds. */
export const toolTasks: Record<AgentToolName, { task: Task; masks: boolean } | undefined> = {
  groundnote_segment: { task: 'segment', masks: false },
  groundnote_ground: { task: 'ground', masks: true },
  groundnote_refer: { task: 'refer', masks: true },
  groundnote_ask: { task: 'ask', masks: true },
  groundnote_describe: { task: 'describe', masks: false },
  // The embedded reader, and nobody else.
  groundnote_read_figure: undefined,
};

/** Where a server is, for people. */
export function serverInWords(server: Server): string {
  const title = server.title ?? server.id;
  return 'url' in server ? `the server “${title}” (${server.url})` : `the editor's language model “${title}”`;
}
