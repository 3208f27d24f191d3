/** Between the host and the side panel: the pictures beside the one that is open. Places count from 0, in natural order. */
import * as z from 'zod';
import { eventChannel, requestChannel } from './rpc';

/** Where the open picture stands in its folder; `index` is -1 when it is no longer there. */
export const folderPlaceSchema = z.object({
  folder: z.string(),
  index: z.number().int(),
  total: z.number().int(),
});
export type FolderPlace = z.infer<typeof folderPlaceSchema>;

/**
 * What a page begins with: the settings that came along from the picture before (JSON of the page's own making), and
 * whether the filmstrip was open when it was last used.
 */
export const pageStart = requestChannel(
  'pageStart',
  z.object({}),
  z.object({ carried: z.string().optional(), filmstrip: z.boolean() }),
);
/** The place in the folder, once the folder has been read. */
export const folderPlace = requestChannel('folderPlace', z.object({}), folderPlaceSchema);
/** What has changed: pictures have come or gone, one has another content, or what is told about one. Each includes the next. */
export const folderChangeSchema = z.enum(['names', 'pictures', 'annotations']);
export type FolderChange = z.infer<typeof folderChangeSchema>;
/** Host → panel: something in the folder has changed. */
export const folderChanged = eventChannel(
  'folderChanged',
  folderPlaceSchema.extend({ change: folderChangeSchema }),
);

/** A picture of the filmstrip. */
export const folderItemSchema = z.object({
  name: z.string(),
  /** Regions in its sidecar, or unsaved in a panel. */
  regions: z.number().int(),
  unsaved: z.boolean(),
  /** Why its annotations cannot be used. */
  problem: z.string().optional(),
});
export type FolderItem = z.infer<typeof folderItemSchema>;
/** How many items may be asked for at once. */
export const maxFolderItems = 200;
export const folderItems = requestChannel(
  'folderItems',
  z.object({ from: z.number().int().min(0), count: z.number().int().min(1).max(maxFolderItems) }),
  z.object({ items: z.array(folderItemSchema) }),
);
/** The address of a small picture; absent where none can be made of the file. */
export const folderThumbnail = requestChannel(
  'folderThumbnail',
  z.object({ name: z.string() }),
  z.object({ uri: z.string().optional() }),
);

/** Opens another picture in this place. `carried` goes to its page; `message` says why nothing was opened. */
export const openInFolder = requestChannel(
  'openInFolder',
  z.object({
    to: z.union([z.enum(['previous', 'next', 'nextUnannotated']), z.object({ name: z.string() })]),
    carried: z.string(),
  }),
  z.object({ message: z.string().optional() }),
);
/** Panel → host: whether the filmstrip is shown, for the next panel. */
export const filmstripShown = eventChannel('filmstripShown', z.object({ shown: z.boolean() }));
/** Panel → host: run a text or everything over this folder. */
export const segmentFolder = requestChannel('segmentFolder', z.object({}), z.object({}));
