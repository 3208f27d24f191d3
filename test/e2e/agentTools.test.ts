/** The tools for chat agents in a real VS Code, called by another extension as a chat would call them. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode({ companion: path.join(root, 'test/support/toolCaller') });

interface Answer {
  error?: string;
  parts?: { text?: string; mime?: string; bytes?: string }[];
}

const figure = 'figures/lisa-architecture.png';
const readJson = async <T>(name: string) => JSON.parse(await readFile(vscode().file(name), 'utf8')) as T;

/** Calls a tool; `agree`: the button that answers the question before it runs, where one is asked. */
async function call(
  name: string,
  input: object,
  agree?: 'Yes' | 'Cancel',
): Promise<Answer & { asked: string }> {
  const { page, workbench } = vscode();
  const answer = vscode().file('tool-answer.json');
  await rm(answer, { force: true });
  await writeFile(vscode().file('tool-call.json'), JSON.stringify({ name, input }));
  await workbench.runCommand('Test: Call Tool');
  let asked = '';
  if (agree) {
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor({ timeout: 60_000 });
    asked = await dialog.innerText();
    await workbench.dialogButton(agree).click();
  }
  await expect.poll(() => existsSync(answer), { timeout: 90_000 }).toBe(true);
  await expect
    .poll(async () => (await readFile(answer, 'utf8')).endsWith('}'), { timeout: 10_000 })
    .toBe(true);
  return { ...(await readJson<Answer>('tool-answer.json')), asked };
}

describe('tools for chat agents', () => {
  it('ask first, then read a figure', async () => {
    const { parts, asked } = await call('groundnote_read_figure', { image: figure }, 'Yes');
    expect(asked).toContain('Read Figure: lisa-architecture.png');
    expect(asked).toContain(figure);
    expect(asked).toContain('The models run on this machine.');
    const told = JSON.parse(parts?.[0]?.text ?? '{}') as { labels: { text: string }[] };
    expect(told.labels.map(({ text }) => text).join('\n')).toMatch(/Mask decoder/);
    // This VS Code takes pictures from tools.
    expect(parts?.[1]?.mime).toBe('image/png');
    const { width = 0 } = await sharp(Buffer.from(parts?.[1]?.bytes ?? '', 'base64')).metadata();
    expect(width).toBe(1024);
  });

  it('are there with their schemas, but for the one that nothing can answer', async () => {
    const tools = await readJson<{ name: string; inputSchema: object; tags: string[] }[]>('tools.json');
    const ours = tools.filter(({ name }) => name.startsWith('groundnote_'));
    expect(ours.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'groundnote_ask',
        'groundnote_ground',
        'groundnote_read_figure',
        'groundnote_refer',
        'groundnote_segment',
      ]),
    );
    expect(ours.map(({ name }) => name)).not.toContain('groundnote_describe');
    for (const { inputSchema } of ours) expect(inputSchema).toMatchObject({ type: 'object' });
  });

  it('do not run when the user does not want it', async () => {
    const { error, parts } = await call('groundnote_segment', { image: 'photos/cat.jpg' }, 'Cancel');
    expect(parts).toBeUndefined();
    expect(error).toBeTruthy();
  });

  it('put regions into an open picture as an edit that can be undone', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
    const annotator = await vscode().annotator('coffee.jpg');
    const input = {
      image: vscode().file('photos/coffee.jpg'),
      objects: [{ points: [[366, 284]], label: 'cup' }],
      save: true,
    };
    const { parts, asked } = await call('groundnote_segment', input, 'Yes');
    expect(asked).toContain('coffee.json');
    expect(JSON.parse(parts?.[0]?.text ?? '{}')).toMatchObject({
      regions: [{ id: '1', label: 'cup' }],
      saved: { file: 'coffee.json', state: expect.stringContaining('can undo') },
    });
    await annotator.waitForRegions(1);
    await workbench.waitForDirty('coffee.jpg', true);
    expect(existsSync(vscode().file('photos/coffee.json'))).toBe(false);
  });

  it('say what is wrong in words for a model', async () => {
    const { error } = await call('groundnote_ground', { image: 'architecture.png', phrase: 'x' });
    expect(error).toMatch(/There is no image file "architecture\.png"/);
  });
});
