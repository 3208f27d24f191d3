/** The list of regions: what is searched, selected and under way in it, and the actions on selected regions. */
import type { ActionId } from '../../../src/protocol/actions';
import type { Annotation } from '../../../src/protocol/annotator';
import { readClipboard, writeClipboard } from '../../../src/protocol/clipboard';
import { nameOf } from '../../../src/regions/annotations';
import type { PanelStore } from '../store';
import { clipText, paste, readClip } from './clipboard';
import * as edits from './edits';
import { moveBefore } from './order';
import { Labels } from './labels';
import { parseQuery } from './query';
import { clickSelection, rangeSelection } from './selection';
import * as shapes from './shapeEdits';

/** A region as the list shows it. */
export interface Row {
  annotation: Annotation;
  /** Its place in the picture, from the bottom. */
  index: number;
  name: string;
}

export interface ListState {
  query: string;
  /** The region whose label is being written, for all that are selected. */
  renaming: string | undefined;
  /** The region at whose row a colour is being chosen, for all that are selected. */
  coloring: string | undefined;
  /** Areas are shown instead of scores. */
  areas: boolean;
  /** Where the keyboard is in the list. */
  cursor: string | undefined;
  /** Grows when the search wants the keyboard. */
  searchFocus: number;
}

export class Regions {
  state: ListState = {
    query: '',
    renaming: undefined,
    coloring: undefined,
    areas: false,
    cursor: undefined,
    searchFocus: 0,
  };
  readonly labels: Labels;
  private readonly listeners = new Set<() => void>();
  /** Where a range that Shift extends begins. */
  private anchor: string | undefined;
  private shown: { annotations: readonly Annotation[]; query: string; rows: readonly Row[] } | undefined;
  private activeBefore: string | undefined;

  constructor(private readonly store: PanelStore) {
    this.labels = new Labels(store, () => this.set({}));
  }

  /** Does the actions and follows the selection, until the returned function is called. */
  listen(): () => void {
    const stops = [
      this.store.actions.on(this.handlers()),
      this.store.subscribe(() => {
        // What is selected elsewhere is where the keyboard goes on.
        const { activeId } = this.store.state;
        if (activeId === this.activeBefore) return;
        this.activeBefore = activeId;
        if (activeId === undefined) return;
        this.anchor = activeId;
        this.set({ cursor: activeId });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(patch: Partial<ListState>): void {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  }

  /** The regions that the search finds; the last lies on top. */
  get rows(): readonly Row[] {
    const { annotations } = this.store;
    const { query } = this.state;
    if (this.shown?.annotations !== annotations || this.shown.query !== query) {
      const test = parseQuery(query);
      const rows = annotations.map((annotation, index) => ({
        annotation,
        index,
        name: nameOf(annotation, index),
      }));
      this.shown = {
        annotations,
        query,
        rows: test ? rows.filter(({ annotation, name }) => test(annotation, name)) : rows,
      };
    }
    return this.shown.rows;
  }

  /** Selects as a click on a region does: with its group, or more with Ctrl and Shift, or alone with Alt. */
  click(id: string, { ctrl = false, shift = false, alt = false } = {}): void {
    const { annotations } = this.store;
    const { selected } = this.store.state;
    if (shift) {
      this.selectRange(id);
      return;
    }
    this.anchor = id;
    this.select(clickSelection(annotations, selected, id, { toggle: ctrl, alone: alt }), id);
  }

  /** Selects the row at a place of the list, or all from where the range began. */
  moveTo(place: number, { extend = false, select = true } = {}): void {
    const { rows } = this;
    const id = rows[Math.max(0, Math.min(rows.length - 1, place))]?.annotation.id;
    if (id === undefined) return;
    if (extend) this.selectRange(id);
    else if (select) {
      this.anchor = id;
      this.select([id], id);
    } else this.set({ cursor: id });
  }

  /** Where the keyboard is, as a place in the list; -1 when it is nowhere. */
  get place(): number {
    const { cursor } = this.state;
    return this.rows.findIndex(({ annotation }) => annotation.id === cursor);
  }

  selectAll(): void {
    const ids = this.rows.map(({ annotation }) => annotation.id);
    this.select(ids, ids.at(-1));
    this.store.set({ status: ids.length ? `${ids.length} regions selected.` : 'There are no regions.' });
  }

  /** Opens the field for a label at the active region's row. */
  rename(id = this.store.state.activeId): void {
    if (!this.ensureSelected(id)) return;
    if (this.selection.selected.every(({ locked }) => locked)) {
      this.say(edits.lockedRefusal(this.selection.selected));
      return;
    }
    this.labels.search();
    this.show();
    this.set({ renaming: id, coloring: undefined });
  }

  /** Takes what was written as the label of what is selected; nothing when the user gave up. */
  endRename(written: string | undefined): void {
    this.set({ renaming: undefined });
    if (written === undefined) return;
    const label = written || undefined;
    if (this.selection.selected.some((each) => each.label !== label))
      this.apply(edits.relabel(this.selection, label));
  }

  /** Opens the choice of colours at the active region's row. */
  recolor(id = this.store.state.activeId): void {
    if (!this.ensureSelected(id)) return;
    this.show();
    this.set({ coloring: id, renaming: undefined });
  }

  /** Colours what is selected, and all regions of its labels. */
  color(color: string): void {
    this.apply(edits.recolor(this.selection, color));
  }

  /** The region that was selected last. */
  get activeId(): string | undefined {
    return this.store.state.activeId;
  }

  /** Selects a region, unless it is selected already. */
  choose(id: string): void {
    if (!this.store.state.selected.includes(id)) this.click(id);
  }

  /** Does an edit to one region, or to all that are selected when it is one of them. */
  change(id: string, make: (selection: edits.Selection) => edits.Outcome): void {
    if (this.ensureSelected(id)) this.apply(make(this.selection));
  }

  /** Brings the selected regions before a row of the list, or behind its last. */
  dropAt(place: number): void {
    const { all, selected } = this.selection;
    const ids = all.map(({ id }) => id);
    const { rows } = this;
    const behind = rows[place - 1]?.annotation.id;
    // Behind the last row there may be regions that the search does not show.
    const before = rows[place]?.annotation.id ?? ids[behind === undefined ? 0 : ids.indexOf(behind) + 1];
    const order = moveBefore(ids, new Set(selected.map(({ id }) => id)), before);
    if (order.some((id, i) => id !== ids[i])) this.apply({ edit: edits.edit('Change Order', { order }) });
  }

  private get selection(): edits.Selection {
    const { width = 1, height = 1 } = this.store.state.snapshot?.image ?? {};
    return { all: this.store.annotations, selected: this.store.selection, size: { width, height } };
  }

  private handlers(): Partial<Record<ActionId, () => void>> {
    const act = (make: (selection: edits.Selection) => edits.Outcome) => () =>
      this.apply(make(this.selection));
    const next = (step: number) => () => {
      const { rows, place } = this;
      if (rows.length)
        this.moveTo(
          place < 0 ? (step > 0 ? 0 : rows.length - 1) : (place + step + rows.length) % rows.length,
        );
    };
    return {
      'regions.selectAll': () => this.selectAll(),
      'regions.selectNext': next(1),
      'regions.selectPrevious': next(-1),
      'regions.rename': () => this.rename(),
      'regions.color': () => this.recolor(),
      'regions.delete': () => this.delete(),
      'regions.duplicate': act(edits.duplicate),
      'regions.copy': () => void this.copy(false),
      'regions.cut': () => void this.copy(true),
      'regions.paste': () => void this.paste(false),
      'regions.pasteScaled': () => void this.paste(true),
      'regions.hide': act(edits.toggleHidden),
      'regions.lock': act(edits.toggleLocked),
      'regions.raise': act((selection) => edits.reorder(selection, 'raise')),
      'regions.lower': act((selection) => edits.reorder(selection, 'lower')),
      'regions.toFront': act((selection) => edits.reorder(selection, 'front')),
      'regions.toBack': act((selection) => edits.reorder(selection, 'back')),
      'regions.group': act(edits.group),
      'regions.ungroup': act(edits.ungroup),
      'regions.search': () => {
        this.show();
        this.set({ searchFocus: this.state.searchFocus + 1 });
      },
      'shapes.merge': act((selection) => shapes.combine(selection, 'union')),
      'shapes.subtract': act((selection) => shapes.combine(selection, 'subtract')),
      'shapes.intersect': act((selection) => shapes.combine(selection, 'intersect')),
      'shapes.split': act(shapes.split),
      'shapes.toMask': act((selection) => shapes.convert(selection, 'mask')),
      'shapes.toPolygon': act((selection) => shapes.convert(selection, 'polygon')),
      'shapes.toBox': act((selection) => shapes.convert(selection, 'box')),
      'shapes.fillHoles': act(shapes.fillAllHoles),
      'shapes.simplify': act(shapes.simplify),
    };
  }

  private delete(): void {
    const { pending, selected } = this.store.state;
    // A region that is being made has nothing to delete yet.
    const making = selected.filter((id) => pending.has(id));
    if (making.length) {
      void this.store.cancel(making);
      this.store.set({ pending: new Map([...pending].filter(([id]) => !making.includes(id))) });
    }
    if (this.store.selection.length || !making.length) this.apply(edits.remove(this.selection));
    else this.store.select(undefined);
  }

  private async copy(cuts: boolean): Promise<void> {
    const { selection } = this;
    const { snapshot } = this.store.state;
    if (!selection.selected.length || !snapshot) {
      this.apply(edits.nothingSelected);
      return;
    }
    const cut = cuts ? edits.remove(selection) : undefined;
    if (cut && 'refusal' in cut) {
      this.apply(cut);
      return;
    }
    // In the order in which they lie, so that they lie so where they are pasted.
    const removed = cut && new Set(cut.edit.remove);
    const ids = new Set(selection.selected.map(({ id }) => id));
    const regions = selection.all.filter(({ id }) => (removed ?? ids).has(id));
    try {
      await this.store.host.request(writeClipboard, {
        text: clipText(regions, snapshot.image, selection.all),
      });
    } catch (error) {
      this.store.fail(error);
      return;
    }
    const count = regions.length === 1 ? 'One region' : `${regions.length} regions`;
    if (cut) this.apply({ ...cut, edit: { ...cut.edit, title: `Cut ${edits.counted(regions)}` } });
    this.store.set({ status: `${count} ${cuts ? 'cut' : 'copied'}.` });
  }

  private async paste(scaled: boolean): Promise<void> {
    try {
      const { text } = await this.store.host.request(readClipboard, {});
      const clip = readClip(text);
      this.apply(
        clip ? paste(clip, this.selection, scaled) : { refusal: 'There are no regions in the clipboard.' },
      );
    } catch (error) {
      this.store.fail(error);
    }
  }

  private apply(outcome: edits.Outcome): void {
    if ('refusal' in outcome) {
      this.say(outcome.refusal);
      return;
    }
    const { edit, select, status } = outcome;
    const gone = new Set(edit.remove);
    const selected = select ?? this.store.state.selected.filter((id) => !gone.has(id));
    // Regions that are new are selected when they are there: until then nothing is known of them.
    void this.store.edit(edit).then(() => {
      if (select) this.store.set({ selected: [...select] });
    });
    this.store.set({
      ...(!select && { selected }),
      ...(status !== undefined && { status }),
      ...(this.store.state.notice?.level !== 'error' && { notice: undefined }),
    });
  }

  private selectRange(id: string): void {
    const ids = this.rows.map(({ annotation }) => annotation.id);
    this.select(rangeSelection(ids, this.anchor ?? this.store.state.activeId, id), id);
  }

  private select(selected: readonly string[], cursor: string | undefined): void {
    this.activeBefore = selected.at(-1);
    this.store.set({ selected });
    this.set({ cursor, renaming: undefined, coloring: undefined });
  }

  /** Selects a region unless it is selected already. @returns false when there is none */
  private ensureSelected(id: string | undefined): id is string {
    if (id === undefined || !this.store.annotations.some((each) => each.id === id)) {
      this.apply(edits.nothingSelected);
      return false;
    }
    this.choose(id);
    return true;
  }

  /** Opens the list; a search that hides the active region ends. */
  private show(): void {
    const { activeId } = this.store.state;
    this.store.set({ listOpen: true });
    if (activeId !== undefined && !this.rows.some(({ annotation }) => annotation.id === activeId))
      this.set({ query: '' });
  }

  private say(message: string): void {
    this.store.set({ notice: { level: 'info', message } });
  }
}
