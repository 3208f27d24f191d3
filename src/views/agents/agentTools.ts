/** Answers the tools of toolList: from the input of a model to a question for the inference process, and back. */
import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type * as z from 'zod';
import type { InferenceApi } from '../../annotate/inferenceApi';
import { annotationsOf as annotationsOfResult } from '../../annotate/resultRegions';
import { sidecarName } from '../../annotate/sidecar';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import { readFigure } from '../../protocol/figure';
import type { Box, Geometry, Point, Prompt, Size } from '../../protocol/geometry';
import {
  ask,
  describe,
  everything,
  ground,
  imageInfo,
  listPacks,
  refer,
  renderOverlay,
  segment,
  type AskedRegion,
  type ImageSource,
  type OverlayPictureRegion,
  type ResultRegion,
  type TaskResult,
} from '../../protocol/inference';
import type { Task } from '../../protocol/packs';
import type { RequestChannel } from '../../protocol/rpc';
import { receiversOf, type Choices } from '../servers/destinations';
import { imagePart, signalOf } from '../languageModelParts';
import { findPicture, sourceOf, type AgentPicture } from './agentPicture';
import { annotationsOf, saveRegions, type OpenPictures } from './saveRegions';
import {
  answerText,
  drawnReading,
  drawnRegions,
  groundedText,
  packsOfAll,
  readingText,
  type Answer,
  type Saved,
} from './toolAnswer';
import { errorForModel } from './toolErrors';
import { serverInWords, toolTasks } from './toolTasks';
import { agentTools, type AgentToolInput, type AgentToolName } from './toolList';

export interface AgentToolServices {
  inference: InferenceApi;
  open: OpenPictures;
  /** Which servers there are, and the defaults. */
  configuration(): Promise<Choices>;
  /** The folder of the embedded packs: the only ones that are used in an untrusted workspace. */
  embeddedPacks: string;
  log: vscode.LogOutputChannel;
}

/** The picture with the regions on it is at most so large: models look at no more. */
const overlaySide = 1024;
/** How many regions or labels a model is told of when it does not say how much it can take. */
const mostTold = 300;

/** What a tool has found: `text` tells of the first `count` of `total` things. */
interface Outcome {
  text(count: number): string;
  total: number;
  drawn: OverlayPictureRegion[];
}

/** The picture that a call is about, and the way to the models. */
interface Call {
  name: AgentToolName;
  picture: AgentPicture;
  image: ImageSource;
  size: Size;
  signal: AbortSignal;
  /** Whom to ask: nothing where the defaults are right. */
  choice: { pack?: string; segmenter?: string };
  request<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    params: z.output<P>,
  ): Promise<z.output<R>>;
}

export class AgentTools {
  constructor(private readonly services: AgentToolServices) {}

  /** What is asked of the user before a tool runs. A wrong input is not asked about: running the tool says what is wrong. */
  async prepare(name: AgentToolName, input: unknown): Promise<vscode.PreparedToolInvocation> {
    const info = agentTools[name];
    const parsed = info.input.safeParse(input);
    if (!parsed.success) return { invocationMessage: info.displayName };
    const wanted: { image: string; pack?: string; save?: boolean } = parsed.data;
    let picture: AgentPicture;
    try {
      picture = await findPicture(wanted.image);
    } catch {
      return { invocationMessage: info.displayName };
    }
    const message = new vscode.MarkdownString();
    const say = (text: string) => message.appendMarkdown(`${text}\n\n`);
    say(`${doing(name, parsed.data)} ${code(picture.shown)}.`);
    if (!picture.inWorkspace) say('**The file lies outside the workspace.**');
    const channel = toolTasks[name]?.task ?? 'readFigure';
    const receivers = receiversOf(channel, wanted, await this.services.configuration());
    for (const server of receivers) say(`**The picture is sent to** ${text(serverInWords(server))}.`);
    if (!receivers.length) say('The models run on this machine.');
    if (wanted.save) say(`The regions are put into its annotations (${code(sidecarName(picture.name))}).`);
    say("The answer, with a small copy of the picture, goes to the chat's language model.");
    return {
      invocationMessage: `${info.displayName}: ${picture.name}`,
      confirmationMessages: { title: `${info.displayName}: ${picture.name}`, message },
    };
  }

  /** @throws Error whose message tells a model what to do; vscode.CancellationError */
  async invoke(
    name: AgentToolName,
    options: Pick<vscode.LanguageModelToolInvocationOptions<object>, 'input' | 'tokenizationOptions'>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const { log } = this.services;
    const signal = signalOf(token);
    try {
      const input = parsed(name, options.input);
      const call = await this.begin(name, input, signal);
      const outcome = await this.run(call, input);
      const overlay =
        'overlay' in input && input.overlay === false ? undefined : await this.overlay(call, outcome);
      const told = await fitted(outcome, options.tokenizationOptions, token);
      log.info(`${name} answered about ${call.picture.name}: ${outcome.total} found.`);
      const parts: object[] = [new vscode.LanguageModelTextPart(told)];
      if (overlay) parts.push(overlay);
      // Parts for pictures came after the oldest VS Code that is supported.
      return new vscode.LanguageModelToolResult(parts as vscode.LanguageModelTextPart[]);
    } catch (error) {
      if (signal.aborted || isCancelled(error)) throw new vscode.CancellationError();
      log.warn(`${name}: ${toWireError(error).message}`);
      throw new Error(errorForModel(error, await this.fittingPacks(name, error)), { cause: error });
    }
  }

  private async begin(
    name: AgentToolName,
    { image: file, pack }: { image: string; pack?: string },
    signal: AbortSignal,
  ): Promise<Call> {
    const { inference } = this.services;
    const request: Call['request'] = (channel, params) => inference.request(channel, params, { signal });
    const picture = await findPicture(file);
    const choice = vscode.workspace.isTrusted
      ? { ...(pack !== undefined && { pack }) }
      : await this.embedded(name, pack);
    const image = await sourceOf(picture);
    const { width, height } = await request(imageInfo, { image });
    return { name, picture, image, size: { width, height }, signal, choice, request };
  }

  private run(call: Call, input: AgentToolInput<AgentToolName>): Promise<Outcome> {
    switch (call.name) {
      case 'groundnote_segment':
        return this.segment(call, input as AgentToolInput<'groundnote_segment'>);
      case 'groundnote_ground':
        return this.ground(call, input as AgentToolInput<'groundnote_ground'>);
      case 'groundnote_refer':
        return this.refer(call, input as AgentToolInput<'groundnote_refer'>);
      case 'groundnote_ask':
        return this.ask(call, input as AgentToolInput<'groundnote_ask'>);
      case 'groundnote_read_figure':
        return readWhole(call, input as AgentToolInput<'groundnote_read_figure'>);
      case 'groundnote_describe':
        return describePicture(call, input as AgentToolInput<'groundnote_describe'>);
    }
  }

  private async segment(
    call: Call,
    { objects, save }: AgentToolInput<'groundnote_segment'>,
  ): Promise<Outcome> {
    const { image, size, choice, request } = call;
    /** One for each object; of everything, one for all. */
    const results: { result: TaskResult; prompts: Prompt[]; label?: string }[] = [];
    const notes: string[] = [];
    if (objects) {
      const all = objects.map((object, index) => promptsOf(object, size, `object ${index + 1}`));
      for (const [index, prompts] of all.entries()) {
        const answer = await request(segment, {
          image,
          prompts,
          ...(choice.pack !== undefined && { pack: choice.pack }),
        });
        const label = objects[index]?.label;
        const regions = answer.regions
          .filter(({ mask, box }) => mask && box[2] > box[0])
          .slice(0, 1)
          .map((region) => ({ ...region, id: String(index + 1), ...(label !== undefined && { label }) }));
        if (!regions.length)
          notes.push(
            `object ${index + 1}: ${answer.text ?? 'the model sees no thing there; give a point on it or a box'}`,
          );
        results.push({ result: { ...answer, regions }, prompts, ...(label !== undefined && { label }) });
      }
    } else results.push({ result: await request(everything, { image, ...choice }), prompts: [] });
    return this.regionsOutcome(call, results, {
      notes,
      ...(save && { save: objects ? 'Segment' : 'Segment Everything' }),
    });
  }

  private async ground(
    call: Call,
    { phrase, part, save }: AgentToolInput<'groundnote_ground'>,
  ): Promise<Outcome> {
    const { image, choice, request } = call;
    const result = await request(ground, { image, text: phrase, ...viewOf(part, call.size), ...choice });
    return this.regionsOutcome(
      call,
      [{ result, prompts: [{ type: 'text', text: phrase }], label: phrase }],
      save ? { save: `Ground: ${phrase}` } : {},
    );
  }

  private async ask(
    call: Call,
    { question, earlier = [], part, save }: AgentToolInput<'groundnote_ask'>,
  ): Promise<Outcome> {
    const plain = (text: string) => ({ text, spans: [] });
    const result = await call.request(ask, {
      image: call.image,
      question: plain(question),
      asked: [],
      history: earlier.map((turn) => ({
        question: plain(turn.question),
        asked: [],
        answer: plain(turn.answer),
        regions: [],
      })),
      ...viewOf(part, call.size),
      ...call.choice,
    });
    const prompts: Prompt[] = [{ type: 'text', text: question }];
    return this.regionsOutcome(call, [{ result, prompts }], save ? { save: `Ask: ${question}` } : {});
  }

  private async refer(
    call: Call,
    { regions, question }: AgentToolInput<'groundnote_refer'>,
  ): Promise<Outcome> {
    const { picture, image, size, choice, request } = call;
    const existing = regions.some(({ saved }) => saved !== undefined)
      ? await annotationsOf(this.services.open, picture, size)
      : [];
    const asked = regions.flatMap((place, index) =>
      askedRegions(place, size, existing, `region ${index + 1}`),
    );
    const result = await request(refer, {
      image,
      asked: asked.map((region, index) => ({ ...region, id: `r${index + 1}` })),
      history: [],
      ...(question !== undefined && { question: { text: question, spans: [] } }),
      ...choice,
    });
    return this.regionsOutcome(call, [{ result, prompts: [] }], {});
  }

  /** An answer about regions; with `save`, the title of the edit that keeps them. */
  private async regionsOutcome(
    { picture, size }: Call,
    results: readonly { result: TaskResult; prompts: Prompt[]; label?: string }[],
    { save, notes = [] }: { save?: string; notes?: string[] },
  ): Promise<Outcome> {
    const regions: ResultRegion[] = results.flatMap(({ result }) => result.regions);
    let saved: Saved | undefined;
    if (save !== undefined && regions.length)
      saved = await saveRegions(this.services.open, picture, size, save, (existing) => {
        const made: Annotation[] = [];
        for (const { result, prompts, label } of results)
          made.push(
            ...annotationsOfResult(result, {
              existing: [...existing, ...made],
              prompts,
              ...(label !== undefined && { label }),
              newId: () => randomUUID(),
            }),
          );
        return made;
      });
    const [only] = results.length === 1 ? results : [];
    const told = only && groundedText(only.result);
    const answer: Answer = {
      image: { path: picture.shown, ...size },
      packs: packsOfAll(results.map(({ result }) => result)),
      regions,
      ...(told && { text: told }),
      ...(only?.result.refused && { refused: true }),
      ...(notes.length && { notes }),
      ...(saved && { saved }),
    };
    return {
      text: (count) => answerText(answer, count),
      total: regions.length,
      drawn: drawnRegions(regions),
    };
  }

  /** The regions on the picture; nothing where there are none, or where the editor has no parts for pictures. */
  private async overlay({ image, request, signal }: Call, { drawn }: Outcome): Promise<object | undefined> {
    if (!drawn.length || !imagePart(new Uint8Array(), 'image/png')) return undefined;
    try {
      const { png } = await request(renderOverlay, { image, regions: drawn, maxSide: overlaySide });
      return imagePart(png, 'image/png');
    } catch (error) {
      if (signal.aborted) throw error;
      // The answer is whole without it.
      this.services.log.warn(`The overlay could not be made: ${toWireError(error).message}`);
      return undefined;
    }
  }

  /**
   * Whom to ask in an untrusted workspace: the embedded packs, named one by one, because a default may be another one.
   * @throws GroundnoteError unsupported
   */
  private async embedded(name: AgentToolName, pack: string | undefined): Promise<Call['choice']> {
    const uses = toolTasks[name];
    if (!uses) return {};
    const { packs } = await this.services.inference.request(listPacks, {});
    const { embeddedPacks } = this.services;
    // Packs are listed by their real paths.
    const parent = await realpath(embeddedPacks).catch(() => embeddedPacks);
    const here = packs.filter(({ folder }) => isInside(folder, parent));
    const embeddedFor = (task: Task) => here.find(({ tasks }) => tasks.includes(task))?.id;
    const refuse = (what: string): never => {
      throw new GroundnoteError(
        'unsupported',
        `In an untrusted workspace only the packs that come with Groundnote are used, and ${what}. The user can trust the workspace.`,
      );
    };
    if (pack !== undefined && !here.some(({ id }) => id === pack)) refuse(`"${pack}" is none of them`);
    const chosen = pack ?? embeddedFor(uses.task) ?? refuse('none of them can do this');
    if (!uses.masks) return { pack: chosen };
    // The reader asks the default segmenter where it is not sure of a shape.
    const { defaults } = await this.services.configuration();
    const installed = packs.some(({ id }) => id === defaults.segment);
    if (installed && !here.some(({ id }) => id === defaults.segment))
      refuse(`the default segmenter "${defaults.segment}" is none of them`);
    const segmenter = embeddedFor('segment');
    return { pack: chosen, ...(segmenter !== undefined && { segmenter }) };
  }

  /** What could do the task, when nothing was found that does it by itself. */
  private async fittingPacks(name: AgentToolName, error: unknown): Promise<string[]> {
    const task = toolTasks[name]?.task;
    if (!task || !(error instanceof GroundnoteError) || error.code !== 'no-pack') return [];
    const { packs } = await this.services.inference.request(listPacks, {}).catch(() => ({ packs: [] }));
    return packs.filter(({ state, tasks }) => state === 'ready' && tasks.includes(task)).map(({ id }) => id);
  }
}

/** `objects[0].label`. zod's own function for this would bring all languages of its messages into the bundle. */
const placeIn = (at: readonly PropertyKey[]) =>
  at
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
    .join('');

/** @throws GroundnoteError invalid-params, saying what is wrong where */
function parsed<N extends AgentToolName>(name: N, input: unknown): AgentToolInput<N> {
  const result = agentTools[name].input.safeParse(input);
  if (result.success) return result.data as AgentToolInput<N>;
  const problems = result.error.issues.map(({ path: at, message }) =>
    at.length ? `${placeIn(at)}: ${message}` : message,
  );
  throw new GroundnoteError('invalid-params', `Wrong input: ${problems.join('; ')}.`);
}

async function readWhole(
  { picture, image, size, request }: Call,
  { part }: AgentToolInput<'groundnote_read_figure'>,
): Promise<Outcome> {
  const reading = await request(readFigure, { image, ...viewOf(part, size) });
  return {
    text: (count) => readingText(reading, { path: picture.shown, ...size }, count),
    total: reading.labels.length,
    drawn: drawnReading(reading),
  };
}

async function describePicture(
  { picture, image, size, choice, request }: Call,
  { part }: AgentToolInput<'groundnote_describe'>,
): Promise<Outcome> {
  const { pack } = choice;
  const result = await request(describe, {
    image,
    ...viewOf(part, size),
    ...(pack !== undefined && { pack }),
  });
  const told = groundedText(result);
  const answer: Answer = {
    image: { path: picture.shown, ...size },
    packs: packsOfAll([result]),
    regions: result.regions,
    ...(told && { text: told }),
    ...(result.refused && { refused: true }),
  };
  return {
    text: (count) => answerText(answer, count),
    total: result.regions.length,
    drawn: drawnRegions(result.regions),
  };
}

/** As much as the model can take, in its own count of tokens. */
async function fitted(
  { text, total }: Outcome,
  limits: vscode.LanguageModelToolTokenizationOptions | undefined,
  token: vscode.CancellationToken,
): Promise<string> {
  let count = Math.min(total, mostTold);
  for (;;) {
    const told = text(count);
    if (!limits || count <= 1) return told;
    if ((await limits.countTokens(told, token)) <= limits.tokenBudget) return told;
    count = Math.floor(count / 2);
  }
}

/** A part that sticks out is cut off at the picture's edges. @throws GroundnoteError invalid-params */
function boxInside(box: readonly number[], { width, height }: Size, what: string): Box {
  const [x1, y1, x2, y2] = box as Box;
  const inside: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  if (inside[2] > inside[0] && inside[3] > inside[1]) return inside;
  throw new GroundnoteError(
    'invalid-params',
    `The box [${box.join(', ')}] of ${what} has no area in the picture, which is ${width} × ${height} pixels: give [left, top, right, bottom].`,
  );
}

/** @throws GroundnoteError invalid-params */
function pointInside(point: readonly number[], { width, height }: Size, what: string): Point {
  const [x, y] = point as Point;
  if (x >= 0 && y >= 0 && x <= width && y <= height) return [x, y];
  throw new GroundnoteError(
    'invalid-params',
    `The point [${point.join(', ')}] of ${what} lies outside the picture, which is ${width} × ${height} pixels.`,
  );
}

const viewOf = (part: readonly number[] | undefined, size: Size) =>
  part ? { view: boxInside(part, size, '"part"') } : {};

type AskedObject = NonNullable<AgentToolInput<'groundnote_segment'>['objects']>[number];

function promptsOf({ points = [], away = [], box, stroke }: AskedObject, size: Size, what: string): Prompt[] {
  const inside = (point: readonly number[]) => pointInside(point, size, what);
  return [
    ...points.map((point): Prompt => ({ type: 'point', point: inside(point), label: 1 })),
    ...away.map((point): Prompt => ({ type: 'point', point: inside(point), label: 0 })),
    ...(box ? [{ type: 'box', box: boxInside(box, size, what) } as const] : []),
    ...(stroke ? [{ type: 'stroke', points: stroke.map(inside), label: 1 } as const] : []),
  ];
}

type AskedPlace = AgentToolInput<'groundnote_refer'>['regions'][number];

/** The regions that a place names: all that have a label. @throws GroundnoteError invalid-params, not-found */
function askedRegions(
  { box, point, stroke, saved }: AskedPlace,
  size: Size,
  existing: readonly Annotation[],
  what: string,
): Omit<AskedRegion, 'id'>[] {
  const name = what.replace('r', 'R');
  const at = (geometry: Geometry) => [{ name, geometry }];
  if (box) return at({ type: 'box', box: boxInside(box, size, what) });
  if (point) return at({ type: 'point', point: pointInside(point, size, what) });
  if (stroke) return at({ type: 'stroke', points: stroke.map((each) => pointInside(each, size, what)) });
  const same = (label: string | undefined) => label?.toLowerCase() === saved?.toLowerCase();
  const found = existing.filter(({ id, label }) => id === saved || same(label));
  if (!found.length) {
    const labels = [...new Set(existing.flatMap(({ label }) => label ?? []))];
    const there = labels.length
      ? `Its regions are called ${labels.map((label) => `"${label}"`).join(', ')}.`
      : existing.length
        ? 'Its regions have no labels: give a box instead.'
        : 'It has no saved regions: give a box instead.';
    throw new GroundnoteError('not-found', `The picture has no region "${saved}". ${there}`);
  }
  return found.map(({ label, geometry }, index) => ({
    name: found.length > 1 ? `${label ?? name} (${index + 1})` : (label ?? name),
    ...(label !== undefined && { label }),
    geometry,
  }));
}

/** What a tool is about to do, for the person who is asked. */
function doing(name: AgentToolName, input: object): string {
  if ('phrase' in input) return `Look for ${code(String(input.phrase))} in`;
  if ('question' in input && input.question !== undefined) return `Ask ${code(String(input.question))} about`;
  if ('regions' in input && Array.isArray(input.regions))
    return `Look at ${counted(input.regions.length, 'region')} of`;
  if (name === 'groundnote_segment')
    return 'objects' in input && Array.isArray(input.objects)
      ? `Cut out ${counted(input.objects.length, 'thing')} in`
      : 'Cut out everything in';
  return name === 'groundnote_read_figure' ? 'Read all text in' : 'Describe';
}

const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;
/** What a model wrote, as code in Markdown: nothing in it can be a link. */
const code = (words: string) => `\`${words.replace(/[`\r\n]+/g, ' ').slice(0, 300)}\``;
/** Words as they are in Markdown. */
const text = (words: string) => new vscode.MarkdownString().appendText(words).value;

function isInside(folder: string, parent: string): boolean {
  if (folder === '') return false;
  const relative = path.relative(parent, folder);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
