/** The servers that `batch` is given: described in a file, or by their addresses alone. */
import * as z from 'zod';
import { clientFor } from '../inference/engines/remote/client';
import { Refusal, tokenVariable, type HttpClient } from '../inference/engines/remote/http';
import { modelListSchema as chatModelsSchema } from '../inference/engines/remote/openaiWire';
import { modelListSchema as xAnyModelsSchema } from '../inference/engines/remote/xAnyLabelingWire';
import type { BatchJob } from '../protocol/batch';
import { GroundnoteError } from '../protocol/errors';
import { serverSchema, type NetworkServer, type OpenServer, type Server } from '../protocol/servers';
import { configuredServers, requireOneOfEach, withToken } from './servers';

export interface ServerArguments {
  /** A file with servers, as in the setting `groundnote.servers`. */
  servers?: string;
  /** Addresses. */
  engine?: string[];
  /** The model of the addresses, where they have several. */
  model?: string;
  /** Questions at a time to each address. */
  perServer?: number;
  /** A pack of this machine, or the id of a server. */
  pack?: string;
}

/**
 * Who answers: the servers that are named and can do the job's task, with their credentials from the environment, and the pack that
 * works beside them on this machine. A pack that is the id of a server means that server alone.
 * @throws GroundnoteError invalid-params, not-found, and for addresses what asking them throws
 */
export async function answerersOf(
  args: ServerArguments,
  task: BatchJob['task'],
  signal: AbortSignal,
): Promise<{ servers: OpenServer[]; pack?: string }> {
  const { pack } = args;
  const known = configuredServers(args.servers);
  const meant = known.filter(({ server }) => server.id === pack);
  // Those of GROUNDNOTE_SERVERS are there to be named; a file that is given is meant as a whole.
  const found = meant.length ? meant : args.servers === undefined ? [] : known;
  for (const url of args.engine ?? []) found.push(withToken(await serverAt(url, args, signal)));
  requireOneOfEach(found.map(({ server }) => server));
  const servers = found.filter(({ server }) => canDo(server, task));
  if (found.length && !servers.length)
    throw new GroundnoteError(
      'invalid-params',
      task === 'ground'
        ? 'None of the servers is set up for the task "ground": add it to their "tasks".'
        : 'None of the servers segments all there is in a picture: that takes X-AnyLabeling-Server, or one that runs the graphs of a pack.',
    );
  return { servers, ...(!meant.length && pack !== undefined && { pack }) };
}

/** Whether a server can be asked a batch's question. */
export function canDo(server: Server, task: BatchJob['task']): boolean {
  if (server.protocol === 'editor-model') return false;
  if (task === 'ground') return server.tasks.includes('ground');
  return (
    (server.protocol === 'x-anylabeling' && server.tasks.includes('ground')) ||
    (server.protocol === 'open-inference' && server.tasks.includes('segment') && !('task' in server.models))
  );
}

/** What answers at an address, found out by asking which models it has. */
async function serverAt(
  url: string,
  { model, perServer }: ServerArguments,
  signal: AbortSignal,
): Promise<Server> {
  const common = { id: idOf(url), url, ...(perServer !== undefined && { concurrency: perServer }) };
  const parse = (server: Record<string, unknown>): Server => {
    const parsed = serverSchema.safeParse(server);
    if (parsed.success) return parsed.data;
    throw new GroundnoteError('invalid-params', `"${url}": ${parsed.error.issues[0]?.message ?? 'wrong'}.`);
  };
  // Only to ask for what is there.
  const probe = parse({ ...common, protocol: 'openai-chat', model: '-', timeout_s: 15 }) as NetworkServer;
  const token = process.env[tokenVariable(probe.id)];
  const client = clientFor(
    { server: probe, ...(token && { token }) },
    // Whoever names an address on the command line wants it asked.
    {
      configuration: () => ({ servers: [], defaults: {}, offline: false, executionProvider: 'auto' }),
      log: () => {},
    },
  );
  try {
    const list = await answerOf(client, '/v1/models', signal);
    const xAny = xAnyModelsSchema.safeParse(list);
    if (xAny.success)
      return parse({
        ...common,
        protocol: 'x-anylabeling',
        model: oneOf(url, Object.keys(xAny.data.data), model),
      });
    const chat = chatModelsSchema.safeParse(list);
    if (chat.success) {
      const ids = chat.data.data.map(({ id }) => id);
      return parse({ ...common, protocol: 'openai-chat', model: oneOf(url, ids, model) });
    }
    if ((await answerOf(client, '/v2', signal)) !== undefined) {
      if (model === undefined)
        throw new GroundnoteError(
          'invalid-params',
          `"${url}" speaks the Open Inference Protocol: name its model of whole tasks with --model, or describe the graphs that it runs in a file for --servers (docs/servers.md).`,
        );
      return parse({
        ...common,
        protocol: 'open-inference',
        models: { task: model },
        tasks: ['ground', 'ask'],
      });
    }
  } finally {
    await client.close();
  }
  throw new GroundnoteError(
    'invalid-params',
    `"${url}" lists its models in no form that is known: describe it in a file for --servers (docs/servers.md).`,
  );
}

/** @returns undefined where the server has nothing there. @throws GroundnoteError bad-server (it cannot be reached), unauthorized */
async function answerOf(client: HttpClient, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await client.json({ path }, z.unknown(), signal);
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) return undefined;
    throw error;
  }
}

function oneOf(url: string, there: readonly string[], wanted: string | undefined): string {
  const [first, ...more] = there;
  if (wanted !== undefined && (there.includes(wanted) || !there.length)) return wanted;
  const has = there.map((name) => `"${name}"`).join(', ');
  if (wanted !== undefined)
    throw new GroundnoteError('invalid-params', `"${url}" has no model "${wanted}"; it has ${has}.`);
  if (first === undefined || more.length)
    throw new GroundnoteError('invalid-params', `"${url}" has ${has || 'no models'}: name one with --model.`);
  return first;
}

/** `http://gpu1.lab:8000` → `gpu1.lab-8000` */
function idOf(url: string): string {
  if (!URL.canParse(url)) throw new GroundnoteError('invalid-params', `"${url}" is no address.`);
  const { host, pathname } = new URL(url);
  return (host + pathname).replace(/[^a-z0-9._-]+/gi, '-').replace(/^[^a-z0-9]+|[-/]+$/gi, '') || 'server';
}
