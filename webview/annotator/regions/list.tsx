import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { colorOf } from '../../../src/protocol/colors';
import { IconButton, keepUndoInside } from '../../ui/toolkit';
import { useStore } from '../hooks';
import { menuContext } from '../menu';
import { ColorSheet } from './colorSheet';
import { dragRows } from './dragRows';
import { listKeys } from './listKeys';
import { Regions } from './regions';
import './regions.css';
import { RegionRow, rowHeight, rowId } from './row';

export const RegionsContext = createContext<Regions | undefined>(undefined);

/** The regions of a panel, with their actions; they work while the list is closed too. */
export function useRegionsPart(): Regions {
  const [store] = useStore();
  const [regions] = useState(() => new Regions(store));
  useEffect(() => regions.listen(), [regions]);
  return regions;
}

/** Rows that are made above and below what is seen. */
const spare = 6;

/** The regions as a list that the keyboard and a screen reader can walk; the last lies on top of the others. */
export function RegionList() {
  const [store, panel] = useStore();
  const regions = useContext(RegionsContext) as Regions;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => regions.subscribe(() => redraw(undefined)), [regions]);
  const { state, rows, place } = regions;
  const list = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [gap, setGap] = useState<number>();
  const size = panel.snapshot?.image ?? { width: 1, height: 1 };
  const all = store.annotations.length;
  const selected = new Set(panel.selected);
  const colored = rows.find(({ annotation }) => annotation.id === state.coloring);

  const measure = () => {
    const element = list.current;
    if (element && (element.scrollTop !== view.top || element.clientHeight !== view.height))
      setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useLayoutEffect(measure);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (list.current) observer.observe(list.current);
    return () => observer.disconnect();
  });
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || place < 0) return;
    const top = place * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
    measure();
  }, [state.cursor, place, rows.length]);
  useEffect(() => {
    if (state.searchFocus) search.current?.select();
  }, [state.searchFocus]);
  useEffect(() => {
    if (!list.current) return undefined;
    return dragRows(list.current, {
      count: () => regions.rows.length,
      onStart: (at) => {
        const id = regions.rows[at]?.annotation.id;
        if (id !== undefined && !store.state.selected.includes(id)) regions.click(id);
      },
      onOver: setGap,
      onDrop: (to) => regions.dropAt(to),
    });
  }, [regions]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - spare);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + spare);
  const shown = rows.slice(first, last).map((row, i) => ({ row, at: first + i }));
  return (
    <aside class="regions" aria-label="Regions">
      <h2>
        Regions
        <span class="count">{state.query && rows.length < all ? `${rows.length} of ${all}` : all}</span>
        <IconButton
          icon="symbol-ruler"
          label="Show areas"
          pressed={state.areas}
          onClick={() => regions.set({ areas: !state.areas })}
        />
      </h2>
      <input
        ref={search}
        type="search"
        class="search"
        aria-label="Search regions"
        title="A label, a kind (mask, box, …), score>0.8, hidden, locked, group:1; -word turns it round"
        placeholder="Search, as cup or score>0.8"
        spellcheck={false}
        value={state.query}
        onInput={(event) => regions.set({ query: event.currentTarget.value })}
        onKeyDown={(event) => {
          keepUndoInside(event);
          if (event.isComposing) return;
          if (event.key === 'Escape' && state.query) regions.set({ query: '' });
          else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            regions.moveTo(Math.max(0, place));
            list.current?.focus();
          } else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {rows.length === 0 && <p class="empty">{all ? 'No region is found.' : 'No regions yet.'}</p>}
      <div
        ref={list}
        class="rows"
        role="listbox"
        aria-label="Regions"
        aria-multiselectable="true"
        aria-activedescendant={place >= first && place < last ? rowId(place) : undefined}
        tabIndex={0}
        data-vscode-context={menuContext('picture')}
        onScroll={measure}
        {...listKeys(regions)}
      >
        <div class="room" role="none" style={{ height: `${rows.length * rowHeight}px` }}>
          {shown.map(({ row, at }) => {
            const { id } = row.annotation;
            return (
              <RegionRow
                key={id}
                row={row}
                place={at}
                count={rows.length}
                size={size}
                selected={selected.has(id)}
                cursor={id === state.cursor}
                lit={id === panel.hoverId}
                working={panel.pending.has(id)}
                renaming={id === state.renaming}
                areas={state.areas}
                regions={regions}
                onHover={(over) => store.set({ hoverId: over ? id : undefined })}
              />
            );
          })}
          {gap !== undefined && <div class="gap" role="none" style={{ top: `${gap * rowHeight - 1}px` }} />}
        </div>
      </div>
      {colored && (
        <ColorSheet
          name={selected.size > 1 ? `${selected.size} regions` : colored.name}
          color={colorOf(colored.annotation)}
          at={
            list.current
              ?.querySelector(`#${rowId(rows.indexOf(colored))} .swatch`)
              ?.getBoundingClientRect() ?? {
              left: 0,
              bottom: 0,
            }
          }
          onPick={(color) => regions.color(color)}
          onClose={() => {
            regions.set({ coloring: undefined });
            list.current?.focus();
          }}
        />
      )}
    </aside>
  );
}
