/** The editor's language models, asked on behalf of the inference process. Loaded with the first question. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import type { EditorModels } from '../inference/engines/remote/editorModels';
import { GroundnoteError } from '../protocol/errors';
import type { askEditorModel } from '../protocol/inference';
import type { RequestOptions } from '../protocol/rpc';
import { imagePart } from './languageModelParts';

type Question = z.output<typeof askEditorModel.params>;

export interface EditorLanguageModelsOptions {
  log: Pick<vscode.LogOutputChannel, 'info' | 'warn'>;
  /** Whether the setting that keeps Groundnote from sending anything is on. */
  offline(): boolean;
  /** How long an answer may take to begin: the user may be asked for consent meanwhile. */
  beginMs?: number;
  /** How long an answer that has begun may pause. */
  pauseMs?: number;
}

/** The name of a model in the settings: ids are unique with their vendor only. */
export const editorModelName = ({ vendor, id }: Pick<vscode.LanguageModelChat, 'vendor' | 'id'>): string =>
  `${vendor}/${id}`;

export class EditorLanguageModels implements EditorModels {
  constructor(private readonly options: EditorLanguageModelsOptions) {}

  /** @throws GroundnoteError cancelled, offline, not-found, unsupported, unauthorized, bad-server, timeout */
  async ask(
    { model: name, messages }: Question,
    { signal, onProgress }: RequestOptions,
  ): Promise<{ text: string }> {
    const { log, offline, beginMs = 300_000, pauseMs = 120_000 } = this.options;
    if (offline())
      throw new GroundnoteError(
        'offline',
        'Language models of the editor are not asked while “groundnote.models.offline” is on.',
      );
    const said = messages.map(messageOf);
    const model = await modelNamed(name);
    const source = new vscode.CancellationTokenSource();
    const wait = waiting(
      signal,
      () =>
        new GroundnoteError(
          'timeout',
          `“${model.name}” has not answered in time. Try again, or choose another model.`,
        ),
    );
    const started = performance.now();
    try {
      const request = model.sendRequest(
        said,
        { justification: 'You have chosen this model for questions about pictures in Groundnote.' },
        source.token,
      );
      const response = await wait(request, beginMs);
      const pieces = response.text[Symbol.asyncIterator]();
      let text = '';
      for (;;) {
        const piece = await wait(pieces.next(), pauseMs);
        if (piece.done) break;
        text += piece.value;
        onProgress?.({ phase: `${model.name} is answering`, text });
      }
      if (!text.trim())
        throw new GroundnoteError(
          'bad-server',
          `“${model.name}” has answered nothing. Try again, or choose another model.`,
        );
      log.info(
        `${name} answered in ${(performance.now() - started).toFixed(0)} ms: ${text.length} characters.`,
      );
      return { text };
    } catch (error) {
      const told = errorOf(error, model.name);
      if (told.code !== 'cancelled') log.warn(`${name}: ${told.message}`);
      throw told;
    } finally {
      // Ends what is still under way; after the end it does nothing.
      source.cancel();
      source.dispose();
    }
  }
}

/** @throws GroundnoteError not-found */
async function modelNamed(name: string): Promise<vscode.LanguageModelChat> {
  const slash = name.indexOf('/');
  const selectors: vscode.LanguageModelChatSelector[] = [
    ...(slash > 0 ? [{ vendor: name.slice(0, slash), id: name.slice(slash + 1) }] : []),
    // Written by hand, without the vendor.
    { id: name },
  ];
  for (const selector of selectors) {
    const [model] = await vscode.lm.selectChatModels(selector);
    if (model) return model;
  }
  throw new GroundnoteError(
    'not-found',
    `The editor offers no language model "${name}" (any more). Choose one with “Groundnote: Use a Language Model of the Editor…”.`,
  );
}

/** @throws GroundnoteError unsupported */
function messageOf({ role, text, image }: Question['messages'][number]): vscode.LanguageModelChatMessage {
  if (role === 'assistant') return vscode.LanguageModelChatMessage.Assistant(text);
  if (!image) return vscode.LanguageModelChatMessage.User(text);
  const picture = imagePart(image.bytes, image.mime);
  if (!picture)
    throw new GroundnoteError(
      'unsupported',
      'This version of the editor cannot send pictures to language models. Update it, or choose another pack.',
    );
  // The type of parts with pictures is newer than the oldest VS Code that is supported.
  const parts = [picture as vscode.LanguageModelTextPart, new vscode.LanguageModelTextPart(text)];
  return vscode.LanguageModelChatMessage.User(parts);
}

/** Waits for what the editor promises, but not longer than it may take, and not after a cancellation. */
function waiting(signal: AbortSignal | undefined, late: () => GroundnoteError) {
  const cancelled = () => new GroundnoteError('cancelled', 'Cancelled.');
  return <T>(promised: PromiseLike<T>, ms: number): Promise<T> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const onAbort = () => settle(() => reject(cancelled()));
      const timer = setTimeout(() => settle(() => reject(late())), ms);
      const settle = (action: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        action();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      promised.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error as Error)),
      );
    });
}

function errorOf(error: unknown, name: string): GroundnoteError {
  if (error instanceof GroundnoteError) return error;
  if (error instanceof vscode.CancellationError) return new GroundnoteError('cancelled', 'Cancelled.');
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
  const why = cause instanceof Error && cause.message ? cause.message : message;
  const saying = why ? `: ${why.replace(/[.\s]+$/, '')}` : '';
  const code = error instanceof vscode.LanguageModelError ? error.code : undefined;
  switch (code) {
    case 'NoPermissions':
      return new GroundnoteError(
        'unauthorized',
        `You have not allowed Groundnote to use “${name}”. Ask again and allow it, or use “Manage Language Model Access” in the editor.`,
        { cause: error },
      );
    case 'Blocked':
      return new GroundnoteError(
        'bad-server',
        `“${name}” has refused the question (a limit, or its filter)${saying}. Try later, or choose another model.`,
        { cause: error },
      );
    case 'NotFound':
      return new GroundnoteError(
        'not-found',
        `“${name}” is not offered by the editor any more. Choose another model.`,
        { cause: error },
      );
    default:
      return new GroundnoteError('bad-server', `“${name}” has failed${saying}.`, { cause: error });
  }
}
