/**
 * Who answers the questions of a batch: this machine, and servers. A server that fails rests for pauses that grow, and is then
 * asked about one image, until it has answered one.
 */
import type { QueuedImage } from './queue';

/** Milliseconds that a server rests after its first failure, and at most; each further failure doubles the pause. */
export interface Pauses {
  first_ms: number;
  most_ms: number;
}
export const usualPauses: Pauses = { first_ms: 1000, most_ms: 60_000 };

export const pauseAfter = (failures: number, { first_ms, most_ms }: Pauses): number =>
  Math.min(most_ms, first_ms * 2 ** Math.min(failures - 1, 30));

/** An image that a place has been asked about. */
export interface Attempt {
  image: QueuedImage;
  began: number;
  /** How many images the place had answered about until then. */
  answeredBefore: number;
  probe: boolean;
}

export class Place {
  /** Why nothing is asked of it any more: what it said holds for every image. */
  out?: unknown;
  /** Images that it has answered about. */
  answered = 0;
  /** Why it rests, in one sentence. */
  complaint = '';
  private failuresInRow = 0;
  private restBegan = 0;
  private restUntil = 0;
  private probing = false;
  /** Images that it failed on since it last answered: the fault may be theirs or its own. */
  private doubtful: QueuedImage[] = [];

  /** @param server its id; undefined: this machine */
  constructor(
    readonly server: string | undefined,
    private readonly pauses: Pauses,
  ) {}

  get rests(): boolean {
    return this.failuresInRow > 0;
  }

  /** Milliseconds until it may be asked; Infinity: when something has changed. */
  waitMs(now: number): number {
    if (this.out !== undefined) return Infinity;
    if (!this.rests) return 0;
    if (now < this.restUntil) return this.restUntil - now;
    return this.probing ? Infinity : 0;
  }

  /** The next time that it is tried again. */
  pauseLeft(now: number): number {
    return Math.max(0, this.restUntil - now);
  }

  begin(image: QueuedImage, now: number): Attempt {
    const probe = this.rests;
    if (probe) this.probing = true;
    return { image, began: now, answeredBefore: this.answered, probe };
  }

  /** @returns whether it had been resting */
  succeeded(attempt: Attempt): boolean {
    const rested = this.rests;
    this.ended(attempt);
    this.answered++;
    this.failuresInRow = 0;
    this.restUntil = 0;
    // It works: so the others failed for a reason of their own.
    for (const image of this.doubtful) image.faults++;
    this.doubtful = [];
    return rested;
  }

  /**
   * Takes note of a failure.
   * @returns how long it rests from now; undefined: it goes on, because it works or because it rests already
   */
  failed(attempt: Attempt, complaint: string, now: number): number | undefined {
    this.ended(attempt);
    this.complaint = complaint;
    if (this.answered > attempt.answeredBefore) {
      attempt.image.faults++;
      return undefined;
    }
    this.doubtful.push(attempt.image);
    // What was under way when it was sent to rest says nothing new.
    if (this.rests && attempt.began <= this.restBegan) return undefined;
    this.failuresInRow++;
    const pause = pauseAfter(this.failuresInRow, this.pauses);
    this.restBegan = now;
    this.restUntil = now + pause;
    return pause;
  }

  /** The attempt has ended in a way that says nothing of the place. */
  ended({ probe }: Attempt): void {
    if (probe) this.probing = false;
  }
}
