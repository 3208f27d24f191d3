import { colorOf } from '../../../src/protocol/colors';
import type { GroundedText } from '../../../src/protocol/inference';
import { useStore } from '../hooks';
import { useConversation } from './hooks';
import { pieces } from './parts';

/** A text whose parts about regions are buttons: pointed at, or with the keyboard on them, they light their regions. */
export function GroundedWords({
  value,
  chips,
}: {
  value: GroundedText;
  /** Shown as chips. */ chips?: boolean;
}) {
  return (
    <>
      {pieces(value).map(({ text, regions }, i) =>
        regions.length ? <RegionWords key={i} text={text} regions={regions} chip={chips ?? false} /> : text,
      )}
    </>
  );
}

function RegionWords({ text, regions, chip }: { text: string; regions: readonly string[]; chip: boolean }) {
  const [, state] = useStore();
  const conversation = useConversation();
  const first = conversation.region(regions[0] ?? '');
  const lit = regions.some((id) => conversation.lit.includes(id) || state.hoverId === id);
  return (
    <button
      type="button"
      class={`${chip ? 'region-chip' : 'words'} ${lit ? 'lit' : ''}`}
      data-regions={regions.join(' ')}
      aria-label={`${text}: ${regions.length === 1 ? 'show its region' : `show its ${regions.length} regions`}`}
      ref={(button) => button?.style.setProperty('--region', first ? colorOf(first) : 'currentColor')}
      onPointerEnter={() => conversation.light(regions)}
      onPointerLeave={() => conversation.light([])}
      onFocus={() => conversation.light(regions)}
      onBlur={() => conversation.light([])}
      onClick={() => conversation.pin(regions)}
    >
      {text}
    </button>
  );
}
