/** The system's clipboard, which a page reaches through the host: a browser would ask for permission. */
import * as z from 'zod';
import { requestChannel } from './rpc';

export const readClipboard = requestChannel('readClipboard', z.object({}), z.object({ text: z.string() }));
export const writeClipboard = requestChannel('writeClipboard', z.object({ text: z.string() }), z.object({}));
