/** Says how far the tiles of a large picture are. */
import { useEffect, useState } from 'preact/hooks';
import { tilesProgress, type TilesState } from '../../../src/protocol/tiles';
import { useStore } from '../hooks';
import './tileProgress.css';

export function TileProgress() {
  const [store, { snapshot }] = useStore();
  const [state, setState] = useState<TilesState>(null);
  useEffect(
    () =>
      store.host.on(tilesProgress, (news) => {
        setState(news && 'problem' in news ? null : news);
        if (!news || !('problem' in news)) return;
        if (news.fatal) store.set({ fatal: news.problem });
        else store.set({ notice: { level: 'error', message: news.problem } });
      }),
    [store],
  );
  const tiles = snapshot?.image.tiles;
  if (!tiles || tiles.complete || !state || 'problem' in state) return null;
  const percent = Math.floor(state.fraction * 100);
  return (
    <div
      class="tile-progress"
      role="progressbar"
      aria-label={state.phase}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      title="This picture is large: it gets sharp part by part, first where you look. You can work on it meanwhile."
    >
      {`${state.phase}: ${percent} %`}
    </div>
  );
}
