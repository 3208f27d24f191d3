/** Between the host and the side panel: the conversation about the open picture. The host keeps it, beside the drafts. */
import * as z from 'zod';
import { annotationSchema } from './annotator';
import { boxSchema } from './geometry';
import { askedRegionSchema, explanationStepSchema, groundedTextSchema } from './inference';
import type { TaskDefaults } from './packs';
import { eventChannel, requestChannel } from './rpc';
import { traceSchema } from './trace';

/** A question and what became of it. */
export const conversationTurnSchema = z.object({
  id: z.string().min(1),
  question: groundedTextSchema,
  /** The regions that the question names, as they were when it was asked. */
  asked: z.array(askedRegionSchema),
  /** Id of the pack that was asked. */
  pack: z.string(),
  state: z.enum(['answering', 'answered', 'stopped', 'failed']),
  /** What has been answered so far. Its spans name ids of `regions` or of `asked`. */
  answer: groundedTextSchema,
  /** What the answer found. They are no annotations of the picture until they are kept, and then have the same ids. */
  regions: z.array(annotationSchema),
  refused: z.boolean().optional(),
  explanation: z.array(explanationStepSchema).optional(),
  /** Why it failed. */
  problem: z.string().optional(),
});
export type ConversationTurn = z.infer<typeof conversationTurnSchema>;

export const conversationSchema = z.object({
  turns: z.array(conversationTurnSchema),
  /** Id of the pack that was chosen for the next question; absent: see `packFor`. */
  pack: z.string().optional(),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** The page's first question about it. */
export const openConversation = requestChannel('openConversation', z.object({}), conversationSchema);
/** Host → panel: the conversation has changed. */
export const conversationChanged = eventChannel('conversationChanged', conversationSchema);
/** Host → panel: an answer has grown. */
export const answerGrew = eventChannel(
  'answerGrew',
  z.object({ turnId: z.string(), text: z.string(), phase: z.string() }),
);
/**
 * Asks. `names` are the regions of the question's spans, each with the name that the question gives it; `view` is the part
 * of the picture that the user looks at.
 */
export const askQuestion = requestChannel(
  'askQuestion',
  z.object({
    question: groundedTextSchema.refine(({ text }) => text.trim() !== '', 'must not be empty'),
    names: z.record(z.string(), z.string()),
    view: boxSchema.optional(),
  }),
  z.object({ turnId: z.string() }),
);
/** Asks the last question again; its answer is replaced. */
export const retryTurn = requestChannel(
  'retryTurn',
  z.object({ turnId: z.string(), view: boxSchema.optional() }),
  z.object({}),
);
/** Asks the pack of an answer what it had in mind; absent where it needed no model. */
export const traceTurn = requestChannel(
  'traceTurn',
  z.object({ turnId: z.string(), view: boxSchema.optional() }),
  z.object({ trace: traceSchema.optional() }),
);
/** Ends the answer that is under way; what it has said so far stays. */
export const stopAnswer = requestChannel('stopAnswer', z.object({}), z.object({}));
/** Makes regions of an answer annotations of the picture, in one undo step. */
export const keepRegions = requestChannel(
  'keepRegions',
  z.object({ turnId: z.string() }),
  z.object({ regionIds: z.array(z.string()) }),
);
export const choosePack = requestChannel('choosePack', z.object({ pack: z.string() }), z.object({}));
export const clearConversation = requestChannel('clearConversation', z.object({}), z.object({}));
/** Puts a text on the clipboard. */
export const copyText = requestChannel('copyText', z.object({ text: z.string() }), z.object({}));

/** Tasks of packs that a conversation can use, the most able first. */
export const conversationTasks = ['ask', 'refer', 'ground'] as const;

/**
 * The pack that a question or a phrase goes to: the one that is chosen, whatever it can do; else the default of the task;
 * else the first and most able one.
 * @param packs those that can take part @param mode `ask`: a question; `find`: a phrase
 */
export function packFor<Pack extends { id: string; tasks: readonly string[] }>(
  mode: 'ask' | 'find',
  packs: readonly Pack[],
  chosen: string | undefined,
  defaults: TaskDefaults = {},
): Pack | undefined {
  const does = mode === 'find' ? (['ground'] as const) : (['ask', 'refer'] as const);
  const able = packs.filter(({ tasks }) => does.some((task) => tasks.includes(task)));
  return (
    packs.find(({ id }) => id === chosen) ??
    able.find(({ id, tasks }) => does.some((task) => defaults[task] === id && tasks.includes(task))) ??
    able.find(({ tasks }) => tasks.includes('ask')) ??
    able[0] ??
    packs[0]
  );
}

/** Whether a pack can take part in a conversation. */
export const canConverse = ({ state, tasks }: { state: string; tasks: readonly string[] }): boolean =>
  state === 'ready' && conversationTasks.some((task) => tasks.includes(task));
