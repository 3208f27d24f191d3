/** The toolbar's menu of overlays. */
import { MenuButton, type MenuEntry } from '../../ui/menu';
import { keysOf } from '../help/keyNames';
import { useOverlay } from './overlay';
import { overlayModes } from './overlayState';

export function OverlayMenu() {
  const { state, view, comparison, key } = useOverlay();
  const entries: MenuEntry[] = [
    ...overlayModes.map(({ mode, name }) => ({
      label: name,
      checked: view.mode === mode,
      oneOf: true,
      run: () => state.set({ mode }),
    })),
    'separator',
    {
      label: 'Labels',
      keys: keysOf('view.labels'),
      checked: view.labels,
      run: () => state.set({ labels: !view.labels }),
    },
    {
      label: 'Regions',
      keys: keysOf('view.regions'),
      checked: view.regions,
      run: () => state.set({ regions: !view.regions }),
    },
    'separator',
    {
      label: 'Before and after',
      keys: keysOf('view.before'),
      checked: view.before === 'swipe',
      run: () => key.toggleSwipe(),
    },
    {
      label: 'Compare packs',
      keys: keysOf('view.compare'),
      checked: comparison.view !== undefined,
      run: () => comparison.toggle(),
    },
  ];
  return <MenuButton icon="layers" label="Overlay" keys={keysOf('view.overlay')} entries={entries} />;
}
