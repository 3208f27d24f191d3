/** What is known about papers, and whether others may be asked. Nothing is sent before the user has said so. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import type { LookupAnswer } from '../../protocol/preview';
import type { PaperDetails } from './details';
import type { PaperLookup } from './lookup';
import type { CachedDetails, LookupCache } from './lookupCache';
import type { PaperReference } from './reference';

/** Whether papers may be looked up: yes, no, or the user has not said. */
export type Permission = 'allowed' | 'ask' | 'never';

/** Where a yes for one workspace is kept. */
const yesKey = 'groundnote.references.allowed';

export class References implements vscode.Disposable {
  private lookup: Promise<PaperLookup> | undefined;
  private cache: Promise<LookupCache> | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('groundnote.references')) this.lookup = undefined;
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private get settings(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration('groundnote.references');
  }

  /** In an untrusted workspace nothing is looked up, whatever was said elsewhere. */
  get permission(): Permission {
    const setting = this.settings.get<string>('lookup', 'ask');
    if (!vscode.workspace.isTrusted || setting === 'never') return 'never';
    if (setting === 'always') return 'allowed';
    return this.context.workspaceState.get(yesKey) === true ? 'allowed' : 'ask';
  }

  /** Remembers what the user said: yes in this workspace, or always or never, in the settings. */
  async remember(answer: LookupAnswer): Promise<void> {
    if (answer === 'yes') await this.context.workspaceState.update(yesKey, true);
    else await this.settings.update('lookup', answer, vscode.ConfigurationTarget.Global);
  }

  /** What was looked up before, in any workspace. Asks nobody. */
  async known(reference: PaperReference): Promise<CachedDetails | undefined> {
    return (await this.openCache()).get(reference.key);
  }

  /** Details of a paper: known ones, else from arXiv or Crossref. @throws GroundnoteError, 'unsupported' without permission */
  async details(reference: PaperReference, signal: AbortSignal): Promise<PaperDetails> {
    const cached = await this.known(reference);
    if (cached) return cached.details;
    const details = await (await this.allowed()).details(reference, signal);
    await this.keep(reference.key, details);
    return details;
  }

  /** Papers of arXiv with such a title. @throws as {@link details} */
  async search(title: string, signal: AbortSignal): Promise<PaperDetails[]> {
    const found = await (await this.allowed()).search(title, signal);
    for (const details of found) await this.keep(`arxiv:${details.arxiv.toLowerCase()}`, details);
    return found;
  }

  private allowed(): Promise<PaperLookup> {
    if (this.permission !== 'allowed') {
      return Promise.reject(new GroundnoteError('unsupported', 'Looking papers up is not allowed.'));
    }
    // Loaded with the first question: the XML parser is not needed before.
    this.lookup ??= import('./lookup').then(
      ({ PaperLookup }) =>
        new PaperLookup({
          arxivApi: this.settings.get('arxivApi', 'https://export.arxiv.org/api/query'),
          crossrefApi: this.settings.get('crossrefApi', 'https://api.crossref.org/works/'),
          log: (message) => this.log.info(message),
        }),
    );
    return this.lookup;
  }

  private openCache(): Promise<LookupCache> {
    this.cache ??= import('./lookupCache').then(
      ({ LookupCache }) =>
        new LookupCache(path.join(this.context.globalStorageUri.fsPath, 'references.json')),
    );
    return this.cache;
  }

  private async keep(key: string, details: PaperDetails): Promise<void> {
    try {
      await (await this.openCache()).set(key, details);
    } catch (error) {
      this.log.warn(`What was looked up was not kept: ${String(error)}`);
    }
  }
}
