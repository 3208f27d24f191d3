/**
 * The side panel with 500 regions on 20 megapixels, panned and zoomed in Chromium, beside pages that draw the same by
 * simpler means. Prints the table and writes docs/panel-benchmarks.md. Started by scripts/bench-panel.mjs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { format, resolveConfig } from 'prettier';
import { root } from '../../scripts/lib/process.mjs';
import { launchBrowser } from '../support/chromium';
import { bundlePanel, PanelPage } from '../webview/annotator/panelPage';
import { redrawPage, svgPage } from './panelPeers';
import { makeScene, regionCount, size, type Scene } from './panelScene';

const viewport = { width: 1280, height: 800 };
const gestureMs = 4000;

const gestures = ['pan', 'zoom', 'panClose'] as const;
type Gesture = (typeof gestures)[number];
const gestureNames: Record<Gesture, string> = {
  pan: 'panning, the picture fitted',
  zoom: 'zooming in and out, by 11 ×',
  panClose: 'panning at 100 %',
};

interface Subject {
  name: string;
  open(browser: Browser, scene: Scene): Promise<Page>;
  /** Resolves when all is drawn. */
  settled(page: Page): Promise<void>;
}

interface Times {
  openMs: number;
  frames: Record<Gesture, number[]>;
  megabytes: number;
}

const peer = (name: string, html: (scene: Scene) => string): Subject => ({
  name,
  async open(browser, scene) {
    const page = await browser.newPage({ viewport });
    await page.route('https://peer.test/**', (route) =>
      new URL(route.request().url()).pathname === '/'
        ? route.fulfill({ contentType: 'text/html', body: html(scene) })
        : route.fulfill({ contentType: 'image/jpeg', body: scene.jpeg }),
    );
    await page.goto('https://peer.test/');
    await page.locator('body[data-ready="true"]').waitFor({ state: 'attached', timeout: 60_000 });
    return page;
  },
  settled: () => sleep(500),
});

const subjects: Subject[] = [
  {
    name: 'the side panel',
    async open(browser, scene) {
      const panel = await PanelPage.open(browser, {
        size,
        picture: scene.jpeg,
        annotations: scene.annotations,
        viewport,
      });
      await panel.ready();
      return panel.page;
    },
    settled: async (page) => {
      await page.locator('.canvas[data-painted="true"]').waitFor({ timeout: 60_000 });
      await sleep(500);
    },
  },
  peer('a canvas drawn anew in each frame', redrawPage),
  peer('an SVG over an image', svgPage),
];

/** Moves the pointer or turns the wheel in each frame, and returns the milliseconds between frames. */
const drive = (gesture: Gesture) => `new Promise((resolve) => {
  const canvas = document.querySelector('.canvas');
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const [cx, cy] = [left + width / 2, top + height / 2];
  const frames = [];
  let [start, last, depth] = [undefined, undefined, 0];
  const step = (now) => {
    start ??= now;
    if (last !== undefined) frames.push(now - last);
    last = now;
    const t = (now - start) / 1000;
    if (now - start > ${gestureMs}) return resolve(frames);
    if (${JSON.stringify(gesture)} === 'zoom') {
      const next = 1.2 * (1 - Math.cos(t * 1.57));
      canvas.dispatchEvent(new WheelEvent('wheel', { clientX: cx, clientY: cy, deltaY: (depth - next) / 0.002, bubbles: true, cancelable: true }));
      depth = next;
    } else {
      const clientX = cx + width * 0.4 * Math.sin(t * 2.1);
      const clientY = cy + height * 0.4 * Math.sin(t * 1.3);
      canvas.dispatchEvent(new PointerEvent('pointermove', { pointerId: 1, pointerType: 'mouse', clientX, clientY, buttons: 4, bubbles: true }));
    }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

async function measure(subject: Subject, scene: Scene): Promise<Times> {
  const browser = await launchBrowser();
  try {
    const started = performance.now();
    const page = await subject.open(browser, scene);
    await subject.settled(page);
    const openMs = performance.now() - started;
    const memory = watchMemory(browser);
    const frames: Partial<Record<Gesture, number[]>> = {};
    const middle = [(viewport.width - 236) / 2, viewport.height / 2] as const;
    for (const gesture of gestures) {
      await page.mouse.move(...middle);
      // From the fitted picture to 100 %, about the place where the picture is panned.
      if (gesture === 'panClose') for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -180);
      if (gesture !== 'zoom') await page.mouse.down({ button: 'middle' });
      await subject.settled(page);
      frames[gesture] = await page.evaluate<number[]>(drive(gesture));
      if (gesture !== 'zoom') await page.mouse.up({ button: 'middle' });
      await subject.settled(page);
    }
    return { openMs, frames: frames as Times['frames'], megabytes: await memory() };
  } finally {
    await browser.close();
  }
}

/** Looks at the memory of the browser's pages until called: the most that they had, in megabytes; NaN but on Linux. */
function watchMemory(browser: Browser): () => Promise<number> {
  let [most, running] = [NaN, true];
  const watching = (async () => {
    const session = await browser.newBrowserCDPSession();
    while (running) {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      const bytes = processInfo
        .filter(({ type }) => type === 'renderer')
        .reduce((sum, { id }) => sum + proportionalBytes(id), 0);
      if (!(most >= bytes)) most = bytes;
      await sleep(200);
    }
  })();
  return async () => {
    running = false;
    await watching;
    return most / 1e6;
  };
}

/** Memory of a process, its share of what it has in common with others included. */
function proportionalBytes(pid: number): number {
  const file = `/proc/${pid}/smaps_rollup`;
  if (!existsSync(file)) return NaN;
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]) * 1024;
}

const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] as number;
const perSecond = (ms: number) => (1000 / ms).toFixed(ms > 100 ? 1 : 0);

async function main(): Promise<void> {
  await bundlePanel();
  const scene = await makeScene();
  const rows: string[][] = [];
  for (const subject of subjects) {
    const { openMs, frames, megabytes } = await measure(subject, scene);
    const cells = gestures.map((gesture) => {
      const all = frames[gesture];
      return `${perSecond(quantile(all, 0.5))} (${perSecond(quantile(all, 0.95))})`;
    });
    const row = [subject.name, ...cells, `${Math.round(megabytes)} MB`, `${(openMs / 1000).toFixed(1)} s`];
    console.log(row.join(' | '));
    rows.push(row);
  }
  const head = ['', ...gestures.map((gesture) => gestureNames[gesture]), 'memory, at most', 'open'];
  const file = path.join(root, 'docs/panel-benchmarks.md');
  const text = `# Benchmarks of the side panel

Written by \`npm run bench:panel\`: ${regionCount} masks with labels on a picture of ${size.width} × ${size.height} pixels, in
Chromium without a GPU, ${availableParallelism()} cores. Frames per second: the median, and in brackets that of the slowest twentieth of
frames. Memory is that of the page's process. The panel must keep 50 frames a second at the median and stay under 600 MB.

${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}

- The browser makes 60 frames a second at most.
- The peers have outlines of the same regions, and no labels, hits, selection or toolbar.
- Opening begins with an empty browser and ends when all is drawn, half a second of rest included.
`;
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
  console.log('Written: docs/panel-benchmarks.md');
}

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
