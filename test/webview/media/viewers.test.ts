/** The viewers of the modalities: what they draw, their keys and pointers, their questions, and who can use them. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shownModalities, type ShownModality } from '../../../src/protocol/media';
import { grave, inSentences, violationsOf } from '../../support/axe';
import { launchBrowser } from '../../support/chromium';
import { bytesOf } from '../../support/mediaFiles';
import { bundlePages, MediaPage, type MediaPageOptions } from './mediaPage';
import { sampleOf, slope } from './samples';

let browser: Browser;
let open: MediaPage | undefined;
beforeAll(async () => {
  await bundlePages();
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
afterEach(async () => {
  const errors = open?.errors ?? [];
  await open?.page.close();
  open = undefined;
  expect(errors).toEqual([]);
});

const show = async (modality: ShownModality, options: Partial<MediaPageOptions> = {}) =>
  (open = await (await MediaPage.open(browser, { ...(await sampleOf(modality)), ...options })).drawn());
const attribute = (page: MediaPage, name: string) => page.canvas.getAttribute(name);

describe.each(shownModalities)('the viewer of %s', (modality) => {
  it.each(['dark', 'light', 'highContrast'] as const)(
    'draws, and everybody can use it: %s',
    async (theme) => {
      const page = await show(modality, { theme });
      await expect.poll(() => page.colors()).toBeGreaterThan(modality === 'imu' ? 5 : 20);
      expect(inSentences(grave(await violationsOf(page.page)))).toEqual([]);
      await page.page.screenshot({ path: `out/media-${modality}-${theme}.png` });
    },
  );

  it('every control has a name, and Tab reaches all of them and leaves again', async () => {
    const page = await show(modality);
    const controls = page.page.locator('button:enabled, select, input, canvas[tabindex]');
    const wanted = await controls.count();
    const reached = new Set<string>();
    for (let i = 0; i < wanted + 3; i++) {
      await page.page.keyboard.press('Tab');
      const focused = await page.page.evaluate<string>(
        `(() => { const e = document.activeElement; return e === document.body ? '' : e.tagName + (e.getAttribute('aria-label') || e.id || e.textContent || ''); })()`,
      );
      if (focused) reached.add(focused);
    }
    expect(reached.size).toBe(wanted);
  });
});

it('says why a file cannot be shown, and reads it again when it has changed', async () => {
  open = await MediaPage.open(browser, {
    modality: 'depth',
    name: 'broken.npy',
    bytes: bytesOf('this is nothing'),
  });
  const { page } = open;
  expect(await page.getByRole('alert').textContent()).toMatch(/broken\.npy/);
  open.change(slope());
  await open.drawn();
  await expect.poll(() => open?.colors()).toBeGreaterThan(20);
});

describe('points', () => {
  it('turn, move and zoom by keys and the pointer, and Home shows all', async () => {
    const page = await show('points');
    const first = await attribute(page, 'data-camera');
    await page.canvas.focus();
    let before = first;
    for (const key of ['ArrowLeft', 'ArrowUp', '+', 'Shift+ArrowRight']) {
      await page.page.keyboard.press(key);
      await expect.poll(() => attribute(page, 'data-camera')).not.toBe(before);
      before = await attribute(page, 'data-camera');
    }
    await page.page.keyboard.press('Home');
    await expect.poll(() => attribute(page, 'data-camera')).toBe(first);
    const box = (await page.canvas.boundingBox())!;
    await page.page.mouse.move(box.x + 200, box.y + 150);
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + 260, box.y + 170, { steps: 3 });
    await page.page.mouse.up();
    await expect.poll(() => attribute(page, 'data-camera')).not.toBe(first);
    before = await attribute(page, 'data-camera');
    await page.page.mouse.wheel(0, 120);
    await expect.poll(() => attribute(page, 'data-camera')).not.toBe(before);
    // What was chosen is there again after the panel was hidden.
    before = await attribute(page, 'data-camera');
    await page.hideAndShow();
    expect(await attribute(page, 'data-camera')).toBe(before);
  });

  it('are coloured as chosen, and the one under the pointer is named', async () => {
    const page = await show('points');
    const colour = page.page.getByLabel('Colour');
    expect(await colour.locator('option').allTextContents()).toEqual([
      'Their own',
      'Height',
      'Normal',
      'One colour',
    ]);
    await page.page.getByLabel('Axes').uncheck();
    await colour.selectOption('plain');
    await expect.poll(() => page.colors()).toBeLessThan(60);
    await colour.selectOption('height');
    await expect.poll(() => page.colors()).toBeGreaterThan(60);
    const box = (await page.canvas.boundingBox())!;
    await expect
      .poll(async () => {
        for (let y = 0.3; y < 0.7; y += 0.02) {
          await page.page.mouse.move(box.x + box.width / 2, box.y + box.height * y);
          await page.page.evaluate(
            'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
          );
          const said = (await page.status.textContent()) ?? '';
          if (said.startsWith('x ')) return said;
        }
        return '';
      })
      .toMatch(/^x -?\d.*y -?\d.*z \d/);
  });
});

it('points are drawn again after the graphics card has forgotten them', async () => {
  const page = await show('points');
  await expect.poll(() => page.colors()).toBeGreaterThan(60);
  await page.page.evaluate(`(async () => {
    const canvas = document.querySelector('.stage canvas');
    const loss = canvas.getContext('webgl').getExtension('WEBGL_lose_context');
    const event = (name) => new Promise((done) => canvas.addEventListener(name, done, { once: true }));
    const lost = event('webglcontextlost');
    loss.loseContext();
    await lost;
    const restored = event('webglcontextrestored');
    setTimeout(() => loss.restoreContext());
    await restored;
  })()`);
  await expect.poll(() => page.colors()).toBeGreaterThan(60);
});

describe('a depth map', () => {
  it('gives the value under the pointer and the cross, and along a line', async () => {
    const page = await show('depth');
    await page.canvas.focus();
    await page.page.keyboard.press('ArrowRight');
    await expect.poll(() => page.status.textContent()).toBe('x 80  y 60:  not measured');
    for (let i = 0; i < 3; i++) await page.page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => page.status.textContent()).toBe('x 50  y 60:  1.629');
    await page.page.keyboard.press('p');
    for (let i = 0; i < 3; i++) await page.page.keyboard.press('Shift+ArrowUp');
    await page.page.keyboard.press('p');
    const profile = page.page.locator('.profile canvas');
    await expect
      .poll(() => profile.getAttribute('aria-label'))
      .toMatch(/from 1\.629 to 1\.629, over 31 pixels/);
    await page.page.keyboard.press('Escape');
    await expect.poll(() => profile.count()).toBe(0);
    await page.page.getByRole('button', { name: 'Draw a Line' }).click();
    const box = (await page.canvas.boundingBox())!;
    await page.page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.2);
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.2, { steps: 4 });
    await page.page.mouse.up();
    await expect.poll(() => profile.getAttribute('aria-label')).toMatch(/from 1\.\d+ to 2\.\d+/);
    expect(await page.colors(profile)).toBeGreaterThan(3);
    await page.canvas.focus();
    const scale = await attribute(page, 'data-scale');
    await page.page.keyboard.press('+');
    await expect.poll(() => attribute(page, 'data-scale')).not.toBe(scale);
    await page.page.keyboard.press('Home');
    await expect.poll(() => attribute(page, 'data-scale')).toBe(scale);
  });

  it('is drawn in the range and colours that are chosen', async () => {
    const page = await show('depth');
    const histogram = page.page.locator('.histogram canvas');
    expect(await histogram.getAttribute('aria-label')).toBe('Histogram of the values, from 1 to 3');
    expect(await page.colors(histogram)).toBeGreaterThan(20);
    await page.page.getByLabel('Colours').selectOption('grey');
    await page.page.getByLabel('To', { exact: true }).press('Home');
    await expect.poll(() => page.page.getByLabel('From', { exact: true }).inputValue()).toBe('1');
    await page.page.getByRole('button', { name: 'Usual Range' }).click();
    await expect
      .poll(() => page.page.getByLabel('To', { exact: true }).getAttribute('aria-valuetext'))
      .not.toBe('1');
  });
});

it('a normal map: the light follows the pointer and its sliders, and colours are the map as it is', async () => {
  const page = await show('normal');
  const around = page.page.getByLabel('Light from');
  expect(await around.getAttribute('aria-valuetext')).toBe('135°');
  const box = (await page.canvas.boundingBox())!;
  await page.page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await page.page.mouse.down();
  await page.page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 3 });
  await page.page.mouse.up();
  await expect.poll(() => around.getAttribute('aria-valuetext')).toBe('0°');
  await around.press('ArrowRight');
  await expect.poll(() => around.getAttribute('aria-valuetext')).toBe('1°');
  await page.page.getByLabel('Show', { exact: true }).selectOption('colours');
  await expect.poll(() => page.colors()).toBeGreaterThan(500);
  await page.canvas.focus();
  await page.page.mouse.move(0, 0);
  await page.page.keyboard.press('ArrowUp');
  await expect
    .poll(() => page.status.textContent())
    .toMatch(/^x 50 {2}y 50: {2}normal \(0\.01, −0\.01, 1\.00\)/);
});

describe.each(['audio', 'imu'] as const)('time in %s', (modality) => {
  it('zooms and selects by keys and the pointer', async () => {
    const page = await show(modality);
    const whole = await attribute(page, 'data-span');
    await page.canvas.focus();
    await page.page.keyboard.press('+');
    await expect.poll(() => attribute(page, 'data-span')).not.toBe(whole);
    await page.page.keyboard.press('Home');
    await expect.poll(() => attribute(page, 'data-span')).toBe(whole);
    await page.page.keyboard.press('Shift+ArrowRight');
    await page.page.keyboard.press('Shift+ArrowRight');
    const length = Number(whole?.split(' ')[1]);
    await expect.poll(() => attribute(page, 'data-selection')).toBe(`0.000 ${(length * 0.02).toFixed(3)}`);
    await page.page.keyboard.press('Escape');
    await expect.poll(() => attribute(page, 'data-selection')).toBe('');
    const box = (await page.canvas.boundingBox())!;
    await page.page.mouse.move(box.x + 200, box.y + 50);
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + 400, box.y + 50, { steps: 4 });
    await page.page.mouse.up();
    await expect.poll(() => attribute(page, 'data-selection')).not.toBe('');
    const selection = await attribute(page, 'data-selection');
    await page.page.getByRole('button', { name: 'Zoom to Selection' }).click();
    await expect.poll(() => attribute(page, 'data-span')).toBe(selection);
  });
});

it('a sound plays, and says time and frequency under the pointer', async () => {
  const page = await show('audio');
  const play = page.page.getByRole('button', { name: 'Play', exact: true });
  await play.click();
  await page.page.getByRole('button', { name: 'Pause' }).click();
  await play.waitFor();
  const box = (await page.canvas.boundingBox())!;
  await page.page.mouse.move(box.x + box.width / 2, box.y + box.height - 30);
  await expect.poll(() => page.status.textContent()).toMatch(/^0:0[01]\.\d{3} {2}\d+ Hz/);
});

it('motion says the values under the cursor, and sums up what is selected', async () => {
  const page = await show('imu');
  await page.page.getByLabel('Length of the vectors').check();
  await page.canvas.focus();
  for (let i = 0; i < 10; i++) await page.page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => page.status.textContent()).toMatch(/^0:01\.000: {2}ax -?\d.*\|a\| \d.*gx .*\|g\| /);
  const table = page.page.getByRole('table');
  await expect.poll(() => table.getByRole('row').count()).toBe(3);
  expect(await table.getByRole('columnheader').allTextContents()).toEqual([
    'Trace',
    'ax',
    'ay',
    'az',
    '|a|',
    'gx',
    'gy',
    'gz',
    '|g|',
  ]);
});

describe('questions', () => {
  it('say plainly that no pack can answer, and lead to the models', async () => {
    const page = await show('audio');
    await page.page.getByRole('button', { name: 'Describe' }).click();
    await expect
      .poll(() => page.page.locator('.answer').textContent())
      .toBe('No installed pack can describe this.');
    await page.page.getByRole('button', { name: 'Show Models' }).click();
    await expect.poll(() => page.modelsShown).toBe(1);
    expect(inSentences(grave(await violationsOf(page.page)))).toEqual([]);
  });

  it('are answered as the words come, with the turns before, and survive hiding the panel', async () => {
    let finish = () => {};
    const page = await show('imu', {
      answer: async (question, history, say) => {
        say('A person');
        if (question === undefined) await new Promise<void>((done) => (finish = done));
        return `A person walks (${question ?? 'described'}, ${history.length}).`;
      },
    });
    await page.page.getByRole('button', { name: 'Describe' }).click();
    await expect.poll(() => page.page.locator('.answer').textContent()).toBe('A person');
    finish();
    await expect
      .poll(() => page.page.locator('.answer').textContent())
      .toBe('A person walks (described, 0). (tests)');
    await page.page.getByLabel('Ask about this motion recording').fill('how fast?');
    await page.page.keyboard.press('Enter');
    await expect
      .poll(() => page.page.locator('.answer').last().textContent())
      .toBe('A person walks (how fast?, 1). (tests)');
    await page.hideAndShow();
    expect(await page.page.locator('.question').allTextContents()).toEqual(['Describe it.', 'how fast?']);
    await page.page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => page.page.locator('.question').count()).toBe(0);
  });

  it('can be stopped', async () => {
    let stopped = false;
    const page = await show('depth', {
      answer: (_question, _history, _say, signal) =>
        new Promise((_done, fail) =>
          signal.addEventListener('abort', () => fail(new Error(String((stopped = true))))),
        ),
    });
    await page.page.getByRole('button', { name: 'Describe' }).click();
    await page.page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => page.page.locator('.answer').textContent()).toBe('Stopped.');
    await expect.poll(() => stopped).toBe(true);
  });
});
