/** Whether anything here can describe a picture: told from the packs' own words, without the inference process. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** @param folders whose children are packs; those that are not there hold none */
export async function somePackDescribes(folders: readonly string[]): Promise<boolean> {
  const packs = await Promise.all(folders.map(packFolders));
  const answers = await Promise.all(packs.flat().map(describes));
  return answers.includes(true);
}

const packFolders = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch((): string[] => [])).map((name) => path.join(folder, name));

async function describes(folder: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(folder, 'groundnote.json'), 'utf8'));
    const tasks = (manifest as { tasks?: unknown } | null)?.tasks;
    return Array.isArray(tasks) && tasks.includes('describe');
  } catch {
    // No pack, or a broken one.
    return false;
  }
}
