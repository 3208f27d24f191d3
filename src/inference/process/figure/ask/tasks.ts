/** The tasks `ask`, `refer`, `ground` and `describe` of a pack that parses figures and writes programs over them. */
import type { Box } from '../../../../protocol/geometry';
import type {
  AskParams,
  DescribeParams,
  GroundedText,
  GroundParams,
  ReferParams,
  TaskResult,
  Turn,
} from '../../../../protocol/inference';
import { unionBox } from '../../../../protocol/raster';
import type { HandlerContext } from '../../../../protocol/rpc';
import { boxOfGeometry } from '../../../../regions/geometry';
import type { Pack } from '../../../packs/registry';
import { words } from '../../ask/words';
import { throwIfCancelled } from '../../cancel';
import { withWholePixels } from '../../ground/ground';
import { ParseFeatures } from '../../language/features';
import { LanguageModel } from '../../language/languageModel';
import { oncePerPack } from '../../perPack';
import { imageOf, type PictureWindow } from '../../pictureWindow';
import type { RuntimeServices } from '../../services';
import { Stopwatch } from '../../stopwatch';
import { figureParserOf, type ParsedFigure } from '../figureParser';
import { boxIou } from '../links';
import type { FigureParse, Role } from '../parse';
import { absentPhrase, tellAnswer } from '../tell/answer';
import { FigureTeller } from '../tell/teller';
import { figureWords } from '../tell/words';
import { numberedQuestion, type NumberedQuestion } from './question';
import { traceOf } from './trace';
import { noTurnBefore, understand, type Before, type Reader, type Understanding } from './understanding';

/** A conversation goes back so many turns. */
const mostTurns = 8;
/** Roles that photos have too. */
const looseRoles: ReadonlySet<Role> = new Set(['text', 'title', 'image', 'formula', 'panel_letter', 'user']);
const leastTexts = 3;

const languageModelOf = oncePerPack((services, pack) => LanguageModel.open(pack, services.sessions));
const featuresOfParse = new WeakMap<FigureParse, ParseFeatures>();

/** What is asked of a figure. */
interface Asked extends Pick<AskParams, 'image' | 'view' | 'trace'> {
  question: GroundedText;
  asked: AskParams['asked'];
  history: readonly Turn[];
  /** Run instead of what the language model would write. */
  program?(chips: number): string[];
}

/** @param pack of the kind `figure` @throws GroundnoteError broken-pack, no-pack, cancelled, and what opening the picture throws */
export const askAboutFigure = (
  services: RuntimeServices,
  pack: Pack,
  params: AskParams,
  context: HandlerContext,
): Promise<TaskResult> => answer(services, pack, 'ask', params, context);

/** Without a question: what the regions are. @throws as `askAboutFigure` */
export function referToParts(
  services: RuntimeServices,
  pack: Pack,
  { question, ...params }: ReferParams,
  context: HandlerContext,
): Promise<TaskResult> {
  if (question?.text.trim()) return answer(services, pack, 'refer', { ...params, question }, context);
  const view = params.view ?? unionBox(params.asked.map(({ geometry }) => boxOfGeometry(geometry)));
  const nothing = { text: '', spans: [] };
  return answer(
    services,
    pack,
    'refer',
    { ...params, view, question: nothing, program: (chips) => ['WHAT', ...united(chips)] },
    context,
  );
}

/** A phrase is a question without a verb. @throws as `askAboutFigure` */
export const groundInFigure = (
  services: RuntimeServices,
  pack: Pack,
  { text, ...params }: GroundParams,
  context: HandlerContext,
): Promise<TaskResult> =>
  answer(
    services,
    pack,
    'ground',
    { ...params, question: { text, spans: [] }, asked: [], history: [] },
    context,
  );

/** @throws as `askAboutFigure` */
export const describeFigure = (
  services: RuntimeServices,
  pack: Pack,
  params: DescribeParams,
  context: HandlerContext,
): Promise<TaskResult> => {
  const nothing = { text: '', spans: [] };
  const asked = { ...params, question: nothing, asked: [], history: [], program: () => ['CAPTION'] };
  return answer(services, pack, 'describe', asked, context);
};

/** The chips 1 to `count` as one set. */
const united = (count: number): string[] =>
  count <= 1 ? ['CHIP', '1'] : ['UNION', 'CHIP', String(count), ...united(count - 1)];

async function answer(
  services: RuntimeServices,
  pack: Pack,
  task: string,
  params: Asked,
  context: HandlerContext,
): Promise<TaskResult> {
  const stopwatch = new Stopwatch();
  const { id, version } = pack.manifest;
  const [parser, model] = await stopwatch.time('load', () =>
    Promise.all([figureParserOf(services, pack), languageModelOf(services, pack)]),
  );
  const window = await stopwatch.time('read', () =>
    services.pictures.window(params.image, { view: params.view }, context.signal),
  );
  await throwIfCancelled(context.signal);
  const figure = await parser.parse(window.picture, context, stopwatch);
  const { parse } = figure;
  const question = numberedQuestion(params.question, params.asked, window);
  const reader: Reader = { model, parse, featuresOf, signal: context.signal };
  const told = await stopwatch.time('model', async () => {
    if (!isFigure(parse) && params.program?.(0)[0] !== 'WHAT') return tellNoFigure(question, parse, context);
    const before = await turnsBefore(reader, params.history.slice(-mostTurns), window);
    const understanding = await understand(reader, question, before, params.program?.(question.chips.length));
    return tell(question, understanding, figure, context);
  });
  const { teller, refused, understanding } = told;
  const { written } = understanding ?? {};
  const said = new Set(teller.spans.flatMap((span) => span.regions));
  const regions =
    task === 'ground' ? teller.regions.filter(({ id }) => !refused && said.has(id)) : teller.regions;
  const partly = window.isWhole ? '' : partlyRead(question, params.view);
  services.log(
    'debug',
    `${task} ${window.picture.width} × ${window.picture.height}: ${JSON.stringify(stopwatch.phases())}, ${understanding?.program.join(' ') ?? 'no figure'}`,
  );
  return {
    image: imageOf(params.image, window.whole),
    pack: { id, version },
    regions: regions.map((region) => withWholePixels(window.regionOut(region))),
    text: teller.text + partly,
    spans: task === 'ground' && refused ? [] : teller.spans,
    ...(refused && { refused }),
    // A phrase is grounded by what it names, and not by what led there.
    ...(task !== 'ground' && { explanation: teller.steps }),
    ...(params.trace && written && { trace: traceOf(teller, question.text, written, window) }),
    timings: stopwatch.timings(),
  };
}

function featuresOf(parse: FigureParse): ParseFeatures {
  const known = featuresOfParse.get(parse) ?? new ParseFeatures(parse);
  featuresOfParse.set(parse, known);
  return known;
}

/** Whether it has text and parts of a figure, or at least some text: what looks like parts without a word is mostly a photo. */
const isFigure = ({ regions }: FigureParse): boolean => {
  const texts = regions.filter(({ text }) => text).length;
  return texts >= leastTexts || (texts > 0 && regions.some(({ role }) => !looseRoles.has(role)));
};

interface Told {
  teller: FigureTeller;
  refused: boolean;
  understanding?: Understanding;
}

function tellerOf(
  { language }: NumberedQuestion,
  parse: FigureParse,
  context: HandlerContext,
  more: Pick<ConstructorParameters<typeof FigureTeller>[0], 'given' | 'maskOf'>,
): FigureTeller {
  const phase = figureWords[language].sentences.answering;
  return new FigureTeller({
    parse,
    language,
    ...more,
    onText: (text) => context.progress({ phase, text }),
  });
}

function tellNoFigure(question: NumberedQuestion, parse: FigureParse, context: HandlerContext): Told {
  const teller = tellerOf(question, parse, context, { given: new Map(), maskOf: () => undefined });
  teller.step('stepNothing', { lines: parse.regions.filter(({ text }) => text).length });
  teller.say('noFigure');
  return { teller, refused: true };
}

function tell(
  question: NumberedQuestion,
  understanding: Understanding,
  figure: ParsedFigure,
  context: HandlerContext,
): Told {
  const { parse, program, result, executor, given, written } = understanding;
  const teller = tellerOf(question, parse, context, {
    given,
    maskOf: (index) => (index < figure.parse.regions.length ? figure.maskOf(index) : undefined),
  });
  teller.step('stepParsed', { parts: partsOf(teller) });
  const dropped = written?.dropped?.at(-1);
  if (dropped !== undefined) teller.step('stepDropped', { x: teller.names.of(Number(dropped.slice(1))) });
  const phrase = written && absentPhrase(program, question.text, written.question.tokens);
  const refused = tellAnswer(teller, executor, program, result, { ...(phrase !== undefined && { phrase }) });
  return { teller, refused, understanding };
}

/** What the figure has, by role, in words. */
function partsOf({ links, words: { nouns, counted, separators } }: FigureTeller): string {
  const counts = new Map<Role, number>();
  for (const { role } of links.regions) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => counted(count, nouns[role])).join(separators.between);
}

/** What the last of these turns was about. They are run again, which costs milliseconds: all that was parsed is kept. */
async function turnsBefore(reader: Reader, history: readonly Turn[], window: PictureWindow): Promise<Before> {
  let before = noTurnBefore;
  for (const turn of history) {
    const question = numberedQuestion(turn.question, turn.asked, window);
    const { program, result } = await understand(reader, question, before);
    // A turn that another pack answered is about the regions that it found.
    const focus = result.focus.length ? result.focus : found(turn, reader.parse, window);
    before = { program, focus };
  }
  return before;
}

/** Regions of an earlier answer among the parts of the figure. */
function found({ regions }: Turn, parse: FigureParse, window: PictureWindow): number[] {
  return regions.flatMap(({ box }) => {
    const inside: Box = window.boxInto(box);
    const index = parse.regions.findIndex((region) => boxIou(region.box, inside) >= 0.5);
    return index < 0 ? [] : [index];
  });
}

const partlyRead = ({ language }: NumberedQuestion, view: Box | undefined): string =>
  words[language].sentences[view ? 'partRead' : 'copyRead'];
