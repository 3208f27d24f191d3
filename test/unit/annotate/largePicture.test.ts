/** What the host does about the tiles of a large picture, with a process of the tests. */
import { describe, expect, it } from 'vitest';
import type { InferenceApi } from '../../../src/annotate/inferenceApi';
import { LargePicture } from '../../../src/annotate/largePicture';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { TilesState } from '../../../src/protocol/tiles';

type Answers = Record<string, () => unknown>;

function open(answers: Answers) {
  const asked: string[] = [];
  const states: TilesState[] = [];
  let changes = 0;
  const inference: InferenceApi = {
    request: async (channel) => {
      asked.push(channel.name);
      return channel.result.parse(await answers[channel.name]?.()) as never;
    },
  };
  const large = new LargePicture({
    inference,
    image: () => Promise.resolve({ path: '/a.jpg' }),
    onChange: () => changes++,
    onProgress: (state) => states.push(state),
  });
  return { large, asked, states, changes: () => changes };
}

const sound: Answers = {
  openPyramid: () => ({ folder: '/tiles/v1-a', complete: false }),
  makeOverview: () => ({ file: '/tiles/v1-a/overview.jpg', width: 20, height: 10 }),
  makeTiles: () => ({}),
  makeTile: () => ({}),
};

describe('a large picture', () => {
  it('has its small copy made first, then its tiles, and says when each is there', async () => {
    const { large, asked, states, changes } = open(sound);
    expect(await large.folder()).toBe('/tiles/v1-a');
    await expect.poll(() => large.complete).toBe(true);
    expect(asked).toEqual(['openPyramid', 'makeOverview', 'makeTiles']);
    expect(large.overview).toBe('/tiles/v1-a/overview.jpg');
    expect(states).toEqual([null]);
    expect(changes()).toBe(2);
  });

  it('makes nothing again that is there', async () => {
    const { large, asked } = open({
      ...sound,
      openPyramid: () => ({ folder: '/tiles/v1-a', complete: true }),
    });
    await large.folder();
    await expect.poll(() => large.overview).toBeDefined();
    expect(asked).toEqual(['openPyramid', 'makeOverview']);
  });

  it('goes on when the process ends under it, and not for ever', async () => {
    let crashes = 2;
    const crash = () => {
      throw new GroundnoteError('process-crashed', 'The inference process ended.');
    };
    const healed = open({ ...sound, makeTiles: () => (crashes-- > 0 ? crash() : {}) });
    await healed.large.folder();
    await expect.poll(() => healed.large.complete).toBe(true);
    const broken = open({ ...sound, makeTiles: crash });
    await broken.large.folder();
    await expect
      .poll(() => broken.states)
      .toEqual([{ problem: 'The inference process ended.', fatal: false }]);
    // Who looks at it starts it again.
    const before = broken.asked.length;
    await broken.large.tile({ level: 0, x: 0, y: 0 }, new AbortController().signal);
    expect(broken.asked.slice(before)).toContain('makeTiles');
  });

  it('says that nothing can be shown when even the small copy fails', async () => {
    const { large, states } = open({
      ...sound,
      makeOverview: () => {
        throw new GroundnoteError('bad-image', '"a.jpg" is damaged.');
      },
    });
    await large.folder();
    await expect.poll(() => states).toEqual([{ problem: '"a.jpg" is damaged.', fatal: true }]);
    expect(large.failed).toBe(true);
  });

  it('is silent after it was closed', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { large, asked, states } = open({
      ...sound,
      makeOverview: () => held.then(() => Promise.reject(new Error('Too late.'))),
    });
    await large.folder();
    large.dispose();
    release();
    await expect.poll(() => large.failed).toBe(true);
    expect(states).toEqual([]);
    expect(asked).not.toContain('makeTiles');
  });
});
