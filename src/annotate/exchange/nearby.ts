/** Places beside a picture that an export may go to or an import may come from: offered before VS Code's dialog for files. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isPictureName, naturallySorted } from '../../protocol/pictureNames';

/** More are not offered: the dialog is there for them. */
const most = 30;

export interface NearbyPlace {
  /** Absolute. */
  place: string;
  /** Relative to the folder; empty for the folder itself. */
  name: string;
}

const extensionOf = (name: string) => path.extname(name).slice(1).toLowerCase();

/** The folder, and the folders in it, hidden ones left out. */
export async function nearbyFolders(folder: string): Promise<NearbyPlace[]> {
  const { folders } = await contentsOf(folder);
  return [
    { place: folder, name: '' },
    ...folders.map((name) => ({ place: path.join(folder, name), name })),
  ].slice(0, most);
}

/**
 * Files of the folder, and of the folders in it, that may hold annotations of a format. A JSON file beside a picture of
 * its name is that picture's own sidecar.
 */
export async function nearbyFiles(folder: string, extensions: readonly string[]): Promise<NearbyPlace[]> {
  const found: NearbyPlace[] = [];
  for (const { place, name: below } of await nearbyFolders(folder)) {
    const { files } = await contentsOf(place);
    const pictures = new Set(files.filter(isPictureName).map((name) => path.parse(name).name));
    for (const name of files) {
      const isSidecar = extensionOf(name) === 'json' && pictures.has(path.parse(name).name);
      if (!extensions.includes(extensionOf(name)) || isSidecar) continue;
      found.push({ place: path.join(place, name), name: below ? `${below}/${name}` : name });
      if (found.length === most) return found;
    }
  }
  return found;
}

/** Of the folder and the folders in it, those with files that may hold annotations of a format. */
export async function nearbySources(folder: string, extensions: readonly string[]): Promise<NearbyPlace[]> {
  const files = await nearbyFiles(folder, extensions);
  const holding = new Set(files.map(({ place }) => path.dirname(place)));
  return (await nearbyFolders(folder)).filter(({ place }) => holding.has(place));
}

async function contentsOf(folder: string): Promise<{ files: string[]; folders: string[] }> {
  // What cannot be read offers nothing.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const shown = naturallySorted(
    entries.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules'),
    ({ name }) => name,
  );
  return {
    files: shown.filter((entry) => entry.isFile()).map(({ name }) => name),
    folders: shown.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  };
}
