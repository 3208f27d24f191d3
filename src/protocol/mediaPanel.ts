/** The wire between a panel of a modality and its page. Reading and answering are the inference process's (`media.ts`). */
import * as z from 'zod';
import { mediaAnswerSchema, mediaTurnSchema, mediaViewSchema } from './media';
import { eventChannel, requestChannel } from './rpc';

/** Page → host: what is to be drawn. @error as `readMedia` */
export const openMedia = requestChannel('openMedia', z.object({}), mediaViewSchema);

/** Page → host: what the file holds, in words; with a question, its answer. Progress carries the text so far. @error as `describeMedia` */
export const askHere = requestChannel(
  'askHere',
  z.object({ question: z.string().trim().min(1).optional(), history: z.array(mediaTurnSchema) }),
  mediaAnswerSchema,
);

/** Page → host: shows the packs that are installed and those that can be. */
export const showModels = eventChannel('showModels', z.object({}));

/** Host → page: the file has changed on the disk. */
export const mediaChanged = eventChannel('mediaChanged', z.object({}));
