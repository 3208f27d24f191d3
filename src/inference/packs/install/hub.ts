/** What the hub tells of a repository: its commit, licence and files. */
import { listFiles, modelInfo, pathsInfo, type ListFileEntry } from '@huggingface/hub';
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import { packFileSchema } from '../../../protocol/packs';
import { connectionError, type Net } from './net';

/** No configuration file of a model is longer. */
const maxTextBytes = 64 << 20;
const maxFiles = 20_000;

export interface HubFile {
  path: string;
  size: number;
  /** Of files in large file storage. */
  sha256?: string;
  /** Of all others. */
  gitOid?: string;
}

export interface HubRepo {
  repo: string;
  /** The commit that the revision names now: all files are taken from it. */
  commit: string;
  /** As the repository's card names it, or its link; empty where it does not. */
  license: string;
  licenseUrl?: string;
  files: HubFile[];
}

const infoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  cardData: z
    .object({
      license: z.union([z.string(), z.array(z.string())]).optional(),
      license_name: z.string().optional(),
      license_link: z.string().optional(),
    })
    .nullish()
    .catch(undefined),
  tags: z.array(z.string()).nullish().catch(undefined),
});

const entrySchema = z.object({
  path: packFileSchema.shape.path,
  size: z.number().int().nonnegative(),
  oid: z.string().optional(),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().nonnegative() }).nullish(),
});

/**
 * @param paths only these files are asked about; absent: all are listed
 * @throws GroundnoteError not-found, unauthorized, bad-server, and as `Net.ask`
 */
export async function readHubRepo(
  net: Net,
  repo: string,
  revision: string,
  signal: AbortSignal,
  paths?: readonly string[],
): Promise<HubRepo> {
  const hubUrl = net.endpoint();
  const what = `the repository "${repo}"`;
  /** The library's requests go our way, which knows of tokens, redirects, retries and stalls. */
  const asked: typeof fetch = async (input, init) => {
    const response = await net.ask(String(input instanceof Request ? input.url : input), {
      method: init?.method === 'POST' ? 'POST' : 'GET',
      headers: { ...(init?.headers as Record<string, string> | undefined) },
      ...(typeof init?.body === 'string' && { body: init.body }),
      signal,
      what,
    });
    const body = await readText(net, response, `what it tells of ${what}`, signal);
    return new Response(body, { headers: response.headers });
  };
  const common = { hubUrl, fetch: asked };
  try {
    const info = infoSchema.parse(
      await modelInfo({ ...common, name: repo, revision, additionalFields: ['sha', 'cardData', 'tags'] }),
    );
    const place = { ...common, repo: { type: 'model', name: repo } as const, revision: info.sha };
    const entries: ListFileEntry[] = [];
    if (paths) {
      entries.push(...((await pathsInfo({ ...place, paths: [...paths] })) as ListFileEntry[]));
    } else {
      for await (const entry of listFiles({ ...place, recursive: true })) {
        if (entries.push(entry) > maxFiles)
          throw new GroundnoteError('unsupported', `${what} has more than ${maxFiles} files.`);
      }
    }
    const files = entries.filter(({ type }) => type === 'file').map(hubFile);
    return { repo, commit: info.sha, ...licenseOf(info, hubUrl, repo), files };
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError || error instanceof TypeError)
      throw new GroundnoteError(
        'bad-server',
        `${new URL(hubUrl).host} does not answer as a hub does: check the address of the hub in the settings.`,
        { cause: error },
      );
    throw error;
  }
}

function hubFile(entry: ListFileEntry): HubFile {
  const { path, size, oid, lfs } = entrySchema.parse(entry);
  if (lfs) return { path, size: lfs.size, sha256: lfs.oid };
  return { path, size, ...(oid && /^[0-9a-f]{40}$/.test(oid) && { gitOid: oid }) };
}

function licenseOf({ cardData, tags }: z.output<typeof infoSchema>, hubUrl: string, repo: string) {
  const named =
    [cardData?.license ?? []].flat()[0] ?? tags?.find((tag) => tag.startsWith('license:'))?.slice(8);
  const license = (named === 'other' ? (cardData?.license_name ?? named) : named) ?? '';
  const link = cardData?.license_link;
  const page = `${hubUrl}/${repo}`;
  const licenseUrl = link ? (URL.canParse(link) ? link : `${page}/blob/main/${link}`) : page;
  return { license, licenseUrl };
}

/** Where the hub gives a file's bytes. */
export function hubFileUrl(net: Net, repo: string, commit: string, file: string): string {
  return `${net.endpoint()}/${repo}/resolve/${commit}/${file.split('/').map(encodeURIComponent).join('/')}`;
}

/** A small file of the repository as text. @throws GroundnoteError as `Net.ask`, bad-server */
export async function readHubText(
  net: Net,
  { repo, commit }: HubRepo,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  const response = await net.ask(hubFileUrl(net, repo, commit, file), {
    signal,
    what: `the file "${file}" of ${repo}`,
  });
  return readText(net, response, `the file "${file}" of ${repo}`, signal);
}

async function readText(net: Net, response: Response, what: string, signal: AbortSignal): Promise<string> {
  const { host } = new URL(net.endpoint());
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of net.bytes(response, signal)) {
      size += chunk.byteLength;
      if (size > maxTextBytes) throw new GroundnoteError('bad-server', `${host} sends too much for ${what}.`);
      parts.push(chunk);
    }
  } catch (error) {
    throw error instanceof GroundnoteError ? error : connectionError(error, host);
  }
  return Buffer.concat(parts).toString('utf8');
}
