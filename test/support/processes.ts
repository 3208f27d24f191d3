/** The processes of a running VS Code, as Linux lists them. */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessInfo {
  pid: number;
  /** The command line, its arguments separated by spaces. */
  command: string;
}

/** The processes of a process group, found by what their command line says. */
export async function processesOf(group: number, pattern: RegExp): Promise<ProcessInfo[]> {
  const found: ProcessInfo[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = await readFile(`/proc/${entry}/stat`, 'utf8');
      // After the name in parentheses: state, parent, process group.
      const processGroup = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]);
      if (processGroup !== group) continue;
      const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8')).replaceAll('\0', ' ');
      if (pattern.test(command)) found.push({ pid: Number(entry), command });
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}

/** Files that are mapped into a process: its native modules among them. */
export async function mappedFiles(pid: number): Promise<string[]> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  return [...new Set([...maps.matchAll(/\s(\/\S+)$/gm)].map((match) => match[1] as string))];
}
