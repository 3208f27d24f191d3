import { colorOf } from '../../../src/protocol/colors';
import type { Size } from '../../../src/protocol/geometry';
import { Icon, type IconName } from '../../ui/icon';
import { areaText, describeRegion } from './describe';
import * as edits from './edits';
import { LabelField } from './labelField';
import type { Regions, Row } from './regions';
import { ShapeIcon } from './shapeIcon';

/** In CSS pixels; the list counts on it. */
export const rowHeight = 28;

export const rowId = (place: number) => `region-row-${place}`;

/**
 * One region of the list. The small pictures in it are for the pointer: each does what a key, a command and the menu do
 * too, because what stands in an option cannot be reached by a screen reader.
 */
export function RegionRow(props: {
  row: Row;
  place: number;
  count: number;
  size: Size;
  selected: boolean;
  cursor: boolean;
  lit: boolean;
  working: boolean;
  renaming: boolean;
  areas: boolean;
  regions: Regions;
  onHover(over: boolean): void;
}) {
  const { row, place, count, size, selected, cursor, lit, working, renaming, areas, regions } = props;
  const { annotation, name } = row;
  const { id, geometry, label, score, hidden, locked, group } = annotation;
  const states = [
    geometry.type,
    score !== undefined && `score ${score.toFixed(2)}`,
    hidden && 'hidden',
    locked && 'locked',
    group !== undefined && `group ${group}`,
  ];
  const classes = ['region', selected && 'selected', cursor && 'cursor', lit && 'lit', hidden && 'hidden'];
  return (
    <div
      id={rowId(place)}
      class={classes.filter(Boolean).join(' ')}
      role="option"
      data-region={id}
      aria-selected={selected}
      aria-label={[name, ...states].filter(Boolean).join(', ')}
      aria-posinset={place + 1}
      aria-setsize={count}
      style={{ top: `${place * rowHeight}px` }}
      onPointerEnter={(event) => {
        // Counting the area of a large region takes a while: only for a row that is looked at.
        event.currentTarget.title = describeRegion(annotation, name, size);
        props.onHover(true);
      }}
      onPointerLeave={() => props.onHover(false)}
    >
      <span
        class="swatch"
        title={`Colour of ${name}`}
        onClick={(event) => {
          event.stopPropagation();
          regions.recolor(id);
        }}
      >
        <ShapeIcon kind={geometry.type} color={colorOf(annotation)} />
      </span>
      {renaming ? (
        <LabelField
          initial={label ?? ''}
          offers={(typed) => regions.labels.offers(typed)}
          onDone={(written) => regions.endRename(written)}
        />
      ) : (
        <span class={label === undefined ? 'name unnamed' : 'name'}>{name}</span>
      )}
      {group !== undefined && (
        <span class="group" aria-hidden="true" title={`Group ${group}. Alt+click selects one region of it.`}>
          {group}
        </span>
      )}
      <span class="detail" aria-hidden="true">
        {working
          ? '…'
          : areas
            ? areaText(annotation, size)
            : score === undefined
              ? geometry.type
              : score.toFixed(2)}
      </span>
      <span class="shortcuts" aria-hidden="true">
        <Shortcut icon="pencil" title={`Label ${name}`} onClick={() => regions.rename(id)} />
        <Shortcut
          icon={locked ? 'lock' : 'unlock'}
          title={locked ? `Unlock ${name}` : `Lock ${name}`}
          on={locked}
          onClick={() => regions.change(id, edits.toggleLocked)}
        />
        <Shortcut
          icon={hidden ? 'eye-closed' : 'eye'}
          title={hidden ? `Show ${name}` : `Hide ${name}`}
          on={hidden}
          onClick={() => regions.change(id, edits.toggleHidden)}
        />
        <Shortcut icon="trash" title={`Delete ${name}`} onClick={() => regions.change(id, edits.remove)} />
      </span>
    </div>
  );
}

/** `on` ones are always shown, because they tell a state. */
function Shortcut(props: { icon: IconName; title: string; on?: boolean | undefined; onClick(): void }) {
  return (
    <span
      class={props.on ? 'shortcut on' : 'shortcut'}
      title={props.title}
      onClick={(event) => {
        event.stopPropagation();
        props.onClick();
      }}
    >
      <Icon name={props.icon} />
    </span>
  );
}
