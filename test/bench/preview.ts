/**
 * Our preview and VS Code's own on the same notes, in one real VS Code: when the first screen is there, when all of the
 * note is, and when an edit is. Prints the table and writes docs/preview-benchmarks.md. Started by
 * scripts/bench-preview.mjs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';
import { format, resolveConfig } from 'prettier';
import { root } from '../../scripts/lib/process.mjs';
import { longNote } from '../support/longNote';
import { VSCode } from '../support/vscode';
import { hostTimes } from './previewHost';

/** How a preview is opened and recognised. */
interface Preview {
  name: 'ours' | 'built-in';
  keys: string[];
  /** Matches in its page once something of the note is there. */
  begun: string;
  edits: number;
}
const previews: Preview[] = [
  {
    name: 'ours',
    keys: ['Control+Alt+V'],
    begun: 'body[data-groundnote-view="preview"] .gn-block',
    edits: 9,
  },
  { name: 'built-in', keys: ['Control+K', 'v'], begun: 'body.vscode-body .markdown-body > *', edits: 5 },
];

const notes = [
  { lines: 200, formulas: 50 },
  { lines: 2000, formulas: 500 },
  { lines: 20_000, formulas: 5000 },
];
const last = 'The end of this note.';

interface Times {
  first: number;
  all: number;
  edits: number[];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** The page of a preview, as soon as it shows something; a poll is a few milliseconds. */
async function pageOf(page: Page, { begun }: Preview, timeout: number): Promise<Frame> {
  for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(5)) {
    for (const frame of page.frames()) {
      if (!/fake\.html/.test(frame.url())) continue;
      // A frame may go away while it is asked, and one that is at work answers late.
      const found = await frame
        .evaluate<boolean>(`document.querySelector(${JSON.stringify(begun)}) !== null`)
        .catch(() => false);
      if (found) return frame;
    }
  }
  throw new Error('The preview did not come.');
}

/** Resolves in the page with the time at which a picture with the wanted text has been painted. */
const painted = (test: string) => `new Promise((resolve) => {
  const seen = () => requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
  const holds = ${test};
  if (holds(document.body)) return seen();
  const observer = new MutationObserver((records) => {
    const nodes = records.flatMap(({ target, addedNodes }) => [...addedNodes, ...(target.nodeType === 3 ? [target] : [])]);
    if (!nodes.some((node) => holds(node))) return;
    observer.disconnect();
    seen();
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
})`;

async function measure(
  vscode: VSCode,
  preview: Preview,
  file: string,
  lines: readonly string[],
): Promise<Times> {
  const { page, workbench } = vscode;
  await patiently(page, () => workbench.openFile(file));
  await sleep(1500);
  const timeout = 180_000;
  const started = Date.now();
  for (const key of preview.keys) await page.keyboard.press(key);
  const frame = await pageOf(page, preview, timeout);
  const first =
    (await frame.evaluate<number>(
      painted(`(node) => {
        const formula = document.querySelector('.katex');
        return formula !== null && formula.getBoundingClientRect().height > 0;
      }`),
    )) - started;
  const all =
    (await frame.evaluate<number>(painted(`(node) => node.textContent.includes(${JSON.stringify(last)})`))) -
    started;
  await sleep(2000);

  const edits: number[] = [];
  // Lines of plain text, spread over the note and not in order.
  const places = lines.flatMap((line, index) => (line.startsWith('The second line') ? [index] : []));
  for (let edit = 0; edit < preview.edits; edit++) {
    const line = places[
      Math.floor((((edit * 7) % preview.edits) + 0.5) * (places.length / preview.edits))
    ] as number;
    await goToLine(page, line);
    await page.keyboard.press('End');
    // The previews follow the cursor first.
    await sleep(700);
    const marker = `${preview.name[0]}${edit}z`;
    await page.keyboard.type(` ${marker.slice(0, -1)}`);
    await settled(frame, marker.slice(0, -1), timeout);
    // VS Code's own services look at a long note after each key; an edit begins when they are done.
    await sleep(2000);
    const shown = frame.evaluate<number>(
      painted(`(node) => node !== document.body && node.textContent.includes(${JSON.stringify(marker)})`),
    );
    const typed = Date.now();
    await page.keyboard.type(marker.slice(-1));
    edits.push((await shown) - typed);
  }
  await page.keyboard.press('Control+1');
  await patiently(page, () => workbench.runCommand('View: Revert and Close Editor'));
  await patiently(page, () => workbench.runCommand('View: Close All Editors'));
  await sleep(1500);
  return { first, all, edits };
}

/** A window that is at work may miss a key: the step is tried again. */
async function patiently(page: Page, step: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      await page.keyboard.press('Escape');
      if (attempt >= 5) throw error;
    }
  }
}

/** Puts the text cursor at the beginning of a line (0-based) of the first editor. */
async function goToLine(page: Page, line: number): Promise<void> {
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  await patiently(page, async () => {
    await page.keyboard.press('Control+1');
    await page.keyboard.press('Control+G');
    await input.fill(`:${line + 1}`, { timeout: 10_000 });
    await page.keyboard.press('Enter');
    await input.waitFor({ state: 'detached', timeout: 10_000 });
  });
}

/** Waits until earlier typing is shown, so that only the last key is measured. */
async function settled(frame: Frame, text: string, timeout: number): Promise<void> {
  const find = `(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (node.data.includes(${JSON.stringify(text)})) return true;
    return false;
  })()`;
  for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(250))
    if (await frame.evaluate<boolean>(find)) return;
  throw new Error(`The preview does not show "${text}".`);
}

const seconds = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const times = (ratio: number) => `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)} ×`;

async function main(): Promise<void> {
  const texts = notes.map(({ lines }) => `${longNote(lines)}\n\n${last}\n`);
  const vscode = await VSCode.launch({
    prepare: (workspace) => {
      mkdirSync(path.join(workspace, 'long'));
      texts.forEach((text, index) =>
        writeFileSync(path.join(workspace, 'long', `note-${notes[index]?.lines}.md`), text),
      );
    },
  });
  const rows: string[] = [];
  try {
    // Both previews have been used once: what is measured is the notes, not the first start of an extension.
    for (const preview of previews)
      await measure(vscode, { ...preview, edits: 1 }, 'note-200.md', (texts[0] as string).split('\n'));
    for (const [index, { lines, formulas }] of notes.entries()) {
      const results = new Map<string, Times>();
      const text = texts[index] as string;
      for (const preview of previews) {
        const result = await measure(vscode, preview, `note-${lines}.md`, text.split('\n'));
        results.set(preview.name, result);
        console.log(
          `${lines} lines, ${preview.name}: first screen ${seconds(result.first)}, all ${seconds(result.all)}, edits ${result.edits.map(seconds).join(', ')}`,
        );
      }
      const ours = results.get('ours') as Times;
      const builtin = results.get('built-in') as Times;
      const row = (what: string, a: number, b: number) =>
        rows.push(
          `| ${lines.toLocaleString('en')} lines, ${formulas.toLocaleString('en')} formulas (${Math.round(text.length / 1000)} KB) | ${what} | ${seconds(a)} | ${seconds(b)} | ${times(b / a)} |`,
        );
      row('first screen', ours.first, builtin.first);
      row('all of it', ours.all, builtin.all);
      row('an edit, median', median(ours.edits), median(builtin.edits));
      row('an edit, slowest', Math.max(...ours.edits), Math.max(...builtin.edits));
    }
  } catch (error) {
    await vscode.screenshot('bench-preview');
    throw error;
  } finally {
    await vscode.close();
  }
  const host = await hostTimes(path.join(root, 'dist/noteRenderer.cjs'), longNote(20_000));
  const file = path.join(root, 'docs/preview-benchmarks.md');
  const config = await resolveConfig(file);
  writeFileSync(file, await format(report(rows, host), { ...config, filepath: file }));
  console.log(rows.join('\n'));
  console.log(`The extension host was held for at most ${host.longest.toFixed(1)} ms at a time.`);
  console.log('Written: docs/preview-benchmarks.md');
}

function report(rows: readonly string[], host: { longest: number; edits: number }): string {
  return `# The preview's speed

Written by \`npm run bench:preview\`: our preview and VS Code's own on the same notes, one after the other in the same VS Code
(1.100 in the browser) on the same machine. Times depend on the machine and on what else it does; the last column, how many times
sooner ours is, comes from one run.

| note | what | ours | built-in | ratio |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

- *First screen*: from the key press to a painted screen with formulas. *All*: until the last line of the note is in the page.
- *An edit*: from the key press to the painted letter, at places spread over the note.
- While a note of 20,000 lines is opened and edited ${host.edits} times, our part of the extension host is busy for at most
  ${host.longest.toFixed(0)} ms at a time: notes are rendered in a thread of their own.
`;
}

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
