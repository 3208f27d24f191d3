/** Whether pictures may go to a host: asked before the first one, remembered for all workspaces, and taken back on request. */
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import { isLoopback } from '../../inference/engines/remote/transport';
import type { NetworkServer } from '../../protocol/servers';
import { hostOf } from './readServers';

const key = 'groundnote.servers.consent';

export class ServerConsent implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChange = this.emitter.event;
  private readonly asking = new Map<string, Promise<boolean>>();

  constructor(private readonly memory: vscode.Memento) {}

  dispose(): void {
    this.emitter.dispose();
  }

  /** Hosts that may get pictures. */
  get hosts(): readonly string[] {
    return this.memory.get<string[]>(key, []);
  }

  /** Nobody has to be asked about this machine itself. */
  has({ url }: Pick<NetworkServer, 'url'>): boolean {
    return isLoopback(new URL(url).hostname) || this.hosts.includes(hostOf(url));
  }

  /** @throws GroundnoteError cancelled when the user does not agree */
  async require(server: NetworkServer): Promise<void> {
    if (this.has(server)) return;
    const host = hostOf(server.url);
    // Questions that come together are asked once.
    let answer = this.asking.get(host);
    if (!answer) {
      answer = this.ask(server).finally(() => this.asking.delete(host));
      this.asking.set(host, answer);
    }
    if (!(await answer)) throw new GroundnoteError('cancelled', `Nothing was sent to ${host}.`);
  }

  /** Says what leaves the machine, and asks. */
  async ask({ title, id, url }: Pick<NetworkServer, 'title' | 'id' | 'url'>): Promise<boolean> {
    const host = hostOf(url);
    const yes = `Send Pictures to ${host}`;
    const plain = url.startsWith('http:')
      ? ' The connection is not encrypted (http): others on the way can see them.'
      : '';
    const answer = await vscode.window.showWarningMessage(
      `Pictures that you ask about are sent to ${host}`,
      {
        modal: true,
        detail: `“${title ?? id}” is a server on another machine. Each picture that you segment or ask about with it, or the part of it that you look at, goes there with your prompts and questions.${plain}\n\nThis is asked once for each host. “Stop Sending Pictures to Server…” takes it back.`,
      },
      yes,
    );
    if (answer !== yes) return false;
    await this.grant(host);
    return true;
  }

  async grant(host: string): Promise<void> {
    if (!this.hosts.includes(host)) await this.memory.update(key, [...this.hosts, host]);
    this.emitter.fire();
  }

  async revoke(host: string): Promise<void> {
    const left = this.hosts.filter((each) => each !== host);
    await this.memory.update(key, left.length ? left : undefined);
    this.emitter.fire();
  }
}
