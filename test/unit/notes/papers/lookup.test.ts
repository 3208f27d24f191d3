import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseArxiv, parseCrossref } from '../../../../src/notes/papers/answers';
import { isAllowedAddress } from '../../../../src/notes/papers/boundedFetch';
import { familyName, shortAuthors, type PaperDetails } from '../../../../src/notes/papers/details';
import { PaperLookup, type Clock } from '../../../../src/notes/papers/lookup';
import { LookupCache } from '../../../../src/notes/papers/lookupCache';
import { paperReference, type PaperReference } from '../../../../src/notes/papers/reference';
import { feed, PaperServer, played, type PlayedPaper } from '../../../support/paperServer';

const reference = (text: string) => paperReference(text) as PaperReference;
const lisa = reference('arXiv:2308.00692');

/** A clock that passes at once, and tells how long was waited. */
class FakeClock implements Clock {
  time = 0;
  readonly slept: number[] = [];
  now = () => this.time;
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.slept.push(ms);
    this.time += ms;
    await Promise.resolve();
  }
}

let server: PaperServer;
let clock: FakeClock;
let lookup: PaperLookup;
const never = new AbortController().signal;

beforeAll(async () => {
  server = await PaperServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = server.next.length = 0;
  clock = new FakeClock();
  lookup = make();
});
const make = (options: { timeoutMs?: number; arxivApi?: string } = {}) =>
  new PaperLookup({ arxivApi: server.arxivApi, crossrefApi: server.crossrefApi, clock, ...options });
const failure = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason as { code: string; message: string },
  );
  return `${error?.code}: ${error?.message}`;
};

describe('looking papers up', () => {
  it('reads what arXiv says', async () => {
    expect(await lookup.details(lisa, never)).toEqual({
      title: 'LISA: Reasoning Segmentation via Large Language Model',
      authors: ['Xin Lai', 'Zhuotao Tian', 'Yukang Chen', 'Yanwei Li', 'Yuhui Yuan', 'Shu Liu', 'Jiaya Jia'],
      year: 2023,
      venue: 'CVPR 2024',
      abstract: 'We propose a new segmentation task & a model -- reasoning segmentation with $x < y$.',
      url: 'https://arxiv.org/abs/2308.00692',
      arxiv: '2308.00692',
      doi: '',
      source: 'arXiv',
    });
    expect(server.asked).toEqual(['/api/query?id_list=2308.00692&max_results=1']);
    expect(await lookup.details(reference('cs/0112017'), never)).toMatchObject({
      ...{ year: 2001, venue: 'J. Old 3 (2001) 1-9', doi: '10.1000/old.1', arxiv: 'cs/0112017' },
    });
  });

  it('reads what Crossref says, for DOIs and for papers of the ACL', async () => {
    expect(await lookup.details(reference('doi:10.1109/CVPR.2016.90'), never)).toEqual({
      title: 'Deep Residual Learning & more',
      authors: ['Kaiming He', 'A Group'],
      year: 2016,
      venue: '2016 IEEE Conference (CVPR)',
      abstract: 'Deeper networks.',
      url: 'https://doi.org/10.1109/CVPR.2016.90',
      arxiv: '',
      doi: '10.1109/CVPR.2016.90',
      source: 'Crossref',
    });
    await lookup.details(reference('https://aclanthology.org/2020.acl-main.1/'), never);
    expect(server.asked).toEqual(['/works/10.1109%2FCVPR.2016.90', '/works/10.18653%2Fv1%2F2020.acl-main.1']);
    expect(await failure(lookup.details(reference('doi:10.1000/unknown'), never))).toMatch(
      /^not-found: Crossref knows no/,
    );
    expect(await failure(lookup.details(reference('https://a.org/x.pdf'), never))).toMatch(/^unsupported/);
  });

  it('finds papers by words of their title', async () => {
    const found = await lookup.search('reasoning: "segmentation"', never);
    expect(found.map(({ arxiv }) => arxiv)).toEqual(['2308.00692']);
    expect(server.asked[0]).toContain('ti%3Areasoning+AND+ti%3Asegmentation');
    expect(await lookup.search('?!', never)).toEqual([]);
  });

  it('asks arXiv one question at a time, three seconds apart, and each question once', async () => {
    const both = [
      lookup.details(lisa, never),
      lookup.details(lisa, never),
      lookup.details(reference('cs/0112017'), never),
    ];
    await Promise.all(both);
    expect(server.asked).toHaveLength(2);
    expect(clock.slept).toEqual([3000]);
  });

  it('waits and asks again when a service is busy, and gives up with a clear sentence', async () => {
    server.next.push(
      (_, response) => response.writeHead(503).end('busy'),
      (_, response) => response.writeHead(429, { 'retry-after': '7' }).end(),
    );
    expect((await lookup.details(lisa, never)).year).toBe(2023);
    expect(clock.slept).toEqual([3000, 7000]);
    const busy = () => server.next.push((_, response) => response.writeHead(500).end());
    for (let i = 0; i < 3; i++) busy();
    expect(await failure(lookup.details(lisa, never))).toBe('io: arXiv is busy. Try again in a minute.');
    server.next.push((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    expect(await failure(lookup.details(lisa, never))).toMatch(/busy/);
    server.next.push((_, response) => response.writeHead(403).end());
    expect(await failure(lookup.details(lisa, never))).toBe('io: arXiv refused the question (403).');
  });

  it('says when nothing is known, and when the question is wrong', async () => {
    expect(await failure(lookup.details(reference('2401.99999'), never))).toBe(
      'not-found: arXiv knows no paper 2401.99999.',
    );
    server.next.push((_, response) =>
      response
        .writeHead(400)
        .end(
          `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#incorrect_id</id><title>Error</title><summary>incorrect id format</summary></entry></feed>`,
        ),
    );
    expect(await failure(lookup.details(lisa, never))).toBe(
      'invalid-params: arXiv says: incorrect id format',
    );
  });

  it('gives up on a service that hangs, cuts the line or is not there', async () => {
    server.next.push(() => undefined);
    expect(await failure(make({ timeoutMs: 200 }).details(lisa, never))).toMatch(
      /^timeout: arXiv did not answer/,
    );
    server.next.push((_, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write('<feed');
      setTimeout(() => response.destroy(), 50);
    });
    expect(await failure(lookup.details(lisa, never))).toBe(
      'io: arXiv could not be reached. Are you online?',
    );
    expect(await failure(make({ arxivApi: 'http://127.0.0.1:9/api' }).details(lisa, never))).toMatch(
      /^io: .*reached/,
    );
  });

  it('stops when nobody waits any more, and not before', async () => {
    const closed = new Promise<void>((resolve) => {
      server.next.push((request) => request.socket.once('close', () => resolve()));
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = [lookup.details(lisa, first.signal), lookup.details(lisa, second.signal)];
    await expect.poll(() => server.asked.length).toBe(1);
    first.abort();
    expect(await failure(answers[0] as Promise<unknown>)).toMatch(/^cancelled/);
    second.abort();
    expect(await failure(answers[1] as Promise<unknown>)).toMatch(/^cancelled/);
    await closed;
    expect((await lookup.details(lisa, never)).year).toBe(2023);
  });

  it('follows no redirect to a place that is neither https nor this machine, nor in a circle', async () => {
    const to = (location: string) =>
      server.next.push((_, response) => response.writeHead(302, { location }).end());
    to('http://example.org/');
    expect(await failure(lookup.details(lisa, never))).toMatch(/^io: arXiv led to an address/);
    to('file:///etc/passwd');
    expect(await failure(lookup.details(lisa, never))).toMatch(/^io: arXiv led to an address/);
    for (let i = 0; i < 7; i++) to('/again');
    expect(await failure(lookup.details(lisa, never))).toMatch(/^io: arXiv led in a circle/);
    server.next.length = 0;
    to('/api/elsewhere?id_list=2308.00692');
    expect((await lookup.details(lisa, never)).arxiv).toBe('2308.00692');
    expect(await failure(make({ arxivApi: 'http://export.arxiv.org/api' }).details(lisa, never))).toMatch(
      /^unsupported: The address of arXiv/,
    );
    expect(isAllowedAddress(new URL('https://user:pass@arxiv.org/'))).toBe(false);
  });

  it('reads no hostile answer', async () => {
    const answer = (text: string) => server.next.push((_, response) => response.writeHead(200).end(text));
    const unreadable = 'io: The answer of arXiv cannot be read: it is not what arXiv promises.';
    answer('<!DOCTYPE html><html><body>Sign in to this network</body></html>');
    expect(await failure(lookup.details(lisa, never))).toBe(unreadable);
    const laughs = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'abcdefghij'[i + 1]} "${`&${'abcdefghij'[i]};`.repeat(10)}">`).join('')}]>`;
    answer(
      `<?xml version="1.0"?>${laughs}<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&j;</title></entry></feed>`,
    );
    expect(await failure(lookup.details(lisa, never))).toBe(unreadable);
    for (const text of [
      '',
      '{}',
      '<feed>',
      `<a>${'<b>'.repeat(50_000)}`,
      feed([{ ...(played['2308.00692'] as PlayedPaper), id: '../../x' }]),
    ]) {
      answer(text);
      expect(await failure(lookup.details(lisa, never)), text.slice(0, 20)).toBe(unreadable);
    }
    answer('x'.repeat(2_000_000));
    expect(await failure(lookup.details(lisa, never))).toBe('io: The answer of arXiv is too long.');
    expect(() => parseCrossref('{"status":"ok","message":{"DOI":"x","title":[]}}')).toThrow(/Crossref/);
    expect(() => parseCrossref('<html>')).toThrow(/Crossref/);
    expect(parseArxiv(feed([]))).toEqual([]);
  });
});

describe('names of authors', () => {
  it.each([
    ['Xin Lai', 'Lai'],
    ['Lai, Xin', 'Lai'],
    ['Laurens van der Maaten', 'van der Maaten'],
    ['张广益', '张广益'],
    ['', ''],
  ])('%s → %s', (name, family) => expect(familyName(name)).toBe(family));

  it('are shortened', () => {
    expect(shortAuthors([])).toBe('');
    expect(shortAuthors(['Xin Lai'])).toBe('Lai');
    expect(shortAuthors(['Xin Lai', 'Yuhui Yuan'])).toBe('Lai and Yuan');
    expect(shortAuthors(['Xin Lai', 'Yuhui Yuan', 'Shu Liu'])).toBe('Lai et al.');
  });
});

describe('what was looked up', () => {
  const details: PaperDetails = {
    ...{ title: 'T', authors: [], venue: '', abstract: '', url: '', arxiv: '', doi: '', source: 'arXiv' },
  };

  it('is kept in a file that windows share, up to an age and a number', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'groundnote-cache-'));
    const file = path.join(folder, 'deep/references.json');
    let now = 0;
    const open = () => new LookupCache(file, { maxAgeDays: 2, maxEntries: 3, now: () => now });
    const [one, other] = [open(), open()];
    expect(await other.get('a')).toBeUndefined();
    await one.set('a', details);
    now += 86_400_000;
    await other.set('b', details);
    expect(await one.get('a')).toMatchObject({ at: 0, details });
    expect((await open().get('a'))?.details).toEqual(details);
    expect((await open().get('b'))?.at).toBe(now);
    now += 86_400_001;
    expect(await one.get('a')).toBeUndefined();
    await Promise.all(['c', 'd', 'e'].map((key) => one.set(key, details)));
    const kept = JSON.parse(await readFile(file, 'utf8')) as { papers: object };
    expect(Object.keys(kept.papers).sort()).toEqual(['c', 'd', 'e']);
    await writeFile(file, '{"version":1,"papers":{"a":{"at":"yesterday"}}}');
    expect(await open().get('a')).toBeUndefined();
    await rm(folder, { recursive: true });
  });
});
