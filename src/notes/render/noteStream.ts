/**
 * What a page shows of a note, and how it comes to show all of it: first what stands where the reader looks, then the
 * rest, in splices that are small enough to be shown between two key presses. The page has one run of the note's units,
 * which grows until it is the whole note. No timers here: whoever owns a stream calls `step` while it has work.
 */
import type { NoteSplice } from '../../protocol/preview';
import type { NoteDocument, Unit, UnitSplice } from './noteDocument';

/** Lines that fill a tall screen: the first splice holds no more. */
const firstLines = 90;
/**
 * A splice ends when it took this long to render, or holds this much HTML: little while the reader waits for the first
 * ones, more for what is far away, since each costs the page a frame.
 */
const spliceMs = (sent: number) => (sent < 4 ? 25 : 100);
const spliceLength = (sent: number) => (sent < 4 ? 150_000 : 700_000);
/** Splices that the page has not shown yet, at most: an edit waits for no more than these, and nothing joins the first. */
const maxUnshown = (sent: number) => (sent <= 1 ? 1 : 4);
/** An edit that brings more lines than this makes the page begin anew where it happened. */
const maxInserted = 2000;

type Shown = NoteSplice['blocks'][number];

export class NoteStream {
  /** The page has these blocks, of the note's units from `from` on; undefined: there is no page. */
  private shown: { from: number; blocks: Shown[] } | undefined;
  private header: string | undefined;
  private version = 0;
  private unshown = 0;
  /** Splices that this page was sent. */
  private sent = 0;
  private complete = false;
  private forward = true;

  constructor(
    private readonly note: NoteDocument,
    private readonly send: (splice: NoteSplice) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Units that a page is given first when the reader looks at this line. */
  firstUnits(line: number): Unit[] {
    const { units } = this.note;
    const from = this.unitAt(line);
    const end = units.findIndex((unit, index) => index > from && unit.start > line + firstLines);
    return units.slice(from, end < 0 ? undefined : end);
  }

  /** A page that shows nothing asks for the note; the reader looks at this line. */
  start(line: number): void {
    const from = this.unitAt(line);
    this.unshown = 0;
    this.sent = 0;
    this.forward = true;
    const blocks = this.render(from, 1, (lines) => lines >= firstLines);
    this.shown = { from, blocks };
    this.header = this.note.header;
    this.post({ reset: true, at: 0, remove: 0, blocks, shift: 0, header: this.header });
  }

  private unitAt(line: number): number {
    const { units } = this.note;
    const found = units.findIndex((unit) => unit.end > line);
    return found < 0 ? Math.max(0, units.length - 1) : found;
  }

  /** The page is gone, or hidden and will ask anew. */
  stop(): void {
    this.shown = undefined;
  }

  /** The page shows a splice. */
  acknowledge(version: number): void {
    this.unshown = Math.min(this.unshown, this.version - version);
  }

  /** The note has changed: sends at once what the page has of it. */
  changed({ at, removed, inserted, whole }: UnitSplice): void {
    const { shown } = this;
    if (!shown) return;
    const { units, header } = this.note;
    const linesInserted = units
      .slice(at, at + inserted)
      .reduce((sum, unit) => sum + unit.end - unit.start, 0);
    if (whole || linesInserted > maxInserted) {
      // The reader stays where the page began, or at the edit.
      const first = whole ? shown.from : at;
      this.start(first === 0 ? 0 : (units[first]?.start ?? 0));
      return;
    }
    const end = shown.from + shown.blocks.length;
    // What the page has of the units before (`kept` at both ends, `remove` between), and gets of those that came.
    let index = shown.blocks.length;
    let remove = 0;
    let count = 0;
    if (at + removed < shown.from || (at + removed === shown.from && shown.from > 0)) {
      shown.from += inserted - removed;
    } else if (at < end || (at === end && this.complete)) {
      index = Math.max(0, at - shown.from);
      remove = Math.min(shown.blocks.length, at + removed - shown.from) - index;
      count = inserted;
      shown.from = Math.min(shown.from, at);
    }
    const stays = (block: Shown, at: number) =>
      (at >= index && at < index + remove) || units[shown.from + at]?.start === block.startLine;
    if (count > 0 && count === remove && header === this.header && shown.blocks.every(stays)) {
      // Most edits: nothing else is another one or lies elsewhere.
      const blocks = units.slice(shown.from + index, shown.from + index + count).map(this.block);
      const before = shown.blocks.splice(index, remove, ...blocks);
      this.complete = false;
      const isSame = ({ html, startLine, endLine }: Shown, other: Shown | undefined) =>
        html === other?.html && startLine === other.startLine && endLine === other.endLine;
      if (!blocks.every((block, at) => isSame(block, before[at])))
        this.post({ reset: false, at: index, remove, blocks, shift: 0 });
      return;
    }
    const after: Shown[] = units
      .slice(shown.from, shown.from + shown.blocks.length + count - remove)
      .map((unit, at) => {
        const isNew = at >= index && at < index + count;
        const html = isNew
          ? this.note.html(unit)
          : (shown.blocks[at < index ? at : at - count + remove] as Shown).html;
        return { html, startLine: unit.start, endLine: unit.end };
      });
    const { header: headerBefore } = this;
    this.header = header;
    const splices = difference(shown.blocks, after, index, remove, count);
    shown.blocks = after;
    this.complete = false;
    if (header !== headerBefore) {
      const [first = { at: 0, remove: 0, blocks: [], shift: 0 }, ...rest] = splices;
      this.post({ reset: false, ...first, header });
      for (const splice of rest) this.post({ reset: false, ...splice });
    } else for (const splice of splices) this.post({ reset: false, ...splice });
  }

  /** Files that the note shows may have changed: what is shown of them is looked at by the steps that follow. */
  refresh(): void {
    this.note.refresh();
    this.complete = false;
  }

  /** True while the page lacks something and may be given it. */
  get hasWork(): boolean {
    return this.shown !== undefined && !this.complete && this.unshown < maxUnshown(this.sent);
  }

  /** Units that the next step may render. */
  get next(): Unit[] {
    const { shown } = this;
    if (!shown) return [];
    const end = shown.from + shown.blocks.length;
    return this.note.units.slice(Math.max(0, shown.from - 20), end + 60).filter((unit) => !unit.rendered);
  }

  /** Renders a part of what the page lacks, and sends it. */
  step(): void {
    const { shown } = this;
    if (!shown || !this.hasWork) return;
    const { units } = this.note;
    // What is shown and no longer right comes first.
    const stale = shown.blocks.findIndex((block, index) => !this.isRight(units[shown.from + index], block));
    const end = shown.from + shown.blocks.length;
    if (stale >= 0) {
      const blocks = this.render(shown.from + stale, 1, undefined, end);
      shown.blocks.splice(stale, blocks.length, ...blocks);
      this.post({ reset: false, at: stale, remove: blocks.length, blocks, shift: 0 });
    } else if (end < units.length && (this.forward || shown.from === 0)) {
      const blocks = this.render(end, 1);
      const at = shown.blocks.length;
      shown.blocks.push(...blocks);
      this.forward = false;
      this.post({ reset: false, at, remove: 0, blocks, shift: 0 });
    } else if (shown.from > 0) {
      const blocks = this.render(shown.from - 1, -1);
      shown.from -= blocks.length;
      shown.blocks.unshift(...blocks);
      this.forward = true;
      this.post({ reset: false, at: 0, remove: 0, blocks, shift: 0 });
    } else this.post({ reset: false, at: 0, remove: 0, blocks: [], shift: 0 });
  }

  private isRight = (unit: Unit | undefined, { html }: Shown) =>
    unit !== undefined && this.note.isFresh(unit) && unit.rendered?.html === html;

  /** Blocks from a unit on, in one direction, until a splice is full or `end` is reached; in the order of the note. */
  private render(
    first: number,
    direction: 1 | -1,
    isFull: (lines: number) => boolean = () => false,
    end = direction === 1 ? this.note.units.length : -1,
  ): Shown[] {
    const blocks: Shown[] = [];
    const started = this.now();
    let length = 0;
    let lines = 0;
    for (let at = first; at !== end; at += direction) {
      const unit = this.note.units[at];
      if (!unit) break;
      const block = this.block(unit);
      blocks.push(block);
      length += block.html.length;
      lines += unit.end - unit.start;
      if (length > spliceLength(this.sent) || isFull(lines) || this.now() - started > spliceMs(this.sent))
        break;
    }
    return direction === 1 ? blocks : blocks.reverse();
  }

  private block = (unit: Unit): Shown => ({
    html: this.note.html(unit),
    startLine: unit.start,
    endLine: unit.end,
  });

  private post(splice: Omit<NoteSplice, 'version' | 'complete'>): void {
    const { shown } = this;
    const { units } = this.note;
    this.complete =
      shown !== undefined &&
      shown.from === 0 &&
      shown.blocks.length === units.length &&
      shown.blocks.every((block, index) => this.isRight(units[index], block));
    this.version++;
    this.sent++;
    this.unshown++;
    this.send({ ...splice, version: this.version, complete: this.complete });
  }
}

/**
 * Splices that make one list of blocks into another. Blocks before `index`, and those behind the `remove` old and the
 * `count` new ones there, are the same but may have moved; between them equal ones are found.
 */
function difference(
  before: readonly Shown[],
  after: readonly Shown[],
  index: number,
  remove: number,
  count: number,
) {
  const splices: Pick<NoteSplice, 'at' | 'remove' | 'blocks' | 'shift'>[] = [];
  let old = 0;
  let now = 0;
  let moved = 0;
  const keep = (keptOld: number, keptNow: number) => {
    const kept = before[keptOld];
    const shift = kept ? (after[keptNow] as Shown).startLine - kept.startLine - moved : 0;
    if (keptOld > old || keptNow > now || shift) {
      const blocks = after.slice(now, keptNow).map((block) => ({ ...block }));
      splices.push({ at: now, remove: keptOld - old, blocks, shift });
    }
    moved += shift;
    old = keptOld + 1;
    now = keptNow + 1;
  };
  for (let at = 0; at < index; at++) keep(at, at);
  const keyOf = ({ html, startLine, endLine }: Shown) => `${endLine - startLine} ${html}`;
  const places = new Map<string, number[]>();
  for (let at = index + remove - 1; at >= index; at--) {
    const key = keyOf(before[at] as Shown);
    const known = places.get(key);
    if (known) known.push(at);
    else places.set(key, [at]);
  }
  for (let at = index; at < index + count; at++) {
    const equal = places.get(keyOf(after[at] as Shown));
    while (equal?.length && (equal.at(-1) as number) < old) equal.pop();
    const found = equal?.pop();
    if (found !== undefined) keep(found, at);
  }
  for (let at = index + remove; at < before.length; at++) keep(at, at + count - remove);
  keep(before.length, after.length);
  return splices;
}
