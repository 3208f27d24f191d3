/**
 * Asks the hub for every pack of the catalogue and writes down what it says: the commit, the size and SHA-256 of each file,
 * and the date. For people who are online; needs `tsx`, as `npm run catalogue:check` starts it.
 *
 *   npm run catalogue:check [-- --endpoint URL] [--file FILE] [ID…]
 *
 * An entry whose repository lacks a file, names another licence or cannot be read is left as it is and said; the exit code
 * is then 1. HF_TOKEN opens what is gated.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { catalogueSchema } from '../src/inference/packs/catalogue/schema';
import { Summer } from '../src/inference/packs/install/files';
import { hubFileUrl, readHubRepo } from '../src/inference/packs/install/hub';
import { createNet } from '../src/inference/packs/install/net';

const shipped = fileURLToPath(new URL('../src/inference/packs/catalogue/catalogue.json', import.meta.url));

/**
 * @param {{ file?: string, endpoint?: string, token?: string, ids?: string[], today?: string, say?: (line: string) => void }} options
 * @returns {Promise<string[]>} what is wrong, a line each
 */
export async function checkCatalogue({
  file = shipped,
  endpoint,
  token,
  ids = [],
  today = new Date().toISOString().slice(0, 10),
  say = () => undefined,
} = {}) {
  const contents = JSON.parse(await readFile(file, 'utf8'));
  catalogueSchema.parse(contents);
  const net = createNet({ folder: '', endpoint: () => endpoint, token: async () => token });
  const problems = [];
  for (const entry of contents.packs) {
    if (ids.length && !ids.includes(entry.id)) continue;
    try {
      await checkEntry(net, entry, today);
      say(`${entry.id}: as the catalogue says, ${entry.hub.revision.slice(0, 12)}`);
    } catch (error) {
      problems.push(`${entry.id}: ${error.message}`);
      say(`${entry.id}: ${error.message}`);
    }
  }
  catalogueSchema.parse(contents);
  const style = await prettier.resolveConfig(shipped);
  await writeFile(
    file,
    await prettier.format(JSON.stringify(contents, undefined, 2), { ...style, parser: 'json' }),
  );
  return problems;
}

/** Changes the entry when all of it is right. */
async function checkEntry(net, entry, today) {
  const { signal } = new AbortController();
  const { repo } = entry.hub;
  // A checked entry names a commit: what is new is in the main branch.
  const told = await readHubRepo(net, repo, 'main', signal);
  const missing = entry.files.filter(({ path }) => !told.files.some((file) => file.path === path));
  if (missing.length) {
    const near = told.files
      .filter(({ path }) => /\.(onnx|onnx_data.*|json)$/.test(path))
      .map(({ path }) => path);
    throw new Error(`${repo} lacks ${missing.map(({ path }) => path).join(', ')}; it has ${near.join(', ')}`);
  }
  if (told.license && !isSameLicense(told.license, entry.license))
    throw new Error(`${repo} names the licence "${told.license}", the catalogue "${entry.license}"`);
  const names = entry.files.map(({ path }) => path);
  const data = told.files
    .map(({ path }) => path)
    .filter((path) => names.some((name) => name.endsWith('.onnx') && path.startsWith(`${name}_data`)));
  const files = [];
  for (const path of new Set([...names, ...data])) {
    const { size, sha256 } = told.files.find((file) => file.path === path);
    files.push({ path, size, sha256: sha256 ?? (await sumOf(net, repo, told.commit, path, signal)) });
  }
  entry.hub = { repo, revision: told.commit };
  entry.files = files;
  entry.verified = today;
}

/** The SHA-256 of a small file, which the hub does not tell. */
async function sumOf(net, repo, commit, path, signal) {
  const response = await net.ask(hubFileUrl(net, repo, commit, path), { signal, what: `the file "${path}"` });
  const summer = new Summer();
  for await (const chunk of net.bytes(response, signal)) summer.update(chunk);
  return summer.digest().sha256;
}

/** `apache-2.0` is `Apache-2.0`, and `qwen-research` is “Qwen Research License (non-commercial)”. */
function isSameLicense(told, ours) {
  const plain = (text) =>
    text
      .toLowerCase()
      .replace(/\(.*\)|licen[cs]e/g, '')
      .replace(/[^a-z0-9.]+/g, '');
  return plain(told) === plain(ours);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { endpoint: { type: 'string' }, file: { type: 'string' } },
  });
  const problems = await checkCatalogue({
    ...values,
    token: process.env.HF_TOKEN,
    ids: positionals,
    say: (line) => console.log(line),
  });
  process.exitCode = problems.length ? 1 : 0;
}
