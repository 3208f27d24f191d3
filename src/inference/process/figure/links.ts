/** How regions of a parse hang together, one region at a time; the executor's operators work on these. */
import type { Box, Point } from '../../../protocol/geometry';
import { colourWord, type ColourWord } from './colours';
import type { FigureParse, FigureRegion, Role } from './parse';

/** What labels something else, where it is owned. */
export const labelRoles: ReadonlySet<Role> = new Set(['text', 'title', 'panel_letter', 'axis_label']);
export const iconRoles: ReadonlySet<Role> = new Set(['snowflake', 'flame']);

export const centreOfRegion = ({ box: [x1, y1, x2, y2] }: Pick<FigureRegion, 'box'>): Point => [
  (x1 + x2) / 2,
  (y1 + y2) / 2,
];
export const areaOfRegion = ({ box: [x1, y1, x2, y2] }: Pick<FigureRegion, 'box'>): number =>
  (x2 - x1) * (y2 - y1);

/** Intersection over union of two boxes. */
export function boxIou(a: Box, b: Box): number {
  const [width, height] = [
    Math.min(a[2], b[2]) - Math.max(a[0], b[0]),
    Math.min(a[3], b[3]) - Math.max(a[1], b[1]),
  ];
  const both = Math.max(width, 0) * Math.max(height, 0);
  return both ? both / (areaOfRegion({ box: a }) + areaOfRegion({ box: b }) - both) : 0;
}

/** Lookups in one parse; regions are named by their place in it. */
export class Links {
  readonly regions: readonly FigureRegion[];

  constructor(parse: FigureParse) {
    this.regions = parse.regions;
  }

  /** @throws RangeError where there is no such region */
  at(index: number): FigureRegion {
    const region = this.regions[index];
    if (!region) throw new RangeError(`There is no region ${index}.`);
    return region;
  }

  /** In reading order. */
  where(test: (region: FigureRegion, index: number) => boolean): number[] {
    return this.regions.flatMap((region, index) => (test(region, index) ? [index] : []));
  }

  /** All that a region lies in (with `owner` among the links: or belongs to), nearest first. */
  ancestors(index: number, links: readonly ('parent' | 'owner')[] = ['parent']): number[] {
    const seen: number[] = [];
    const queue = [index];
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const link of links) {
        const to = this.at(next)[link];
        if (to === undefined || to === index || seen.includes(to)) continue;
        seen.push(to);
        queue.push(to);
      }
    return seen;
  }

  /** Whether the second is the first or lies in it. */
  covers(outer: number, inner: number | undefined): boolean {
    return inner !== undefined && (inner === outer || this.ancestors(inner).includes(outer));
  }

  /** Icons that a region owns, or else the nearest region around it that owns any. */
  icons(index: number): ReadonlySet<Role> {
    for (const each of [index, ...this.ancestors(index)]) {
      const icons = this.regions.filter(({ owner, role }) => owner === each && iconRoles.has(role));
      if (icons.length) return new Set(icons.map(({ role }) => role));
    }
    return new Set();
  }

  word(index: number): ColourWord | undefined {
    const { colour } = this.at(index);
    return colour && colourWord(colour);
  }

  /** What has its centre in a region. */
  within(index: number): number[] {
    const [x1, y1, x2, y2] = this.at(index).box;
    return this.where((region, each) => {
      const [x, y] = centreOfRegion(region);
      return each !== index && x >= x1 && x < x2 && y >= y1 && y < y2;
    });
  }

  /** What is written there: its text; else that of the labels that it owns; else that of what lies in it. */
  reading(index: number): string {
    const own = this.at(index).text;
    if (own) return own;
    const texts = (test: (region: FigureRegion) => boolean) =>
      this.regions.flatMap((region) => (region.text && test(region) ? [region.text] : [])).join(' ');
    return (
      texts(({ owner, role }) => owner === index && labelRoles.has(role)) ||
      texts(({ parent, role }) => parent === index && role !== 'arrow')
    );
  }

  /** The first value among regions; else the greatest of what they own. */
  number(set: readonly number[]): number | undefined {
    for (const index of set) {
      const { value } = this.at(index);
      if (value !== undefined) return value;
    }
    const owned = this.regions.flatMap(({ owner, value }) =>
      owner !== undefined && set.includes(owner) && value !== undefined ? [value] : [],
    );
    return owned.length ? Math.max(...owned) : undefined;
  }

  /** Arrows between a region of the set, or one inside it, and one outside that region, with what is at the other end. */
  arrows(set: readonly number[], way: 'leaving' | 'arriving'): { arrow: number; far?: number }[] {
    return this.regions.flatMap(({ role, tail, head }, arrow) => {
      if (role !== 'arrow') return [];
      const [near, far] = way === 'leaving' ? [tail, head] : [head, tail];
      return set
        .filter((each) => this.covers(each, near) && !this.covers(each, far))
        .map(() => (far === undefined ? { arrow } : { arrow, far }));
    });
  }
}
