/** A ground fence as HTML: the figure with the answer on it, what was answered, by whom, and whether it still holds. */
import { paletteColor } from '../../protocol/colors';
import { escapeAttribute, escapeHtml } from '../markdown/escape';
import { figureHtml, plainFigure } from '../markdown/figures';
import type { NoteEnv } from '../markdown/markdown';
import type { FigureOverlay } from '../markdown/overlay';
import type { Answer } from './answers';
import { parseFence, type FenceProblem, type GroundFence } from './fence';
import { overlayRegions } from './overlays';
import { fenceState, noteFences, type FenceState } from './states';

/** What the core of rendering takes: the stamp belongs into the cache key of a block with a ground fence. */
export interface GroundFences {
  stamp: string;
  render(source: string, line: number, env: NoteEnv): string;
}

/** The ground fences of one state of a note. No model is run: answers come from the file beside the note. */
export function groundFences(noteText: string, notePath: string | undefined): GroundFences {
  const note = noteFences(noteText, notePath);
  return {
    stamp: note.stamp,
    render(source, line, env) {
      const reading = parseFence(source);
      if ('problems' in reading) return brokenHtml(source, reading.problems, line);
      const { fence } = reading;
      const figure = plainFigure(fence.question.image, (image) => env.resolveImage(image));
      // The picture's own regions are not this fence's: only its answer is drawn.
      delete figure.overlay;
      env.figures.push({ ...figure });
      const present = figure.state === 'present';
      const state = fenceState(fence, note, present ? figure.path : undefined);
      if (state.kind !== 'missing') figure.overlay = overlayOf(state.answer, fence);
      const shown = figureHtml(
        {
          source: fence.question.image,
          alt: fence.caption ?? questionText(fence),
          title: '',
          ...(fence.width && { width: fence.width }),
          ...(fence.caption && { caption: fence.caption }),
        },
        figure,
        env.figure,
        line,
      );
      const canRun = env.figure.interactive && present && note.problem === undefined;
      return (
        `<div class="gn-ground" data-ground="${fence.key}" data-state="${state.kind}" data-line="${line}">${shown}` +
        `<div class="gn-ground-about">${aboutHtml(fence, state, note.problem, present, canRun)}</div></div>\n`
      );
    },
  };
}

/** The question in words. */
export function questionText({ question: { query, prompts = [] } }: Pick<GroundFence, 'question'>): string {
  if (query !== undefined) return query;
  return prompts.length === 1 ? 'the place of one prompt' : `the place of ${prompts.length} prompts`;
}

function overlayOf({ regions, size, when }: Answer, { show, labels, question }: GroundFence): FigureOverlay {
  const named = regions.map(({ id, label, mask, box }, index) => ({
    id,
    name: label?.trim() || question.query || `Region ${index + 1}`,
    color: paletteColor(index),
    geometry: mask ? ({ type: 'mask', mask } as const) : ({ type: 'box', box } as const),
  }));
  return {
    stamp: when,
    size,
    regions: overlayRegions(named, size),
    omitted: 0,
    style: show,
    ...(!labels && { hideLabels: true }),
  };
}

function aboutHtml(
  fence: GroundFence,
  state: FenceState,
  problem: string | undefined,
  present: boolean,
  canRun: boolean,
): string {
  const parts: string[] = [];
  const words = fence.question.query;
  parts.push(
    `<span class="gn-ground-query">${words === undefined ? escapeHtml(questionText(fence)) : `“${escapeHtml(words)}”`}</span>`,
  );
  if (state.kind !== 'missing') {
    const { answer } = state;
    if (answer.text)
      parts.push(
        `<span class="gn-ground-text${answer.refused ? ' gn-ground-refused' : ''}">${answerHtml(answer)}</span>`,
      );
    const packs = answer.packs.map(({ id, version }) => `${id} ${version}`).join(' + ');
    const day = /^\d{4}-\d\d-\d\d/.exec(answer.when)?.[0] ?? answer.when;
    parts.push(
      `<span class="gn-ground-provenance">Answered by ${escapeHtml(packs)} on ` +
        `<time datetime="${escapeAttribute(answer.when)}">${escapeHtml(day)}</time></span>`,
    );
  }
  const said = !present
    ? 'Its image is missing.'
    : (problem ??
      {
        missing: 'Not yet run.',
        answered: '',
        stale:
          state.kind === 'stale' && state.why === 'image'
            ? 'Out of date: the image has changed.'
            : 'Out of date: the question has changed.',
      }[state.kind]);
  const run = canRun
    ? `<button type="button" class="gn-button gn-ground-run">${state.kind === 'missing' ? 'Run' : 'Run again'}</button>`
    : '';
  parts.push(
    `<span class="gn-ground-foot"><span class="gn-ground-state" role="status">${escapeHtml(said)}</span>${run}</span>`,
  );
  return parts.join('');
}

/** The text of an answer; words that are tied to regions light them up. */
function answerHtml({ text = '', spans = [] }: Answer): string {
  let html = '';
  let at = 0;
  for (const { start, end, regions } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at || end <= start || end > text.length) continue;
    html += escapeHtml(text.slice(at, start));
    html += `<span class="gn-ground-span" data-regions="${escapeAttribute(regions.join(' '))}" tabindex="0">${escapeHtml(text.slice(start, end))}</span>`;
    at = end;
  }
  return html + escapeHtml(text.slice(at));
}

function brokenHtml(source: string, problems: readonly FenceProblem[], line: number): string {
  const items = problems.map(
    (problem) =>
      `<li><span class="gn-ground-line">Line ${problem.line + 1}</span> ${escapeHtml(problem.message)}</li>`,
  );
  return (
    `<div class="gn-ground gn-ground-broken" data-state="broken" data-line="${line}" role="note">` +
    `<p>This ground fence cannot be read:</p><ul>${items.join('')}</ul>` +
    `<pre><code class="language-ground">${escapeHtml(source)}</code></pre></div>\n`
  );
}
