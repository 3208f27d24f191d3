/** Finds and reads the notes of the workspace, in the background, and follows them. Nothing is read before the first use. Host only. */
import PQueue from 'p-queue';
import * as vscode from 'vscode';
import { NoteCollection, type NotePlace } from './collection';

/** Names of Markdown files, as VS Code knows them. */
const extensions = ['md', 'markdown', 'mdown', 'markdn', 'mkd', 'mdwn', 'mdtxt', 'mdtext'];
const notesGlob = `**/*.{${extensions.join(',')}}`;
/** Larger files are no notes. */
const maxBytes = 5_000_000;
/** Files that are read at the same time. */
const concurrency = 8;
/** An edit is read when the typing pauses; files that come and go are looked at together. */
const typingMs = 300;
const filesMs = 400;

export interface NotesChanged {
  /** Addresses of the notes that came, changed or went. */
  uris: ReadonlySet<string>;
  /** Whether a wiki link may lead elsewhere now. */
  names: boolean;
}

const isNotePath = (path: string) => new RegExp(`\\.(?:${extensions.join('|')})$`, 'i').test(path);

/** Where a note lies, for the collection. */
export function placeOf(uri: vscode.Uri): NotePlace {
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.path.replace(/\/$/, '') ?? '';
  return { uri: uri.toString(), base: `${uri.scheme}://${uri.authority}`, path: uri.path, root };
}

/** What the settings keep out of searches; `files.exclude` is applied by VS Code itself. */
function excluded(): string {
  const patterns = vscode.workspace.getConfiguration('search').get<Record<string, unknown>>('exclude', {});
  const on = Object.entries(patterns).flatMap(([pattern, value]) => (value === true ? [pattern] : []));
  return on.length ? `{${on.join(',')}}` : '**/node_modules/**';
}

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

export class NoteIndex implements vscode.Disposable {
  private readonly collection = new NoteCollection();
  private readonly emitter = new vscode.EventEmitter<NotesChanged>();
  /** Notes have come, changed or gone. Fires after the first load, too. */
  readonly onDidChange = this.emitter.event;
  private loading: Promise<NoteCollection> | undefined;
  private readonly queue = new PQueue({ concurrency });
  /** Time and size of the files as they were read. */
  private readonly stamps = new Map<string, string>();
  private readonly changed = new Set<string>();
  private readonly typing = new Map<string, NodeJS.Timeout>();
  private filesTimer: NodeJS.Timeout | undefined;
  private names = 0;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** All notes, once they have been read; the first call starts that. */
  load(): Promise<NoteCollection> {
    this.loading ??= this.start();
    return this.loading;
  }

  /** Looks at every file again. */
  async refresh(): Promise<void> {
    if (!this.loading) {
      await this.load();
      return;
    }
    await this.loading;
    await this.scan(true);
  }

  dispose(): void {
    this.queue.clear();
    clearTimeout(this.filesTimer);
    for (const timer of this.typing.values()) clearTimeout(timer);
    for (const disposable of this.disposables) disposable.dispose();
    this.emitter.dispose();
  }

  private async start(): Promise<NoteCollection> {
    const started = performance.now();
    this.follow();
    await this.scan(false);
    this.log.info(`Read ${this.collection.size} notes in ${(performance.now() - started).toFixed(0)} ms.`);
    return this.collection;
  }

  private follow(): void {
    const notes = vscode.workspace.createFileSystemWatcher(notesGlob);
    // A folder that goes is one event, without its files.
    const anything = vscode.workspace.createFileSystemWatcher('**/*', true, true, false);
    const filesSoon = () => {
      clearTimeout(this.filesTimer);
      this.filesTimer = setTimeout(() => void this.scan(false), filesMs);
    };
    this.disposables.push(
      notes,
      anything,
      notes.onDidCreate(filesSoon),
      notes.onDidChange((uri) => {
        if (this.collection.get(uri.toString())) void this.update([uri]);
      }),
      anything.onDidDelete((uri) => {
        if (this.collection.get(uri.toString()) || !/\.\w{1,8}$/.test(uri.path)) filesSoon();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(filesSoon),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('search.exclude') || event.affectsConfiguration('files.exclude'))
          filesSoon();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const key = document.uri.toString();
        if (!contentChanges.length || !this.collection.get(key)) return;
        clearTimeout(this.typing.get(key));
        this.typing.set(
          key,
          setTimeout(() => {
            this.typing.delete(key);
            void this.update([document.uri]);
          }, typingMs),
        );
      }),
      // What was not saved is gone with the document.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.collection.get(uri.toString())) void this.update([uri]);
      }),
      // Without a folder the open notes are all there are.
      vscode.workspace.onDidOpenTextDocument(({ languageId }) => {
        if (languageId === 'markdown' && !vscode.workspace.workspaceFolders?.length) filesSoon();
      }),
    );
  }

  /** Reads notes that are new, forgets those that are gone; with `all` also looks whether the others have changed. */
  private async scan(all: boolean): Promise<void> {
    let uris: vscode.Uri[];
    try {
      uris = vscode.workspace.workspaceFolders?.length
        ? await vscode.workspace.findFiles(notesGlob, excluded())
        : vscode.workspace.textDocuments
            .filter(({ languageId, uri }) => languageId === 'markdown' && isNotePath(uri.path))
            .map(({ uri }) => uri);
    } catch (error) {
      this.log.warn(`The notes of the workspace were not found: ${String(error)}`);
      return;
    }
    const there = new Set(uris.map(String));
    for (const { uri } of [...this.collection.all()]) if (!there.has(uri)) this.forget(uri);
    await this.update(uris.filter((uri) => all || !this.stamps.has(uri.toString())));
  }

  private async update(uris: readonly vscode.Uri[]): Promise<void> {
    await this.queue.addAll(uris.map((uri) => () => this.read(uri)));
    if (this.changed.size === 0) return;
    const { namesVersion } = this.collection;
    const names = namesVersion !== this.names;
    this.names = namesVersion;
    const changed = new Set(this.changed);
    this.changed.clear();
    this.emitter.fire({ uris: changed, names });
  }

  /** Reads one note: the text of the editor where it is open, else the file. What cannot be read is left out, with a line in the log. */
  private async read(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const skip = (why: string) => {
      this.log.debug(`The note ${uri.path} is left out of the index: ${why}.`);
      this.forget(key);
    };
    try {
      const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === key);
      let text: string;
      let stamp: string;
      if (document) {
        text = document.getText();
        stamp = `open ${document.version}`;
        if (text.length > maxBytes) return skip('it is too large');
      } else {
        const { mtime, size } = await vscode.workspace.fs.stat(uri);
        stamp = `${mtime} ${size}`;
        if (this.stamps.get(key) === stamp) return;
        this.stamps.set(key, stamp);
        if (size > maxBytes) return skip('it is too large');
        const bytes = await vscode.workspace.fs.readFile(uri);
        if (bytes.subarray(0, 8000).includes(0)) return skip('it is no text');
        text = new TextDecoder().decode(bytes);
      }
      this.stamps.set(key, stamp);
      const { parseNoteInSlices } = await import('./parseNote');
      const facts = await parseNoteInSlices(text, pause);
      // What has been read again meanwhile is newer.
      if (this.stamps.get(key) !== stamp) return;
      this.collection.set({ ...placeOf(uri), facts });
      this.changed.add(key);
      await pause();
    } catch (error) {
      skip(error instanceof Error ? error.message : String(error));
    }
  }

  private forget(key: string): void {
    this.stamps.delete(key);
    if (this.collection.delete(key)) this.changed.add(key);
  }
}
