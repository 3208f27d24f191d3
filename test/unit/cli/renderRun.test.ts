/** `groundnote render --run`: fences are asked of the runtime once, and their answers are kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runRender } from '../../../src/cli/tasks';
import type { Runtime } from '../../../src/inference/process/runtime';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { TaskResult } from '../../../src/protocol/inference';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A runtime that finds everything but "nothing", and counts what it is asked. */
function fakeRuntime() {
  const asked: string[] = [];
  const result = (more: Partial<TaskResult>): TaskResult => ({
    image: { width: 100, height: 50 },
    pack: { id: 'fake', version: '1' },
    regions: [{ id: '1', label: 'Found', box: [10, 10, 20, 20] }],
    timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 0 },
    ...more,
  });
  const runtime: Pick<Runtime, 'segment' | 'ground'> = {
    segment: async ({ prompts }) => {
      asked.push(JSON.stringify(prompts));
      return result({});
    },
    ground: async ({ text }) => {
      asked.push(text);
      if (text === 'fails') throw new GroundnoteError('no-pack', 'No pack on this machine can do this.');
      if (text === 'nothing') return result({ regions: [], refused: true, text: 'Not written here.' });
      return result({ text: `Found "${text}".` });
    },
  };
  return { asked, runtime: runtime as Runtime };
}

async function render(note: string, runtime?: Runtime) {
  let [out, err] = ['', ''];
  await runRender(
    {
      out: (text) => (out += text),
      err: (text) => (err += text),
      signal: new AbortController().signal,
      interactive: false,
    },
    note,
    { json: true, ...(runtime && { runtime }) },
  );
  const json = JSON.parse(out) as { out: string; ground?: { run: number; answered: number } };
  return { ...json, err, html: readFileSync(json.out, 'utf8') };
}

describe('render --run', () => {
  const note = path.join(folder, 'my note.md');
  writeFileSync(path.join(folder, 'a.png'), pixel);
  const fence = (inside: string) => `\`\`\`ground\nimage: a.png\n${inside}\n\`\`\`\n`;

  it('asks what is missing, keeps the answers, and asks nothing twice', async () => {
    writeFileSync(
      note,
      [
        fence('query: the legend'),
        fence('prompts: [{point: [3, 4]}, {point: [5, 6], positive: false}]'),
        fence('query: nothing'),
        fence('query: the legend'),
        fence('query: fails'),
        fence('qery: x'),
        '```ground\nimage: gone.png\nquery: x\n```\n',
      ].join('\n'),
    );
    expect((await render(note)).html).toContain('Not yet run.');
    const { asked, runtime } = fakeRuntime();
    const { ground, html, err } = await render(note, runtime);
    expect(asked).toEqual([
      'the legend',
      '[{"type":"point","point":[3,4],"label":1},{"type":"point","point":[5,6],"label":0}]',
      'nothing',
      'fails',
    ]);
    expect(ground).toEqual({ run: 5, answered: 3 });
    expect(err).toMatch(/my note\.md:\d+: Unknown key "qery"/);
    expect(err).toMatch(/my note\.md:\d+: No pack on this machine/);
    expect(err).toMatch(/my note\.md:\d+: The image "gone\.png" is missing/);
    expect(html).toContain('Found &quot;the legend&quot;.'.replaceAll('&quot;', '"'));
    expect(html).toContain('Not written here.');
    expect(html).not.toContain('<button');

    const again = fakeRuntime();
    expect((await render(note, again.runtime)).ground).toEqual({ run: 2, answered: 0 });
    expect(again.asked).toEqual(['fails']);
  });

  it('asks again when the picture has changed, and stops at a broken file of answers', async () => {
    writeFileSync(note, fence('query: the legend'));
    writeFileSync(path.join(folder, 'a.png'), Buffer.concat([pixel, Buffer.from('more')]));
    const { asked, runtime } = fakeRuntime();
    await render(note, runtime);
    expect(asked).toEqual(['the legend']);
    writeFileSync(path.join(folder, 'my note.ground.json'), '{');
    await expect(render(note, runtime)).rejects.toThrow(/will not be overwritten/);
    expect(asked).toHaveLength(1);
  });
});
