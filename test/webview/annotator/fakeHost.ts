/** The host's end of the wire, with the real model and real messages; the segmenter of the tests paints discs. */
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { AnnotationModel, type AppliedEdit } from '../../../src/annotate/document';
import { answerComparison } from '../../../src/annotate/compare';
import type { InferenceApi } from '../../../src/annotate/inferenceApi';
import { RegionTasks } from '../../../src/annotate/regionTasks';
import type { ActionId } from '../../../src/protocol/actions';
import {
  applyEdit,
  busy,
  cancelWork,
  groundText,
  hoverRegion,
  insertIntoNote,
  type InsertResult,
  ping,
  promptRegion,
  ready,
  runAction,
  runCommand,
  segmentEverything,
  snapshotChanged,
  type Annotation,
  type Edit,
} from '../../../src/protocol/annotator';
import type { Conversation } from '../../../src/protocol/conversation';
import { readClipboard, writeClipboard } from '../../../src/protocol/clipboard';
import { GroundnoteError } from '../../../src/protocol/errors';
import { hintSeen, seenHints, showHintsAgain } from '../../../src/protocol/hints';
import type { Box, Prompt, Size } from '../../../src/protocol/geometry';
import type { TaskResult } from '../../../src/protocol/inference';
import { getLabels, labelsChanged, type LabelBook } from '../../../src/protocol/labels';
import type { PackSummary } from '../../../src/protocol/packs';
import { emptyPatch, pixelBox, rleOfPatch } from '../../../src/protocol/raster';
import { rleBox } from '../../../src/protocol/rle';
import { Endpoint } from '../../../src/protocol/rpc';
import { FakeConversation } from './fakeConversation';
import { FakeExchange } from './fakeExchange';
import { FakeFolder, folderItem, type FakeFolderOptions } from './fakeFolder';
import { levelSizes, needTile, tileFile, tileSide } from '../../../src/protocol/tiles';

export interface FakeHostOptions {
  size?: Size;
  /** Of the file, where the page gets a smaller copy of the picture. */
  pngSize?: Size;
  /** The file itself, instead of a painted one. */
  picture?: Buffer;
  /** Answers segmenting, instead of the discs of the tests. */
  segment?(prompts: Prompt[], pack: string | undefined): Promise<TaskResult>;
  annotations?: Annotation[];
  problem?: string;
  packs?: PackSummary[];
  hintsSeen?: string[];
  /** What is kept of an earlier conversation. */
  conversation?: Conversation;
  /** Makes the first question fail. */
  fatal?: string;
  /** The folder that the picture lies in; alone in it without one. */
  folder?: FakeFolderOptions;
  /** Shows the picture in tiles; whether all of them are there from the start. */
  tiles?: { complete: boolean };
  /** Paints the picture; a plain grey without it. */
  paint?(x: number, y: number): [number, number, number];
}

const pack = (id: string, task: 'segment' | 'ground', prompts: PackSummary['prompts']): PackSummary => ({
  id,
  version: '1.0.0',
  title: id,
  description: '',
  tasks: [task],
  engine: 'onnx',
  kind: task === 'segment' ? 'promptable-segmenter' : 'ocr',
  prompts,
  returns: ['mask'],
  license: 'Apache-2.0',
  source: '',
  card: 'README.md',
  folder: '',
  bytes: 1,
  state: 'ready',
});
export const packs = [
  pack('groundnote-segment', 'segment', ['point', 'box', 'stroke', 'mask']),
  pack('groundnote-ocr', 'ground', ['text']),
];

/** Radius of the discs that stand for masks, in pixels of the picture. */
export const discRadius = 20;

/** A second pack that segments, with larger discs. */
export const otherPack = pack('other-segment', 'segment', ['point', 'box']);
export const otherDiscRadius = 30;

export class FakeHost {
  readonly document = 'file:///pictures/picture.png';
  readonly size: Size;
  readonly png: Buffer;
  readonly model: AnnotationModel;
  /** What the page cancelled: regions, or everything. */
  readonly cancelled: (string[] | undefined)[] = [];
  /** What the page asked, newest last. */
  readonly prompts: { regionId: string; prompts: Prompt[]; view?: Box | undefined }[] = [];
  readonly edits: Edit[] = [];
  /** Questions of the preview under the pointer; it is answered once the picture is encoded, as by the real one. */
  readonly hovers: { prompts: Prompt[]; view?: Box | undefined }[] = [];
  encoded = false;
  /** How long the decoder says that it takes. */
  decodeMs = 30;
  /** Radii of the discs that are offered for a point, the one that is taken first. */
  radii: readonly number[] = [discRadius];
  readonly everythings: { view?: Box | undefined; pointsPerSide?: number | undefined }[] = [];
  readonly commands: string[] = [];
  /** Regions that were to go into a note, one list each time. */
  readonly inserted: string[][] = [];
  insertResult: InsertResult = { message: 'A ground fence was inserted into a.md.' };
  readonly phrases: string[] = [];
  /** Actions that were sent. */
  acted = 0;
  readonly hintsSeen: Set<string>;
  /** Tiles that the page asked to be made, and those that it has loaded, as their files are named. */
  readonly tilesNeeded: string[] = [];
  readonly tilesLoaded: string[] = [];
  /** Tiles that were asked for and given up before they came. */
  readonly tilesGivenUp: string[] = [];
  /** Tiles come after this. */
  tilesHold: Promise<void> = Promise.resolve();
  tilesComplete: boolean;
  /** Whether there is a small copy of a large picture yet. */
  overview = true;
  /** The next question to the model fails with this. */
  failNext: GroundnoteError | undefined;
  /** Answers wait for this. */
  hold: Promise<void> = Promise.resolve();
  /** What labels the host tells, and the system's clipboard. */
  labels: LabelBook = { listed: [], found: [], colors: {} };
  clipboard = '';
  /** False: nobody answers, as after a crash. */
  alive = true;
  private dirty = false;
  private revision = 0;
  private readonly undone: AppliedEdit[] = [];
  private readonly done: AppliedEdit[] = [];
  readonly folder: FakeFolder;
  readonly conversation: FakeConversation;
  readonly exchange: FakeExchange;
  private readonly endpoint: Endpoint;
  private readonly tasks: RegionTasks;
  private listener: (message: unknown) => void = () => undefined;

  constructor(
    post: (message: unknown) => void,
    private readonly options: FakeHostOptions,
  ) {
    this.hintsSeen = new Set(options.hintsSeen);
    this.size = options.size ?? { width: 400, height: 200 };
    this.tilesComplete = options.tiles?.complete ?? false;
    this.png =
      options.picture ??
      paintPng(
        options.pngSize ?? (options.tiles ? { width: 400, height: 300 } : this.size),
        options.paint ?? (() => [128, 128, 128]),
      );
    this.model = new AnnotationModel(options.annotations);
    this.endpoint = new Endpoint(
      { post, listen: (listener) => ((this.listener = listener), () => undefined) },
      { document: this.document },
    );
    this.folder = new FakeFolder(
      this.endpoint,
      options.folder ?? { items: [folderItem('picture.png')], index: 0 },
    );
    this.tasks = new RegionTasks({
      inference: this.inference,
      image: () => Promise.resolve({ path: '/pictures/picture.png' }),
      annotations: () => this.model.annotations,
      apply: (edit) => this.apply(edit),
      onBusy: (phase) => this.endpoint.send(busy, phase === undefined ? null : { phase }),
    });
    this.conversation = new FakeConversation(this.endpoint, {
      size: () => Promise.resolve(this.size),
      annotations: () => this.model.annotations,
      apply: (edit) => this.apply(edit),
      packs: () => Promise.resolve(options.packs ?? packs),
      kept: options.conversation,
    });
    this.exchange = new FakeExchange(this.endpoint, this.png, () => this.model.annotations);
    this.answer();
    answerComparison(this.endpoint, this.inference, () => Promise.resolve({ path: '/pictures/picture.png' }));
  }

  receive(message: unknown): void {
    if (this.alive) this.listener(message);
  }

  /** Sends an action, as its key does. */
  act(action: ActionId): void {
    this.acted++;
    this.endpoint.send(runAction, { action });
  }

  /** Sends a new snapshot without a change of the annotations. */
  refresh(): void {
    this.endpoint.send(snapshotChanged, this.snapshot());
  }

  /** A tile of a large picture: plain, in a colour that tells level, column and row. */
  async tileImage(file: string): Promise<Buffer> {
    await this.tilesHold;
    this.tilesLoaded.push(file);
    const [level = 0, x = 0, y = 0] = (file.match(/\d+/g) ?? []).map(Number);
    const size = levelSizes(this.size)[level] as Size;
    const [r, g, b] = tileColor(level, x, y);
    return sharp({
      create: {
        width: Math.min(tileSide, size.width - x * tileSide),
        height: Math.min(tileSide, size.height - y * tileSide),
        channels: 3,
        background: { r, g, b },
      },
    })
      .png({ compressionLevel: 1 })
      .toBuffer();
  }

  send: Endpoint['send'] = (channel, params) => this.endpoint.send(channel, params);

  /** An edit that comes from elsewhere. */
  edit(edit: Edit): void {
    this.apply(edit);
  }

  undo(): void {
    const edit = this.done.pop();
    edit?.undo();
    if (edit) this.undone.push(edit);
    this.changed();
  }

  redo(): void {
    const edit = this.undone.pop();
    edit?.redo();
    if (edit) this.done.push(edit);
    this.changed();
  }

  private apply(edit: Edit): void {
    this.edits.push(edit);
    const applied = this.model.apply(edit);
    if (!applied) return;
    this.done.push(edit.labelColors ? this.withColors(applied, edit.labelColors) : applied);
    this.undone.length = 0;
    this.changed();
  }

  /** As the host does: the colours of labels come and go with the edit. */
  private withColors(applied: AppliedEdit, colors: Record<string, string>): AppliedEdit {
    const before = this.labels.colors;
    const choose = (next: Record<string, string>) => {
      this.labels = { ...this.labels, colors: next };
      this.endpoint.send(labelsChanged, this.labels);
    };
    choose({ ...before, ...colors });
    return {
      title: applied.title,
      undo: () => (choose(before), applied.undo()),
      redo: () => (choose({ ...before, ...colors }), applied.redo()),
    };
  }

  private changed(): void {
    this.dirty = true;
    this.revision++;
    this.endpoint.send(snapshotChanged, this.snapshot());
  }

  private snapshot() {
    return {
      revision: this.revision,
      image: {
        name: 'picture.png',
        uri: this.overview ? 'https://panel.test/picture.png' : '',
        ...(this.options.tiles && {
          tiles: { folder: 'https://panel.test/tiles', complete: this.tilesComplete },
        }),
        ...this.size,
      },
      annotations: [...this.model.annotations],
      dirty: this.dirty,
      packs: this.options.packs ?? packs,
      ...(this.options.problem !== undefined && { problem: this.options.problem }),
    };
  }

  private answer(): void {
    const { endpoint } = this;
    endpoint.handle(ready, () => {
      if (this.options.fatal !== undefined) throw new GroundnoteError('bad-image', this.options.fatal);
      return this.snapshot();
    });
    endpoint.handle(applyEdit, (edit) => {
      this.apply(edit);
      return { revision: this.revision };
    });
    endpoint.handle(promptRegion, (params) => {
      this.prompts.push(params);
      return this.tasks.promptRegion(params);
    });
    endpoint.handle(hoverRegion, (params, { signal }) => this.tasks.hoverRegion(params, signal));
    endpoint.handle(segmentEverything, (params) => {
      this.everythings.push(params);
      return this.tasks.segmentEverything(params);
    });
    endpoint.handle(groundText, (params) => {
      this.phrases.push(params.text);
      return this.tasks.groundText(params);
    });
    endpoint.handle(cancelWork, ({ regionIds }) => {
      this.cancelled.push(regionIds);
      this.tasks.cancel(regionIds);
      return {};
    });
    endpoint.handle(ping, () => ({}));
    endpoint.handle(seenHints, () => ({ seen: [...this.hintsSeen] }));
    endpoint.on(hintSeen, ({ hint }) => this.hintsSeen.add(hint));
    endpoint.on(showHintsAgain, () => this.hintsSeen.clear());
    endpoint.handle(needTile, async (tile, { signal }) => {
      const file = tileFile(tile);
      this.tilesNeeded.push(file);
      signal.addEventListener('abort', () => this.tilesGivenUp.push(file));
      await this.tilesHold;
      return {};
    });
    endpoint.handle(getLabels, () => this.labels);
    endpoint.handle(readClipboard, () => ({ text: this.clipboard }));
    endpoint.handle(writeClipboard, ({ text }) => {
      this.clipboard = text;
      return {};
    });
    endpoint.handle(insertIntoNote, ({ regionIds }) => {
      this.inserted.push(regionIds);
      return this.insertResult;
    });
    endpoint.handle(runCommand, ({ command }) => {
      this.commands.push(command);
      if (command === 'undo') this.undo();
      if (command === 'redo') this.redo();
      return {};
    });
  }

  private readonly inference: InferenceApi = {
    request: async (channel, params, options) => {
      if (channel.name === 'hover') return channel.result.parse(this.hover(params)) as never;
      await Promise.race([
        this.hold,
        new Promise((resolve) => options?.signal?.addEventListener('abort', resolve)),
      ]);
      if (options?.signal?.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
      if (channel.name === 'segment' && this.options.segment) {
        const { prompts, pack } = params as { prompts: Prompt[]; pack?: string };
        return (await this.options.segment(prompts, pack)) as never;
      }
      const failure = this.failNext;
      this.failNext = undefined;
      if (failure) throw failure;
      return channel.result.parse(this.result(channel.name, params)) as never;
    },
  };

  private result(task: string, params: unknown): TaskResult {
    const { pack: asked } = params as { pack?: string };
    const id = asked ?? (task === 'ground' ? 'groundnote-ocr' : 'groundnote-segment');
    const common = {
      image: this.size,
      pack: { id, version: '1.0.0' },
      timings: { load_ms: 0, encode_ms: 0, decode_ms: this.decodeMs, total_ms: 43 },
    };
    if (task === 'ground') {
      const { text } = params as { text: string };
      if (text === 'nothing')
        return {
          ...common,
          regions: [],
          refused: true,
          text: 'This pack reads text; it cannot find things in photos.',
        };
      return { ...common, regions: [{ id: 'r', label: text, score: 0.9, box: [10, 10, 110, 60] as Box }] };
    }
    const { prompts = [], view = [0, 0, this.size.width, this.size.height] } = params as {
      prompts?: Prompt[];
      view?: Box;
    };
    const region = (given: readonly Prompt[], radius: number, score: number) => {
      const mask = this.maskOf(given, radius);
      return { id: 'r', score, box: rleBox(mask), mask };
    };
    if (task === 'everything') {
      const y = (view[1] + view[3]) / 2;
      const places = [0.25, 0.75].map((share) => view[0] + (view[2] - view[0]) * share);
      return {
        ...common,
        regions: places.map((x) => region([{ type: 'point', point: [x, y], label: 1 }], 10, 0.9)),
      };
    }
    this.encoded = true;
    const candidates = (id === otherPack.id ? [otherDiscRadius] : this.radii).map((radius, i) =>
      region(prompts, radius, 0.93 - i / 10),
    );
    return { ...common, regions: candidates.slice(0, 1), candidates };
  }

  private hover(params: unknown): TaskResult {
    const given = params as { prompts: Prompt[]; view?: Box };
    this.hovers.push(given);
    const { encoded } = this;
    const result = this.result('segment', given);
    this.encoded = encoded;
    return encoded ? result : { ...result, regions: [] };
  }

  /** Discs around positive points, without those around negative ones; boxes filled. */
  private maskOf(prompts: readonly Prompt[], radius: number) {
    const places = prompts.flatMap((prompt): (readonly [number, number])[] => {
      if (prompt.type === 'point') return [prompt.point];
      if (prompt.type === 'stroke') return prompt.points;
      return prompt.type === 'box'
        ? [
            [prompt.box[0], prompt.box[1]],
            [prompt.box[2], prompt.box[3]],
          ]
        : [];
    });
    const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
    const reach = Math.max(radius, 6) + 1;
    const patch = emptyPatch(
      pixelBox(
        [Math.min(...xs) - reach, Math.min(...ys) - reach, Math.max(...xs) + reach, Math.max(...ys) + reach],
        this.size,
      ),
    );
    const near = ([px, py]: readonly [number, number], x: number, y: number, r: number) =>
      (x + 0.5 - px) ** 2 + (y + 0.5 - py) ** 2 <= r * r;
    for (let y = patch.y, i = 0; y < patch.y + patch.height; y++)
      for (let x = patch.x; x < patch.x + patch.width; x++, i++)
        for (const prompt of prompts) {
          if (prompt.type === 'box') {
            const [x1, y1, x2, y2] = prompt.box;
            if (x >= x1 && x < x2 && y >= y1 && y < y2) patch.data[i] = 1;
          } else if (
            prompt.type === 'point' &&
            near(prompt.point, x, y, prompt.label ? radius : radius / 2)
          ) {
            patch.data[i] = prompt.label;
          } else if (prompt.type === 'stroke' && prompt.points.some((point) => near(point, x, y, 6))) {
            patch.data[i] = prompt.label;
          }
        }
    return rleOfPatch(patch, this.size);
  }
}

/** The colour of a tile of the tests. */
export const tileColor = (level: number, x: number, y: number): [number, number, number] => [
  40 + 20 * level,
  60 + ((x * 37) % 180),
  60 + ((y * 53) % 180),
];

function paintPng(
  { width, height }: Size,
  paint: (x: number, y: number) => [number, number, number],
): Buffer {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) png.data.set([...paint(x, y), 255], (y * width + x) * 4);
  return PNG.sync.write(png);
}
