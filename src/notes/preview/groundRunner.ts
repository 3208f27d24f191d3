/** Runs the ground fences of notes with the local models and keeps their answers beside the notes. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { InferenceApi } from '../../annotate/inferenceApi';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import { ground, listPacks, segment } from '../../protocol/inference';
import { groundFence } from '../../protocol/preview';
import type { Endpoint, Progress } from '../../protocol/rpc';
import type { Answer } from '../ground/answers';
import type { GroundFence } from '../ground/fence';
import type { NoteFences } from '../ground/states';
import { figureUri } from './figureUris';

export interface GroundRunnerServices {
  inference: InferenceApi;
  log: vscode.LogOutputChannel;
  /** The folder of the embedded packs: the only ones that an untrusted workspace may name. */
  embeddedPacks: string;
}

interface RunContext {
  signal: AbortSignal;
  progress(progress: Progress): void;
}

/** A note and what of its fences is known. */
interface ReadNote {
  notePath: string;
  fences: GroundFence[];
  known: NoteFences;
}

export class GroundRunner implements vscode.Disposable {
  private readonly answered = new vscode.EventEmitter<vscode.Uri>();
  /** A note has a new answer. */
  readonly onDidAnswer = this.answered.event;

  constructor(private readonly services: GroundRunnerServices) {}

  dispose(): void {
    this.answered.dispose();
  }

  /**
   * Runs one fence of a note as it stands now, and keeps its answer.
   * @throws GroundnoteError 'not-found' (the fence or its image is gone), 'bad-sidecar' (the file of answers is broken; it
   * is not touched), 'unsupported', 'cancelled', 'io', and what the inference process reports
   */
  async run(note: vscode.Uri, key: string, context: RunContext): Promise<void> {
    const read = await readNote(note);
    const fence = read.fences.find((each) => each.key === key);
    if (!fence) throw new GroundnoteError('not-found', 'This fence has changed. Run it again as it is now.');
    if (read.known.problem !== undefined) throw new GroundnoteError('bad-sidecar', read.known.problem);
    await this.answer(note, read, fence, context);
  }

  /** Runs the fences of a note whose answers are missing or out of date, with progress that can be cancelled. */
  async runAll(note: vscode.Uri): Promise<void> {
    const say = (message: string) => void vscode.window.showInformationMessage(message);
    const failures: string[] = [];
    try {
      const read = await readNote(note);
      if (!read.fences.length) return say('This note has no ground fences.');
      if (read.known.problem !== undefined) throw new GroundnoteError('bad-sidecar', read.known.problem);
      const waiting = await unanswered(note, read);
      if (!waiting.length) return say('All ground fences of this note are answered.');
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'Ground fences', cancellable: true },
        async (progress, token) => {
          const controller = new AbortController();
          token.onCancellationRequested(() => controller.abort());
          for (const [index, fence] of waiting.entries()) {
            if (token.isCancellationRequested) return;
            const name = fence.question.query ?? fence.question.image;
            const report = (phase: string) =>
              progress.report({ message: `${index + 1} of ${waiting.length}, ${name}: ${phase}` });
            report('starting');
            try {
              await this.answer(note, read, fence, {
                signal: controller.signal,
                progress: ({ phase }) => report(phase),
              });
            } catch (error) {
              if (isCancelled(error)) return;
              failures.push(`${name}: ${toWireError(error).message}`);
            }
            progress.report({ increment: 100 / waiting.length });
          }
        },
      );
      if (failures.length) {
        const [first] = failures;
        const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
        void vscode.window.showErrorMessage(`${first}${more}`);
      }
    } catch (error) {
      void vscode.window.showErrorMessage(toWireError(error).message);
    }
  }

  private async answer(
    note: vscode.Uri,
    { notePath, known }: ReadNote,
    fence: GroundFence,
    context: RunContext,
  ): Promise<void> {
    const { inference, log } = this.services;
    const { uri, exists } = figureUri(note, fence.question.image);
    if (!exists) throw new GroundnoteError('not-found', `The image "${fence.question.image}" is missing.`);
    await this.checkPack(fence.question.pack);
    const [{ askFence }, { putAnswers }] = await Promise.all([
      import('../ground/ask'),
      import('../ground/answers'),
    ]);
    const options = {
      signal: context.signal,
      onProgress: (progress: Progress) => context.progress(progress),
    };
    const answer: Answer = await askFence(fence.question, uri.fsPath, {
      segment: (params) => inference.request(segment, params, options),
      ground: (params) => inference.request(ground, params, options),
    });
    if (context.signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
    await putAnswers(notePath, [answer], known.keys);
    log.info(`Answered a ground fence of ${path.basename(notePath)}: ${answer.regions.length} regions.`);
    this.answered.fire(note);
  }

  /** An untrusted workspace names no pack but the embedded ones. @throws GroundnoteError 'unsupported' */
  private async checkPack(id: string | undefined): Promise<void> {
    if (id === undefined || vscode.workspace.isTrusted) return;
    const { packs } = await this.services.inference.request(listPacks, {});
    const folder = packs.find((pack) => pack.id === id)?.folder;
    const inside = folder && !path.relative(this.services.embeddedPacks, folder).startsWith('..');
    if (!inside)
      throw new GroundnoteError(
        'unsupported',
        `In an untrusted workspace only the packs that come with Groundnote are used, and "${id}" is none of them. Trust the workspace to use it.`,
      );
  }
}

/** Answers a preview's requests to run fences. */
export function answerGroundFences(endpoint: Endpoint, note: vscode.Uri, runner: GroundRunner): void {
  endpoint.handle(groundFence, async ({ key }, context) => {
    await runner.run(note, key, context);
    return {};
  });
}

/** @throws GroundnoteError 'not-found', 'unsupported' */
async function readNote(note: vscode.Uri): Promise<ReadNote> {
  if (note.scheme !== 'file')
    throw new GroundnoteError('unsupported', 'Ground fences are run in notes on this machine only.');
  let text: string;
  try {
    text = (await vscode.workspace.openTextDocument(note)).getText();
  } catch (cause) {
    throw new GroundnoteError('not-found', `The note ${path.basename(note.fsPath)} cannot be read.`, {
      cause,
    });
  }
  const [{ findFences, parseFence }, { noteFences }] = await Promise.all([
    import('../ground/fence'),
    import('../ground/states'),
  ]);
  const fences = findFences(text).flatMap(({ source }) => {
    const reading = parseFence(source);
    return 'fence' in reading ? [reading.fence] : [];
  });
  return { notePath: note.fsPath, fences, known: noteFences(text, note.fsPath) };
}

/** The fences that have no answer that holds; each question once. */
async function unanswered(note: vscode.Uri, { fences, known }: ReadNote): Promise<GroundFence[]> {
  const { fenceState } = await import('../ground/states');
  const waiting = new Map<string, GroundFence>();
  for (const fence of fences) {
    const { uri, exists } = figureUri(note, fence.question.image);
    if (fenceState(fence, known, exists ? uri.fsPath : undefined).kind !== 'answered')
      waiting.set(fence.key, fence);
  }
  return [...waiting.values()];
}
