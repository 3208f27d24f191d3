/** What the preview's page asks about papers, and the links back that it shows. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import {
  answerLookup,
  backlinksChanged,
  backlinksReady,
  lookupReference,
  openBacklink,
  openPaperNote,
  type Backlink,
  type PaperName,
  type ReferenceCard,
} from '../../protocol/preview';
import type { Endpoint } from '../../protocol/rpc';
import { noteName, type Mention } from '../index/collection';
import { placeOf } from '../index/noteIndex';
import { serviceFor } from '../papers/services';
import type { BibliographyOptions, BibSource } from '../papers/bibliography';
import type { PaperDetails } from '../papers/details';
import { noteTitle, openNoteAt, type Papers } from '../papers/papers';
import {
  paperReference,
  doiReference,
  arxivReference,
  referenceText,
  type PaperReference,
} from '../papers/reference';

/** Answers the page of a note's preview about papers and links back. */
export function answerPapers(endpoint: Endpoint, note: vscode.Uri, papers: Papers): vscode.Disposable {
  endpoint.handle(lookupReference, (name, { signal }) => card(name, note, papers, signal));
  endpoint.handle(answerLookup, async ({ answer }) => {
    await papers.references.remember(answer);
    return {};
  });
  endpoint.handle(openPaperNote, async (name) => {
    const { reference, details } = await resolve(name, note);
    const found = reference && (await papers.index.load()).paper(reference.key)?.parts[0];
    if (found) await openNoteAt(vscode.Uri.parse(found.note.uri), found.part.line);
    // Not waited for: the command asks questions, and the page waits for an answer.
    else void vscode.commands.executeCommand('groundnote.newPaperNote', reference ?? details, details);
    return {};
  });
  return sendBacklinks(endpoint, note, papers);
}

/** The paper that the page names, and what the bibliography says about it. */
async function resolve(
  { href, cite }: PaperName,
  note: vscode.Uri,
): Promise<{ reference?: PaperReference; details?: PaperDetails }> {
  if (!cite) return { reference: paperReference(href) };
  const details = (await noteBibliography(note)).get(cite)?.details;
  if (!details) return {};
  const reference =
    arxivReference(details.arxiv) ??
    doiReference(details.doi) ??
    (details.url ? paperReference(details.url) : undefined);
  return { reference, details };
}

/** The sources that a note can cite. */
async function noteBibliography(note: vscode.Uri): Promise<Map<string, BibSource>> {
  const { bibliographyFiles, readBibliographies } = await import('../papers/bibliography');
  if (note.scheme !== 'file') return readBibliographies([]);
  const { splitFrontMatter } = await import('../render/frontMatter');
  const document = await vscode.workspace.openTextDocument(note);
  const { frontMatter } = splitFrontMatter(document.getText());
  return readBibliographies(
    bibliographyFiles(frontMatter?.values, path.dirname(note.fsPath), bibliographyOptions(note)),
  );
}

/** Where the bibliographies of a note may lie. */
export const bibliographyOptions = (note: vscode.Uri): BibliographyOptions => ({
  setting: vscode.workspace.getConfiguration('groundnote.references', note).get('bibliography', []),
  root: vscode.workspace.getWorkspaceFolder(note)?.uri.fsPath ?? '',
  outside: vscode.workspace.isTrusted,
});

async function card(
  name: PaperName,
  note: vscode.Uri,
  papers: Papers,
  signal: AbortSignal,
): Promise<ReferenceCard> {
  const { reference, details: own } = await resolve(name, note);
  if (!reference && !own) {
    return name.cite ? failed(name, `The bibliography has no "${name.cite}".`) : { state: 'nothing' };
  }
  const collection = await papers.index.load();
  const paper = reference && collection.paper(reference.key);
  const about = paper?.parts[0];
  const base = {
    name: name.cite ? `@${name.cite}` : reference ? referenceText(reference) : '',
    url: own?.url || (reference && /^https?:/i.test(reference.url) ? reference.url : ''),
    note: about ? noteTitle(collection, about.note.uri) : '',
    canMakeNote: !about,
  };
  const show = ({ title, authors, year, venue }: PaperDetails, source: string): ReferenceCard => ({
    ...{ state: 'details', title, authors, venue, source, ...base },
    ...(year !== undefined && { year }),
  });
  if (own) return show(own, `From ${own.source}`);
  if (!reference) return { state: 'nothing' };
  const known = await papers.references.known(reference);
  if (known) return show(known.details, `${known.details.source}, looked up on ${day(known.at)}`);
  const service = serviceFor(reference);
  const { permission } = papers.references;
  if (service && permission === 'ask') return { state: 'ask', service, ...base };
  if (service && permission === 'allowed') {
    try {
      return show(await papers.references.details(reference, signal), service);
    } catch (error) {
      if (isCancelled(error)) throw error;
      if (!(error instanceof GroundnoteError)) papers.log.error(String(error));
      return { state: 'failed', message: toWireError(error).message, ...base };
    }
  }
  // Without asking anybody: what the user's own notes say.
  if (paper && about && about.note.uri !== note.toString())
    return show(await papers.detailsOf(paper), `From the note ${path.posix.basename(about.note.path)}`);
  return { state: 'nothing' };
}

const failed = ({ cite }: PaperName, message: string): ReferenceCard => ({
  ...{ state: 'failed', message, name: `@${cite}`, url: '', note: '', canMakeNote: false },
});

const day = (time: number) => new Date(time).toISOString().slice(0, 10);

function sendBacklinks(endpoint: Endpoint, note: vscode.Uri, papers: Papers): vscode.Disposable {
  let ready = false;
  let sent = '';
  const send = async (always: boolean) => {
    const links = (await papers.index.load()).backlinks(note.toString()).map(backlink);
    const text = JSON.stringify(links);
    if (!ready || (!always && text === sent)) return;
    sent = text;
    endpoint.send(backlinksChanged, { links });
  };
  const log = (error: unknown) => papers.log.warn(`Links back were not found: ${String(error)}`);
  endpoint.on(backlinksReady, () => {
    ready = true;
    send(true).catch(log);
  });
  endpoint.handle(openBacklink, async ({ uri, line }) => {
    // Only notes of the index: the page cannot have other files opened.
    if (!(await papers.index.load()).get(uri)) throw new GroundnoteError('not-found', 'This note is gone.');
    await openNoteAt(vscode.Uri.parse(uri), line);
    return {};
  });
  return papers.index.onDidChange(() => {
    if (ready) send(false).catch(log);
  });
}

const backlink = ({ note, line, heading, context }: Mention): Backlink => ({
  uri: note.uri,
  title: note.facts.title || noteName(note.path),
  path: note.path.startsWith(`${note.root}/`) ? note.path.slice(note.root.length + 1) : note.path,
  ...{ heading, line, context },
});

/** Opens a note at the heading that a link names after `#`; false where there is no such note or heading. */
export async function openAtHeading(uri: vscode.Uri, href: string, papers: Papers): Promise<boolean> {
  let fragment = /#(.+)$/s.exec(href)?.[1] ?? '';
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    // Not an encoded address: the words as they are.
  }
  if (!fragment) return false;
  const headings = (await papers.index.load()).get(uri.toString())?.facts.headings ?? [];
  const found = headings.find(({ slug }) => slug !== '' && slug === fragment.toLowerCase());
  if (!found) return false;
  await openNoteAt(uri, found.line);
  return true;
}

/** Tells the thread that renders the note where its wiki links lead, now and when names of notes change. */
export function followWikiTargets(
  note: vscode.Uri,
  papers: Papers,
  renderer: { setWikiTargets(note: string, targets: Record<string, string>): void },
): vscode.Disposable {
  const send = async () => {
    const collection = await papers.index.load();
    renderer.setWikiTargets(note.toString(), collection.wikiTargets(placeOf(note)));
  };
  const log = (error: unknown) => papers.log.warn(`Wiki links were not resolved: ${String(error)}`);
  send().catch(log);
  return papers.index.onDidChange(({ names }) => {
    if (names) send().catch(log);
  });
}

/**
 * A link to a note that does not exist: offers to make it, and returns at once. False for what is no note, or lies outside of
 * the workspace.
 */
export function offerToCreateNote(uri: vscode.Uri): boolean {
  if (!/\.(?:md|markdown)$/i.test(uri.path) || !vscode.workspace.getWorkspaceFolder(uri)) return false;
  void create(uri);
  return true;
}

async function create(uri: vscode.Uri): Promise<void> {
  const yes = 'Create Note';
  const name = path.posix.basename(uri.path);
  const answer = await vscode.window.showInformationMessage(`The note ${name} does not exist.`, yes);
  if (answer !== yes) return;
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, {
    overwrite: false,
    contents: new TextEncoder().encode(`# ${noteName(uri.path)}\n\n`),
  });
  if (await vscode.workspace.applyEdit(edit)) {
    const editor = await openNoteAt(uri, 2);
    await vscode.commands.executeCommand('groundnote.openPreviewToSide', editor.document.uri);
  } else void vscode.window.showErrorMessage(`${name} could not be created. Is its folder writable?`);
}
