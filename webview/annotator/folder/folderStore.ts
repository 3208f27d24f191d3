/** The pictures of the folder as this page knows them: only what is looked at has been asked for. */
import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer } from 'preact/hooks';
import {
  filmstripShown,
  folderChanged,
  folderItems,
  folderPlace,
  folderThumbnail,
  openInFolder,
  segmentFolder,
  type FolderItem,
  type FolderPlace,
} from '../../../src/protocol/folder';
import type { z } from 'zod';
import type { PanelStore } from '../store';

/** Items are asked for in blocks of this many. */
const blockSize = 50;

export type FolderTarget = z.input<typeof openInFolder.params>['to'];

interface Block {
  items: readonly FolderItem[];
  /** Something has changed since they were asked for. */
  stale: boolean;
  loading: boolean;
}

export class FolderStore {
  private readonly listeners = new Set<() => void>();
  private blocks = new Map<number, Block>();
  private thumbnails = new Map<string, string | undefined>();
  private moving = false;
  place: FolderPlace | undefined;
  /** Grows when thumbnails must be asked for again. */
  pictureVersion = 0;

  /**
   * @param carry what the next picture's page begins with
   * @param filmstrip whether the filmstrip is shown
   */
  constructor(
    private readonly panel: PanelStore,
    private readonly carry: () => string,
    public filmstrip: boolean,
  ) {
    const { host, actions } = panel;
    host.on(folderChanged, ({ change, ...place }) => {
      if (change === 'names') this.blocks.clear();
      for (const block of this.blocks.values()) block.stale = true;
      if (change !== 'annotations') {
        this.thumbnails.clear();
        this.pictureVersion++;
      }
      this.place = place;
      this.tell();
    });
    actions.on({
      'folder.previous': () => void this.open('previous'),
      'folder.next': () => void this.open('next'),
      'folder.nextUnannotated': () => void this.open('nextUnannotated'),
      'folder.filmstrip': () => this.toggleFilmstrip(),
    });
    void host.request(folderPlace, {}).then(
      (place) => {
        this.place = place;
        this.tell();
      },
      () => undefined, // A folder that cannot be read has no neighbours to offer.
    );
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  toggleFilmstrip(): void {
    this.filmstrip = !this.filmstrip;
    this.panel.host.send(filmstripShown, { shown: this.filmstrip });
    this.tell();
  }

  /** Opens another picture of the folder in this place; a key that repeats meanwhile does nothing. */
  async open(to: FolderTarget): Promise<void> {
    if (this.moving) return;
    this.moving = true;
    try {
      const { message } = await this.panel.host.request(openInFolder, { to, carried: this.carry() });
      if (message !== undefined) this.panel.set({ notice: { level: 'info', message } });
    } catch (error) {
      this.panel.fail(error);
    } finally {
      this.moving = false;
    }
  }

  async segment(): Promise<void> {
    await this.panel.host.request(segmentFolder, {}).catch((error: unknown) => this.panel.fail(error));
  }

  /** An item, if it is known; what is not known, or not any more, is asked for. */
  item(index: number): FolderItem | undefined {
    const number = Math.floor(index / blockSize);
    let block = this.blocks.get(number);
    if (!block) this.blocks.set(number, (block = { items: [], stale: true, loading: false }));
    if (block.stale && !block.loading) void this.load(number, block);
    return block.items[index % blockSize];
  }

  /** The address of a thumbnail, if it is known; null where there is none. */
  thumbnail(name: string): string | null | undefined {
    return this.thumbnails.has(name) ? (this.thumbnails.get(name) ?? null) : undefined;
  }

  async loadThumbnail(name: string, signal: AbortSignal): Promise<void> {
    const version = this.pictureVersion;
    try {
      const { uri } = await this.panel.host.request(folderThumbnail, { name }, { signal });
      if (version === this.pictureVersion) this.thumbnails.set(name, uri);
    } catch {
      // Scrolled away, or the file has gone: whoever shows it again asks again.
      return;
    }
    this.tell();
  }

  private async load(number: number, block: Block): Promise<void> {
    block.loading = true;
    block.stale = false;
    try {
      const { items } = await this.panel.host.request(folderItems, {
        from: number * blockSize,
        count: blockSize,
      });
      block.items = items;
    } catch {
      return; // The folder has gone; `folderChanged` tells of it.
    } finally {
      block.loading = false;
    }
    if (this.blocks.get(number) === block) this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const FolderContext = createContext<FolderStore | undefined>(undefined);

/** The folder; the component is drawn again when something about it changes. */
export function useFolder(): FolderStore {
  const folder = useContext(FolderContext);
  if (!folder) throw new Error('No folder above this component.');
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => folder.subscribe(() => redraw(undefined)), [folder]);
  return folder;
}
