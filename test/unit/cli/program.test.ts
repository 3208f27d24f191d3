/** The command line's contract: exit codes, one JSON object on standard output, one line for a failure. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { parseBox, parsePoint, parseStroke } from '../../../src/cli/arguments';
import { runCli } from '../../../src/cli/program';
import { taskResultSchema } from '../../../src/protocol/inference';
import { rleArea } from '../../../src/protocol/rle';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  let [out, err] = ['', ''];
  const signal = new AbortController().signal;
  const code = await runCli(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    signal,
    interactive: false,
  });
  return { code, out, err };
}
const lines = (text: string) => text.trim().split('\n');

describe('wrong arguments end with 2', () => {
  it.each([
    [['segment']],
    [['segment', 'a.png']],
    [['segment', 'a.png', '--point', 'a,b']],
    [['segment', 'a.png', '--point', '1']],
    [['segment', 'a.png', '--point', '1,2,3']],
    [['segment', 'a.png', '--point', '1,,2']],
    [['segment', 'a.png', '--box', '1,2,3']],
    [['segment', 'a.png', '--box', '9,9,1,1']],
    [['segment', 'a.png', '--stroke', '1,2;x']],
    [['segment', 'a.png', '--point', '1,2', '--threads', '-1']],
    [['segment', 'a.png', '--point', '1,2', '--nonsense']],
    [['segment', 'a.png', '--everything', '--point', '1,2']],
    [['segment', 'a.png', '--everything', '--points-per-side', '1']],
    [['segment', 'a.png', '--everything', '--points-per-side', '65']],
    [['segment', 'a.png', '--point', '1,2', '--points-per-side', '8']],
    [['segment', 'a.png', '--point', '1,2', '--view', '5,5,5,9']],
    [['ground', 'a.png']],
    [['ground', 'a.png', '--text', '  ']],
    [['ask', 'a.png']],
    [['ask', 'a.png', '  ']],
    [['refer', 'a.png']],
    [['refer', 'a.png', '--ask', 'what is it?']],
    [['refer', 'a.png', '--box', '1,2,3']],
    [['describe']],
    [['describe', 'a.png', '--modality', 'smell']],
    [['depth', 'a.png']],
    [['eval', 'segment']],
    [['eval', 'refer']],
    [['eval', 'segment', '--index', 'x', '--limit', '0']],
    [['nonsense']],
  ])('%j', async (args) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^error: /);
  });
});

describe('failures end with 1 and one line', () => {
  it.each([
    ['a picture that is not there', 'segment nowhere.png --point 1,2 --json'],
    ['a history that is not there', 'ask a.png why --history nowhere.json --json'],
    ['a mask that is not there', 'refer a.png --mask nowhere.png --json'],
    ['an index that is not there', 'eval ground --index nowhere.jsonl'],
    ['a note that is not there', 'render nowhere.md --json'],
    ['no pack that describes', 'describe a.png --json'],
    ['nothing that describes sound', 'describe a.wav'],
    ['nothing that describes what it is told', 'describe a.png --modality depth --json'],
    ['no pack that estimates depth', 'depth a.png --out d.png --json'],
    ['an index that is not there', 'eval segment --index nowhere.jsonl --json'],
    ['a pack that is not there', 'packs verify no-such-pack --json'],
    ['a pack that nobody offers', 'packs add no-such-pack --json'],
    ['a pack that was not installed', 'packs remove no-such-pack --json'],
    ['an installation that nobody began', 'packs discard no-such-pack --json'],
  ])('%s', async (_, args) => {
    const { code, out, err } = await run(...args.split(' '));
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(lines(err)).toHaveLength(1);
  });
});

describe('--json prints one object', () => {
  it('for packs list', async () => {
    const { code, out } = await run('packs', 'list', '--json');
    expect(code).toBe(0);
    expect(lines(out)).toHaveLength(1);
    expect(JSON.parse(out)).toHaveProperty('packs');
  });
  it('for render, which writes the page where it is told', async () => {
    const note = path.join(folder, 'note.md');
    const page = path.join(folder, 'page.html');
    writeFileSync(note, '# Title\n\n$$x^2$$\n\n`<SEG>` and <SEG>\n');
    const { code, out } = await run('render', note, '--out', page, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ title: 'Title', formulas: 1, formulaErrors: 0, missing: 0 });
    expect(readFileSync(page, 'utf8')).toContain('katex');
  });
  it('never overwrites the note', async () => {
    const note = path.join(folder, 'same.md');
    writeFileSync(note, '# A\n');
    expect((await run('render', note, '--out', note)).code).toBe(2);
    expect(readFileSync(note, 'utf8')).toBe('# A\n');
  });
});

it("segment --everything prints all regions, and writes the number of each pixel's region", async () => {
  const [image, out] = ['picture', 'numbers'].map((name) => path.join(folder, `${name}.png`)) as [
    string,
    string,
  ];
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="#dde"/><circle cx="150" cy="120" r="60" fill="#a33"/></svg>';
  await sharp(Buffer.from(svg)).png().toFile(image);
  const { code, out: text } = await run(
    ...['segment', image, '--everything', '--points-per-side', '5', '--mask-out', out],
    ...['--packs', 'models', '--json'],
  );
  expect(code).toBe(0);
  const { regions } = taskResultSchema.parse(JSON.parse(text));
  expect(regions.length).toBeGreaterThan(0);
  const { data, info } = await sharp(out).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 320, height: 240 });
  // The regions come largest first, so that the smaller ones lie above.
  const last = regions.at(-1)!.mask!;
  expect(data.filter((value) => value === regions.length)).toHaveLength(rleArea(last));
  expect(Math.max(...data)).toBe(regions.length);
});

it('help and version end with 0', async () => {
  expect((await run('--help')).code).toBe(0);
  expect((await run('segment', '--help')).out).toContain('--mask-out');
  expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+/);
});

describe('prompts', () => {
  it('are read from their arguments', () => {
    expect(parsePoint('1.5,2')).toEqual([{ type: 'point', point: [1.5, 2], label: 1 }]);
    expect(parsePoint('3,4,0', parsePoint('1,2'))).toHaveLength(2);
    expect(parseBox('1,2,3,4')).toEqual([{ type: 'box', box: [1, 2, 3, 4] }]);
    expect(parseStroke('1,2;3,4;')).toEqual([
      {
        type: 'stroke',
        points: [
          [1, 2],
          [3, 4],
        ],
        label: 1,
      },
    ]);
  });
});
