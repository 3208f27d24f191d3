/** Prompts and phrases → regions: asks the inference process, and turns each answer into one edit. Without VS Code. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Annotation, Candidate, Edit } from '../protocol/annotator';
import { nextColor } from '../protocol/colors';
import { GroundnoteError, isCancelled } from '../protocol/errors';
import { isSpatial, type Box, type Prompt, type Rle } from '../protocol/geometry';
import { everything, ground, hover, segment, type ImageSource, type TaskResult } from '../protocol/inference';
import { superseded, type Progress } from '../protocol/rpc';
import type { InferenceApi } from './inferenceApi';
import { annotationsOf, packsOf } from './resultRegions';

export interface RegionTasksOptions {
  inference: InferenceApi;
  image(): Promise<ImageSource>;
  annotations(): readonly Annotation[];
  apply(edit: Edit): void;
  /** What is under way, for the panels; undefined when nothing is. */
  onBusy(phase: string | undefined): void;
}

export interface PromptResult {
  regionId: string;
  score?: number;
  total_ms: number;
  /** All masks that the decoder offers, the one that was taken first. */
  candidates: Candidate[];
}

/** Prompts of one region; `view` is the part of the picture that the user looks at. */
export interface RegionPrompts {
  regionId: string;
  prompts: Prompt[];
  pack?: string;
  view?: Box;
}

export interface GroundResult {
  regionIds: string[];
  refused: boolean;
  message: string;
}

const titles: Record<Prompt['type'], string> = {
  point: 'Point',
  box: 'Box',
  stroke: 'Stroke',
  mask: 'Mask',
  text: 'Phrase',
};

/** What is said when prompts give nothing. */
export const nothingThere = 'The model sees no thing there. Add a point or a box.';
/** What is said when a phrase gives nothing and the pack does not say why. */
export const notFound = (phrase: string) => `“${phrase}” was not found in this picture.`;

/** The running questions about one picture. An answer is applied even when the panel that asked is gone. */
export class RegionTasks {
  private readonly running = new Map<string, AbortController>();

  constructor(private readonly options: RegionTasksOptions) {}

  /** Phase of what is under way. */
  phase: string | undefined;

  /**
   * Segments with all prompts of a region; a newer call for the same region cancels the older one. A `mask` among the
   * prompts is the mask that the others refine.
   * @throws GroundnoteError 'not-found' when the model sees nothing there, and what the inference process reports
   */
  async promptRegion(params: RegionPrompts): Promise<PromptResult> {
    const { regionId, prompts } = params;
    const question = this.segmentParams(params);
    const result = await this.ask(keyOfRegion(regionId), 'Segmenting…', async (signal, onProgress) =>
      this.options.inference.request(
        segment,
        { image: await this.options.image(), ...question, candidates: true },
        { signal, onProgress },
      ),
    );
    const found = result.regions[0];
    if (!found?.mask || found.box[2] <= found.box[0])
      throw new GroundnoteError('not-found', result.text ?? nothingThere);
    const current = this.options.annotations().find(({ id }) => id === regionId);
    this.options.apply({
      title: titles[(question.prompts.at(-1) as Prompt).type],
      put: [
        {
          ...(current ?? { color: nextColor(this.options.annotations()) }),
          id: regionId,
          geometry: { type: 'mask', mask: found.mask },
          provenance: { by: 'pack', packs: packsOf(result), prompts },
          score: found.score,
        },
      ],
      remove: [],
    });
    return {
      regionId,
      total_ms: result.timings.total_ms,
      candidates: candidatesOf(result),
      ...(found.score !== undefined && { score: found.score }),
    };
  }

  /**
   * The mask that these prompts would give, where it costs no more than a decode; nothing is changed, and no process is
   * started. @throws GroundnoteError cancelled, and what the inference process reports
   */
  async hoverRegion(
    params: RegionPrompts,
    signal: AbortSignal,
  ): Promise<{ mask?: Rle; score?: number; decode_ms: number }> {
    const image = await this.options.image();
    // The pointer has moved on: what runs is the next one's too, and is not stopped by force.
    const stop = new AbortController();
    signal.addEventListener('abort', () => stop.abort(superseded), { once: true });
    if (signal.aborted) stop.abort(superseded);
    try {
      const result = await this.options.inference.request(
        hover,
        { image, ...this.segmentParams(params) },
        { signal: stop.signal, ifReady: true },
      );
      const found = result.regions[0];
      return {
        decode_ms: result.timings.decode_ms,
        ...(found?.mask && { mask: found.mask }),
        ...(found?.score !== undefined && { score: found.score }),
      };
    } catch (error) {
      if (isCancelled(error) && !signal.aborted) return { decode_ms: 0 };
      throw error;
    }
  }

  /** Segments all there is in the picture or in a part of it; the new regions become one edit. */
  async segmentEverything(params: {
    view?: Box;
    pointsPerSide?: number;
    pack?: string;
  }): Promise<{ regionIds: string[]; message: string }> {
    const result = await this.ask('everything', 'Segmenting everything…', async (signal, onProgress) =>
      this.options.inference.request(
        everything,
        { image: await this.options.image(), ...params },
        { signal, onProgress },
      ),
    );
    const put = annotationsOf(result, {
      existing: this.options.annotations(),
      prompts: [],
      newId: () => randomUUID(),
    });
    if (put.length) this.options.apply({ title: 'Segment Everything', put, remove: [] });
    return {
      regionIds: put.map(({ id }) => id),
      message: put.length
        ? `${put.length} region${put.length === 1 ? '' : 's'} found.`
        : (result.text ?? nothingThere),
    };
  }

  private segmentParams({ regionId, prompts, pack, view }: RegionPrompts) {
    const before = this.options.annotations().find(({ id }) => id === regionId);
    const previous = prompts.find((prompt) => prompt.type === 'mask')?.mask ?? refinedMask(before, prompts);
    const spatial = prompts.filter(isSpatial);
    if (!spatial.length)
      throw new GroundnoteError('invalid-params', 'A region needs a point, a box or a stroke.');
    return {
      prompts: spatial,
      ...(previous && { previous }),
      ...(pack !== undefined && { pack }),
      ...(view && { view }),
    };
  }

  /** Finds a phrase; its regions become one edit. A refusal changes nothing and says why. */
  async groundText({ text, pack, view }: { text: string; pack?: string; view?: Box }): Promise<GroundResult> {
    const result = await this.ask('ground', `Looking for “${text}”…`, async (signal, onProgress) =>
      this.options.inference.request(
        ground,
        {
          image: await this.options.image(),
          text,
          ...(pack !== undefined && { pack }),
          ...(view && { view }),
        },
        { signal, onProgress },
      ),
    );
    if (result.refused || !result.regions.length) {
      return {
        regionIds: [],
        refused: result.refused ?? false,
        message: result.text ?? notFound(text),
      };
    }
    const put = annotationsOf(result, {
      existing: this.options.annotations(),
      prompts: [{ type: 'text', text }],
      label: text,
      newId: () => randomUUID(),
    });
    this.options.apply({ title: `Ground: ${text}`, put, remove: [] });
    const places = put.length === 1 ? 'one place' : `${put.length} places`;
    return {
      regionIds: put.map(({ id }) => id),
      refused: false,
      message: result.text ?? `Found “${text}” in ${places}.`,
    };
  }

  /** Cancels everything that is under way, or the prompts of these regions alone. */
  cancel(regionIds?: readonly string[]): void {
    const keys = regionIds?.map(keyOfRegion) ?? [...this.running.keys()];
    for (const key of keys) this.running.get(key)?.abort();
  }

  private async ask(
    key: string,
    phase: string,
    question: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<TaskResult>,
  ): Promise<TaskResult> {
    this.running.get(key)?.abort(superseded);
    const controller = new AbortController();
    this.running.set(key, controller);
    this.report(phase);
    try {
      const result = await question(controller.signal, (progress) => {
        if (this.running.get(key) === controller) this.report(progress.phase);
      });
      if (controller.signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
      return result;
    } finally {
      if (this.running.get(key) === controller) this.running.delete(key);
      if (!this.running.size) this.report(undefined);
    }
  }

  private report(phase: string | undefined): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.options.onBusy(phase);
  }
}

/** The work for the prompts of a region. */
const keyOfRegion = (id: string) => `region:${id}`;

/** The mask that a corrective prompt improves: the region's own, when its prompts are the first of the new ones. */
function refinedMask(region: Annotation | undefined, prompts: readonly Prompt[]): Rle | undefined {
  if (region?.geometry.type !== 'mask' || region.provenance.by !== 'pack') return undefined;
  const earlier = region.provenance.prompts;
  const grown =
    earlier.length < prompts.length && earlier.every((prompt, i) => isDeepStrictEqual(prompt, prompts[i]));
  return grown && earlier.length ? region.geometry.mask : undefined;
}

const candidatesOf = ({ candidates, regions }: TaskResult): Candidate[] =>
  (candidates ?? regions).flatMap(({ mask, score }) =>
    mask ? [{ mask, ...(score !== undefined && { score }) }] : [],
  );
