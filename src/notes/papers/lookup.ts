/**
 * Asks arXiv and Crossref about papers. It asks when it is called: whether it may is decided elsewhere. No VS Code here.
 */
import { GroundnoteError, isCancelled } from '../../protocol/errors';
import { parseArxiv, parseCrossref } from './answers';
import { boundedFetch, type Answer } from './boundedFetch';
import type { PaperDetails } from './details';
import type { PaperReference } from './reference';
import { serviceFor, type LookupService } from './services';

export interface LookupOptions {
  /** Address of arXiv's query interface. */
  arxivApi: string;
  /** Address of Crossref's works; the DOI is put behind it. */
  crossrefApi: string;
  timeoutMs?: number;
  clock?: Clock;
  log?: (message: string) => void;
}

/** Time, so that tests need not wait. */
export interface Clock {
  now(): number;
  /** @throws when aborted */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** arXiv asks for 3 seconds between requests. */
const courtesyMs: Record<LookupService, number> = { arXiv: 3000, Crossref: 200 };
const maxBytes = 1_000_000;
/** Waits before a busy service is asked again. */
const backOffMs = [3000, 9000];
const longestWaitMs = 30_000;

const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(done, ms);
      function done() {
        signal.removeEventListener('abort', abort);
        resolve();
      }
      function abort() {
        clearTimeout(timer);
        reject(new GroundnoteError('cancelled', 'Cancelled.'));
      }
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    }),
};

/** Several that wait for one answer. */
interface Shared {
  answer: Promise<PaperDetails[]>;
  waiting: number;
  controller: AbortController;
}

export class PaperLookup {
  private readonly clock: Clock;
  private readonly running = new Map<string, Shared>();
  private readonly queues = new Map<LookupService, { last: Promise<unknown>; freeAt: number }>();

  constructor(private readonly options: LookupOptions) {
    this.clock = options.clock ?? realClock;
  }

  /**
   * Title, authors and more of a paper. Those who ask for the same one at the same time share an answer.
   * @throws GroundnoteError 'not-found', 'unsupported', 'timeout', 'io' or 'cancelled'
   */
  async details(reference: PaperReference, signal: AbortSignal): Promise<PaperDetails> {
    const service = serviceFor(reference);
    if (!service) throw new GroundnoteError('unsupported', `Nobody can be asked about ${reference.id}.`);
    const [found] = await this.share(reference.key, signal, (all) =>
      service === 'arXiv'
        ? this.arxiv({ id_list: reference.id, max_results: '1' }, all)
        : this.crossref(reference.kind === 'acl' ? `10.18653/v1/${reference.id}` : reference.id, all),
    );
    if (!found) throw new GroundnoteError('not-found', `${service} knows no paper ${reference.id}.`);
    return found;
  }

  /** Papers of arXiv whose title has these words, the best first. @throws as {@link details} */
  search(title: string, signal: AbortSignal): Promise<PaperDetails[]> {
    // Quotes, brackets and colons have a meaning in a query.
    const plain = title
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
      .slice(0, 300);
    if (!plain) return Promise.resolve([]);
    const query = plain
      .split(' ')
      .map((word) => `ti:${word}`)
      .join(' AND ');
    return this.share(`search:${query}`, signal, (all) =>
      this.arxiv({ search_query: query, max_results: '8', sortBy: 'relevance' }, all),
    );
  }

  private share(
    key: string,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<PaperDetails[]>,
  ): Promise<PaperDetails[]> {
    if (signal.aborted) return Promise.reject(new GroundnoteError('cancelled', 'Cancelled.'));
    let shared = this.running.get(key);
    if (!shared) {
      const controller = new AbortController();
      shared = { answer: ask(controller.signal), waiting: 0, controller };
      this.running.set(key, shared);
    }
    const all = shared;
    const { answer, controller } = all;
    const forget = () => {
      if (this.running.get(key) === all) this.running.delete(key);
    };
    all.waiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(new GroundnoteError('cancelled', 'Cancelled.'));
        // The last one who waited has gone.
        if (--all.waiting > 0) return;
        forget();
        controller.abort();
      };
      signal.addEventListener('abort', leave, { once: true });
      answer.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', leave);
        forget();
      });
    });
  }

  private async arxiv(query: Record<string, string>, signal: AbortSignal): Promise<PaperDetails[]> {
    const address = this.options.arxivApi;
    const url = `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams(query)}`;
    return parseArxiv(await this.ask('arXiv', url, 'application/atom+xml', signal));
  }

  private async crossref(doi: string, signal: AbortSignal): Promise<PaperDetails[]> {
    const url = `${this.options.crossrefApi.replace(/\/?$/, '/')}${encodeURIComponent(doi)}`;
    return [parseCrossref(await this.ask('Crossref', url, 'application/json', signal))];
  }

  /** One request at a time for each service, with its pause between two. */
  private ask(service: LookupService, url: string, accept: string, signal: AbortSignal): Promise<string> {
    const queue = this.queues.get(service) ?? { last: Promise.resolve(), freeAt: 0 };
    this.queues.set(service, queue);
    const turn = queue.last.then(() => this.tryAgain(service, url, accept, signal, queue));
    queue.last = turn.catch(() => undefined);
    return turn;
  }

  private async tryAgain(
    service: LookupService,
    url: string,
    accept: string,
    signal: AbortSignal,
    queue: { freeAt: number },
  ): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const wait = queue.freeAt - this.clock.now();
      if (wait > 0) await this.clock.sleep(wait, signal);
      if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
      this.options.log?.(`Asking ${service}: ${url}`);
      let answer: Answer;
      try {
        answer = await boundedFetch(url, {
          ...{ service, accept, signal, maxBytes, timeoutMs: this.options.timeoutMs ?? 15_000 },
        });
      } catch (error) {
        if (!isCancelled(error)) this.options.log?.(`${service} failed: ${String(error)}`);
        throw error;
      } finally {
        queue.freeAt = this.clock.now() + courtesyMs[service];
      }
      const { status, text, retryAfter } = answer;
      if (status === 200) return text;
      if (status === 404) throw new GroundnoteError('not-found', `${service} knows no such paper.`);
      const busy = status === 429 || status >= 500;
      const backOff = retryAfter === undefined ? backOffMs[attempt] : retryAfter * 1000;
      if (!busy || attempt >= backOffMs.length || backOff === undefined || backOff > longestWaitMs) {
        // A wrong id: arXiv says so in a feed, with status 400.
        if (status === 400 && service === 'arXiv' && text.includes('/api/errors')) return text;
        const why = busy ? 'is busy. Try again in a minute.' : `refused the question (${status}).`;
        throw new GroundnoteError('io', `${service} ${why}`);
      }
      this.options.log?.(`${service} answered ${status}; asking again.`);
      queue.freeAt = Math.max(queue.freeAt, this.clock.now() + backOff);
    }
  }
}
