/** Ground fences of the page: they are run, stopped and tried again, and say what they are doing meanwhile. */
import { isCancelled, toWireError } from '../../src/protocol/errors';
import { groundFence } from '../../src/protocol/preview';
import type { PreviewPage } from './previewPage';

/** A run whose answer has come is shown as such until the note is drawn anew, at most this long. */
const answerMs = 3_000;

/** What the page knows of a fence beside what the note says. */
interface Run {
  controller: AbortController;
  /** What the model is doing; absent when it has failed. */
  phase?: string;
  /** Why there is no answer. */
  failure?: string;
}

/** Gives the ground fences of the page their behaviour. */
export function useGroundFences(page: PreviewPage): void {
  const runs = new Map<string, Run>();
  const fences = (key: string) =>
    page.main.querySelectorAll<HTMLElement>(`.gn-ground[data-ground="${CSS.escape(key)}"]`);
  const show = (key: string) => {
    for (const fence of fences(key)) paint(fence, runs.get(key));
  };

  async function start(key: string): Promise<void> {
    const controller = new AbortController();
    const run: Run = { controller, phase: 'Starting…' };
    runs.set(key, run);
    show(key);
    const isNewest = () => runs.get(key) === run;
    try {
      await page.endpoint.request(
        groundFence,
        { key },
        {
          signal: controller.signal,
          onProgress: ({ phase, fraction }) => {
            run.phase = fraction === undefined ? phase : `${phase} ${Math.round(fraction * 100)} %`;
            if (isNewest()) show(key);
          },
        },
      );
      run.phase = 'Answered.';
      setTimeout(() => isNewest() && runs.delete(key) && show(key), answerMs);
    } catch (error) {
      if (!isNewest()) return;
      if (isCancelled(error)) {
        runs.delete(key);
      } else {
        delete run.phase;
        run.failure = toWireError(error).message;
      }
      show(key);
    }
  }

  page.main.addEventListener('click', (event) => {
    const button = (event.target as Element).closest('.gn-ground-run');
    const key = button?.closest<HTMLElement>('.gn-ground')?.dataset['ground'];
    if (!button || key === undefined) return;
    const run = runs.get(key);
    if (run?.phase !== undefined) run.controller.abort();
    else void start(key);
  });
  page.onShown((changed) => {
    for (const element of changed)
      for (const fence of element.querySelectorAll<HTMLElement>('.gn-ground[data-ground]')) {
        const key = fence.dataset['ground'] ?? '';
        // The note's own state is newer than an answer that has come.
        if (runs.get(key)?.phase === 'Answered.') runs.delete(key);
        paint(fence, runs.get(key));
      }
  });
}

/** Shows a run over what the note says; without one, what the note says. */
function paint(fence: HTMLElement, run: Run | undefined): void {
  const state = fence.querySelector<HTMLElement>('.gn-ground-state');
  const button = fence.querySelector<HTMLElement>('.gn-ground-run');
  if (!state || !button) return;
  // What the note says is kept on the elements, which an edit may have drawn anew.
  if (fence.dataset['run'] === undefined || state.dataset['said'] === undefined) {
    if (!run) return;
    state.dataset['said'] = state.textContent;
    button.dataset['said'] = button.textContent;
  }
  const { phase, failure } = run ?? {};
  if (!run) delete fence.dataset['run'];
  else fence.dataset['run'] = phase === undefined ? 'failed' : 'running';
  state.textContent = phase ?? failure ?? state.dataset['said'] ?? '';
  button.textContent =
    phase !== undefined ? 'Stop' : failure !== undefined ? 'Try again' : (button.dataset['said'] ?? '');
  if (!run) {
    delete state.dataset['said'];
    delete button.dataset['said'];
  }
}
