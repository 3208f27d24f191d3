/** As much of the module `vscode` as code under test uses: `vi.mock('vscode', () => import('…/support/fakeVscode'))`. */
import { readFile, stat as fileStat } from 'node:fs/promises';
import path from 'node:path';

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
  ) {}
  static file(file: string): Uri {
    return new Uri('file', '', path.posix.normalize(file));
  }
  static parse(text: string): Uri {
    const { protocol, host, pathname } = new URL(text);
    return new Uri(protocol.slice(0, -1), host, decodeURIComponent(pathname));
  }
  static joinPath(uri: Uri, ...parts: string[]): Uri {
    return uri.with({ path: path.posix.join(uri.path, ...parts) });
  }
  with({ path: other }: { path: string }): Uri {
    return new Uri(this.scheme, this.authority, other);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.authority}${encodeURI(this.path)}`;
  }
}

export class MarkdownString {
  value = '';
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendText(text: string): this {
    this.value += text.replace(/[\\`*_{}[\]()#+\-!~>]/g, '\\$&');
    return this;
  }
}

export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}
class DataPart {
  private constructor(
    readonly data: Uint8Array,
    readonly mimeType: string,
  ) {}
  static image = (data: Uint8Array, mime: string) => new DataPart(data, mime);
}
/** Not in every VS Code that is supported: `fake.hasDataParts` plays an older one. */
export const LanguageModelDataPart = {
  get image() {
    return fake.hasDataParts ? DataPart.image : undefined;
  },
};

export class LanguageModelToolResult {
  constructor(readonly content: object[]) {}
}
export class LanguageModelError extends Error {
  constructor(
    message: string,
    readonly code: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
export class LanguageModelChatMessage {
  private constructor(
    readonly role: 'user' | 'assistant',
    readonly content: unknown,
  ) {}
  static User = (content: unknown) => new LanguageModelChatMessage('user', content);
  static Assistant = (content: unknown) => new LanguageModelChatMessage('assistant', content);
}

export class CancellationError extends Error {
  override readonly name = 'Canceled';
}
export class CancellationTokenSource {
  private readonly listeners = new Set<() => void>();
  readonly token = {
    isCancellationRequested: false,
    onCancellationRequested: (listener: () => void) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    },
  };
  cancel(): void {
    this.token.isCancellationRequested = true;
    for (const listener of this.listeners) listener();
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Disposable {
  constructor(readonly dispose: () => void) {}
  static from(...all: { dispose(): void }[]): Disposable {
    return new Disposable(() => all.forEach((each) => each.dispose()));
  }
}

export const FileType = { Unknown: 0, File: 1, Directory: 2 } as const;
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 } as const;

/** What tests set. */
export const fake = {
  folders: [] as string[],
  isTrusted: true,
  /** Found by `findFiles`, as paths. */
  found: [] as string[],
  /** Contexts that were set. */
  context: new Map<string, unknown>(),
  hasDataParts: true,
  /** The editor's language models, and how they were looked for. */
  models: [] as FakeModel[],
  selectors: [] as unknown[],
  /** What the user answers to questions, by a word of them; unanswered ones are given up. */
  answers: new Map<string, unknown>(),
  /** What the user was told and asked. */
  shown: [] as string[],
};

export interface FakeModel {
  id: string;
  vendor: string;
  family: string;
  name: string;
  maxInputTokens: number;
  sendRequest(
    messages: LanguageModelChatMessage[],
    options: unknown,
    token: CancellationTokenSource['token'],
  ): Promise<{ text: AsyncIterable<string> }>;
}

export const lm = {
  selectChatModels: (selector: { vendor?: string; id?: string } = {}) => {
    fake.selectors.push(selector);
    const fits = ({ vendor, id }: FakeModel) =>
      (selector.vendor === undefined || selector.vendor === vendor) &&
      (selector.id === undefined || selector.id === id);
    return Promise.resolve(fake.models.filter(fits));
  },
};

function answer(question: string): unknown {
  fake.shown.push(question);
  return [...fake.answers].find(([word]) => question.includes(word))?.[1];
}
const say = (message: string, options?: { detail?: string } | string) =>
  Promise.resolve(answer(typeof options === 'object' ? `${message}\n${options.detail ?? ''}` : message));

export const window = {
  showWarningMessage: say,
  showInformationMessage: say,
  showErrorMessage: say,
  showQuickPick: (items: readonly { label: string }[], { title = '' }: { title?: string } = {}) => {
    const label = answer(title);
    return Promise.resolve(items.find((item) => item.label === label));
  },
};

const folderOf = ({ path: file }: Uri) =>
  fake.folders.find((folder) => file === folder || file.startsWith(`${folder}/`));

export const workspace = {
  get isTrusted() {
    return fake.isTrusted;
  },
  get workspaceFolders() {
    return fake.folders.map((folder) => ({ uri: Uri.file(folder), name: path.basename(folder) }));
  },
  getWorkspaceFolder: (uri: Uri) => folderOf(uri),
  asRelativePath: (uri: Uri) => {
    const folder = folderOf(uri);
    return folder === undefined ? uri.path : path.posix.relative(folder, uri.path);
  },
  findFiles: () => Promise.resolve(fake.found.map((file) => Uri.file(file))),
  fs: {
    stat: async (uri: Uri) => ({
      type: (await fileStat(uri.fsPath)).isFile() ? FileType.File : FileType.Directory,
    }),
    readFile: async (uri: Uri) => new Uint8Array(await readFile(uri.fsPath)),
  },
};

export const commands = {
  executeCommand: (command: string, ...rest: unknown[]) => {
    if (command === 'setContext') fake.context.set(String(rest[0]), rest[1]);
    return Promise.resolve();
  },
};
