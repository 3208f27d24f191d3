/** Hints that are shown once: which ones this user has seen, on this machine, in all panels. */
import * as z from 'zod';
import { eventChannel, requestChannel } from './rpc';

/** Panel → host: the names of the hints that were seen. */
export const seenHints = requestChannel('seenHints', z.object({}), z.object({ seen: z.array(z.string()) }));
/** Panel → host: a hint was closed, or its tool was used. */
export const hintSeen = eventChannel('hintSeen', z.object({ hint: z.string().max(100) }));
/** Panel → host: all hints are to be shown again. */
export const showHintsAgain = eventChannel('showHintsAgain', z.object({}));
