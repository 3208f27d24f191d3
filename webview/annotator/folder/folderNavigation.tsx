import { IconButton } from '../../ui/toolkit';
import { keysOf } from '../help/keyNames';
import { useFolder } from './folderStore';
import './folder.css';

/** Where the picture stands in its folder, the ways to its neighbours, and the filmstrip's switch. Nothing for a picture alone. */
export function FolderNavigation() {
  const folder = useFolder();
  const { place } = folder;
  if (!place || place.total < 2) return null;
  const { index, total } = place;
  return (
    <span class="folder-navigation">
      <IconButton
        icon="chevron-left"
        label="Previous image of the folder"
        keys={keysOf('folder.previous')}
        disabled={index === 0}
        onClick={() => void folder.open('previous')}
      />
      <span class="folder-place" title={place.folder}>
        {index < 0 ? `${total} images` : `${index + 1} of ${total}`}
      </span>
      <IconButton
        icon="chevron-right"
        label="Next image of the folder"
        keys={keysOf('folder.next')}
        disabled={index === total - 1}
        onClick={() => void folder.open('next')}
      />
      <IconButton
        icon="layout-panel"
        label="Filmstrip"
        keys={keysOf('folder.filmstrip')}
        pressed={folder.filmstrip}
        onClick={() => folder.toggleFilmstrip()}
      />
    </span>
  );
}
