/** Between the side panel and the host: exports, imports, and regions as pictures. The host asks and says what came of it. */
import * as z from 'zod';
import { eventChannel, requestChannel } from './rpc';

/** Panel → host: export; these regions are selected. */
export const exportRequested = eventChannel('exportRequested', z.object({ regionIds: z.array(z.string()) }));
/** Panel → host: import into this picture or its folder. */
export const importRequested = eventChannel('importRequested', z.object({}));

/** Panel → host: a region of the picture in full size as PNG, transparent around it. @error not-found for one of no pixels */
export const cutOutRegion = requestChannel(
  'cutOutRegion',
  z.object({ regionId: z.string() }),
  z.object({ png: z.instanceof(Uint8Array) }),
);
/** Panel → host: the same into a file that the user is asked for; `saved` is absent when the user gave up. */
export const saveCutout = requestChannel(
  'saveCutout',
  z.object({ regionId: z.string() }),
  z.object({ saved: z.string().optional() }),
);
