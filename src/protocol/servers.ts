/** Servers that answer instead of a pack on this machine, as the user names them in `groundnote.servers`. */
import * as z from 'zod';
import { taskSchema } from './packs';

/** How boxes and points stand in the text of a vision-language model. */
export const groundingFormats = [
  /** Told by the model's name, else by the answer itself. */
  'auto',
  /** JSON boxes 0–1000 (Qwen2-VL, Qwen3-VL). */
  'qwen',
  /** JSON boxes in pixels of the picture that was sent (Qwen2.5-VL). */
  'pixels',
  /** `[x1, y1, x2, y2]` 0–999 in the text (Ferret). */
  'ferret',
  /** `<locYYYY>` y, x, y, x in 1024 bins (PaliGemma). */
  'paligemma',
  /** Points in percent (Molmo). */
  'molmo',
] as const;

/** What anything that answers instead of a pack is called. */
const named = {
  /** The pack's id in lists, settings and provenance. */
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  title: z.string().optional(),
};

const common = {
  ...named,
  /** Never with a user name or a password: those would be shown in lists and lie in the settings. */
  url: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !hasCredentials(url),
      'must hold no user name or password: “Groundnote: Set Access Token…” keeps them',
    ),
  /** Seconds until an answer must have begun. */
  timeout_s: z.number().positive().max(3600).default(60),
  /** Questions at a time; in a batch too. */
  concurrency: z.number().int().positive().max(64).default(1),
  /** How often a question is asked again when the server is busy or gone (429, 502, 503, 504, no connection). */
  retries: z.number().int().min(0).max(10).default(2),
};

export const serverSchema = z.discriminatedUnion('protocol', [
  z.object({
    ...common,
    protocol: z.literal('open-inference'),
    /** A pack on this machine whose graphs the server runs: its configuration is used here, its tensors go there. */
    pack: z.string().optional(),
    /** Names of the models on the server, by the graph's path in the pack; or `task`: a model that does whole tasks. */
    models: z.record(z.string(), z.string()),
    tasks: z.array(taskSchema).min(1).default(['segment']),
  }),
  z.object({
    ...common,
    protocol: z.literal('openai-chat'),
    model: z.string().min(1),
    format: z.enum(groundingFormats).default('auto'),
    tasks: z.array(taskSchema).min(1).default(['ask', 'refer', 'ground', 'describe']),
    max_tokens: z.number().int().positive().default(1024),
  }),
  z.object({
    ...common,
    protocol: z.literal('x-anylabeling'),
    model: z.string().min(1),
    tasks: z.array(taskSchema).min(1).default(['ground', 'segment']),
    /** Sent as they are. */
    params: z.record(z.string(), z.unknown()).default({}),
  }),
  /** A language model of the editor itself (`vscode.lm`), which the extension host asks. */
  z.object({
    ...named,
    protocol: z.literal('editor-model'),
    /** The editor's own id of the model. */
    model: z.string().min(1),
    format: z.enum(groundingFormats).default('auto'),
    tasks: z.array(taskSchema).min(1).default(['ask', 'refer', 'ground', 'describe']),
  }),
]);
export type Server = z.infer<typeof serverSchema>;
export type ServerProtocol = Server['protocol'];
/** One that is asked over the network: all but the editor's own models. */
export type NetworkServer = Exclude<Server, { protocol: 'editor-model' }>;
export type ServerOf<P extends ServerProtocol> = Extract<Server, { protocol: P }>;

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** A server with what opens it. The credential comes from VS Code's secret storage or, for the command line, the environment. */
export const openServerSchema = z.object({
  server: serverSchema,
  /** Sent as `Authorization: Bearer`, or as the protocol has it. */
  token: z.string().optional(),
});
export type OpenServer = z.infer<typeof openServerSchema>;
