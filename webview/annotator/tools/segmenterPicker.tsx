/** Which pack answers points, boxes and strokes, where there is a choice. */
import { useStore } from '../hooks';

export function SegmenterPicker() {
  const [store] = useStore();
  const { segmenters, segmenter } = store;
  if (segmenters.length < 2) return null;
  return (
    <select
      class="segmenter"
      aria-label="Pack that segments"
      title={`${segmenter?.title ?? ''} answers points, boxes and strokes. The Models view sets the one that is taken first.`}
      value={segmenter?.id}
      onChange={(event) => store.set({ segmenter: event.currentTarget.value })}
    >
      {segmenters.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
  );
}
