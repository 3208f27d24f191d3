/** Who may install a pack: one at a time, and nobody is kept out by a process that is gone. */
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isLocked, takeLock } from '../../../src/inference/packs/install/lock';
import { createMeter } from '../../../src/inference/packs/install/progress';
import type { InstallProgress } from '../../../src/inference/packs/install/types';
import { removeTemporaryFolders, temporaryFolder } from './support';

afterAll(removeTemporaryFolders);

describe('a lock', () => {
  let file: string;
  beforeEach(() => {
    file = path.join(temporaryFolder(), '.locks/pack');
  });
  const put = (content: unknown) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const taken = async () => {
    const release = await takeLock(file);
    await release?.();
    return release !== undefined;
  };

  it('is held by one, and given back', async () => {
    const release = await takeLock(file);
    expect(release).toBeDefined();
    expect(await isLocked(file)).toBe(true);
    expect(await takeLock(file)).toBeUndefined();
    await release?.();
    expect(existsSync(file)).toBe(false);
    expect(await isLocked(file)).toBe(false);
    expect(await taken()).toBe(true);
  });

  it('of many who want it at once goes to one', async () => {
    const releases = await Promise.all(Array.from({ length: 20 }, () => takeLock(file)));
    expect(releases.filter(Boolean)).toHaveLength(1);
  });

  it('of a process that has ended is taken over, by one of many', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    put({ pid, host: hostname() });
    expect(await isLocked(file)).toBe(false);
    const releases = await Promise.all(Array.from({ length: 20 }, () => takeLock(file)));
    expect(releases.filter(Boolean)).toHaveLength(1);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('with the number of a process that has got it since is taken over', async () => {
    put({ pid: process.ppid, host: hostname(), started: '1' });
    // Only Linux tells when a process has started.
    expect(await taken()).toBe(process.platform === 'linux');
  });

  it('with our own number and not from us is taken over', async () => {
    put({ pid: process.pid, host: hostname() });
    expect(await taken()).toBe(true);
  });

  it('of a running process, or of another machine, is left alone', async () => {
    put({ pid: process.ppid, host: hostname() });
    expect(await taken()).toBe(false);
    put({ pid: 1, host: 'another-machine' });
    expect(await taken()).toBe(false);
  });

  it('that is being written is left alone, and one that stays broken is not', async () => {
    put('');
    expect(await taken()).toBe(false);
    const old = new Date(Date.now() - 60_000);
    utimesSync(file, old, old);
    expect(await taken()).toBe(true);
  });
});

describe('progress', () => {
  /** Tells of `bytes` every 100 ms. */
  function run(bytes: readonly number[], here = 0): InstallProgress[] {
    const told: InstallProgress[] = [];
    let now = 0;
    const meter = createMeter(
      10_000_000,
      here,
      (progress) => told.push(progress),
      () => now,
    );
    meter.begin('downloading', 'a');
    for (const more of bytes) {
      now += 100;
      meter.add(more);
    }
    return told;
  }

  it('tells the speed and the time left, from what comes now and not from what was here', () => {
    const last = run(
      Array.from({ length: 50 }, () => 100_000),
      2_000_000,
    ).at(-1);
    expect(last).toMatchObject({ phase: 'downloading', file: 'a', bytes: 7_000_000, total: 10_000_000 });
    expect(last?.bytesPerSecond).toBeCloseTo(1_000_000, -3);
    expect(last?.secondsLeft).toBe(3);
  });

  it('follows a change of speed smoothly', () => {
    const speeds = run([...Array.from({ length: 30 }, () => 100_000), 0, 0, 0]).map(
      ({ bytesPerSecond }) => bytesPerSecond ?? 0,
    );
    const [before, after] = [speeds.at(-4) as number, speeds.at(-1) as number];
    expect(after).toBeLessThan(before);
    expect(after).toBeGreaterThan(before / 2);
  });

  it('takes back what must come again', () => {
    expect(run([500_000, -500_000, 100_000]).at(-1)?.bytes).toBe(100_000);
  });
});
