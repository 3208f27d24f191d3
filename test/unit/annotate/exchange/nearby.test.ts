/** What is offered beside a picture, before the dialog for files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nearbyFiles, nearbyFolders, nearbySources } from '../../../../src/annotate/exchange/nearby';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-nearby-'));
beforeAll(() => {
  for (const name of ['exported', 'labels', '.git', 'node_modules', 'empty'])
    mkdirSync(path.join(folder, name));
  for (const name of [
    'cup.png',
    'cup.json',
    'cup.xml',
    'set.json',
    'exported/annotations.json',
    'labels/cup.txt',
    '.git/config.json',
    'node_modules/x.json',
  ])
    writeFileSync(path.join(folder, name), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const names = (places: { name: string }[]) => places.map(({ name }) => name);

describe('places beside a picture', () => {
  it('are its folder and the folders in it', async () => {
    expect(names(await nearbyFolders(folder))).toEqual(['', 'empty', 'exported', 'labels']);
  });

  it('that hold a format: files, without the sidecars of pictures', async () => {
    expect(names(await nearbyFiles(folder, ['json']))).toEqual(['set.json', 'exported/annotations.json']);
    expect(names(await nearbyFiles(folder, ['xml']))).toEqual(['cup.xml']);
  });

  it('that hold a format: folders', async () => {
    expect(names(await nearbySources(folder, ['txt', 'yaml']))).toEqual(['labels']);
    expect(names(await nearbySources(folder, ['xml']))).toEqual(['']);
  });

  it('are none where nothing can be read, and not too many', async () => {
    expect(await nearbyFiles(path.join(folder, 'gone'), ['json'])).toEqual([]);
    const full = path.join(folder, 'full');
    mkdirSync(full);
    for (let i = 0; i < 50; i++) writeFileSync(path.join(full, `${i}.csv`), '');
    expect(names(await nearbyFiles(full, ['csv'])).slice(0, 3)).toEqual(['0.csv', '1.csv', '2.csv']);
    expect(await nearbyFiles(full, ['csv'])).toHaveLength(30);
  });
});
