/** What a click on a link of a note may open. No VS Code here. */
import path from 'node:path';
import { GroundnoteError } from '../../protocol/errors';

export type LinkTarget =
  /** A page outside, for the browser or the mail program. */
  | { kind: 'page'; address: string }
  /** A file: relative to the note's folder, or with a slash at its start to the workspace folder. */
  | { kind: 'file'; path: string };

/**
 * Reads a link's address. Pages open in the browser, files in VS Code; everything else (`command:`, `vscode:`, `file:`,
 * other machines' shares) is refused.
 * @throws GroundnoteError 'unsupported'
 */
export function linkTarget(href: string): LinkTarget {
  if (/^(?:https?|mailto):/i.test(href)) return { kind: 'page', address: href };
  const relative = href.replace(/[?#].*$/s, '');
  let target = relative;
  try {
    target = decodeURIComponent(relative);
  } catch {
    // Not an encoded address: the name as it is.
  }
  const isRefused = (address: string) =>
    // Two slashes, of either kind, name another machine. One letter and a colon are a drive of this one.
    /^\s*(?:[a-z][a-z0-9+.-]+:|[\\/]{2})/i.test(address);

  if (isRefused(href) || /^[\\/]{2}/.test(target) || /[\0-\x1f]/.test(target))
    throw new GroundnoteError('unsupported', `Links to "${href.slice(0, 60)}" are not opened.`);
  return { kind: 'file', path: target };
}

/** Whether a file lies in one of these folders. All are absolute POSIX paths, as URIs have them. */
export function isInside(file: string, folders: readonly string[]): boolean {
  const plain = path.posix.normalize(file);
  return folders.some((folder) => {
    const base = path.posix.normalize(folder).replace(/\/$/, '');
    return plain === base || plain.startsWith(`${base}/`);
  });
}
