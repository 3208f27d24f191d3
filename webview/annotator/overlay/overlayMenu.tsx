/** The toolbar's menu of overlays. */
import { actions, type ActionId } from '../../../src/protocol/actions';
import { MenuButton, type MenuEntry } from '../../ui/menu';
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
      keys: keyOf('view.labels'),
      checked: view.labels,
      run: () => state.set({ labels: !view.labels }),
    },
    {
      label: 'Regions',
      keys: keyOf('view.regions'),
      checked: view.regions,
      run: () => state.set({ regions: !view.regions }),
    },
    'separator',
    {
      label: 'Before and after',
      keys: keyOf('view.before'),
      checked: view.before === 'swipe',
      run: () => key.toggleSwipe(),
    },
    {
      label: 'Compare packs',
      keys: keyOf('view.compare'),
      checked: comparison.view !== undefined,
      run: () => comparison.toggle(),
    },
  ];
  return <MenuButton icon="layers" label="Overlay" keys={keyOf('view.overlay') ?? ''} entries={entries} />;
}

/** The default key of an action, as people write it. */
function keyOf(id: ActionId): string | undefined {
  const action = actions.find((each) => each.id === id);
  const key = action && 'keys' in action ? action.keys[0] : undefined;
  return key
    ?.split('+')
    .map((part) => part[0]?.toUpperCase() + part.slice(1))
    .join('+');
}
