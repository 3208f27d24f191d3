/** Settings, tokens, trust and consent, with a played VS Code. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscodeTypes from 'vscode';
import type { NetworkServer } from '../../../../src/protocol/servers';
import { ModelConfiguration } from '../../../../src/views/models/configuration';
import { ServerConsent } from '../../../../src/views/servers/consent';

type Listener = (event: unknown) => void;
const played = vi.hoisted(() => ({
  settings: {} as Record<string, unknown>,
  isTrusted: true,
  listeners: [] as ((event: unknown) => void)[],
  dialogs: [] as string[],
  answer: undefined as string | undefined,
}));
vi.mock('vscode', () => {
  class EventEmitter {
    private readonly listeners = new Set<Listener>();
    readonly event = (listener: Listener) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
    fire = (event: unknown) => this.listeners.forEach((listener) => listener(event));
    dispose = () => this.listeners.clear();
  }
  const nothing = () => ({ dispose: () => undefined });
  return {
    EventEmitter,
    Disposable: {
      from: (...all: { dispose(): void }[]) => ({ dispose: () => all.forEach((each) => each.dispose()) }),
    },
    ConfigurationTarget: { Global: 1 },
    workspace: {
      get isTrusted() {
        return played.isTrusted;
      },
      getConfiguration: () => ({
        get: (name: string, fallback: unknown) => played.settings[name] ?? fallback,
        update: (name: string, value: unknown) => {
          played.settings[name] = value;
          for (const listener of played.listeners) listener({ affectsConfiguration: () => true });
          return Promise.resolve();
        },
      }),
      onDidChangeConfiguration: (listener: Listener) => {
        played.listeners.push(listener);
        return { dispose: () => undefined };
      },
      onDidGrantWorkspaceTrust: nothing,
    },
    window: {
      showWarningMessage: (message: string, { detail }: { detail: string }, button: string) => {
        played.dialogs.push(`${message}\n${detail}`);
        return Promise.resolve(played.answer === 'yes' ? button : undefined);
      },
    },
  };
});

const chat = { id: 'chat', protocol: 'openai-chat', url: 'https://models.example:8443/a', model: 'vlm' };
const wrong = { id: 'wrong', protocol: 'openai-chat', url: 'nowhere', model: 'vlm' };

function secrets() {
  const kept = new Map<string, string>();
  const listeners: ((event: { key: string }) => void)[] = [];
  const tell = (key: string) => listeners.forEach((listener) => listener({ key }));
  return {
    kept,
    get: (key: string) => Promise.resolve(kept.get(key)),
    store: (key: string, value: string) => Promise.resolve(void (kept.set(key, value), tell(key))),
    delete: (key: string) => Promise.resolve(void (kept.delete(key), tell(key))),
    onDidChange: (listener: (event: { key: string }) => void) => {
      listeners.push(listener);
      return { dispose: () => undefined };
    },
  };
}
const configure = () => {
  const storage = secrets();
  return { storage, configuration: new ModelConfiguration(storage as unknown as vscodeTypes.SecretStorage) };
};

beforeEach(() => {
  Object.assign(played, { settings: {}, isTrusted: true, listeners: [], dialogs: [], answer: undefined });
});

describe('ModelConfiguration', () => {
  it('leaves a wrong server out, and gives the token of a right one', async () => {
    played.settings = {
      servers: [wrong, chat],
      'models.defaults': { ask: 'chat', ground: 3 },
      'models.executionProvider': 'abacus',
    };
    const { configuration } = configure();
    await configuration.setToken({ server: 'chat' }, 'secret');
    const settings = await configuration.read();
    expect(settings.entries.map(({ problem }) => problem !== undefined)).toEqual([true, false]);
    expect(settings.configuration).toMatchObject({
      servers: [{ server: { id: 'chat' }, token: 'secret' }],
      defaults: { ask: 'chat' },
      executionProvider: 'auto',
      offline: false,
    });
    expect(settings.configuration.defaults).toEqual({ ask: 'chat' });
    // Nothing of the token is in the settings.
    expect(JSON.stringify(played.settings)).not.toContain('secret');
  });

  it('uses no server in an untrusted workspace', async () => {
    played.settings = { servers: [chat] };
    played.isTrusted = false;
    const settings = await configure().configuration.read();
    expect(settings).toMatchObject({ servers: [], trusted: false, configuration: { servers: [] } });
    expect(settings.entries).toHaveLength(1);
  });

  it('reads again after a change of settings or of a token, and tells of it', async () => {
    const { configuration } = configure();
    const heard = vi.fn();
    configuration.onDidChange(heard);
    const before = await configuration.read();
    expect(await configuration.read()).toBe(before);
    await configuration.setDefault('segment', 'mine');
    expect((await configuration.read()).defaults).toEqual({ segment: 'mine' });
    await configuration.setDefault('segment', undefined);
    expect(played.settings['models.defaults']).toBeUndefined();
    await configuration.setToken({ hub: true }, 'hf_x');
    expect(await configuration.token({ hub: true })).toBe('hf_x');
    expect(heard).toHaveBeenCalledTimes(3);
  });
});

describe('ServerConsent', () => {
  const server = { ...chat, protocol: 'openai-chat', title: 'Chat' } as unknown as NetworkServer;
  function consent() {
    const kept = new Map<string, unknown>();
    const memory = {
      get: (key: string, fallback: unknown) => kept.get(key) ?? fallback,
      update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
    };
    return new ServerConsent(memory as unknown as vscodeTypes.Memento);
  }

  it('asks once for a host, names it, and can be taken back', async () => {
    const mine = consent();
    played.answer = 'yes';
    await Promise.all([mine.require(server), mine.require(server)]);
    await mine.require(server);
    expect(played.dialogs).toHaveLength(1);
    expect(played.dialogs[0]).toMatch(
      /^Pictures that you ask about are sent to models\.example:8443\n“Chat”/,
    );
    expect(mine.hosts).toEqual(['models.example:8443']);
    await mine.revoke('models.example:8443');
    expect(mine.has(server)).toBe(false);
  });

  it('remembers no refusal, and warns where the way is not encrypted', async () => {
    const mine = consent();
    const plain = { ...server, url: 'http://10.0.0.2' } as NetworkServer;
    await expect(mine.require(plain)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(mine.require(plain)).rejects.toMatchObject({ code: 'cancelled' });
    expect(played.dialogs).toHaveLength(2);
    expect(played.dialogs[0]).toContain('not encrypted');
  });

  it.each(['http://127.0.0.1:8000', 'http://localhost:1', 'http://[::1]:8000'])(
    'asks nothing about %s',
    async (url) => {
      await consent().require({ ...server, url } as NetworkServer);
      expect(played.dialogs).toEqual([]);
    },
  );
});
