/**
 * The way to the thread that renders notes: starts it with the first note, ends it with the last, and starts it again
 * when it has crashed or hangs. The host keeps no rendered text: after a new start, notes are opened again.
 */
import { Worker } from 'node:worker_threads';
import type { EditorTheme } from '../../protocol/codeTheme';
import { GroundnoteError } from '../../protocol/errors';
import {
  changeNote,
  closeNote,
  configureNote,
  filesChanged,
  hideNote,
  lostNote,
  noteShown,
  openNote,
  renderLog,
  renderPing,
  showNote,
  splicedNote,
  themeChanged,
  wikiTargetsChanged,
  type RenderSettings,
  type TextChange,
} from '../../protocol/noteRenderer';
import type { NoteSplice } from '../../protocol/preview';
import { Endpoint } from '../../protocol/rpc';

/** What a preview gives the thread, and hears from it. */
export interface RenderedNoteOwner {
  text(): string;
  settings(): RenderSettings;
  /** For the page. */
  onSplice(splice: NoteSplice): void;
  /** The thread was started again: a sentence for the reader says why. The page has to ask for the note again. */
  onRestart(problem: string): void;
}

export interface NoteRendererClientOptions {
  /** The built thread: dist/noteRenderer.cjs. */
  entry: string;
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** A thread that does not answer for so long hangs. Default 20 s. */
  hangMs?: number;
}

interface Thread {
  worker: Worker;
  endpoint: Endpoint;
}

export class NoteRendererClient {
  private thread: Thread | undefined;
  private readonly notes = new Map<string, RenderedNoteOwner>();
  /** For a thread that is started again. */
  private readonly wikiTargets = new Map<string, Record<string, string>>();
  private pinging = false;
  private theme: EditorTheme | undefined;

  constructor(private readonly options: NoteRendererClientOptions) {}

  /** Opens a note; what is sent about it before is dropped. */
  open(note: string, owner: RenderedNoteOwner): void {
    this.notes.set(note, owner);
    this.reopen(note);
  }

  /** Gives the thread the whole text and the settings again. */
  reopen(note: string): void {
    const owner = this.notes.get(note);
    if (!owner) return;
    this.endpoint.send(openNote, { note, text: owner.text(), settings: owner.settings() });
    const targets = this.wikiTargets.get(note);
    if (targets) this.endpoint.send(wikiTargetsChanged, { note, targets });
    this.watch();
  }

  change(note: string, changes: TextChange[], lineCount: number): void {
    this.endpoint.send(changeNote, { note, changes, lineCount });
    this.watch();
  }

  configure(note: string): void {
    const owner = this.notes.get(note);
    if (owner) this.endpoint.send(configureNote, { note, settings: owner.settings() });
  }

  /** A page wants the note, from this line (0-based) on first. */
  show(note: string, line: number): void {
    this.endpoint.send(showNote, { note, line });
    this.watch();
  }

  hide(note: string): void {
    this.endpoint.send(hideNote, { note });
  }

  shown(note: string, version: number): void {
    this.endpoint.send(noteShown, { note, version });
  }

  /** The colours of code, in all notes and from now on. */
  setTheme(theme: EditorTheme): void {
    this.theme = theme;
    if (this.thread) this.endpoint.send(themeChanged, { theme });
  }

  /** Where the wiki links of a note lead: addresses, relative to it, by target. */
  setWikiTargets(note: string, targets: Record<string, string>): void {
    if (!this.notes.has(note)) return;
    this.wikiTargets.set(note, targets);
    this.endpoint.send(wikiTargetsChanged, { note, targets });
  }

  filesChanged(): void {
    if (this.thread) this.endpoint.send(filesChanged, {});
  }

  close(note: string): void {
    this.notes.delete(note);
    this.wikiTargets.delete(note);
    if (this.notes.size === 0) this.end();
    else this.endpoint.send(closeNote, { note });
  }

  dispose(): void {
    this.notes.clear();
    this.end();
  }

  private get endpoint(): Endpoint {
    return (this.thread ??= this.start()).endpoint;
  }

  private start(): Thread {
    const worker = new Worker(this.options.entry);
    const endpoint = new Endpoint({
      post: (message) => worker.postMessage(message),
      listen: (onMessage) => {
        worker.on('message', onMessage);
        return () => worker.off('message', onMessage);
      },
    });
    endpoint.on(splicedNote, ({ note, splice }) => this.notes.get(note)?.onSplice(splice));
    endpoint.on(lostNote, ({ note }) => this.reopen(note));
    endpoint.on(renderLog, ({ message }) => this.options.log('error', message));
    if (this.theme !== undefined) endpoint.send(themeChanged, { theme: this.theme });
    const thread = { worker, endpoint };
    const failed = (what: string) => {
      if (this.thread !== thread) return;
      this.options.log('error', `The thread that renders notes ended: ${what}`);
      this.restart(
        'This note could not be shown to its end. Change it, or reload the preview, to try again.',
      );
    };
    worker.on('error', (error) => failed(error.message));
    worker.on('exit', (code) => failed(`exit code ${code}`));
    return thread;
  }

  private end(): void {
    const { thread } = this;
    this.thread = undefined;
    thread?.endpoint.dispose(new GroundnoteError('disposed', 'No note is shown any more.'));
    void thread?.worker.terminate();
  }

  private restart(problem: string): void {
    this.end();
    for (const [note, owner] of this.notes) {
      this.reopen(note);
      owner.onRestart(problem);
    }
  }

  /** After each piece of work asks the thread whether it is still there. */
  private watch(): void {
    const { thread } = this;
    if (this.pinging || !thread) return;
    this.pinging = true;
    const timer = setTimeout(() => {
      if (this.thread !== thread) return;
      this.options.log('warn', 'The thread that renders notes hangs, and is started again.');
      this.restart('Something in this note takes too long to render. Change it to see the note again.');
    }, this.options.hangMs ?? 20_000);
    thread.endpoint
      .request(renderPing, {})
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer);
        this.pinging = false;
      });
  }
}
