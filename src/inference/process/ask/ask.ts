/**
 * The tasks `ask` and `refer` of a pack that reads text: a small grammar of questions and a program over what was read. A
 * question that it does not know is refused.
 */
import type {
  AskedRegion,
  AskParams,
  GroundedText,
  ReferParams,
  TaskResult,
  Turn,
} from '../../../protocol/inference';
import type { Box } from '../../../protocol/geometry';
import type { Task } from '../../../protocol/packs';
import type { HandlerContext } from '../../../protocol/rpc';
import { unionBox } from '../../../protocol/raster';
import { boxOfGeometry } from '../../../regions/geometry';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { withWholePixels } from '../ground/ground';
import { readerOf } from '../ground/textReader';
import type { RuntimeServices } from '../services';
import { Stopwatch } from '../stopwatch';
import { Figure } from './figure';
import { parseQuestion, type ParsedQuestion } from './grammar';
import { answerQuery } from './program';
import { noFocus, Teller, type Focus } from './teller';
import { words, type Words } from './words';
import { imageOf } from '../pictureWindow';

/** @param pack of the kind `ocr`. @throws GroundnoteError broken-pack, cancelled, and what opening the picture throws */
export function askAboutPicture(
  services: RuntimeServices,
  pack: Pack,
  params: AskParams,
  context: HandlerContext,
): Promise<TaskResult> {
  return converse(services, pack, 'ask', params, parseQuestion(params.question), context);
}

/** Without a question: what is written in the regions. @throws as `askAboutPicture` */
export function referToRegions(
  services: RuntimeServices,
  pack: Pack,
  { question, ...params }: ReferParams,
  context: HandlerContext,
): Promise<TaskResult> {
  const parsed: ParsedQuestion =
    question === undefined || question.text.trim() === ''
      ? {
          language: 'en',
          query: { ask: 'read', what: { kind: 'regions', ids: params.asked.map(({ id }) => id) } },
        }
      : parseQuestion(pointedAt(question, params.asked));
  return converse(services, pack, 'refer', params, parsed, context);
}

async function converse(
  services: RuntimeServices,
  pack: Pack,
  task: Task,
  params: Omit<AskParams, 'question'>,
  { language, query }: ParsedQuestion,
  context: HandlerContext,
): Promise<TaskResult> {
  const stopwatch = new Stopwatch();
  const { id, version } = pack.manifest;
  const reader = await stopwatch.time('load', () => readerOf(services, pack));
  const view = viewOf(query, params);
  const window = await stopwatch.time('read', () =>
    services.pictures.window(params.image, view && { view }, context.signal),
  );
  const { picture, whole } = window;
  await throwIfCancelled(context.signal);
  const lines = await reader.read(picture, context, stopwatch);
  const figure = new Figure(window, lines, services, context, stopwatch);
  const teller = new Teller(figure, words[language], (text) =>
    context.progress({ phase: words[language].sentences.answering, text }),
  );
  const focus = await stopwatch.time('pack', async (): Promise<Focus> => {
    const before = await focusAfter(figure, params.history);
    teller.step('stepRead', { lines: lines.length, labels: figure.labels.length });
    if (query?.ask === 'locate' && query.bare && query.what.kind === 'phrase' && lines.length) {
      // Words without a question are a label, or nothing that this pack knows.
      if (!figure.find(query.what.text)) return refuseForm(teller);
    }
    return query ? answerQuery(teller, query, params.asked, before) : refuseForm(teller);
  });
  services.log(
    'debug',
    `${task} ${picture.width} × ${picture.height}: ${JSON.stringify(stopwatch.phases())}`,
  );
  return {
    image: imageOf(params.image, whole),
    pack: { id, version },
    ...(figure.helpers.length && { packs: [...figure.helpers, { id, version }] }),
    regions: teller.regions.map((region) => withWholePixels(window.regionOut(region))),
    text: teller.text,
    spans: teller.spans,
    ...(focus.refused && { refused: true }),
    explanation: teller.steps,
    timings: stopwatch.timings(),
  };
}

function refuseForm(teller: Teller): Focus {
  teller.step('stepNotUnderstood');
  const focus = teller.refuse('forms');
  teller.say('needsModel');
  return focus;
}

/** What the last of these turns was about. They are run again, which costs little: all that was read and found is kept. */
async function focusAfter(figure: Figure, history: readonly Turn[]): Promise<Focus> {
  let focus: Focus = noFocus;
  for (const turn of history) {
    const { query } = parseQuestion(turn.question);
    const silent = new Teller(figure, silentWords, () => undefined);
    // A turn that another pack answered is about the regions that it found.
    focus = query
      ? await answerQuery(silent, query, turn.asked, focus)
      : {
          subjects: turn.asked.map((asked) => figure.region(asked)),
          answers: turn.regions.map((region) => figure.answered(region)),
        };
  }
  return focus;
}

const silentWords: Words = words.en;

/** The part of a large picture that is read: around the regions that are to be read, else what the user looks at. */
function viewOf(
  query: ParsedQuestion['query'],
  { asked, view }: Pick<AskParams, 'asked' | 'view'>,
): Box | undefined {
  if (query?.ask !== 'read' || query.what.kind !== 'regions' || !asked.length) return view;
  return unionBox(asked.map(({ geometry }) => boxOfGeometry(geometry)));
}

/** A question about regions that names none of them is about all of them. */
function pointedAt({ text, spans }: GroundedText, asked: readonly AskedRegion[]): GroundedText {
  if (spans.length) return { text, spans };
  const start = text.length + 1;
  const names = asked.map(({ name }) => name).join(' ');
  return {
    text: `${text} ${names}`,
    spans: [{ start, end: start + names.length, regions: asked.map(({ id }) => id) }],
  };
}
