/** The thread that renders notes, and the host's way to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NoteRendererClientOptions } from '../../../src/notes/render/workerClient';
import { NoteRendererClient } from '../../../src/notes/render/workerClient';
import type { RenderSettings } from '../../../src/protocol/noteRenderer';
import type { Block, NoteSplice } from '../../../src/protocol/preview';
import { buildEntry } from '../../support/build';

const folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-thread-'));
let entry: string;
beforeAll(async () => {
  entry = await buildEntry('src/notes/render/worker.ts', 'noteRenderer');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings: RenderSettings = {
  ...{ allowHtml: true, frontMatter: 'header', syntax: 'groundnote', emoji: false, macros: {} },
  ...{ bibliography: [], roots: [], resourceAddress: 'https://host{path}', folder: '/' },
};

let client: NoteRendererClient;
afterEach(() => client.dispose());

/** A preview that applies what it is sent; `text` is the note. */
function open(text: string, options: Partial<NoteRendererClientOptions> = {}) {
  const logged: string[] = [];
  client = new NoteRendererClient({ entry, log: (_level, message) => logged.push(message), ...options });
  const page = { blocks: [] as Block[], complete: false, splices: 0, problems: [] as string[] };
  const note = 'file:///note.md';
  const state = { text };
  client.open(note, {
    text: () => state.text,
    settings: () => settings,
    onSplice: (splice: NoteSplice) => {
      if (splice.reset) page.blocks = [];
      page.blocks.splice(splice.at, splice.remove, ...splice.blocks);
      page.complete = splice.complete;
      page.splices++;
      client.shown(note, splice.version);
    },
    onRestart: (problem) => {
      page.problems.push(problem);
      client.show(note, 0);
    },
  });
  client.show(note, 0);
  const html = () => page.blocks.map((block) => block.html).join('');
  return { page, note, state, logged, html };
}

describe('the thread that renders notes', () => {
  it('streams a note, and follows its changes', async () => {
    const { page, note, html } = open('# A\n\n```python\nx = "y"\n```\n\n$E = mc^2$\n');
    await expect.poll(() => page.complete, { timeout: 20_000 }).toBe(true);
    expect(html()).toMatch(/<h1[^>]*>A<\/h1>[\s\S]*class="katex"/);
    const splices = page.splices;
    client.change(
      note,
      [{ start: { line: 6, character: 0 }, end: { line: 6, character: 0 }, text: 'Typed ' }],
      8,
    );
    await expect.poll(html, { timeout: 10_000 }).toContain('Typed ');
    expect(page.splices - splices).toBeLessThanOrEqual(2);
  });

  it('asks for the whole text again when its own differs', async () => {
    const { page, note, state, html } = open('one\n\ntwo');
    await expect.poll(() => page.complete, { timeout: 20_000 }).toBe(true);
    state.text = 'one\n\ntwo\n\nthree';
    client.change(note, [], 5);
    await expect.poll(html, { timeout: 10_000 }).toContain('three');
  });

  it('is started again when it crashes, and says so', async () => {
    const crashing = path.join(folder, 'crash.cjs');
    writeFileSync(
      crashing,
      `const fs = require('node:fs');
       if (fs.existsSync(__filename + '.once')) require(${JSON.stringify(entry)});
       else { fs.writeFileSync(__filename + '.once', ''); throw new Error('boom'); }`,
    );
    const { page, logged, html } = open('# Still here', { entry: crashing });
    await expect.poll(html, { timeout: 20_000 }).toContain('Still here');
    expect(page.problems).toHaveLength(1);
    expect(logged.join()).toContain('boom');
  });

  it('is ended and started again when it hangs', async () => {
    const hanging = path.join(folder, 'hang.cjs');
    writeFileSync(
      hanging,
      `const fs = require('node:fs');
       if (fs.existsSync(__filename + '.once')) require(${JSON.stringify(entry)});
       else { fs.writeFileSync(__filename + '.once', ''); for (;;); }`,
    );
    const { page, html } = open('# Still here', { entry: hanging, hangMs: 1500 });
    await expect.poll(html, { timeout: 30_000 }).toContain('Still here');
    expect(page.problems.join()).toContain('takes too long');
  });
});
