/** How a batch deals its images out to servers, with engines that are played: failures, pauses, retries, and the end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/batch/journal';
import { reportOf } from '../../../src/batch/report';
import { countOutcomes, runBatch, type BatchEngine, type RunOptions } from '../../../src/batch/run';
import { serverStats } from '../../../src/batch/serverStats';
import type { BatchSink } from '../../../src/batch/sinks';
import type { BatchJob, BatchProgress } from '../../../src/protocol/batch';
import { GroundnoteError, type ErrorCode } from '../../../src/protocol/errors';
import type { TaskResult } from '../../../src/protocol/inference';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'groundnote-fleet-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const result: TaskResult = {
  image: { width: 4, height: 3 },
  pack: { id: 'played', version: '1' },
  regions: [{ id: '1', box: [0, 0, 2, 2] }],
  timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 0 },
};
const bad = (message = 'The server is broken.', code: ErrorCode = 'bad-server') =>
  new GroundnoteError(code, message);

/** A server that is played. */
class Server {
  asked: string[] = [];
  inFlight = 0;
  mostInFlight = 0;
  constructor(
    readonly id: string,
    /** Throws, or waits, as the server does; by default it answers after 2 ms. */
    readonly behave: (image: string, signal: AbortSignal) => Promise<unknown> = () => sleep(2),
    readonly slots = 1,
  ) {}

  engines(): BatchEngine[] {
    return Array.from({ length: this.slots }, () => ({
      server: this.id,
      ask: async (file: string, signal: AbortSignal) => {
        const image = path.basename(file);
        this.asked.push(image);
        this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
        try {
          await this.behave(image, signal);
        } finally {
          this.inFlight--;
        }
        return result;
      },
    }));
  }
}
/** Ends only when it is stopped. */
const hang = (_: string, signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new GroundnoteError('cancelled', 'Cancelled.'))),
  );

const names = (count: number) => Array.from({ length: count }, (_, i) => `img${i}.png`);
const written: string[] = [];
const sink: BatchSink = {
  before: () => Promise.resolve(undefined),
  write: (image) => {
    written.push(image);
    return Promise.resolve(1);
  },
};

async function batch(
  servers: readonly Server[],
  images: readonly string[],
  more: Partial<RunOptions> & { pack?: string } = {},
) {
  written.length = 0;
  const { pack, engines = [], ...options } = more;
  const job: BatchJob = {
    id: 'batch-1',
    folder,
    task: 'everything',
    existing: 'add',
    recursive: false,
    servers: servers.map(({ id }) => id),
    ...(pack !== undefined && { pack }),
  };
  const file = path.join(folder, 'journal.jsonl');
  const journal = await Journal.create(file, job, images.length);
  const log: string[] = [];
  const seen: BatchProgress[] = [];
  try {
    const ended = runBatch({
      job,
      images,
      journal,
      engines: [...engines, ...servers.flatMap((server) => server.engines())],
      sink,
      signal: new AbortController().signal,
      pauses: { first_ms: 5, most_ms: 40 },
      log: (level, message) => log.push(`${level}: ${message}`),
      onProgress: (progress) => seen.push(progress),
      ...options,
    });
    const error: unknown = await ended.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
    const journalled = lines.map((line) => (JSON.parse(line) as { image?: string }).image);
    return {
      counts: countOutcomes(images, journal.outcomes),
      error,
      log,
      seen,
      outcomes: journal.outcomes,
      stats: serverStats(job, journal.outcomes),
      report: reportOf(job, countOutcomes(images, journal.outcomes), journal.outcomes),
      /** Each image once. */
      journalled: journalled.filter((name) => name !== undefined).sort(),
    };
  } finally {
    await journal.close();
  }
}
const all = (images: readonly string[]) => [...images].sort();

describe('a batch on servers', () => {
  it('asks as many questions of each as it has places, and writes before it asks on', async () => {
    const images = names(60);
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const [a, b] = [new Server('a', undefined, 12), new Server('b', undefined, 2)];
    let unwritten = 0;
    let most = 0;
    const slow: BatchSink = {
      before: () => Promise.resolve(undefined),
      write: async () => {
        most = Math.max(most, ++unwritten + a.inFlight + b.inFlight);
        await sleep(3);
        unwritten--;
        return 1;
      },
    };
    const { counts, journalled, stats, report } = await batch([a, b], images, { sink: slow });
    expect(counts).toMatchObject({ done: 60, failed: 0 });
    expect(journalled).toEqual(all(images));
    expect([a.mostInFlight, b.mostInFlight]).toEqual([12, 2]);
    expect(most).toBeLessThanOrEqual(14);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
    expect(stats.map(({ id, images, failures }) => [id, images, failures])).toEqual([
      ['a', a.asked.length, 0],
      ['b', b.asked.length, 0],
    ]);
    expect(report).toMatch(/\| a \| \d+ \| 0 \| \d+ ms \|/);
  });

  it('tries an image elsewhere when a server dies in the middle, and asks the dead one ever more seldom', async () => {
    const images = names(80);
    const dead = new Server('dead', async () => {
      await sleep(2);
      if (dead.asked.length > 10) throw bad('The server does not answer.');
    });
    const { counts, journalled, stats, log } = await batch([dead, new Server('well')], images);
    expect(counts).toMatchObject({ done: 80, failed: 0 });
    expect(journalled).toEqual(all(images));
    expect(stats[0]?.images).toBe(10);
    expect(dead.asked.length).toBeLessThan(30);
    expect(log[0]).toMatch(/^warn: The server "dead" failed and rests for 1 s: The server does not answer\./);
    expect(written).toHaveLength(80);
  });

  it('goes on with the others where one answers garbage, is busy, or is late', async () => {
    const images = names(40);
    const { counts, outcomes, stats } = await batch(
      [
        new Server('garbage', () => Promise.reject(bad('It gave an answer that cannot be used.'))),
        new Server('busy', async (image) => {
          await sleep(1);
          if (Number(image.slice(3, -4)) % 3) throw bad('It is busy (429).');
        }),
        new Server('late', () => sleep(5).then(() => Promise.reject(bad('Not in time.', 'timeout')))),
        new Server('well'),
      ],
      images,
    );
    expect(counts).toMatchObject({ done: 40, failed: 0 });
    expect([...outcomes.values()].some((outcome) => 'failures' in outcome)).toBe(true);
    expect(stats.find(({ id }) => id === 'garbage')).toMatchObject({ images: 0 });
    expect(stats.find(({ id }) => id === 'garbage')?.failures).toBeGreaterThan(0);
  });

  it('waits when no server answers, says so, and goes on when one is back', async () => {
    const images = names(30);
    let down = false;
    const behave = async () => {
      await sleep(1);
      if (written.length >= 10 && !reached) down = true;
      if (down) throw bad('Connection refused.');
    };
    let reached = false;
    const { counts, seen, log } = await batch(
      [new Server('a', behave, 2), new Server('b', behave, 2)],
      images,
      {
        // Nothing can be held against an image while nobody listens.
        isReachable: () => Promise.resolve(!down),
        onProgress: (progress) => {
          seenWaiting ||= progress.waiting !== undefined;
          if (progress.waiting === undefined || reached) return;
          reached = true;
          setTimeout(() => (down = false), 300);
        },
      },
    );
    expect(counts).toMatchObject({ done: 30, failed: 0 });
    expect(seenWaiting).toBe(true);
    expect(seen).toEqual([]);
    expect(log.join('\n')).toContain('No server answers: waiting, and trying again. Connection refused.');
    expect(log.at(-1)).toMatch(/^info: The server "." answers again/);
  });
  let seenWaiting = false;

  it('gives an image up that servers fail on which answer about all others', async () => {
    const images = names(20);
    const behave = async (image: string) => {
      await sleep(1);
      if (image === 'img3.png') throw bad('It refused the question (500).');
    };
    for (const servers of [[new Server('a', behave)], [new Server('a', behave), new Server('b', behave)]]) {
      const { counts, outcomes, report, error } = await batch(servers, images);
      expect(error).toBeUndefined();
      expect(counts).toMatchObject({ done: 19, failed: 1 });
      expect(outcomes.get('img3.png')).toMatchObject({
        state: 'failed',
        code: 'bad-server',
        reason: expect.stringMatching(/^It refused the question \(500\)\. \(Asked \d times\.\)$/) as string,
      });
      expect(report).toContain('img3.png');
      rmSync(path.join(folder, 'journal.jsonl'));
    }
  });

  it('ends where the only image fails on a server that can be reached, and does not where it cannot', async () => {
    const failing = new Server('a', () => Promise.reject(bad()));
    const { counts } = await batch([failing], ['one.png'], { isReachable: () => Promise.resolve(true) });
    expect(counts).toMatchObject({ failed: 1 });
    expect(failing.asked).toHaveLength(8);
    rmSync(path.join(folder, 'journal.jsonl'));

    const stop = new AbortController();
    const gone = new Server('b', () => {
      if (gone.asked.length > 12) stop.abort();
      return Promise.reject(bad());
    });
    const { error } = await batch([gone], ['one.png'], {
      isReachable: () => Promise.resolve(false),
      signal: stop.signal,
    });
    expect(error).toMatchObject({ code: 'cancelled' });
  });

  it('is cancelled while a server hangs and another rests', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const { error, counts } = await batch(
      [new Server('hangs', hang), new Server('rests', () => Promise.reject(bad()))],
      names(5),
      { signal: stop.signal, pauses: { first_ms: 1_000_000, most_ms: 1_000_000 } },
    );
    expect(error).toMatchObject({ code: 'cancelled' });
    expect(counts).toMatchObject({ done: 0, failed: 0 });
  });

  it('gives up a server that says what holds for every image, and ends where none is left', async () => {
    const closed = () => Promise.reject(bad('The server wants an access token.', 'unauthorized'));
    const some = await batch([new Server('closed', closed, 2), new Server('open')], names(12));
    expect(some.counts).toMatchObject({ done: 12, failed: 0 });
    expect(some.log.filter((line) => line.includes('cannot be used'))).toHaveLength(1);
    rmSync(path.join(folder, 'journal.jsonl'));
    const none = await batch([new Server('closed', closed, 2), new Server('other', closed)], names(12));
    expect(none.error).toMatchObject({ code: 'unauthorized', message: 'The server wants an access token.' });
    expect(none.counts).toMatchObject({ done: 0, failed: 0 });
  });

  it('counts an image’s own faults as its own, once', async () => {
    const server = new Server('a', (image) =>
      image === 'img1.png' ? Promise.reject(bad('It is damaged.', 'bad-image')) : sleep(1),
    );
    const { counts, log } = await batch([server], names(4));
    expect(counts).toMatchObject({ done: 3, failed: 1 });
    expect(server.asked).toHaveLength(4);
    expect(log).toEqual([]);
  });

  it('works on this machine beside servers, and says who did what', async () => {
    const here: BatchEngine = { ask: () => sleep(2).then(() => result) };
    const { counts, stats, report } = await batch([new Server('a')], names(30), {
      engines: [here],
      pack: 'local',
    });
    expect(counts).toMatchObject({ done: 30 });
    expect(stats.map(({ id }) => id)).toEqual(['a', undefined]);
    expect(stats.every(({ images }) => images > 0)).toBe(true);
    expect(report).toContain('| This machine |');
  });

  it('does 1.6 times as much with two servers as with one, each slowed to a fixed time', async () => {
    const images = names(24);
    const timed = async (servers: Server[]) => {
      const began = performance.now();
      await batch(servers, images);
      rmSync(path.join(folder, 'journal.jsonl'));
      return performance.now() - began;
    };
    const slow = () => sleep(50);
    const one = await timed([new Server('a', slow)]);
    const two = await timed([new Server('a', slow), new Server('b', slow)]);
    expect(one / two).toBeGreaterThan(1.6);
  });
});
