/** The servers that the command line knows: a file of `--servers`, or the one that GROUNDNOTE_SERVERS names. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { tokenVariable } from '../inference/engines/remote/http';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError } from '../protocol/errors';
import { serverSchema, type OpenServer, type Server } from '../protocol/servers';
import { contextOf, printJson, type CliIo } from './io';

/**
 * Servers with their credentials from the environment; none where neither a file nor GROUNDNOTE_SERVERS is given.
 * @throws GroundnoteError invalid-params, not-found
 */
export function configuredServers(file = process.env.GROUNDNOTE_SERVERS): OpenServer[] {
  return file ? readServers(file).map(withToken) : [];
}

/** A server with its credential, which is never written into a file or on a command line. */
export function withToken(server: Server): OpenServer {
  const token = process.env[tokenVariable(server.id)];
  return { server, ...(token && { token }) };
}

const fileSchema = z.union([
  z.array(serverSchema),
  z.object({ servers: z.array(serverSchema) }).transform(({ servers }) => servers),
  // A settings.json of VS Code.
  z
    .object({ 'groundnote.servers': z.array(serverSchema) })
    .transform((settings) => settings['groundnote.servers']),
]);

/** @throws GroundnoteError invalid-params, not-found */
export function readServers(file: string): Server[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new GroundnoteError('not-found', `The file of servers ${file} cannot be read.`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new GroundnoteError('invalid-params', `${file} is no JSON: ${(error as Error).message}.`);
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success && parsed.data.length) return requireOneOfEach(parsed.data);
  const why = parsed.success ? 'it is empty' : problemOf(value);
  throw new GroundnoteError(
    'invalid-params',
    `${file} is no list of servers (${why}): it is a JSON list as in the setting "groundnote.servers".`,
  );
}

/** @throws GroundnoteError invalid-params where two servers have one id */
export function requireOneOfEach(servers: Server[]): Server[] {
  const ids = servers.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return servers;
  throw new GroundnoteError('invalid-params', `Two servers have the id "${twice}": give each its own.`);
}

/** The first thing that is wrong with a list, said better than a union does. */
function problemOf(value: unknown): string {
  const fields = value as { servers?: unknown; 'groundnote.servers'?: unknown } | null;
  const list = z
    .array(serverSchema)
    .safeParse(Array.isArray(value) ? value : (fields?.servers ?? fields?.['groundnote.servers'] ?? value));
  const issue = list.error?.issues[0];
  return issue ? [issue.path.join('.'), issue.message].filter(Boolean).join(': ') : 'wrong form';
}

/** `servers check`. @throws GroundnoteError invalid-params without servers, bad-server when one of them does not answer */
export async function checkServers(
  io: CliIo,
  runtime: Runtime,
  { servers: file, json }: { servers?: string; json?: boolean },
): Promise<void> {
  const servers = configuredServers(file);
  if (!servers.length)
    throw new GroundnoteError(
      'invalid-params',
      'No servers are named: give --servers FILE.json, or set GROUNDNOTE_SERVERS.',
    );
  const states = await Promise.all(
    servers.map(async ({ server: { id, protocol } }) => ({
      id,
      protocol,
      ...(await runtime.checkServer({ server: id }, contextOf(io))),
    })),
  );
  if (json) printJson(io, { servers: states });
  else for (const { id, ok, message } of states) io.out(`${ok ? 'ok  ' : 'FAIL'} ${id}  ${message}\n`);
  const failed = states.filter(({ ok }) => !ok);
  if (failed.length)
    throw new GroundnoteError('bad-server', `${failed.length} of ${states.length} servers cannot be used.`);
}
