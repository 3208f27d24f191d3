/** Finders of boxes and points with a segmenter: masks, provenance, and what happens without one. */
import { describe, expect, it, vi } from 'vitest';
import type { Finding, PackModel, Question, Run } from '../../../../src/inference/engines/model';
import { quietContext } from '../../../../src/inference/process/cancel';
import { withMasks } from '../../../../src/inference/process/models/compose';
import type { ModelEntry } from '../../../../src/inference/process/models/modelStore';
import {
  askModel,
  describeWithModel,
  everythingWithModel,
  groundWithModel,
} from '../../../../src/inference/process/models/tasks';
import type { Picture } from '../../../../src/inference/process/picture';
import { PictureWindow } from '../../../../src/inference/process/pictureWindow';
import type { RuntimeServices, SegmentRequest } from '../../../../src/inference/process/services';
import { Stopwatch } from '../../../../src/inference/process/stopwatch';
import { GroundnoteError } from '../../../../src/protocol/errors';
import type { Box, Rle } from '../../../../src/protocol/geometry';
import { taskResultSchema } from '../../../../src/protocol/inference';
import { encodeRle } from '../../../../src/protocol/rle';

const size = { width: 40, height: 30 };
const picture: Picture = { ...size, data: new Uint8Array(size.width * size.height * 3), contentHash: 'x' };
const filled = ([x1, y1, x2, y2]: Box, { width, height } = size): Rle =>
  encodeRle({
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return Number(x >= x1 && y >= y1 && x < x2 && y < y2);
    }),
  });
const segmenterRef = { id: 'outlines', version: '1' };
const run = (): Run => ({ ...quietContext(), stopwatch: new Stopwatch() });

/** Services whose segmenter fills a box, less one pixel at each side, or a square around a point. */
function services(
  segment: (request: SegmentRequest) => Rle | Error = ({ prompts: [prompt] }) => {
    if (prompt?.type === 'box') {
      const [x1, y1, x2, y2] = prompt.box;
      return filled([x1 + 1, y1 + 1, x2 - 1, y2 - 1]);
    }
    if (prompt?.type !== 'point') throw new Error('A box or a point was expected.');
    const [x, y] = prompt.point;
    return filled([x - 2, y - 2, x + 2, y + 2]);
  },
  model: Partial<PackModel> = {},
) {
  const segmentPicture = vi.fn((_picture: Picture, request: SegmentRequest) => {
    const mask = segment(request);
    return mask instanceof Error
      ? Promise.reject(mask)
      : Promise.resolve({ mask, score: 0.5, pack: segmenterRef });
  });
  const turns: string[] = [];
  const made = {
    segmentPicture,
    inTurn: <T>(_context: unknown, work: () => Promise<T>) => {
      turns.push('turn');
      return work();
    },
    models: {
      find: (_task: string, id?: string) => Promise.resolve({ server: id === 'there' ? {} : undefined }),
      open: () => Promise.resolve({ close: () => Promise.resolve(), ...model }),
    },
    pictures: { window: () => Promise.resolve(new PictureWindow(picture)) },
    log: () => undefined,
  };
  return { services: made as unknown as RuntimeServices, segmentPicture, turns };
}
const entry: ModelEntry = { ref: { id: 'finder', version: '2' }, title: 'Finder' };
const image = { path: '/pictures/a.png' };

describe('what a finder finds', () => {
  const found: Finding[] = [
    { box: [4, 4, 14, 14], label: 'cup', score: 0.9 },
    { point: [30, 20], label: 'plate' },
    { mask: filled([1, 1, 3, 3]) },
  ];

  it('gets masks from a segmenter, which is named; a mask of its own stays', async () => {
    const { services: all, segmentPicture } = services();
    const { regions, helpers, note } = await withMasks(all, picture, found, undefined, run());
    expect(regions).toEqual([
      { id: '1', label: 'cup', score: 0.9, box: [5, 5, 13, 13], mask: filled([5, 5, 13, 13]) },
      { id: '2', label: 'plate', box: [28, 18, 32, 22], mask: filled([28, 18, 32, 22]) },
      { id: '3', box: [1, 1, 3, 3], mask: filled([1, 1, 3, 3]) },
    ]);
    expect(helpers).toEqual([segmenterRef]);
    expect(note).toBeUndefined();
    expect(segmentPicture).toHaveBeenCalledTimes(2);
  });

  it('stays boxes where masks are not wanted, and where there is no segmenter at all', async () => {
    const none = new GroundnoteError('no-pack', 'There is none.');
    for (const [segment, segmenter] of [
      [undefined, null],
      [() => none, undefined],
    ] as const) {
      const { regions, helpers, note } = await withMasks(
        services(segment).services,
        picture,
        found.slice(0, 2),
        segmenter,
        run(),
      );
      expect(regions.map((region) => region?.box)).toEqual([
        [4, 4, 14, 14],
        [30, 20, 31, 21],
      ]);
      expect(regions.every((region) => region?.mask === undefined)).toBe(true);
      expect(helpers).toEqual([]);
      expect(note).toBeUndefined();
    }
  });

  it('stays boxes where the segmenter fails, which is asked once and said', async () => {
    const { services: all, segmentPicture } = services(
      () => new GroundnoteError('broken-pack', 'The pack "outlines" cannot be used: it is broken.'),
    );
    const { regions, note } = await withMasks(all, picture, found, undefined, run());
    expect(regions).toHaveLength(3);
    expect(segmentPicture).toHaveBeenCalledTimes(1);
    expect(note).toBe('No masks: The pack "outlines" cannot be used: it is broken.');
  });

  it('keeps its box where the segmenter sees nothing', async () => {
    const { services: all } = services(() => filled([0, 0, 0, 0]));
    const { regions, helpers } = await withMasks(all, picture, found.slice(0, 1), undefined, run());
    expect(regions).toEqual([{ id: '1', label: 'cup', score: 0.9, box: [4, 4, 14, 14] }]);
    expect(helpers).toEqual([]);
  });

  it('is clipped to the picture; what lies outside, is no number or belongs to another picture goes', async () => {
    const { services: all } = services();
    const wild: Finding[] = [
      { box: [-5, -5, 10, 10] },
      { box: [50, 50, 60, 60] },
      { box: [3, 3, Number.NaN, 9] },
      { point: [99, 3] },
      { mask: filled([0, 0, 3, 3], { width: 10, height: 10 }) },
      { box: [2, 2, 8, 8], mask: filled([0, 0, 3, 3], { width: 10, height: 10 }) },
    ];
    const { regions } = await withMasks(all, picture, wild, null, run());
    expect(regions.map((region) => region?.box)).toEqual([
      [0, 0, 10, 10],
      undefined,
      undefined,
      undefined,
      undefined,
      [2, 2, 8, 8],
    ]);
  });

  it('of a flood takes the first, and says so', async () => {
    const flood = Array.from({ length: 1000 }, (): Finding => ({ box: [1, 1, 5, 5] }));
    const { regions, note } = await withMasks(services().services, picture, flood, null, run());
    expect(regions).toHaveLength(500);
    expect(note).toContain('first 500 of 1000');
  });

  it('is given up when the question is cancelled', async () => {
    const { services: all } = services(() => new GroundnoteError('cancelled', 'Cancelled.'));
    await expect(withMasks(all, picture, found, undefined, run())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a task of an open pack', () => {
  it('grounds: both packs are in the provenance, the finder last', async () => {
    const ground = vi.fn(() => Promise.resolve({ found: [{ box: [4, 4, 14, 14] as Box, label: 'cup' }] }));
    const { services: all } = services(undefined, { ground });
    const result = await groundWithModel(all, entry, { image, text: 'cup' }, quietContext());
    expect(taskResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      image: { ...image, ...size },
      pack: entry.ref,
      packs: [segmenterRef, entry.ref],
      regions: [{ label: 'cup', box: [5, 5, 13, 13] }],
    });
    expect(ground).toHaveBeenCalledWith(picture, 'cup', expect.anything());
  });

  it('passes a refusal on, and finds all there is', async () => {
    const refused = { found: [], refused: true, text: '“Finder” knows 80 things; a griffin is none of them.' };
    const { services: all } = services(undefined, {
      ground: () => Promise.resolve(refused),
      everything: () => Promise.resolve({ found: [{ box: [4, 4, 9, 9] }, { box: [20, 4, 30, 9] }] }),
    });
    const answer = await groundWithModel(all, entry, { image, text: 'griffin' }, quietContext());
    expect(answer).toMatchObject({ refused: true, text: refused.text, regions: [] });
    const all2 = await everythingWithModel(all, entry, { image, segmenter: null }, quietContext());
    expect(all2.regions.map(({ box }) => box)).toEqual([
      [4, 4, 9, 9],
      [20, 4, 30, 9],
    ]);
    expect(all2.packs).toBeUndefined();
  });

  it('answers with words tied to regions; what points outside is tied to nothing', async () => {
    const asked: Question[] = [];
    const { services: all } = services(undefined, {
      answer: (_picture, question) => {
        asked.push(question);
        return Promise.resolve({
          text: 'A cup and a plate.',
          found: [
            { box: [4, 4, 14, 14], spans: [{ start: 2, end: 5 }] },
            { box: [90, 90, 99, 99], spans: [{ start: 12, end: 17 }] },
            { point: [30, 20], spans: [{ start: 12, end: 17 }] },
            { point: [31, 21], spans: [{ start: 12, end: 17 }] },
          ],
        });
      },
    });
    const cup = { id: 'r7', name: 'region 7', geometry: { type: 'box' as const, box: [1, 1, 5, 5] as Box } };
    const result = await askModel(
      all,
      entry,
      {
        image,
        question: { text: 'What is region 7?', spans: [{ start: 8, end: 16, regions: ['r7'] }] },
        asked: [cup],
        history: [
          {
            question: { text: 'And this?', spans: [] },
            asked: [cup],
            answer: { text: 'A spoon.', spans: [] },
            regions: [],
          },
        ],
      },
      quietContext(),
    );
    expect(result.spans).toEqual([
      { start: 2, end: 5, regions: ['1'] },
      { start: 12, end: 17, regions: ['3', '4'] },
    ]);
    expect(result.regions.map(({ id }) => id)).toEqual(['1', '3', '4']);
    expect(asked[0]).toMatchObject({
      text: 'What is region 7?',
      asked: [{ name: 'region 7', geometry: cup.geometry, spans: [{ start: 8, end: 16 }] }],
      history: [{ question: 'And this?', answer: 'A spoon.' }],
    });
  });

  it('says what a pack cannot do, and where another one is chosen', async () => {
    const { services: all } = services();
    const context = quietContext();
    await expect(groundWithModel(all, entry, { image, text: 'cup' }, context)).rejects.toMatchObject({
      code: 'unsupported',
      message: '“Finder” cannot find phrases. Choose another pack in the Models view.',
    });
    await expect(describeWithModel(all, entry, { image }, context)).rejects.toMatchObject({
      code: 'unsupported',
    });
  });

  it('waits for its turn where graphs run here, and not for a server', async () => {
    const answer = () => Promise.resolve({ text: 'A cup.', found: [] });
    const here = services(undefined, { answer });
    await describeWithModel(here.services, entry, { image }, quietContext());
    // To open it, and to run it.
    expect(here.turns).toHaveLength(2);
    const there = services(undefined, { answer, isRemote: true });
    const server = { id: 's', protocol: 'openai-chat' } as never;
    await describeWithModel(there.services, { ...entry, server: { server } }, { image }, quietContext());
    expect(there.turns).toHaveLength(0);
    const masks = services();
    const run = { ...quietContext(), stopwatch: new Stopwatch() };
    await withMasks(masks.services, picture, [{ box: [1, 1, 9, 9] }], 'there', run);
    expect(masks.turns).toHaveLength(0);
  });
});
