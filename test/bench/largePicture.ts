/**
 * A picture of 20,000 × 15,000 pixels in a real VS Code: when it is seen, when it is sharp, how smoothly it moves, what a
 * prompt takes, and how much memory the process and the pages have meanwhile. Prints the figures of
 * docs/side-panel/large-images.md. Started by scripts/bench-large.mjs; with the argument `png` or `tiff` for those formats.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, readdir, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { cacheFolder, outFolder } from '../../scripts/lib/process.mjs';
import { AnnotatorFrame, webviewWith } from '../support/frames';
import { VSCode } from '../support/vscode';

const size = { width: 20_000, height: 15_000 };
const disc = { x: 13_000, y: 6_000, radius: 700 };
const formats = {
  jpeg: { name: 'large.jpg', encode: (picture: Sharp) => picture.jpeg({ quality: 88 }) },
  png: { name: 'large.png', encode: (picture: Sharp) => picture.png({ compressionLevel: 2 }) },
  tiff: {
    name: 'large.tif',
    encode: (picture: Sharp) => picture.tiff({ compression: 'lzw', predictor: 'horizontal' }),
  },
};
type Format = keyof typeof formats;

/** A photo with noise, many times over, and a red disc. */
async function makePicture(format: Format): Promise<string> {
  const { name, encode } = formats[format];
  const file = path.join(cacheFolder, 'bench', name);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  const [width, height] = [2500, 1875];
  const photo = await sharp('test/fixtures/photos/synthetic-planks.jpg')
    .resize(width, height, { fit: 'fill' })
    .toBuffer();
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 12 };
  const grain = await sharp({ create: { width, height, channels: 3, background: '#888', noise } })
    .png()
    .toBuffer();
  const tile = await sharp(photo)
    .composite([{ input: grain, blend: 'soft-light' }])
    .png({ compressionLevel: 1 })
    .toBuffer();
  const side = 2 * disc.radius;
  const mark = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><circle cx="${disc.radius}" cy="${disc.radius}" r="${disc.radius}" fill="#c62828"/></svg>`,
  );
  const picture = sharp({
    create: { ...size, channels: 3, background: '#888' },
    limitInputPixels: false,
  })
    .composite([
      { input: tile, tile: true },
      { input: mark, left: disc.x - disc.radius, top: disc.y - disc.radius },
    ])
    .removeAlpha();
  await encode(picture).toFile(file);
  return file;
}

/** Megabytes of a process: its own, and pages of files that it maps (which the system takes back when it needs them). */
async function memoryOf(pid: number): Promise<{ own: number; mapped: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { own: kilobytes('RssAnon') / 1000, mapped: kilobytes('RssFile') / 1000 };
}

/** Processes that this one has started, and those that they have, with their command lines. */
async function descendants(): Promise<{ pid: number; command: string }[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // After the name in parentheses: state, parent.
    parents.set(Number(name), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  return Promise.all(
    [...parents.keys()].filter(isOurs).map(async (pid) => ({
      pid,
      command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
}

/** Watches the most memory that processes with a word in their command have, until `stop`. */
function watchMemory(pattern: RegExp) {
  const most = { own: 0, mapped: 0 };
  let watching = true;
  const done = (async () => {
    while (watching) {
      for (const { pid, command } of await descendants()) {
        if (!pattern.test(command)) continue;
        const { own, mapped } = await memoryOf(pid).catch(() => most);
        most.own = Math.max(most.own, own);
        most.mapped = Math.max(most.mapped, mapped);
      }
      await sleep(200);
    }
  })();
  const stop = () => {
    watching = false;
    return done;
  };
  return { most, stop };
}

/** Frames of the page while something is done: median and 95th percentile of the time between them, in ms. */
async function framesOf(frame: Frame, work: () => Promise<void>): Promise<{ median: number; p95: number }> {
  await frame.evaluate(`
    window.frames_ = []; window.counting = true;
    (function count(last) { requestAnimationFrame((now) => { if (!counting) return; frames_.push(now - last); count(now); }); })(performance.now());`);
  await work();
  const times = await frame.evaluate<number[]>('(counting = false, frames_.slice(1))');
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1] ?? NaN, p95: times[Math.floor(times.length * 0.95)] ?? NaN };
}

async function measure(vscode: VSCode, file: string): Promise<void> {
  const { page, workbench } = vscode;
  const name = path.basename(file);
  const say = (what: string, value: string) => console.log(`${what.padEnd(52)} ${value}`);
  const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  say('File', `${name}, ${((await stat(file)).size / 1e6).toFixed(0)} MB`);

  await workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
  const small = await AnnotatorFrame.find(page, 'coffee.jpg');
  await small.clickImage(366, 284);
  await small.waitForRegions(1, 60_000);
  await workbench.closeActiveEditor("Don't Save");
  const inference = watchMemory(/inferenceProcess\.cjs/);
  const pages = watchMemory(/--type=renderer/);
  await sleep(500);
  const before = { process: { ...inference.most }, pages: { ...pages.most } };

  const begun = performance.now();
  const opening = workbench.explorerMenu(name, 'Segment Image');
  const selector = `body[data-groundnote-view="annotator"][data-document$="/${name}"]`;
  await webviewWith(page, `${selector}:has(.canvas)`, 60_000);
  await opening;
  say('From the menu to the panel', seconds(begun));
  const annotator = await AnnotatorFrame.find(page, name, 120_000);
  say('… to the first picture', seconds(begun));
  await annotator.frame.locator('body[data-tiles="sharp"]').waitFor({ state: 'attached', timeout: 120_000 });
  say('… to a sharp one, fitted', seconds(begun));
  await vscode.screenshot(`large ${name} fitted`);

  // Looking closely while most tiles are still to be made.
  const canvas = (await annotator.frame.locator('.canvas').boundingBox())!;
  const scale = Math.min((canvas.width - 24) / size.width, (canvas.height - 24) / size.height);
  const x = canvas.x + (canvas.width - size.width * scale) / 2 + disc.x * scale;
  const y = canvas.y + (canvas.height - size.height * scale) / 2 + disc.y * scale;
  await annotator.focus();
  await page.mouse.move(x, y);
  const zoomed = performance.now();
  for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -200);
  await annotator.frame.locator('body[data-tiles="sharp"]').waitFor({ state: 'attached', timeout: 120_000 });
  say('From zooming in to sharp there', seconds(zoomed));
  await vscode.screenshot(`large ${name} zoomed`);
  const status = async (prompt: () => Promise<void>) => {
    const since = performance.now();
    await prompt();
    await annotator.waitForText(/Mask in/, 120_000);
    const wall = seconds(since);
    return `${/Mask in \d+ ms/.exec(await annotator.text())?.[0] ?? ''} (${wall} to the screen)`;
  };
  say(
    'First prompt there',
    await status(async () => {
      await page.mouse.click(x, y);
      await annotator.waitForRegions(1, 60_000);
    }),
  );
  await vscode.screenshot(`large ${name} mask`);
  await annotator.finishRegion();
  say(
    'Second prompt there',
    await status(async () => {
      await page.mouse.click(x - 160, y + 10);
      await annotator.waitForRegions(2, 60_000);
    }),
  );

  const complete = performance.now();
  while (!(await isComplete(vscode))) await sleep(200);
  say('From the menu to all tiles', seconds(begun));
  say('  waited for them after the prompts', seconds(complete));
  say('Tiles on the disk', `${((await tileBytes(vscode)) / 1e6).toFixed(0)} MB`);

  const pan = () =>
    framesOf(annotator.frame, async () => {
      for (let i = 0; i < 6; i++) {
        await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
        await page.mouse.down({ button: 'middle' });
        const to = i % 2 ? 300 : -300;
        await page.mouse.move(canvas.x + canvas.width / 2 + to, canvas.y + canvas.height / 2 + (i - 3) * 60, {
          steps: 40,
        });
        await page.mouse.up({ button: 'middle' });
      }
    });
  const panned = await pan();
  say('Panning, ms between frames: median, 95 %', `${panned.median.toFixed(1)}, ${panned.p95.toFixed(1)}`);
  const wheel = await framesOf(annotator.frame, async () => {
    for (let i = 0; i < 40; i++) {
      await page.mouse.wheel(0, i < 20 ? 60 : -60);
      await sleep(16);
    }
  });
  say('Zooming, ms between frames: median, 95 %', `${wheel.median.toFixed(1)}, ${wheel.p95.toFixed(1)}`);

  const most = ({ own, mapped }: { own: number; mapped: number }) =>
    `${own.toFixed(0)} MB of its own, ${mapped.toFixed(0)} MB of mapped files`;
  say('Inference process before', most(before.process));
  say('Inference process, most', most(inference.most));
  say('Largest page of the browser before', most(before.pages));
  say('Largest page of the browser, most', most(pages.most));
  await Promise.all([inference.stop(), pages.stop()]);

  await workbench.save();
  await workbench.closeActiveEditor("Don't Save");
  const again = performance.now();
  await workbench.explorerMenu(name, 'Segment Image');
  const reopened = await AnnotatorFrame.find(page, name, 60_000);
  await reopened.frame.locator('body[data-tiles="sharp"]').waitFor({ state: 'attached', timeout: 60_000 });
  say('Opened again: from the menu to sharp', seconds(again));
}

async function tileFolder(vscode: VSCode): Promise<string | undefined> {
  const root = path.join(path.dirname(vscode.workspace), 'data/User/globalStorage');
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []))
    if (/^v\d+-/.test(entry.name)) return path.join(entry.parentPath, entry.name);
  return undefined;
}
async function isComplete(vscode: VSCode): Promise<boolean> {
  const folder = await tileFolder(vscode);
  return folder !== undefined && existsSync(path.join(folder, 'complete.json'));
}
async function tileBytes(vscode: VSCode): Promise<number> {
  const text = await readFile(path.join((await tileFolder(vscode)) ?? '', 'complete.json'), 'utf8');
  return (JSON.parse(text) as { bytes: number }).bytes;
}

async function main(): Promise<void> {
  const format = (process.argv[2] ?? 'jpeg') as Format;
  const file = await makePicture(format);
  mkdirSync(outFolder, { recursive: true });
  const prepare = (workspace: string) => symlink(file, path.join(workspace, path.basename(file)));
  const vscode = await VSCode.launch({ prepare });
  try {
    await measure(vscode, file);
  } finally {
    await vscode.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
