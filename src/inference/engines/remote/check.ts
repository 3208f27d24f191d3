/** Whether a server is there: asked once, without waiting for one that is busy. */
import * as z from 'zod';
import { GroundnoteError, isCancelled } from '../../../protocol/errors';
import type { ServerState } from '../../../protocol/inference';
import type { NetworkServer, OpenServer, ServerOf } from '../../../protocol/servers';
import type { EngineServices } from '../open';
import { clientFor } from './client';
import { Refusal, type HttpClient } from './http';
import { modelListSchema as chatModelsSchema } from './openaiWire';
import { modelMetadataSchema } from './openInferenceWire';
import { failureSchema, modelListSchema as xAnyModelsSchema } from './xAnyLabelingWire';

/** Nobody waits longer than this for a sign of life. */
const mostSeconds = 15;

/** @throws GroundnoteError cancelled */
export async function stateOf(
  open: OpenServer,
  services: EngineServices,
  signal: AbortSignal,
): Promise<ServerState> {
  const { server } = open;
  if (server.protocol === 'editor-model')
    return services.editorModels
      ? { ok: true, message: 'The editor answers for this model, and asks you before it is used.' }
      : { ok: false, message: 'There are no language models outside the editor.' };
  const quick = { ...server, timeout_s: Math.min(server.timeout_s, mostSeconds), retries: 0 };
  const client = clientFor({ ...open, server: quick }, services);
  try {
    return await ask(client, server, signal);
  } catch (error) {
    if (isCancelled(error) || !(error instanceof GroundnoteError)) throw error;
    return { ok: false, message: error.message };
  } finally {
    await client.close();
  }
}

function ask(client: HttpClient, server: NetworkServer, signal: AbortSignal): Promise<ServerState> {
  switch (server.protocol) {
    case 'open-inference':
      return askOpenInference(client, server, signal);
    case 'openai-chat':
      return askChat(client, server, signal);
    case 'x-anylabeling':
      return askXAnyLabeling(client, server, signal);
  }
}

async function askOpenInference(
  client: HttpClient,
  { models }: ServerOf<'open-inference'>,
  signal: AbortSignal,
): Promise<ServerState> {
  // Bodies of health answers are empty, or say what the status says.
  await client.whole({ path: '/v2/health/ready' }, signal);
  const names = [...new Set(Object.values(models))];
  const there: string[] = [];
  for (const name of names) {
    try {
      await client.json({ path: `/v2/models/${encodeURIComponent(name)}` }, modelMetadataSchema, signal);
      there.push(name);
    } catch (error) {
      if (!(error instanceof Refusal) || (error.status !== 404 && error.status !== 400)) throw error;
    }
  }
  return withModels(client, there, names);
}

async function askChat(
  client: HttpClient,
  { model }: ServerOf<'openai-chat'>,
  signal: AbortSignal,
): Promise<ServerState> {
  try {
    const { data } = await client.json({ path: '/v1/models' }, chatModelsSchema, signal);
    const ids = data.map(({ id }) => id);
    if (ids.length) return withModels(client, ids, [model]);
  } catch (error) {
    // Some servers answer questions and do not list what they have.
    if (!(error instanceof Refusal) || ![404, 405, 500, 501].includes(error.status)) throw error;
  }
  return { ok: true, message: `“${client.name}” is there; it does not list its models.` };
}

async function askXAnyLabeling(
  client: HttpClient,
  { model }: ServerOf<'x-anylabeling'>,
  signal: AbortSignal,
): Promise<ServerState> {
  await client.json({ path: '/health' }, z.unknown(), signal);
  const list = await client.json({ path: '/v1/models' }, z.union([failureSchema, xAnyModelsSchema]), signal);
  // The one failure of a list: a wrong token, which this server tells with the status of success.
  if (!('data' in list)) throw client.unauthorized();
  return withModels(client, Object.keys(list.data), [model]);
}

function withModels({ name }: HttpClient, there: string[], wanted: readonly string[]): ServerState {
  const missing = wanted.filter((each) => !there.includes(each));
  if (!missing.length)
    return { ok: true, models: there, message: `“${name}” is there and has ${quoted(wanted)}.` };
  const has = there.length ? `; it has ${quoted(there)}` : '';
  return { ok: false, models: there, message: `“${name}” has no model named ${quoted(missing)}${has}.` };
}

const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');
