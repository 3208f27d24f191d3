import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FolderItem } from '../../../src/protocol/folder';
import { Icon } from '../../ui/icon';
import { Button } from '../../ui/toolkit';
import { useStore } from '../hooks';
import { useFolder, type FolderStore } from './folderStore';
import { itemWidth, scrollToItem, shownItems } from './window';
import './folder.css';

/** What is scrolled past quickly is not asked for. */
const restMs = 80;

/** The pictures of the folder in a row. Only those that are seen are in the page, so that 10,000 cost no more than 20. */
export function Filmstrip() {
  const [store] = useStore();
  const folder = useFolder();
  const row = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ left: 0, width: 0 });
  const [at, setAt] = useState(0);
  const { place } = folder;
  const shown = folder.filmstrip && place !== undefined && place.total > 1;
  const { index = -1, total = 0 } = place ?? {};
  const look = () => row.current && setView({ left: row.current.scrollLeft, width: row.current.clientWidth });
  const goTo = (next: number, place: 'near' | 'middle' = 'near') => {
    setAt(next);
    const { current } = row;
    if (!current) return;
    current.scrollLeft =
      place === 'middle'
        ? next * itemWidth - (current.clientWidth - itemWidth) / 2
        : scrollToItem(next, current.scrollLeft, current.clientWidth);
    look();
  };

  // The picture that is open is seen, wherever it is.
  useLayoutEffect(() => {
    if (shown) goTo(Math.max(0, index), 'middle');
  }, [shown, index]);
  useEffect(() => {
    if (!row.current) return;
    const observer = new ResizeObserver(look);
    observer.observe(row.current);
    return () => observer.disconnect();
  }, [shown]);
  if (!shown) return null;

  const last = total - 1;
  const active = Math.min(at, last);
  const open = (which: number) => {
    const item = folder.item(which);
    if (item && which !== index) void folder.open({ name: item.name });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const page = Math.max(1, Math.floor(view.width / itemWidth));
    const next = {
      ArrowRight: active + 1,
      ArrowDown: active + 1,
      ArrowLeft: active - 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: last,
    }[event.key];
    if (next !== undefined) goTo(Math.min(Math.max(next, 0), last));
    else if (event.key === 'Enter' || event.key === ' ') open(active);
    else return;
    event.preventDefault();
    // Enter is a key of the picture, too.
    event.stopPropagation();
  };
  const [first, end] = shownItems(view.left, view.width, total);
  const indexes = Array.from({ length: end - first }, (_, i) => first + i);
  // What the keyboard is at must be in the page, even when it has been scrolled away.
  if (active < first || active >= end) indexes.push(active);
  const canSegment = store.promptKinds.size > 0 || store.canGround;
  return (
    <section class="filmstrip" aria-label="Images of the folder">
      <div class="filmstrip-head">
        <span class="filmstrip-folder" title={place.folder}>
          {place.folder}
        </span>
        <span class="filmstrip-count">{total} images</span>
        {canSegment && (
          <Button appearance="secondary" onClick={() => void folder.segment()}>
            Segment Folder…
          </Button>
        )}
      </div>
      <div
        ref={row}
        class="filmstrip-row"
        role="listbox"
        aria-label={`Images of ${place.folder}`}
        aria-orientation="horizontal"
        aria-activedescendant={`film-${active}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={look}
        onWheel={(event) => {
          // A wheel turns one way only; this row lies the other way.
          if (row.current && !event.deltaX) row.current.scrollLeft += event.deltaY;
        }}
      >
        <div class="filmstrip-track" role="presentation" style={{ width: `${total * itemWidth}px` }}>
          {indexes.map((which) => (
            <Cell
              key={which}
              folder={folder}
              index={which}
              total={total}
              item={folder.item(which)}
              current={which === index}
              active={which === active}
              onOpen={() => {
                setAt(which);
                open(which);
              }}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function Cell(props: {
  folder: FolderStore;
  index: number;
  total: number;
  item: FolderItem | undefined;
  current: boolean;
  active: boolean;
  onOpen(): void;
}) {
  const { folder, index, item, current, active } = props;
  const name = item?.name;
  const thumbnail = name === undefined ? undefined : folder.thumbnail(name);
  const { pictureVersion } = folder;
  useEffect(() => {
    if (name === undefined || thumbnail !== undefined) return;
    const controller = new AbortController();
    const timer = setTimeout(() => void folder.loadThumbnail(name, controller.signal), restMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [name, pictureVersion, thumbnail === undefined]);
  return (
    <div
      id={`film-${index}`}
      class={`film ${current ? 'current' : ''} ${active ? 'active' : ''}`}
      style={{ left: `${index * itemWidth}px`, width: `${itemWidth}px` }}
      role="option"
      aria-selected={current}
      aria-setsize={props.total}
      aria-posinset={index + 1}
      aria-label={item ? described(item) : `Image ${index + 1}`}
      title={item ? described(item) : undefined}
      onClick={props.onOpen}
    >
      <span class="film-picture">
        {thumbnail ? <img src={thumbnail} alt="" draggable={false} /> : null}
        {thumbnail === null ? <Icon name="file-media" /> : null}
        {item && item.regions > 0 && <span class="film-regions">{item.regions}</span>}
        {item?.problem !== undefined && (
          <span class="film-problem">
            <Icon name="warning" />
          </span>
        )}
      </span>
      <span class="film-name">
        {item?.unsaved && <span class="film-unsaved" />}
        <span class="film-text">{name ?? ''}</span>
      </span>
    </div>
  );
}

/** What the marks of an item say, in words. */
function described({ name, regions, unsaved, problem }: FolderItem): string {
  return [
    name,
    regions === 0 ? 'no regions' : regions === 1 ? '1 region' : `${regions} regions`,
    unsaved && 'unsaved',
    problem,
  ]
    .filter((part): part is string => typeof part === 'string')
    .join(', ');
}
