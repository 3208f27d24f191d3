/** The models of this machine for the editor: what there is, and the news when something has changed. */
import { readdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { PackStore } from '../../inference/packs/install/types';
import type { ServerConsent } from '../servers/consent';
import type { ModelConfiguration } from './configuration';
import { gatherModels, type ModelsState } from './modelsState';

export interface ModelsOptions {
  configuration: ModelConfiguration;
  consent: ServerConsent;
  /** Folders whose children are packs, in the order in which they are taken. */
  packFolders: readonly string[];
  embeddedFolder: string;
  installedFolder: string;
  log: vscode.LogOutputChannel;
}

export class Models implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  /** Packs, servers, settings or credentials have changed, or may have. */
  readonly onDidChange = this.emitter.event;
  private readonly subscriptions: vscode.Disposable[];
  private gathering: Promise<ModelsState> | undefined;
  private made: Promise<PackStore> | undefined;
  private registry: Promise<{ list(): Promise<ModelsState['packs'][number]['pack'][]> }> | undefined;

  constructor(readonly options: ModelsOptions) {
    const { configuration, consent } = options;
    this.subscriptions = [
      this.emitter,
      configuration.onDidChange(() => this.refresh()),
      consent.onDidChange(() => this.refresh()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** All there is; gathered once until something changes. */
  state(): Promise<ModelsState> {
    const { configuration, consent, packFolders, embeddedFolder, installedFolder } = this.options;
    this.registry ??= import('../../inference/packs/registry').then(
      ({ PackRegistry }) => new PackRegistry(packFolders),
    );
    this.gathering ??= gatherModels({
      packs: async () => (await (this.registry as NonNullable<typeof this.registry>)).list(),
      store: () => this.store(),
      settings: () => configuration.read(),
      consented: (server) => consent.has(server),
      embeddedFolder,
      installedFolder,
    });
    return this.gathering;
  }

  /** Something has changed. */
  refresh(): void {
    this.forget();
    this.emitter.fire();
  }

  /** The next `state` looks again at everything. */
  forget(): void {
    this.gathering = undefined;
  }

  /** What installs packs; loaded when it is first asked for. */
  store(): Promise<PackStore> {
    const { configuration, embeddedFolder, installedFolder, log } = this.options;
    this.made ??= import('../../inference/packs/install/packStore').then(({ createPackStore }) =>
      createPackStore({
        folder: installedFolder,
        reserved: () => readdir(embeddedFolder),
        endpoint: () => configuration.hubEndpoint,
        token: async () => configuration.token({ hub: true }),
        offline: () => configuration.offline,
        log: (level, message) => log[level](message),
      }),
    );
    return this.made;
  }
}
