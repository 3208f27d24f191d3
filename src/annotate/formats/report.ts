/** What an export or import could not do, counted, and said in a few sentences at its end. */
import type { Annotation } from '../../protocol/annotator';

const nouns = {
  point: 'point',
  stroke: 'stroke',
  box: 'box',
  polygon: 'polygon',
  mask: 'mask',
} as const satisfies Record<Annotation['geometry']['type'], string>;

/** `1 box`, `3 boxes`. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun}${/(x|s|ch)$/.test(noun) ? 'es' : 's'}`;
}

export class Report {
  private lost = 0;
  private readonly counts = new Map<string, { count: number; say: (count: number) => string }>();

  /** Counts something; `say` makes the sentence of the total. Equal keys are counted together. */
  count(key: string, say: (count: number) => string, count = 1): void {
    const known = this.counts.get(key);
    if (known) known.count += count;
    else this.counts.set(key, { count, say });
  }

  /** A region that the format cannot hold. `why` is a clause: “COCO holds no strokes”. */
  leftOut({ geometry: { type } }: Pick<Annotation, 'geometry'>, why: string): void {
    this.lost++;
    this.count(
      `left out ${type} ${why}`,
      (count) => `${counted(count, nouns[type])} ${was(count)} left out: ${why}.`,
    );
  }

  /** A region that the format holds in another way: `3 masks were` and the words of `how`. `what` may narrow the noun. */
  changed(
    { geometry: { type } }: Pick<Annotation, 'geometry'>,
    how: { one: string; many: string },
    what = '',
  ): void {
    this.count(
      `changed ${type} ${what} ${how.one}`,
      (count) =>
        `${counted(count, nouns[type])}${what && ` ${what}`} ${was(count)} ${count === 1 ? how.one : how.many}.`,
    );
  }

  /** A file or picture that could not be used; the first reason stands for all. */
  failed(noun: 'picture' | 'file', why: string): void {
    this.count(`failed ${noun}`, (count) =>
      count === 1 ? why : `${counted(count, noun)} were left out, the first because: ${why}`,
    );
  }

  /** How many regions were left out. */
  get leftOutCount(): number {
    return this.lost;
  }

  /** Sentences, in the order in which things happened first. */
  get sentences(): string[] {
    return [...this.counts.values()].map(({ count, say }) => say(count));
  }
}

export const was = (count: number) => (count === 1 ? 'was' : 'were');
