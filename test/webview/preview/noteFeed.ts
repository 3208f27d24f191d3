/** A note as the rendering thread feeds it to the page, for tests that play the host. */
import { NoteDocument, type RenderOptions } from '../../../src/notes/render/noteDocument';
import { NoteStream } from '../../../src/notes/render/noteStream';
import type { NoteSplice } from '../../../src/protocol/preview';

export class NoteFeed {
  private readonly note: NoteDocument;
  private readonly stream: NoteStream;
  private sent: NoteSplice[] = [];

  constructor(options: RenderOptions) {
    this.note = new NoteDocument({ allowHtml: true, interactive: true, note: 'file:///note.md', ...options });
    // Splices do not depend on how fast this machine is.
    this.stream = new NoteStream(
      this.note,
      (splice) => this.sent.push(structuredClone(splice)),
      () => 0,
    );
  }

  /** All that a page gets which asks for this note, from a line on first. */
  open(text: string, line = 0): NoteSplice[] {
    this.note.setText(text);
    this.stream.start(line);
    return this.take();
  }

  /** What the page gets when the note's text becomes this one. */
  change(text: string): NoteSplice[] {
    this.stream.changed(this.note.setText(text));
    return this.take();
  }

  /** What the page gets when files beside the note have changed. */
  refresh(): NoteSplice[] {
    this.stream.refresh();
    return this.take();
  }

  private take(): NoteSplice[] {
    for (let version = 0; ; version++) {
      this.stream.acknowledge(Number.MAX_SAFE_INTEGER);
      if (!this.stream.hasWork) break;
      if (version > 10_000) throw new Error('The note never ends.');
      this.stream.step();
    }
    const { sent } = this;
    this.sent = [];
    return sent;
  }
}
