/**
 * What installing packs is for those who ask for it: the Models view, the command line, and the tests. A pack is made in a
 * folder of its own that no registry reads, and is moved to its place in one step when every file is there and is the one
 * that was named.
 */
import type { PackManifest, PackSummary } from '../../../protocol/packs';
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

/** A file that will be fetched or copied. The file of a `url` source may be an archive: its content is told when it is here. */
export interface PlannedFile {
  /** Inside the pack; for an archive its name. */
  path: string;
  /** Bytes; for an archive of the net that does not tell its length 0. */
  size: number;
  sha256?: string;
  /** The git object id of a small file of the hub, SHA-1 over its content: what the hub tells instead of a SHA-256. */
  gitOid?: string;
  /** Where its bytes are: an address, a file, or the entry of an archive on this machine. */
  at: { url: string } | { file: string } | { archive: string; entry: string };
}

/** What will happen. Nothing is written before `install`. */
export interface InstallPlan {
  source: PackSource;
  id: string;
  title: string;
  version: string;
  license: string;
  licenseUrl?: string;
  /**
   * The licence must be accepted before anything is downloaded; accepted ones are remembered by id and licence. Where it
   * is told only by an archive that is still to be downloaded, it is asked for then (`InstallOptions.acceptLicense`).
   */
  needsConsent: boolean;
  /** Bytes of all files, and those that are here already from an interrupted installation. */
  bytes: number;
  bytesHere: number;
  bytesFree: number;
  /** Hosts that will be asked. */
  hosts: string[];
  files: PlannedFile[];
  /** What will be in `groundnote.json` beside its files; absent where an archive of the net will tell. */
  manifest?: Omit<PackManifest, 'files'>;
  /** Text for a card, where the pack brings none. */
  card?: string;
  /** The version that will be replaced. */
  replaces?: string;
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
  /** Pauses or cancels, which is the same: what was downloaded stays for a later `install`, until `discard`. */
  signal: AbortSignal;
  onProgress?(progress: InstallProgress): void;
  /** Asked where the licence is known only after the download. Absent: refused, and the download stays. */
  acceptLicense?(license: { id: string; license: string; licenseUrl?: string }): Promise<boolean>;
}

/** An installation that was paused or interrupted, or that is under way (here or in another window). */
export interface PartialInstall {
  id: string;
  title: string;
  source: PackSource;
  bytesHere: number;
  bytes: number;
  /** Somebody is at it now. */
  running: boolean;
}

export interface PackStore {
  /** What can be installed; the ids of those that are here are in the registry. */
  catalogue(): Promise<readonly CatalogueEntry[]>;
  /** @throws GroundnoteError not-found, unsupported (no kind fits), io, offline, unauthorized, timeout, bad-server, broken-pack */
  plan(source: PackSource, signal: AbortSignal): Promise<InstallPlan>;
  /** @throws GroundnoteError as `plan`, and cancelled, broken-pack (a wrong checksum), no-space, invalid-params (no consent) */
  install(plan: InstallPlan, consent: boolean, options: InstallOptions): Promise<PackSummary>;
  partial(): Promise<PartialInstall[]>;
  /** Forgets an interrupted installation and its bytes. @throws GroundnoteError not-found, io (it is under way) */
  discard(id: string): Promise<void>;
  /** Takes an installed pack away; packs that are embedded or lie in folders of the user's are not touched. @throws GroundnoteError not-found, io */
  remove(id: string): Promise<void>;
  /** Reads every file again. @throws GroundnoteError broken-pack, not-found */
  verify(id: string, options: InstallOptions): Promise<void>;
}

/** What the store is made with; what may change with the settings is asked for each time. */
export interface PackStoreOptions {
  /** Its children are the installed packs; made when it is needed. The registry is given it as one of its folders. */
  folder: string;
  /** The hub or a mirror of it; by default https://huggingface.co. */
  endpoint?(): string | undefined;
  /** Sent to the hub's endpoint only. */
  token?(): Promise<string | undefined>;
  /** True: only this machine may be asked. */
  offline?(): boolean;
  log?(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
  /** In place of the one of Node (of VS Code, which knows the proxy). */
  fetch?: typeof fetch;
  /** In place of the shipped catalogue. */
  catalogue?: readonly CatalogueEntry[];
  /** Ids of packs that lie elsewhere and come first (the embedded ones): nothing is installed under them. */
  reserved?(): Promise<readonly string[]>;
  /** Bytes free where a folder lies. */
  freeBytes?(folder: string): Promise<number>;
  /** Milliseconds without a byte after which a connection is given up and tried again. */
  stallMs?: number;
  /** How often the same bytes are asked for again, and the milliseconds before the first time (doubled each time). */
  retries?: number;
  retryMs?: number;
}
