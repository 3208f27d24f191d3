/** Groundnote: New Paper Note. What cannot be looked up is asked for; nothing that was typed is lost. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled, toWireError } from '../../protocol/errors';
import type { PaperDetails } from './details';
import { openNoteAt, type Papers } from './papers';
import { paperReference, referenceText, type PaperReference } from './reference';
import { serviceFor, type LookupService } from './services';

/** What the command can be told beforehand: a reference or details (from the preview), else it asks. */
export async function newPaperNote(papers: Papers, about?: unknown, known?: unknown): Promise<void> {
  const given = isReference(about) ? about : undefined;
  let details = isDetails(known) ? known : isDetails(about) ? about : undefined;
  let reference = given;
  let typed = '';
  if (!reference && !details) {
    typed = (await askForPaper()) ?? '';
    if (!typed) return;
    reference = paperReference(typed);
  }
  if (reference && (await openExisting(papers, reference))) return;
  if (!details) {
    const found = await lookUp(papers, reference, typed);
    if (found === 'cancelled') return;
    details = found === 'unknown' ? await askForDetails(reference, reference ? '' : typed) : found;
    if (!details) return;
  }
  await create(papers, details);
}

const isReference = (value: unknown): value is PaperReference =>
  typeof value === 'object' && value !== null && 'kind' in value && 'key' in value;
const isDetails = (value: unknown): value is PaperDetails =>
  typeof value === 'object' && value !== null && 'authors' in value && 'abstract' in value;

/** An address or id of arXiv that was copied just now. */
async function arxivInClipboard(): Promise<string> {
  // A browser would ask the user about the clipboard, or complain.
  if (vscode.env.uiKind !== vscode.UIKind.Desktop) return '';
  const text = (await vscode.env.clipboard.readText()).trim();
  return text.length < 300 && paperReference(text)?.kind === 'arxiv' ? text : '';
}

async function askForPaper(): Promise<string | undefined> {
  const proposed = await arxivInClipboard();
  const value = await vscode.window.showInputBox({
    title: 'New Paper Note',
    prompt: 'An arXiv id, a DOI, the address of the paper, or its title',
    placeHolder:
      '2308.00692 · 10.1145/3292500.3330701 · https://arxiv.org/abs/2308.00692 · LISA: Reasoning Segmentation',
    value: proposed,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() ? undefined : 'Type an id, an address or a title.'),
  });
  return value?.trim();
}

/** A note that is about the paper already is opened, unless another one is wanted. @returns true when there is nothing more to do */
async function openExisting(papers: Papers, reference: PaperReference): Promise<boolean> {
  const found = (await papers.index.load()).paper(reference.key)?.parts[0];
  if (!found) return false;
  const uri = vscode.Uri.parse(found.note.uri);
  const [open, another] = ['Open Note', 'New Note'];
  const answer = await vscode.window.showInformationMessage(
    `${path.posix.basename(uri.path)} is about this paper already.`,
    open as string,
    another as string,
  );
  if (answer === another) return false;
  if (answer === open) await openWithPreview(uri, found.part.line);
  return true;
}

/** Details from arXiv or Crossref, where the user allows it; 'unknown' where they cannot be had. */
async function lookUp(
  papers: Papers,
  reference: PaperReference | undefined,
  title: string,
): Promise<PaperDetails | 'unknown' | 'cancelled'> {
  const { references } = papers;
  const known = reference && (await references.known(reference));
  if (known) return known.details;
  // A title is only looked for at arXiv.
  const service = reference ? serviceFor(reference) : 'arXiv';
  if (!service || references.permission === 'never') return 'unknown';
  if (references.permission === 'ask') {
    const answer = await askForConsent(papers, service, reference ? referenceText(reference) : title);
    if (answer === 'cancelled') return 'cancelled';
    if (answer === 'no') return 'unknown';
  }
  const aborter = new AbortController();
  try {
    const found = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        cancellable: true,
        title: `Asking ${service} about ${reference ? referenceText(reference) : `“${title}”`}`,
      },
      async (_, token) => {
        token.onCancellationRequested(() => aborter.abort());
        return reference
          ? [await references.details(reference, aborter.signal)]
          : references.search(title, aborter.signal);
      },
    );
    return (reference ? found[0] : await choose(found)) ?? 'unknown';
  } catch (error) {
    // Cancelled, offline, or unknown there: what the user types is as good.
    if (!isCancelled(error)) {
      papers.log.warn(`A paper was not looked up: ${String(error)}`);
      void vscode.window.showWarningMessage(`${toWireError(error).message} Type title and authors yourself.`);
    }
    return 'unknown';
  }
}

/** The paper that was meant, of several with such a title. */
async function choose(found: readonly PaperDetails[]): Promise<PaperDetails | 'unknown' | 'cancelled'> {
  if (found.length === 0) return 'unknown';
  const items = found.map((details) => ({
    label: details.title,
    description: `arXiv:${details.arxiv}`,
    detail: [details.authors.slice(0, 4).join(', '), details.year].filter(Boolean).join(' · '),
    details: details as PaperDetails | undefined,
  }));
  const picked = await vscode.window.showQuickPick(
    [
      ...items,
      {
        label: '$(edit) Another paper: type title and authors',
        description: '',
        detail: '',
        details: undefined,
      },
    ],
    { title: 'Which paper is it?', matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true },
  );
  return picked ? (picked.details ?? 'unknown') : 'cancelled';
}

/** Asks once whether papers may be looked up. */
async function askForConsent(
  { references }: Papers,
  service: LookupService,
  what: string,
): Promise<'yes' | 'no' | 'cancelled'> {
  const items = [
    { label: 'Yes', description: 'in this workspace', answer: 'yes' },
    { label: 'Always', description: 'in all workspaces', answer: 'always' },
    { label: 'Not now', description: 'type title and authors', answer: 'no' },
    { label: 'Never', description: 'and do not ask again', answer: 'never' },
  ] as const;
  const picked = await vscode.window.showQuickPick(items, {
    title: `Look up title and authors at ${service}?`,
    placeHolder: `“${what}” is sent to ${service}; nothing else is.`,
    ignoreFocusOut: true,
  });
  if (!picked) return 'cancelled';
  if (picked.answer === 'no') return 'no';
  await references.remember(picked.answer);
  return picked.answer === 'never' ? 'no' : 'yes';
}

/** What nobody can be asked about, the user types. */
async function askForDetails(
  reference: PaperReference | undefined,
  proposed: string,
): Promise<PaperDetails | undefined> {
  const what = reference ? ` (${referenceText(reference)})` : '';
  const title = await vscode.window.showInputBox({
    title: `New Paper Note${what}`,
    prompt: 'Title of the paper',
    value: proposed,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() ? undefined : 'Type the title.'),
  });
  if (!title) return undefined;
  const authors = await vscode.window.showInputBox({
    title: `New Paper Note${what}`,
    prompt: 'Authors, separated by commas, and the year; may be left empty',
    placeHolder: 'Xin Lai, Jiaya Jia, 2024',
    ignoreFocusOut: true,
  });
  if (authors === undefined) return undefined;
  const parts = authors
    .split(/[,，;；、]/)
    .map((part) => part.trim())
    .filter(Boolean);
  const year = Number(parts.find((part) => /^(?:19|20)\d\d$/.test(part)));
  return {
    title: title.trim(),
    authors: parts.filter((part) => !/^(?:19|20)\d\d$/.test(part)),
    ...(year && { year }),
    venue: '',
    abstract: '',
    url: reference && /^https?:/i.test(reference.url) ? reference.url : '',
    arxiv: reference?.kind === 'arxiv' ? reference.id : '',
    doi: reference?.kind === 'doi' ? reference.id : '',
    source: '',
  };
}

/** Writes the note, never over another one, and opens it with its preview. */
async function create(papers: Papers, details: PaperDetails): Promise<void> {
  const { defaultTemplate, fillTemplate, localTime, noteFileName } = await import('./noteTemplate');
  const folder = await noteFolder();
  if (!folder) return;
  const template = (await ownTemplate(folder)) ?? defaultTemplate;
  const text = fillTemplate(template, { ...details, date: localTime(new Date()) });
  const name = noteFileName(details);
  let uri = vscode.Uri.joinPath(folder, name);
  if (await exists(uri)) {
    const [open, another] = ['Open Note', 'Keep Both'];
    const answer = await vscode.window.showInformationMessage(
      `${name} is there already.`,
      open as string,
      another as string,
    );
    if (answer === open) await openWithPreview(uri, 0);
    if (answer !== another) return;
    for (let count = 2; await exists(uri); count++)
      uri = vscode.Uri.joinPath(folder, name.replace(/\.md$/, `-${count}.md`));
  }
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { overwrite: false, contents: new TextEncoder().encode(text) });
  if (!(await vscode.workspace.applyEdit(edit))) {
    papers.log.error(`${uri.path} could not be created.`);
    // The text is not lost: it opens as a file without a name.
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: text });
    await vscode.window.showTextDocument(document);
    void vscode.window.showErrorMessage(
      `${name} could not be created. Is its folder writable? Save the text elsewhere.`,
    );
    return;
  }
  await openWithPreview(uri, 0);
}

async function openWithPreview(uri: vscode.Uri, line: number): Promise<void> {
  await openNoteAt(uri, line);
  await vscode.commands.executeCommand('groundnote.openPreviewToSide', uri);
}

/** The folder of the setting, else that of the active note, else the workspace's. */
async function noteFolder(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document;
  const note = active?.languageId === 'markdown' && active.uri.scheme !== 'untitled' ? active.uri : undefined;
  const workspace =
    (note && vscode.workspace.getWorkspaceFolder(note)) ?? vscode.workspace.workspaceFolders?.[0];
  const setting = vscode.workspace
    .getConfiguration('groundnote.papers', note ?? workspace)
    .get('folder', '')
    .trim();
  if (setting && workspace) {
    const inside = path.posix.normalize(setting.replace(/\\/g, '/')).replace(/^\/+/, '');
    if (!/^\.\.(?:\/|$)/.test(inside)) return vscode.Uri.joinPath(workspace.uri, inside);
    void vscode.window.showWarningMessage(
      `The setting groundnote.papers.folder ("${setting}") leads out of the workspace; the note is made beside the others.`,
    );
  }
  if (note) return vscode.Uri.joinPath(note, '..');
  if (workspace) return workspace.uri;
  const picked = await vscode.window.showOpenDialog({
    ...{ canSelectFiles: false, canSelectFolders: true, openLabel: 'Make the Note Here' },
  });
  return picked?.[0];
}

/** The user's own template; one that cannot be read is named, and the usual one is taken. */
async function ownTemplate(folder: vscode.Uri): Promise<string | undefined> {
  const setting = vscode.workspace.getConfiguration('groundnote.papers', folder).get('template', '').trim();
  if (!setting) return undefined;
  const root = vscode.workspace.getWorkspaceFolder(folder)?.uri ?? folder;
  const uri = path.isAbsolute(setting) ? vscode.Uri.file(setting) : vscode.Uri.joinPath(root, setting);
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes.byteLength > 1_000_000) throw new Error('It is larger than 1 MB.');
    return new TextDecoder().decode(bytes);
  } catch {
    void vscode.window.showWarningMessage(
      `The template ${setting} cannot be read (setting groundnote.papers.template); the usual one was taken.`,
    );
    return undefined;
  }
}

const exists = (uri: vscode.Uri) =>
  vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
