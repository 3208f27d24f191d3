/**
 * What installing packs is for those who ask for it: the Models view, the command line, and the tests. A pack is made in a
 * folder of its own that no registry reads, and is moved to its place in one step when every file is there and is the one
 * that was named.
 */
import type { PackSummary } from '../../../protocol/packs';
import type { CatalogueEntry } from '../catalogue/schema';

/** Where a pack comes from. */
export type PackSource =
  | { from: 'catalogue'; id: string }
  /** A repository of the hub in the Hugging Face layout; what kind of pack it is is told by its `config.json` and graphs. */
  | { from: 'hub'; repo: string; revision?: string }
  /** An archive (`.zip`, `.tar.gz`, `.tgz`), or one `.onnx` file. */
  | { from: 'url'; url: string }
  /** A folder, an archive, or one `.onnx` file on this machine. */
  | { from: 'path'; path: string };

/** What will happen, before anything is written beside the list of files. */
export interface InstallPlan {
  source: PackSource;
  id: string;
  title: string;
  version: string;
  license: string;
  licenseUrl?: string;
  /** The licence must be accepted before anything is downloaded; accepted ones are remembered by id and licence. */
  needsConsent: boolean;
  /** Bytes of all files, and those that are here already from an interrupted installation. */
  bytes: number;
  bytesHere: number;
  bytesFree: number;
  /** Hosts that will be asked. */
  hosts: string[];
  files: { path: string; size: number; sha256?: string }[];
}

export interface InstallProgress {
  phase: 'asking' | 'downloading' | 'copying' | 'verifying' | 'done';
  /** The file that is under way. */
  file?: string;
  bytes: number;
  total: number;
  bytesPerSecond?: number;
  secondsLeft?: number;
}

export interface InstallOptions {
  /** `superseded` or any other reason cancels; what was downloaded stays for a later `install`, until `discard`. */
  signal: AbortSignal;
  onProgress?(progress: InstallProgress): void;
}

/** An installation that was paused or interrupted. */
export interface PartialInstall {
  id: string;
  title: string;
  source: PackSource;
  bytesHere: number;
  bytes: number;
}

export interface PackStore {
  /** What can be installed; the ids of those that are here are in the registry. */
  catalogue(): Promise<readonly CatalogueEntry[]>;
  /** @throws GroundnoteError not-found, unsupported (no kind fits), io, offline, unauthorized, timeout */
  plan(source: PackSource, signal: AbortSignal): Promise<InstallPlan>;
  /** @throws GroundnoteError as `plan`, and cancelled, broken-pack (a wrong checksum), no-space, invalid-params (no consent) */
  install(plan: InstallPlan, consent: boolean, options: InstallOptions): Promise<PackSummary>;
  partial(): Promise<PartialInstall[]>;
  /** Forgets an interrupted installation and its bytes. */
  discard(id: string): Promise<void>;
  /** Takes an installed pack away; packs that are embedded or lie in folders of the user's are not touched. @throws GroundnoteError not-found, io */
  remove(id: string): Promise<void>;
  /** Reads every file again. @throws GroundnoteError broken-pack, not-found */
  verify(id: string, options: InstallOptions): Promise<void>;
}
