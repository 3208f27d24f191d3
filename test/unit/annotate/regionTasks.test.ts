import { describe, expect, it } from 'vitest';
import type { InferenceApi } from '../../../src/annotate/inferenceApi';
import { AnnotationModel } from '../../../src/annotate/document';
import { RegionTasks } from '../../../src/annotate/regionTasks';
import type { Edit } from '../../../src/protocol/annotator';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { Prompt } from '../../../src/protocol/geometry';
import type { SegmentParams, TaskResult } from '../../../src/protocol/inference';
import { encodeRle } from '../../../src/protocol/rle';

const mask = encodeRle({ width: 4, height: 3, data: Uint8Array.from([0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]) });
const point: Prompt = { type: 'point', point: [1, 1], label: 1 };
const answer: TaskResult = {
  image: { width: 4, height: 3 },
  pack: { id: 'p', version: '1' },
  regions: [{ id: 'r', score: 0.8, box: [1, 0, 3, 2], mask }],
  timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 12 },
};

function setUp(reply: (params: SegmentParams, signal: AbortSignal | undefined) => Promise<TaskResult>) {
  const model = new AnnotationModel();
  const edits: Edit[] = [];
  const phases: (string | undefined)[] = [];
  const asked: SegmentParams[] = [];
  const inference: InferenceApi = {
    request: async (channel, params, options) => {
      asked.push(params as SegmentParams);
      return channel.result.parse(await reply(params as SegmentParams, options?.signal)) as never;
    },
  };
  const tasks = new RegionTasks({
    inference,
    image: () => Promise.resolve({ path: '/photo.png' }),
    annotations: () => model.annotations,
    apply: (edit) => {
      edits.push(edit);
      model.apply(edit);
    },
    onBusy: (phase) => phases.push(phase),
  });
  return { tasks, model, edits, phases, asked };
}

describe('promptRegion', () => {
  it('makes one edit, named after the last prompt, with provenance', async () => {
    const { tasks, model, edits, phases } = setUp(() => Promise.resolve(answer));
    expect(await tasks.promptRegion({ regionId: 'a', prompts: [point] })).toEqual({
      regionId: 'a',
      score: 0.8,
      total_ms: 12,
      candidates: [{ mask: answer.regions[0]?.mask, score: 0.8 }],
    });
    await tasks.promptRegion({ regionId: 'a', prompts: [point, { type: 'box', box: [0, 0, 2, 2] }] });
    expect(edits.map(({ title }) => title)).toEqual(['Point', 'Box']);
    expect(model.annotations).toHaveLength(1);
    expect(model.annotations[0]).toMatchObject({
      id: 'a',
      geometry: { type: 'mask', mask },
      provenance: { by: 'pack', packs: [{ id: 'p', version: '1' }], prompts: [point, { type: 'box' }] },
    });
    expect(phases).toEqual(['Segmenting…', undefined, 'Segmenting…', undefined]);
  });

  it('keeps label, colour and visibility of a region that is refined', async () => {
    const { tasks, model } = setUp(() => Promise.resolve(answer));
    await tasks.promptRegion({ regionId: 'a', prompts: [point] });
    const [first] = model.annotations;
    model.apply({ title: 'Rename', put: [{ ...first!, label: 'cup', hidden: true }], remove: [] });
    await tasks.promptRegion({ regionId: 'a', prompts: [point, point] });
    expect(model.annotations[0]).toMatchObject({ label: 'cup', hidden: true, color: first?.color });
  });

  it('gives a mask among the prompts as the one to refine', async () => {
    const { tasks, asked } = setUp(() => Promise.resolve(answer));
    await tasks.promptRegion({ regionId: 'a', prompts: [{ type: 'mask', mask }, point] });
    expect(asked[0]).toMatchObject({ previous: mask, prompts: [point] });
  });

  it('refines the mask of a region whose prompts grow, and starts anew when they change', async () => {
    const { tasks, asked } = setUp(() => Promise.resolve(answer));
    const box = { type: 'box' as const, box: [0, 0, 2, 2] as [number, number, number, number] };
    await tasks.promptRegion({ regionId: 'a', prompts: [point] });
    expect(asked[0]).not.toHaveProperty('previous');
    await tasks.promptRegion({ regionId: 'a', prompts: [point, box] });
    expect(asked[1]).toMatchObject({ previous: mask });
    await tasks.promptRegion({ regionId: 'a', prompts: [box] });
    expect(asked[2]).not.toHaveProperty('previous');
  });

  it('cancels the older question about the same region, and no other', async () => {
    const { tasks, edits } = setUp(
      (_, signal) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new GroundnoteError('cancelled', 'Cancelled.')));
          setTimeout(() => resolve(answer), 10);
        }),
    );
    const older = tasks.promptRegion({ regionId: 'a', prompts: [point] });
    const other = tasks.promptRegion({ regionId: 'b', prompts: [point] });
    const newer = tasks.promptRegion({ regionId: 'a', prompts: [point, point] });
    await expect(older).rejects.toMatchObject({ code: 'cancelled' });
    await Promise.all([other, newer]);
    expect(edits).toHaveLength(2);
  });

  it('cancels the prompts of one region, and leaves the other work alone', async () => {
    const { tasks, edits } = setUp(
      (_, signal) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new GroundnoteError('cancelled', 'Cancelled.')));
          setImmediate(() => setImmediate(() => resolve(answer)));
        }),
    );
    const given = tasks.promptRegion({ regionId: 'a', prompts: [point] });
    const other = tasks.promptRegion({ regionId: 'b', prompts: [point] });
    const phrase = tasks.groundText({ text: 'cup' });
    tasks.cancel(['a', 'unknown']);
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    await Promise.all([other, phrase]);
    expect(edits).toHaveLength(2);
  });

  it('changes nothing when the process fails, the user cancels, or nothing is found', async () => {
    const { tasks, edits, phases } = setUp(() =>
      Promise.reject(new GroundnoteError('process-crashed', 'The model process ended.')),
    );
    await expect(tasks.promptRegion({ regionId: 'a', prompts: [point] })).rejects.toMatchObject({
      code: 'process-crashed',
    });
    expect(edits).toEqual([]);
    expect(phases.at(-1)).toBeUndefined();

    const empty = setUp(() => Promise.resolve({ ...answer, regions: [] }));
    await expect(empty.tasks.promptRegion({ regionId: 'a', prompts: [point] })).rejects.toMatchObject({
      code: 'not-found',
    });

    const slow = setUp(
      (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(answer))),
    );
    const question = slow.tasks.promptRegion({ regionId: 'a', prompts: [point] });
    await Promise.resolve();
    slow.tasks.cancel();
    await expect(question).rejects.toMatchObject({ code: 'cancelled' });
    expect(slow.edits).toEqual([]);
  });
});

describe('groundText', () => {
  it('makes one edit of all regions, each with a label, a colour and the phrase', async () => {
    const { tasks, edits } = setUp(() =>
      Promise.resolve({
        ...answer,
        regions: [
          { id: '1', box: [0, 0, 1, 1] as [number, number, number, number] },
          {
            id: '2',
            label: 'Mask decoder',
            score: 0.5,
            box: [1, 0, 3, 2] as [number, number, number, number],
            mask,
          },
        ],
      }),
    );
    const { message, refused, regionIds } = await tasks.groundText({ text: 'decoder' });
    expect({ message, refused }).toEqual({ message: 'Found “decoder” in 2 places.', refused: false });
    expect(edits).toHaveLength(1);
    expect(edits[0]?.title).toBe('Ground: decoder');
    expect(edits[0]?.put.map(({ id }) => id)).toEqual(regionIds);
    expect(edits[0]?.put.map(({ label, geometry }) => [label, geometry.type])).toEqual([
      ['decoder', 'box'],
      ['Mask decoder', 'mask'],
    ]);
    // Their colours are those of their labels.
    expect(edits[0]?.put.some(({ color }) => color)).toBe(false);
  });

  it('shows no guess when the pack refuses', async () => {
    const { tasks, edits } = setUp(() =>
      Promise.resolve({ ...answer, regions: [], refused: true, text: 'This pack reads text only.' }),
    );
    expect(await tasks.groundText({ text: 'a dog' })).toEqual({
      regionIds: [],
      refused: true,
      message: 'This pack reads text only.',
    });
    expect(edits).toEqual([]);
  });
});
