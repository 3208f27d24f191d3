/** Adding, changing, checking and removing servers, and the tokens of servers and of the hub. Loaded with the first of these. */
import * as vscode from 'vscode';
import type { InferenceApi } from '../../annotate/inferenceApi';
import { GroundnoteError } from '../../protocol/errors';
import type { PackSummary } from '../../protocol/packs';
import { checkServer, type ServerState } from '../../protocol/inference';
import type { ModelConfiguration, TokenOwner } from '../models/configuration';
import type { Models } from '../models/models';
import { modelFor } from '../models/pickModel';
import type { ModelItem, ModelItemOf } from '../models/rows';
import { askForServer } from './askForServer';
import { hostOf } from './readServers';

type Server = ModelItemOf<'server'>;
const isServer = (item: ModelItem): item is Server => item.kind === 'server';

export class ServerActions {
  constructor(
    private readonly models: Models,
    private readonly inference: InferenceApi,
  ) {}

  private get configuration(): ModelConfiguration {
    return this.models.options.configuration;
  }

  async add(): Promise<void> {
    this.requireTrust();
    const { configuration } = this;
    const state = await this.models.state();
    const taken = [...state.packs.map(({ pack }) => pack.id), ...state.servers.map(({ id }) => id)];
    const packs = state.packs.map(({ pack }) => pack);
    const answer = await askForServer({ taken, packs, graphsOf });
    const { server, token } = answer;
    const { consent } = this.models.options;
    // Said now, where the server is chosen, and asked for once for each host.
    if (!consent.has(server) && !(await consent.ask(server))) return;
    if (token) await configuration.setToken({ server: server.id }, token);
    await configuration.writeServers([...configuration.rawServers, answer.entry]);
    await this.say(server.id, server.title ?? server.id);
  }

  async edit(given: unknown): Promise<void> {
    const { server: shown } = await this.pick(given, 'Which server is changed?');
    const { configuration } = this;
    const state = await this.models.state();
    const before = configuration.rawServers[shown.index];
    if (!shown.server || shown.server.protocol === 'editor-model') {
      // What no form can show is changed where it is written.
      await vscode.commands.executeCommand('workbench.action.openSettings', 'groundnote.servers');
      return;
    }
    const taken = [
      ...state.packs.map(({ pack }) => pack.id),
      ...state.servers.filter(({ index }) => index !== shown.index).map(({ id }) => id),
    ];
    const packs = state.packs.map(({ pack }) => pack);
    const { server, entry, token } = await askForServer({ taken, packs, graphsOf, before: shown.server });
    const { consent } = this.models.options;
    if (!consent.has(server) && !(await consent.ask(server))) return;
    if (server.id !== shown.id) {
      const old = await configuration.token({ server: shown.id });
      await configuration.removeToken({ server: shown.id });
      if (old && !token) await configuration.setToken({ server: server.id }, old);
    }
    if (token) await configuration.setToken({ server: server.id }, token);
    const entries = [...configuration.rawServers];
    entries[shown.index] = { ...(before as object), ...entry };
    await configuration.writeServers(entries);
    await this.say(server.id, server.title ?? server.id);
  }

  async remove(given: unknown): Promise<void> {
    const { server } = await this.pick(given, 'Which server is removed?');
    const yes = 'Remove';
    const answer = await vscode.window.showWarningMessage(
      `Remove the server “${server.title}” from the settings?`,
      { modal: true, detail: 'Its token is deleted too. Regions that it has found stay.' },
      yes,
    );
    if (answer !== yes) return;
    const { configuration } = this;
    const { defaults } = await this.models.state();
    await configuration.writeServers(configuration.rawServers.filter((_, index) => index !== server.index));
    await configuration.removeToken({ server: server.id });
    for (const [task, id] of Object.entries(defaults))
      if (id === server.id) await configuration.setDefault(task as keyof typeof defaults, undefined);
  }

  async check(given: unknown): Promise<void> {
    this.requireTrust();
    const { server } = await this.pick(given, 'Which server is asked whether it is there?');
    if (!server.server)
      throw new GroundnoteError('invalid-params', `“${server.title}”: ${server.problem ?? ''}`);
    await this.say(server.id, server.title);
  }

  /** Takes back what was agreed to. */
  async revoke(given: unknown): Promise<void> {
    const { consent } = this.models.options;
    const url =
      typeof given === 'object' && given !== null && 'kind' in given && isServer(given as ModelItem)
        ? (given as Server).server.url
        : undefined;
    const host =
      url !== undefined && consent.hosts.includes(hostOf(url))
        ? hostOf(url)
        : consent.hosts.length
          ? await vscode.window.showQuickPick([...consent.hosts], {
              placeHolder: 'Which host gets no more pictures?',
            })
          : undefined;
    if (host === undefined) {
      if (!consent.hosts.length)
        throw new GroundnoteError('not-found', 'You have not agreed to send pictures to any host.');
      return;
    }
    await consent.revoke(host);
    void vscode.window.showInformationMessage(
      `No picture is sent to ${host} any more before you are asked again.`,
    );
  }

  async setToken(given: unknown): Promise<void> {
    const { owner, name } = await this.tokenOwner(given, 'Whose access token?', () => true);
    const token = await vscode.window.showInputBox({
      title: `Access Token of ${name}`,
      prompt: 'It is kept in the secret storage of VS Code, and sent nowhere else.',
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) =>
        'hub' in owner && value.trim() && !value.trim().startsWith('hf_')
          ? 'A token of the hub begins with hf_.'
          : undefined,
    });
    if (!token?.trim()) return;
    await this.configuration.setToken(owner, token.trim());
    void vscode.window.showInformationMessage(`The access token of ${name} is kept.`);
  }

  async removeToken(given: unknown): Promise<void> {
    const has = new Set<string>();
    const { servers } = await this.models.state();
    for (const { id, hasToken } of servers) if (hasToken) has.add(id);
    const hub = (await this.configuration.token({ hub: true })) !== undefined;
    const { owner, name } = await this.tokenOwner(given, 'Whose access token is deleted?', (each) =>
      'hub' in each ? hub : has.has(each.server),
    );
    await this.configuration.removeToken(owner);
    void vscode.window.showInformationMessage(`The access token of ${name} is deleted.`);
  }

  private async tokenOwner(
    given: unknown,
    placeHolder: string,
    fits: (owner: TokenOwner) => boolean,
  ): Promise<{ owner: TokenOwner; name: string }> {
    if (typeof given === 'object' && given !== null && 'kind' in given && isServer(given as ModelItem)) {
      const { id, title } = (given as Server).server;
      return { owner: { server: id }, name: title };
    }
    const { servers } = await this.models.state();
    const hub: TokenOwner = { hub: true };
    const items = [
      { label: 'The hub', description: this.configuration.hubEndpoint, owner: hub, name: 'the hub' },
      ...servers.map(({ id, title, url }) => ({
        label: title,
        description: url ?? '',
        owner: { server: id },
        name: title,
      })),
    ].filter(({ owner }) => fits(owner));
    if (!items.length) throw new GroundnoteError('not-found', 'There is no access token.');
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    if (!picked) throw new GroundnoteError('cancelled', 'Cancelled.');
    return picked;
  }

  /** Asks a server for its health and says what it answers. Nothing of a picture is sent. */
  private async say(id: string, title: string): Promise<void> {
    const state = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Asking ${title}`, cancellable: true },
      (_, token): Promise<ServerState> => {
        const controller = new AbortController();
        const subscription = token.onCancellationRequested(() => controller.abort());
        return this.inference
          .request(checkServer, { server: id }, { signal: controller.signal })
          .finally(() => subscription.dispose());
      },
    );
    if (state.ok) {
      void vscode.window.showInformationMessage(state.message);
      return;
    }
    const edit = 'Edit Server…';
    const answer = await vscode.window.showWarningMessage(state.message, edit);
    if (answer !== edit) return;
    const { servers } = await this.models.state();
    const server = servers.find((each) => each.id === id);
    if (server) await this.edit({ kind: 'server', server } satisfies Server);
  }

  private requireTrust(): void {
    if (!vscode.workspace.isTrusted)
      throw new GroundnoteError(
        'unsupported',
        'In an untrusted workspace no server is used: trust it first.',
      );
  }

  private pick(given: unknown, placeHolder: string): Promise<Server> {
    return modelFor(this.models, given, isServer, {
      placeHolder,
      none: 'There is no server. “Add Server…” adds one.',
    });
  }
}

async function graphsOf({ folder }: PackSummary): Promise<string[]> {
  const { readPack } = await import('../../inference/packs/registry');
  const { pack } = await readPack(folder);
  return (pack?.manifest.files ?? []).flatMap(({ path }) => (path.endsWith('.onnx') ? [path] : []));
}
