import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPicture, outputPicture, storePicture } from '../../../../src/notes/builtin/outputPictures';

const bytes = (text: string) => new TextEncoder().encode(text);
const png = (text: string) => ({ bytes: bytes(text), extension: 'png' });

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'groundnote-outputs-')), 'plots.figures');
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

describe("a notebook's picture", () => {
  it('is the form that VS Code shows', () => {
    const text = { mime: 'text/plain', data: bytes('<Figure>') };
    const png = { mime: 'image/png', data: bytes('png') };
    const svg = { mime: 'image/svg+xml', data: bytes('<svg/>') };
    expect(outputPicture([text, png])).toEqual({ bytes: png.data, extension: 'png' });
    expect(outputPicture([png, svg])?.extension).toBe('svg');
    expect(outputPicture([{ mime: 'image/jpeg', data: bytes('j') }])?.extension).toBe('jpg');
    expect(outputPicture([text])).toBeUndefined();
    expect(outputPicture([{ mime: 'image/png', data: bytes('') }, text])).toBeUndefined();
  });

  it('becomes one file, however often and from whatever cell it is stored', async () => {
    const first = await storePicture(folder, 3, png('a'));
    expect(path.basename(first)).toMatch(/^cell-3-[0-9a-f]{8}\.png$/);
    expect(await readFile(first, 'utf8')).toBe('a');
    expect(await storePicture(folder, 3, png('a'))).toBe(first);
    expect(await storePicture(folder, 5, png('a'))).toBe(first);
    expect(await findPicture(folder, png('a'))).toBe(first);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('takes another name for other content, and overwrites nothing', async () => {
    const first = await storePicture(folder, 1, png('a'));
    expect(await storePicture(folder, 1, png('b'))).not.toBe(first);
    await writeFile(first, 'edited by somebody');
    const again = await storePicture(folder, 1, png('a'));
    expect(path.basename(again)).toMatch(/^cell-1-[0-9a-f]{16}\.png$/);
    expect(await readFile(first, 'utf8')).toBe('edited by somebody');
    expect(await readFile(again, 'utf8')).toBe('a');
    expect(await storePicture(folder, 2, png('a'))).toBe(again);
  });

  it('is not found in a folder that is not there, and cannot be stored where a file is in the way', async () => {
    expect(await findPicture(folder, png('a'))).toBeUndefined();
    await writeFile(folder, 'a file');
    await expect(storePicture(folder, 1, png('a'))).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
