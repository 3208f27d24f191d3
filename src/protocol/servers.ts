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

/**
 * What anything that answers instead of a pack is called. The descriptions are what the settings editor shows: package.json's
 * schema of `groundnote.servers` is made from this one.
 */
const named = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .describe("The pack's id in lists, settings and provenance: letters, digits, dots, dashes."),
  title: z.string().optional().describe('Its name in lists; by default the id.'),
};
const taskList = z.array(taskSchema).min(1).describe('What it is asked for.');
const format = z
  .enum(groundingFormats)
  .default('auto')
  .describe('How boxes and points stand in the text of its answers.');

const common = {
  ...named,
  /** Never with a user name or a password: those would be shown in lists and lie in the settings. */
  url: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !hasCredentials(url),
      'must hold no user name or password: “Groundnote: Set Access Token…” keeps them',
    )
    .describe('Where it is, such as http://127.0.0.1:8000; without a user name or a password.'),
  timeout_s: z.number().positive().max(3600).default(60).describe('Seconds until an answer must have begun.'),
  concurrency: z
    .number()
    .int()
    .positive()
    .max(64)
    .default(1)
    .describe('Questions at a time; in a batch too.'),
  retries: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe(
      'How often a question is asked again when it is busy or gone (429, 502, 503, 504, no connection).',
    ),
};

export const serverSchema = z.discriminatedUnion('protocol', [
  z.object({
    ...common,
    protocol: z
      .literal('open-inference')
      .describe('Open Inference Protocol v2: KServe, Triton, OpenVINO Model Server, MLServer, Ray Serve.'),
    pack: z
      .string()
      .optional()
      .describe(
        'A pack on this machine whose graphs it runs: the configuration is used here, tensors go there.',
      ),
    models: z
      .record(z.string(), z.string())
      .describe("Its models, by the graph's path in the pack; or `task`: a model that does whole tasks."),
    tasks: taskList.default(['segment']),
  }),
  z.object({
    ...common,
    protocol: z
      .literal('openai-chat')
      .describe('OpenAI-compatible chat with pictures: vLLM, SGLang, llama.cpp, Ollama, LM Studio.'),
    model: z.string().min(1).describe('The model on the server.'),
    format,
    tasks: taskList.default(['ask', 'refer', 'ground', 'describe']),
    max_tokens: z.number().int().positive().default(1024).describe('The longest answer, in tokens.'),
  }),
  z.object({
    ...common,
    protocol: z.literal('x-anylabeling').describe('X-AnyLabeling-Server.'),
    model: z.string().min(1).describe('The model on the server.'),
    tasks: taskList.default(['ground', 'segment']),
    params: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Parameters of the model, sent as they are.'),
  }),
  /** A language model of the editor itself (`vscode.lm`), which the extension host asks. */
  z.object({
    ...named,
    protocol: z.literal('editor-model').describe('A language model of the editor itself.'),
    model: z.string().min(1).describe("The editor's own id of the model."),
    format,
    tasks: taskList.default(['ask', 'refer', 'ground', 'describe']),
  }),
]);
export type Server = z.infer<typeof serverSchema>;
export type ServerProtocol = Server['protocol'];
/** One that is asked over the network: all but the editor's own models. */
export type NetworkServer = Exclude<Server, { protocol: 'editor-model' }>;
export type ServerOf<P extends ServerProtocol> = Extract<Server, { protocol: P }>;

function hasCredentials(url: string): boolean {
  // What is no address at all is told by the check before this one.
  if (!URL.canParse(url)) return false;
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
