/** The setting `groundnote.servers`, entry by entry. Without VS Code. */
import { serverSchema, type Server } from '../../protocol/servers';

/** An entry of the setting: a server, or why it is none. */
export interface ServerEntry {
  /** Its place in the setting. */
  index: number;
  /** What lists show; made up where the entry has no id. */
  id: string;
  title: string;
  url: string | undefined;
  server?: Server;
  /** One sentence. */
  problem?: string;
}

/** @param raw the setting's value as it is; anything may stand in it */
export function readServers(raw: readonly unknown[]): ServerEntry[] {
  const seen = new Set<string>();
  return raw.map((value, index) => {
    const parsed = serverSchema.safeParse(value);
    if (!parsed.success) {
      const told = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
      const text = (field: unknown) => (typeof field === 'string' && field !== '' ? field : undefined);
      const id = text(told['id']) ?? `server-${index + 1}`;
      const [issue] = parsed.error.issues;
      const where = issue?.path.join('.');
      return {
        index,
        id,
        title: text(told['title']) ?? id,
        url: text(told['url']),
        problem: `The entry in the settings is wrong: ${where ? `${where}: ` : ''}${issue?.message ?? 'it has the wrong form'}.`,
      };
    }
    const server = parsed.data;
    const { id } = server;
    const url = 'url' in server ? server.url : undefined;
    const base = { index, id, title: server.title ?? id, url };
    if (seen.has(id))
      return { ...base, problem: `Another server has the id "${id}": give this one another.` };
    seen.add(id);
    return { ...base, server };
  });
}

/** The host of an address, with its port where it names one, as people are told where pictures go. */
export const hostOf = (url: string): string => new URL(url).host;
