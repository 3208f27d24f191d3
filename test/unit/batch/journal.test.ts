import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal, readJournal } from '../../../src/batch/journal';
import type { BatchJob } from '../../../src/protocol/batch';

let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), 'groundnote-journal-')), 'sub', 'journal.jsonl');
});
afterEach(() => rmSync(path.dirname(path.dirname(file)), { recursive: true, force: true }));

const job: BatchJob = {
  id: 'batch-1',
  folder: '/photos',
  task: 'everything',
  existing: 'skip',
  recursive: false,
};
const begin = async () => {
  const journal = await Journal.create(file, job, 3);
  await journal.record({ image: 'a.png', state: 'done', regions: 2 });
  return journal;
};

it('says after a crash what has become of each image, and what was being written counts as nothing', async () => {
  const journal = await begin();
  await journal.record({ image: 'b.png', state: 'failed', code: 'bad-image', reason: 'It is damaged.' });
  await journal.close();
  appendFileSync(file, '{"image":"c.png","sta');
  expect((await readJournal(file))?.outcomes.has('c.png')).toBe(false);
  const again = await Journal.resume(file);
  expect(again.job).toEqual(job);
  await again.record({ image: 'b.png', state: 'done', regions: 1 });
  await again.finish();
  await again.close();
  const content = await readJournal(file);
  expect(Object.fromEntries(content?.outcomes ?? [])).toEqual({
    'a.png': { state: 'done', regions: 2 },
    'b.png': { state: 'done', regions: 1 },
  });
  expect(content).toMatchObject({ finished: true, total: 3 });
});

it('has begun only when its first line is whole', async () => {
  expect(await readJournal(file)).toBeUndefined();
  await (await begin()).close();
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20));
  expect(await readJournal(file)).toBeUndefined();
  await (await begin()).close();
  expect((await readJournal(file))?.outcomes.size).toBe(1);
});

it('is written by one process at a time, and by nobody who is not there any more', async () => {
  const journal = await begin();
  await expect(Journal.resume(file)).rejects.toThrow(/running already/);
  await journal.close();
  // The largest process ids that Linux gives are below this.
  writeFileSync(`${file}.lock`, '4194305');
  await (await Journal.resume(file)).close();
  expect(existsSync(`${file}.lock`)).toBe(false);
});

it('is never begun over another file, and damage in its middle is told', async () => {
  await (await begin()).close();
  await expect(Journal.create(file, job, 1)).rejects.toThrow(/already/);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text}garbage\n${text.split('\n')[1]}\n`);
  await expect(readJournal(file)).rejects.toThrow(/damaged/);
  writeFileSync(file, 'something else\n');
  await expect(readJournal(file)).rejects.toThrow(/no journal/);
});
