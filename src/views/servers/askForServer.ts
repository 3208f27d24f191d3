/** The questions of “Add Server…” and “Edit Server…”, one after another; Back goes to the one before. */
import type * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import type { PackSummary, Task } from '../../protocol/packs';
import type { groundingFormats } from '../../protocol/servers';
import { serverSchema, type NetworkServer, type Server } from '../../protocol/servers';
import { askChoice, askText, back, type Back } from './steps';

export interface AskedServer {
  server: NetworkServer;
  /** As it is written into the settings: what is as it is by default is left out. */
  entry: Record<string, unknown>;
  token?: string;
}

interface Draft {
  protocol: NetworkServer['protocol'];
  url: string;
  model: string;
  /** Of a server of tensors: the pack whose graphs it runs, or undefined for one of whole tasks. */
  pack: string | undefined;
  /** The graphs of that pack, by their paths. */
  graphs: readonly string[];
  format: (typeof groundingFormats)[number];
  tasks: readonly Task[];
  id: string;
  title: string;
  token: string;
}

const protocols: readonly (vscode.QuickPickItem & { value: Draft['protocol'] })[] = [
  {
    label: 'OpenAI-compatible chat',
    detail: 'vLLM, SGLang, llama.cpp, Ollama, LM Studio, transformers serve: questions and phrases',
    value: 'openai-chat',
  },
  {
    label: 'Open Inference Protocol v2',
    detail: 'KServe, Triton, OpenVINO Model Server, MLServer, Ray Serve: tensors, or whole tasks',
    value: 'open-inference',
  },
  { label: 'X-AnyLabeling-Server', detail: 'Its models as they are', value: 'x-anylabeling' },
];

/** What each server can be asked for; the first ones are chosen already. */
const tasksOf: Readonly<Record<Draft['protocol'], { usual: readonly Task[]; all: readonly Task[] }>> = {
  'openai-chat': {
    usual: ['ask', 'refer', 'ground', 'describe'],
    all: ['ask', 'refer', 'ground', 'describe'],
  },
  'open-inference': { usual: ['segment'], all: ['segment', 'ground', 'refer', 'ask', 'describe'] },
  'x-anylabeling': { usual: ['ground', 'segment'], all: ['ground', 'segment'] },
};

export interface AskForServerOptions {
  /** Ids that are in use. */
  taken: readonly string[];
  packs: readonly PackSummary[];
  /** Paths of a pack's graphs. */
  graphsOf(pack: PackSummary): Promise<readonly string[]>;
  /** The server that is changed. */
  before?: NetworkServer;
}

/** @throws GroundnoteError cancelled */
export async function askForServer({
  taken,
  packs,
  graphsOf,
  before,
}: AskForServerOptions): Promise<AskedServer> {
  const title = before ? `Edit Server ${before.title ?? before.id}` : 'Add Server';
  const draft: Draft = {
    protocol: before?.protocol ?? 'openai-chat',
    url: before?.url ?? '',
    model: modelOf(before),
    pack: before?.protocol === 'open-inference' ? before.pack : undefined,
    graphs: before?.protocol === 'open-inference' ? Object.keys(before.models) : [],
    format: before?.protocol === 'openai-chat' ? before.format : 'auto',
    tasks: before?.tasks ?? [],
    id: before?.id ?? '',
    title: before?.title ?? '',
    token: '',
  };
  const runnable = packs.filter(({ state, engine }) => state === 'ready' && engine === 'onnx');
  const isTensor = () => draft.protocol === 'open-inference' && draft.pack !== undefined;
  type Step = (at: { step: number; total: number }) => Promise<Back | void>;
  const steps: { ask: Step; when?: () => boolean }[] = [
    {
      when: () => !before,
      ask: async (at) => {
        const picked = await askChoice({
          title,
          ...at,
          placeHolder: 'What does it speak?',
          items: protocols,
        });
        if (picked === back) return back;
        if (draft.protocol !== picked.value) draft.tasks = [];
        draft.protocol = picked.value;
      },
    },
    {
      ask: async (at) => {
        const url = await askText({
          title,
          ...at,
          prompt: 'Its address',
          placeHolder: 'http://127.0.0.1:8000',
          value: draft.url,
          validate: problemOfUrl,
        });
        if (url === back) return back;
        // The protocol's own path is added to it.
        draft.url = draft.protocol === 'openai-chat' ? url.replace(/\/v1\/?$/, '') : url;
      },
    },
    {
      when: () => draft.protocol === 'open-inference' && !before,
      ask: async (at) => {
        const picked = await askChoice({
          title,
          ...at,
          placeHolder: 'What does it run?',
          items: [
            {
              label: 'A model that does whole tasks',
              detail: 'Picture and prompts go there, regions come back',
              value: undefined,
            },
            ...runnable.map((pack) => ({
              label: `The graphs of ${pack.title}`,
              detail: 'Pictures are prepared here, and their tensors go there',
              value: pack.id,
            })),
          ],
        });
        if (picked === back) return back;
        draft.pack = picked.value;
        const pack = packs.find(({ id }) => id === draft.pack);
        draft.graphs = pack ? await graphsOf(pack) : [];
        if (pack) draft.tasks = pack.tasks;
      },
    },
    {
      when: () => !isTensor(),
      ask: async (at) => {
        const model = await askText({
          title,
          ...at,
          prompt: 'The model on the server, by its name there',
          placeHolder: draft.protocol === 'openai-chat' ? 'Qwen/Qwen2.5-VL-3B-Instruct' : 'segment',
          value: draft.model,
          validate: (value) => (value.trim() ? undefined : 'Type the name of the model.'),
        });
        if (model === back) return back;
        draft.model = model;
      },
    },
    {
      when: isTensor,
      ask: async (at) => {
        const models = await askText({
          title,
          ...at,
          prompt: `Their names on the server, in this order: ${draft.graphs.join(', ')}`,
          placeHolder: draft.graphs.map((graph) => graph.replace(/^.*\/|\.onnx$/g, '')).join(', '),
          value: draft.model,
          validate: (value) =>
            namesIn(value).length === draft.graphs.length
              ? undefined
              : `Type ${draft.graphs.length} names with commas between them.`,
        });
        if (models === back) return back;
        draft.model = models;
      },
    },
    {
      when: () => draft.protocol === 'openai-chat',
      ask: async (at) => {
        const picked = await askChoice({
          title,
          ...at,
          placeHolder: 'How do boxes and points stand in its answers?',
          items: formats,
          active: formats.findIndex(({ value }) => value === draft.format),
        });
        if (picked === back) return back;
        draft.format = picked.value;
      },
    },
    {
      when: () => !isTensor(),
      ask: async (at) => {
        const { usual, all } = tasksOf[draft.protocol];
        const chosen = draft.tasks.length ? draft.tasks : usual;
        const picked = await askChoice({
          title,
          ...at,
          placeHolder: 'What is it asked for?',
          items: all.map((task) => ({ label: task, value: task, picked: chosen.includes(task) })),
          many: true,
        });
        if (picked === back) return back;
        draft.tasks = picked.map(({ value }) => value);
      },
    },
    {
      ask: async (at) => {
        const name = await askText({
          title,
          ...at,
          prompt: 'Its name in lists',
          value: draft.title || draft.id || suggestedTitle(draft),
          validate: (value) => (value.trim() ? undefined : 'Type a name.'),
        });
        if (name === back) return back;
        draft.title = name;
        if (!before) draft.id = freeId(name, taken);
      },
    },
    {
      ask: async (at) => {
        const token = await askText({
          title,
          ...at,
          prompt: before
            ? 'A new access token; empty: as before'
            : 'Its access token, where it wants one. It is kept in secret storage.',
          value: '',
          password: true,
        });
        if (token === back) return back;
        draft.token = token;
      },
    },
  ];
  await inTurn(steps);
  return asked(draft, before);
}

/** Goes through the steps that apply; Back on the first gives up. */
async function inTurn(
  steps: readonly { ask(at: { step: number; total: number }): Promise<Back | void>; when?: () => boolean }[],
): Promise<void> {
  const past: number[] = [];
  for (let index = 0; index < steps.length;) {
    const step = steps[index] as (typeof steps)[number];
    if (step.when && !step.when()) {
      index++;
      continue;
    }
    const total = steps.filter(({ when }) => !when || when()).length;
    if ((await step.ask({ step: past.length + 1, total })) === back) {
      const before = past.pop();
      if (before === undefined) throw new GroundnoteError('cancelled', 'Cancelled.');
      index = before;
    } else {
      past.push(index);
      index++;
    }
  }
}

const formats: readonly (vscode.QuickPickItem & { value: Draft['format'] })[] = [
  { label: 'Told by the model, or by its answer', value: 'auto' },
  { label: 'Boxes 0–1000 in JSON', description: 'Qwen2-VL, Qwen3-VL', value: 'qwen' },
  { label: 'Boxes in pixels in JSON', description: 'Qwen2.5-VL', value: 'pixels' },
  { label: 'Boxes 0–999 in the text', description: 'Ferret', value: 'ferret' },
  { label: 'Location tokens', description: 'PaliGemma', value: 'paligemma' },
  { label: 'Points in percent', description: 'Molmo', value: 'molmo' },
];

function problemOfUrl(value: string): string | undefined {
  const [first] = serverSchema.options;
  const parsed = first.shape.url.safeParse(value.trim());
  if (parsed.success) return undefined;
  return value.includes('@')
    ? 'No user name or password belongs here: the access token is asked for later.'
    : 'Type an address that begins with http:// or https://.';
}

/** @throws GroundnoteError invalid-params, which the steps do not let happen */
function asked(draft: Draft, before: NetworkServer | undefined): AskedServer {
  const { protocol, url, model, pack, format, id, title, token } = draft;
  const { usual } = tasksOf[protocol];
  const tasks = draft.tasks.length ? draft.tasks : usual;
  const entry: Record<string, unknown> = {
    id,
    ...(title !== id && { title }),
    protocol,
    url,
    ...(protocol === 'open-inference'
      ? { ...(pack !== undefined && { pack }), models: modelsOf(draft) }
      : { model }),
    ...(protocol === 'openai-chat' && (format !== 'auto' || before) && { format }),
    ...((before || tasks.join() !== usual.join()) && { tasks: [...tasks] }),
  };
  const parsed = serverSchema.safeParse(entry);
  if (!parsed.success || parsed.data.protocol === 'editor-model')
    throw new GroundnoteError('invalid-params', 'These answers make no server.');
  return { server: parsed.data, entry, ...(token && { token }) };
}

const namesIn = (text: string) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** Names on the server, by what they stand for. */
function modelsOf({ pack, graphs, model }: Draft): Record<string, string> {
  if (pack === undefined) return { task: model };
  return Object.fromEntries(namesIn(model).map((name, index) => [graphs[index] ?? '', name]));
}

function modelOf(server: Server | undefined): string {
  if (!server) return '';
  if (server.protocol !== 'open-inference') return server.model;
  return Object.values(server.models).join(', ');
}

const suggestedTitle = ({ model, pack, url }: Draft) =>
  (pack === undefined && model.split('/').at(-1)) || new URL(url).host;

/** An id that nothing else has, made from a name. */
export function freeId(name: string, taken: readonly string[]): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+|-+$/g, '') || 'server';
  let id = plain;
  for (let n = 2; taken.includes(id); n++) id = `${plain}-${n}`;
  return id;
}
