/** Labels of the workspace, and the colours that the user has chosen for them, between the host and the side panel. */
import * as z from 'zod';
import { eventChannel, requestChannel } from './rpc';

export const labelBookSchema = z.object({
  /** The user's own list (the setting `groundnote.labels`), in its order. */
  listed: z.array(z.string()),
  /** Found in the sidecars of the workspace, the most frequent first. */
  found: z.array(z.string()),
  /** Chosen colours, as `#rrggbb`, by label. */
  colors: z.record(z.string(), z.string()),
});
export type LabelBook = z.infer<typeof labelBookSchema>;

/** Panel → host; `search` begins to look through the workspace, and what is found comes as `labelsChanged`. */
export const getLabels = requestChannel('getLabels', z.object({ search: z.boolean() }), labelBookSchema);
/** Host → panel: the newest whole book. */
export const labelsChanged = eventChannel('labelsChanged', labelBookSchema);
