/** Addresses of a note's images for a page of VS Code, worked out where there is no VS Code. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { pathMark, type RenderSettings } from '../../protocol/noteRenderer';
import { readOverlay } from '../ground/overlays';
import type { ResolvedImage } from '../markdown/figures';
import { imagePath } from './imagePaths';

const address = (template: string, file: string, query = '') =>
  template.replace(pathMark, () => file.split('/').map(encodeURIComponent).join('/')) + query;

/** Finds an image of a note. `exists` is only known for files on disk; elsewhere it is taken to be there. */
export function resolveImage(settings: RenderSettings, source: string): ResolvedImage {
  if (settings.path === undefined) {
    const relative = source.replace(/[?#].*$/s, '');
    const file = relative.startsWith('/') ? relative : path.posix.join(settings.folder, relative);
    return { uri: address(settings.resourceAddress, file), exists: true };
  }
  const found = imagePath(source, path.dirname(settings.path), settings.roots);
  if (!found.exists) return { uri: '', exists: false, path: found.path };
  const file = found.path.replaceAll('\\', '/');
  // The time of its last change is part of the address, so that a picture that is drawn again is loaded again.
  const changed = statSync(found.path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return {
    uri: address(
      settings.resourceAddress,
      file.startsWith('/') ? file : `/${file}`,
      `?v=${Math.round(changed)}`,
    ),
    exists: true,
    path: found.path,
    overlay: readOverlay(found.path),
  };
}
