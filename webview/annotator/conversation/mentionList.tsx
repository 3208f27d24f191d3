import { useEffect, useRef } from 'preact/hooks';
import type { ChipRegion } from './chipEditor';
import { useConversation } from './hooks';

/** Regions that can be named, above the box; the keyboard stays in the box. */
export function MentionList({
  id,
  regions,
  chosen,
  onChoose,
  onPoint,
}: {
  id: string;
  regions: readonly ChipRegion[];
  chosen: number;
  onChoose(region: ChipRegion): void;
  onPoint(index: number): void;
}) {
  const conversation = useConversation();
  const list = useRef<HTMLDivElement>(null);
  const lit = regions[chosen]?.id;
  useEffect(() => {
    conversation.light(lit === undefined ? [] : [lit]);
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [lit]);
  useEffect(() => () => conversation.light([]), []);
  return (
    <div ref={list} id={id} class="mentions" role="listbox" aria-label="Regions">
      {regions.map((region, i) => (
        <div
          key={region.id}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === chosen}
          onPointerMove={() => onPoint(i)}
          // Before the box loses the keyboard.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(region);
          }}
        >
          <span class="dot" ref={(dot) => dot?.style.setProperty('--region', region.color)} />
          {region.name}
        </div>
      ))}
    </div>
  );
}
