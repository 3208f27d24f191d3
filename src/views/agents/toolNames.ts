/** What registers the tools needs of them before they are loaded. */
import type { AgentToolName } from './toolList';

const names: Record<AgentToolName, true> = {
  groundnote_segment: true,
  groundnote_ground: true,
  groundnote_refer: true,
  groundnote_ask: true,
  groundnote_read_figure: true,
  groundnote_describe: true,
};
export const agentToolNames = Object.keys(names) as AgentToolName[];

/** Context key: a pack or a server can describe a picture. */
export const canDescribeKey = 'groundnote.canDescribe';
