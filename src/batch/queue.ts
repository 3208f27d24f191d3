/** The images of a batch that wait for their turn: those that nobody was asked about, and those that a server failed on. */
import type { WireError } from '../protocol/errors';
import type { Place } from './places';

export interface QueuedImage {
  image: string;
  /** Who failed on it, and how often. */
  failedOn: Map<Place, number>;
  /** Failures of places that answered about other images at the same time or later. */
  faults: number;
  /** Failures of places that could be reached. */
  answers: number;
  error?: WireError;
}

/** An image is given up after so many failures of servers that work. */
const mostFaults = 3;
/** … or after so many of servers that can be reached, where no other image shows whether they work. */
const mostAnswers = 8;

export const isGivenUp = ({ faults, answers }: QueuedImage): boolean =>
  faults >= mostFaults || answers >= mostAnswers;

export class ImageQueue {
  private next = 0;
  private readonly again: QueuedImage[] = [];
  private inFlight = 0;

  constructor(private readonly images: readonly string[]) {}

  /** Nothing waits and nothing is under way. */
  get isDone(): boolean {
    return this.inFlight === 0 && this.isEmpty;
  }

  private get isEmpty(): boolean {
    return this.again.length === 0 && this.next >= this.images.length;
  }

  /** Images that others failed on go first; those that this place failed on itself, last, and only if no other works. */
  take(place: Place, others: readonly Place[]): QueuedImage | undefined {
    const taken =
      this.takeAgain(({ failedOn }) => !failedOn.has(place)) ??
      this.takeFresh() ??
      this.takeAgain(({ failedOn }) => !others.some((other) => isBetter(other, failedOn)));
    if (taken) this.inFlight++;
    return taken;
  }

  /** Takes out an image that nobody is to be asked about any more. */
  takeGivenUp(): QueuedImage | undefined {
    const taken = this.takeAgain(isGivenUp);
    if (taken) this.inFlight++;
    return taken;
  }

  /** Its outcome is known. */
  finish(): void {
    this.inFlight--;
  }

  /** It is to be tried again. */
  putBack(image: QueuedImage): void {
    this.inFlight--;
    this.again.push(image);
  }

  private takeFresh(): QueuedImage | undefined {
    const image = this.images[this.next];
    if (image === undefined) return undefined;
    this.next++;
    return { image, failedOn: new Map(), faults: 0, answers: 0 };
  }

  private takeAgain(wanted: (image: QueuedImage) => boolean): QueuedImage | undefined {
    const index = this.again.findIndex(wanted);
    return index < 0 ? undefined : this.again.splice(index, 1)[0];
  }
}

/** A place that works and has not failed on the image. */
const isBetter = (place: Place, failedOn: QueuedImage['failedOn']): boolean =>
  place.out === undefined && !place.rests && !failedOn.has(place);
