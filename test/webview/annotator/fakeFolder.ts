/** A folder of pictures for the page's tests: their names are made up, their thumbnails are the picture itself. */
import {
  filmstripShown,
  folderChanged,
  folderItems,
  folderPlace,
  folderThumbnail,
  openInFolder,
  pageStart,
  segmentFolder,
  type FolderChange,
  type FolderItem,
} from '../../../src/protocol/folder';
import type { Endpoint } from '../../../src/protocol/rpc';

export interface FakeFolderOptions {
  items: FolderItem[];
  /** Place of the picture that is open. */
  index: number;
  filmstrip?: boolean;
  /** What came along from the picture before. */
  carried?: Record<string, unknown>;
}

export const folderItem = (name: string, more: Partial<FolderItem> = {}): FolderItem => ({
  name,
  regions: 0,
  unsaved: false,
  ...more,
});

export class FakeFolder {
  /** What was opened, newest last. */
  readonly opened: { to: unknown; carried: Record<string, unknown> }[] = [];
  readonly asked: string[] = [];
  readonly shown: boolean[] = [];
  segmentations = 0;
  /** The answer to the next opening: why it was not done. */
  message: string | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    public readonly options: FakeFolderOptions,
  ) {
    endpoint.handle(pageStart, () => ({
      filmstrip: options.filmstrip ?? false,
      ...(options.carried && { carried: JSON.stringify(options.carried) }),
    }));
    endpoint.handle(folderPlace, () => this.place());
    endpoint.handle(folderItems, ({ from, count }) => ({ items: options.items.slice(from, from + count) }));
    endpoint.handle(folderThumbnail, ({ name }) => {
      this.asked.push(name);
      return name.startsWith('broken') ? {} : { uri: 'https://panel.test/picture.png' };
    });
    endpoint.handle(openInFolder, ({ to, carried }) => {
      this.opened.push({ to, carried: JSON.parse(carried) as Record<string, unknown> });
      return this.message === undefined ? {} : { message: this.message };
    });
    endpoint.handle(segmentFolder, () => {
      this.segmentations++;
      return {};
    });
    endpoint.on(filmstripShown, ({ shown }) => this.shown.push(shown));
  }

  /** Tells the page what has become of `options`. */
  changed(change: FolderChange): void {
    this.endpoint.send(folderChanged, { ...this.place(), change });
  }

  private place() {
    return { folder: 'photos', index: this.options.index, total: this.options.items.length };
  }
}
