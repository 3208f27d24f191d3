/**
 * The extension host is killed at random moments while somebody annotates. VS Code starts it again, twice by itself and
 * then when it is asked to; the side panel comes back, and at most the gesture that was under way is gone.
 * GROUNDNOTE_KILLS says how often (the seed of the moments is printed).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { processesOf } from '../support/processes';
import type { AnnotatorFrame } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();
const kills = Number(process.env['GROUNDNOTE_KILLS'] ?? 5);
const picture = 'coffee.jpg';

/** Small and repeatable (mulberry32). */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hosts = () => processesOf(vscode().server.pid, /type=extensionHost/);

async function killHost(): Promise<void> {
  for (const { pid } of await hosts()) process.kill(pid, 'SIGKILL');
}

/** After the third crash within five minutes VS Code asks first. */
async function allowRestart(): Promise<void> {
  const button = vscode().page.locator('.notification-toast .monaco-button', { hasText: 'Restart' });
  if (await button.count()) await button.first().click({ timeout: 2000 });
}

/** The panel of the picture with a host behind it: it says how many regions there are, and that nobody is missing. */
async function healed(before: Frame): Promise<AnnotatorFrame> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    await allowRestart().catch(() => undefined);
    const annotator = await vscode()
      .annotator(picture)
      .catch(() => undefined);
    if (annotator && annotator.frame !== before && (await isAnswered(annotator))) return annotator;
  }
  throw new Error('The side panel did not come back.');
}

const isAnswered = (annotator: AnnotatorFrame) =>
  annotator.frame
    .evaluate<boolean>(
      `document.body.dataset.ready === 'true' && document.body.dataset.regions !== undefined && !document.querySelector('.notice.error')`,
    )
    .catch(() => false);

describe('a killed extension host', () => {
  let annotator: AnnotatorFrame;
  beforeAll(async () => {
    await vscode().workbench.explorerMenu(`photos/${picture}`, 'Segment Image');
    annotator = await vscode().annotator(picture);
    // VS Code itself needs this long until it remembers which editors are open.
    await sleep(5000);
  });

  it(
    `takes no region along that was accepted, ${kills} times`,
    { timeout: 60_000 + kills * 60_000 },
    async () => {
      const seed = Number(process.env['GROUNDNOTE_SEED'] ?? Date.now() % 100_000);
      console.log(`Seed ${seed}.`);
      const random = randomOf(seed);
      const { page, workbench } = vscode();
      let expected = 0;
      for (let kill = 0; kill < kills; kill++) {
        await annotator.focus();
        await annotator.press('g');
        const [x, y] = [60 + random() * 400, 60 + random() * 250];
        const gesture = async () => {
          for (const [dx, dy] of [
            [0, 0],
            [40, 0],
            [20, 30],
          ] as const)
            await annotator.clickImage(x + dx, y + dy);
          await page.keyboard.press('Enter');
        };
        // One that is finished, and shown, before anything happens.
        await gesture();
        await annotator.waitForRegions(expected + 1);
        expected++;
        await sleep(100);
        const frame = annotator.frame;
        const wait = random() * 500;
        const [, result] = await Promise.all([sleep(wait).then(killHost), gesture().catch(() => undefined)]);
        void result;
        annotator = await healed(frame);
        const found = await annotator.regions();
        expect([expected, expected + 1], `kill ${kill + 1}, after ${Math.round(wait)} ms`).toContain(found);
        expected = found;
        await workbench.waitForDirty(picture, true);
      }
      await annotator.focus();
      await workbench.save();
      await workbench.waitForDirty(picture, false);
    },
  );
});
