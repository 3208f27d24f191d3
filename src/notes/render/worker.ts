/**
 * The thread that renders notes, so that the extension host never waits for a formula or a parse. It keeps each note's
 * text and what its page has been sent; between two pieces of work it looks at what has come in.
 */
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
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
} from '../../protocol/noteRenderer';
import { Endpoint } from '../../protocol/rpc';
import { CodeHighlighter } from '../markdown/highlight';
import { lookUpWikiTarget } from '../index/collection';
import { noteCitations } from '../papers/bibliography';
import { NoteDocument, type RenderOptions } from './noteDocument';
import { NoteStream } from './noteStream';
import { resolveImage } from './resources';

interface OpenNote {
  document: NoteDocument;
  stream: NoteStream;
  /** Counts the pages that asked: a page that has gone meanwhile gets nothing. */
  pages: number;
}

const port = parentPort;
if (!port) throw new Error('This is the entry of a worker thread.');
const notes = new Map<string, OpenNote>();
/** Where the wiki links of a note lead. */
const wikiTargets = new Map<string, Record<string, string>>();
const highlighter = new CodeHighlighter();
const endpoint = new Endpoint(
  {
    post: (message) => port.postMessage(message),
    listen: (onMessage) => {
      port.on('message', onMessage);
      return () => port.off('message', onMessage);
    },
  },
  { onInternalError: report },
);

function report(error: unknown): void {
  endpoint.send(renderLog, {
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}

const optionsOf = (note: string, settings: RenderSettings): RenderOptions => ({
  allowHtml: settings.allowHtml,
  frontMatter: settings.frontMatter,
  syntax: settings.syntax,
  emoji: settings.emoji,
  macros: settings.macros,
  interactive: true,
  note,
  notePath: settings.path,
  highlighter,
  resolveImage: (source) => resolveImage(settings, source),
  resolveNote: (target) => {
    const targets = wikiTargets.get(note);
    // Until the notes have been read, none counts as missing.
    return targets ? lookUpWikiTarget(targets, target) : { href: `${target}.md`, exists: true };
  },
  citations: (frontMatter) =>
    settings.path === undefined
      ? undefined
      : noteCitations(frontMatter?.values, path.dirname(settings.path), {
          setting: settings.bibliography,
          root: settings.roots[0] ?? '',
          // A note that may not use HTML is one that is not trusted.
          outside: settings.allowHtml,
        }),
});

/** Does what a message asks of a note; a note that is not open any more is left alone. */
const withNote = (action: (open: OpenNote) => void, note: string) => {
  const open = notes.get(note);
  if (!open) return;
  try {
    action(open);
  } catch (error) {
    report(error);
  }
  work();
};

endpoint.on(openNote, ({ note, text, settings }) => {
  const known = notes.get(note);
  if (known) {
    known.stream.changed(known.document.configure(optionsOf(note, settings)));
    known.stream.changed(known.document.setText(text));
    work();
    return;
  }
  const document = new NoteDocument(optionsOf(note, settings));
  document.setText(text);
  const stream = new NoteStream(document, (splice) => endpoint.send(splicedNote, { note, splice }));
  notes.set(note, { document, stream, pages: 0 });
});
endpoint.on(changeNote, ({ note, changes, lineCount }) =>
  withNote(({ document, stream }) => {
    stream.changed(document.change(changes));
    if (document.lineCount !== lineCount) endpoint.send(lostNote, { note });
  }, note),
);
endpoint.on(configureNote, ({ note, settings }) =>
  withNote(({ document, stream }) => stream.changed(document.configure(optionsOf(note, settings))), note),
);
endpoint.on(showNote, ({ note, line }) => {
  const open = notes.get(note);
  if (!open) return;
  const page = ++open.pages;
  const { document, stream } = open;
  // The first thing that is seen has its colours.
  void prepare(document.languages(stream.firstUnits(line))).then(() =>
    withNote(({ pages }) => {
      if (pages === page) stream.start(line);
    }, note),
  );
});
endpoint.on(hideNote, ({ note }) =>
  withNote((open) => {
    open.pages++;
    open.stream.stop();
  }, note),
);
endpoint.on(themeChanged, ({ theme }) => {
  highlighter.setTheme(theme);
  void prepare(new Set()).then(refresh);
});
endpoint.on(wikiTargetsChanged, ({ note, targets }) => {
  wikiTargets.set(note, targets);
  withNote(({ stream }) => stream.refresh(), note);
});
endpoint.on(noteShown, ({ note, version }) => withNote(({ stream }) => stream.acknowledge(version), note));
endpoint.on(closeNote, ({ note }) => {
  notes.delete(note);
  wikiTargets.delete(note);
});
endpoint.on(filesChanged, refresh);
endpoint.handle(renderPing, () => ({}));

function refresh(): void {
  for (const { stream } of notes.values()) stream.refresh();
  work();
}

/** Loads grammars; without them code has no colours, and that is all. */
const prepare = (languages: ReadonlySet<string>) => highlighter.prepare(languages).catch(report);

let working = false;

/** Goes on until every page has all of its note, one splice at a time. */
function work(): void {
  if (working) return;
  working = true;
  const turn = async () => {
    let more = false;
    for (const { document, stream } of notes.values()) {
      try {
        if (stream.hasWork) {
          await prepare(document.languages(stream.next));
          stream.step();
        } else await colourAll(document, stream);
        more ||= stream.hasWork;
      } catch (error) {
        stream.stop();
        report(error);
      }
    }
    if (more) setImmediate(() => void turn());
    else working = false;
  };
  setImmediate(() => void turn());
}

/** Code that was typed since may be in a language that nobody has prepared. */
async function colourAll(document: NoteDocument, stream: NoteStream): Promise<void> {
  const languages = document.languages(document.units);
  const states = () => [...languages].map((language) => highlighter.stateOf(language)).join();
  const before = states();
  await prepare(languages);
  if (states() !== before) stream.refresh();
}
