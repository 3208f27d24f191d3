/** How long the extension host is held while a long note is rendered in its thread. */
import { NoteRendererClient } from '../../src/notes/render/workerClient';

/**
 * Plays the host of one preview: opens the note, hands all splices on as VS Code does (as JSON), and edits it.
 * @param entry the built rendering thread
 * @returns the longest stretch of work at a time, in milliseconds
 */
export async function hostTimes(entry: string, text: string): Promise<{ longest: number; edits: number }> {
  const client = new NoteRendererClient({ entry, log: (_level, message) => console.error(message) });
  let longest = 0;
  let done = () => {};
  const timed = (work: () => void) => {
    const started = performance.now();
    work();
    longest = Math.max(longest, performance.now() - started);
  };
  const note = 'file:///long.md';
  const lines = text.split('\n').length;
  const complete = () => new Promise<void>((resolve) => (done = resolve));
  timed(() =>
    client.open(note, {
      text: () => text,
      settings: () => ({
        ...{ allowHtml: true, frontMatter: 'header', syntax: 'groundnote', emoji: false, macros: {} },
        ...{ bibliography: [], roots: [], resourceAddress: 'https://host{path}', folder: '/' },
      }),
      onSplice: (splice) => {
        timed(() => JSON.stringify(splice));
        client.shown(note, splice.version);
        if (splice.complete) done();
      },
      onRestart: (problem) => console.error(problem),
    }),
  );
  const opened = complete();
  timed(() => client.show(note, 0));
  await opened;
  const edits = 100;
  for (let edit = 0; edit < edits; edit++) {
    const shown = complete();
    const at = { line: Math.floor((lines * (edit + 0.5)) / edits), character: 0 };
    timed(() => client.change(note, [{ start: at, end: at, text: 'x' }], lines));
    await shown;
  }
  client.dispose();
  return { longest, edits };
}
