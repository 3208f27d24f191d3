/**
 * The settings of models and servers, and the credentials beside them, as the inference process is told of them. A server whose
 * entry is wrong is left out with the reason; the others work on.
 */
import * as vscode from 'vscode';
import { executionProviders, type Configuration } from '../../protocol/inference';
import { tasks, type Task, type TaskDefaults } from '../../protocol/packs';
import type { Server } from '../../protocol/servers';
import { readServers, type ServerEntry } from '../servers/readServers';

const hubTokenKey = 'groundnote.hub.token';
const serverTokenKey = (id: string) => `groundnote.server.${id}.token`;

/** What a token is for: the hub, or a server by its id. */
export type TokenOwner = { hub: true } | { server: string };
const keyOf = (owner: TokenOwner) => ('hub' in owner ? hubTokenKey : serverTokenKey(owner.server));

/** What was read. */
export interface ModelSettings {
  /** In the order of the settings, wrong ones too. */
  entries: readonly ServerEntry[];
  /** Those that are used: none in an untrusted workspace. */
  servers: readonly Server[];
  defaults: Readonly<TaskDefaults>;
  offline: boolean;
  trusted: boolean;
  /** Servers that have a token. */
  tokens: ReadonlySet<string>;
  configuration: Configuration;
}

export class ModelConfiguration implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  /** Settings, credentials, or the trust in the workspace have changed. */
  readonly onDidChange = this.emitter.event;
  private readonly subscriptions: vscode.Disposable[];
  private reading: Promise<ModelSettings> | undefined;

  constructor(private readonly secrets: vscode.SecretStorage) {
    const changed = () => {
      this.reading = undefined;
      this.emitter.fire();
    };
    this.subscriptions = [
      this.emitter,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (['models', 'servers', 'hub'].some((part) => event.affectsConfiguration(`groundnote.${part}`)))
          changed();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      secrets.onDidChange(({ key }) => {
        if (key.startsWith('groundnote.')) changed();
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** The settings as they are now; read once until they change. */
  read(): Promise<ModelSettings> {
    this.reading ??= this.readAll();
    return this.reading;
  }

  /** Address of the hub. */
  get hubEndpoint(): string {
    return this.settings.get<string>('hub.endpoint', '').trim() || 'https://huggingface.co';
  }

  get offline(): boolean {
    return this.settings.get<boolean>('models.offline', false);
  }

  token(owner: TokenOwner): Thenable<string | undefined> {
    return this.secrets.get(keyOf(owner));
  }

  setToken(owner: TokenOwner, token: string): Thenable<void> {
    return this.secrets.store(keyOf(owner), token);
  }

  removeToken(owner: TokenOwner): Thenable<void> {
    return this.secrets.delete(keyOf(owner));
  }

  /** The entries of `groundnote.servers` as the user has written them. */
  get rawServers(): readonly unknown[] {
    const value = this.settings.get<unknown>('servers');
    return Array.isArray(value) ? value : [];
  }

  async writeServers(entries: readonly unknown[]): Promise<void> {
    await this.write('servers', entries.length ? entries : undefined);
  }

  /** @param id undefined: the first pack that can do it, again */
  async setDefault(task: Task, id: string | undefined): Promise<void> {
    const defaults = { ...this.defaults };
    if (id === undefined) delete defaults[task];
    else defaults[task] = id;
    const value = Object.keys(defaults).length ? defaults : undefined;
    await this.write('models.defaults', value);
  }

  /** Ends when the change has come back as an event: what is read after it is the new value. */
  private async write(name: string, value: unknown): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        subscription.dispose();
        resolve();
      };
      // The same value again is no change.
      const timer = setTimeout(done, 2000);
      const subscription = this.onDidChange(done);
    });
    await this.settings.update(name, value, vscode.ConfigurationTarget.Global);
    await heard;
  }

  private get settings(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration('groundnote');
  }

  private get defaults(): TaskDefaults {
    const told = this.settings.get<Record<string, unknown>>('models.defaults', {}) ?? {};
    return Object.fromEntries(
      tasks.flatMap((task) => (typeof told[task] === 'string' && told[task] ? [[task, told[task]]] : [])),
    );
  }

  private async readAll(): Promise<ModelSettings> {
    const trusted = vscode.workspace.isTrusted;
    const entries = readServers(this.rawServers);
    const sound = entries.flatMap(({ server }) => server ?? []);
    const tokens = new Map<string, string>();
    for (const { id } of sound) {
      // Where the secret storage does not open, the server says that it wants a token; all else goes on.
      const token = await this.token({ server: id }).then(undefined, () => undefined);
      if (token) tokens.set(id, token);
    }
    const servers = trusted ? sound : [];
    const told = this.settings.get<string>('models.executionProvider', 'auto');
    return {
      entries,
      servers,
      defaults: this.defaults,
      offline: this.offline,
      trusted,
      tokens: new Set(tokens.keys()),
      configuration: {
        servers: servers.map((server) => {
          const token = tokens.get(server.id);
          return { server, ...(token !== undefined && { token }) };
        }),
        defaults: this.defaults,
        offline: this.offline,
        executionProvider: executionProviders.find((each) => each === told) ?? 'auto',
      },
    };
  }
}
