/** `segment`, `ground` and `render`. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Runtime } from '../inference/process/runtime';
import { putAnswers } from '../notes/ground/answers';
import { askFence } from '../notes/ground/ask';
import { findFences, parseFence } from '../notes/ground/fence';
import { fenceState, noteFences } from '../notes/ground/states';
import { imagePath } from '../notes/render/imagePaths';
import { findBrowser, noBrowserMessage } from '../notes/export/browser';
import { printPdf } from '../notes/export/pdf';
import { renderPage } from '../notes/render/page';
import { GroundnoteError, isCancelled, toWireError } from '../protocol/errors';
import type { Box, Prompt, Rle } from '../protocol/geometry';
import type { EverythingParams, TaskResult } from '../protocol/inference';
import { clearProgress, contextOf, printJson, type CliIo } from './io';
import { writeMask, writeNumbers, writeOverlay } from './pictures';

/** Where results go besides standard output. */
export interface ResultFiles {
  maskOut?: string;
  overlayOut?: string;
  json?: boolean;
}

/** @throws GroundnoteError as the task does, and io */
export async function runSegment(
  io: CliIo,
  runtime: Runtime,
  image: string,
  prompts: Prompt[],
  { pack, view, ...files }: ResultFiles & { pack?: string; view?: Box },
): Promise<void> {
  const result = await runtime.segment({ image: { path: image }, prompts, pack, view }, contextOf(io));
  await finish(io, runtime, image, result, files);
}

/** All masks of a picture. @throws GroundnoteError as the task does, and io */
export async function runEverything(
  io: CliIo,
  runtime: Runtime,
  image: string,
  { pack, view, pointsPerSide, maskOut, ...files }: ResultFiles & Omit<EverythingParams, 'image'>,
): Promise<void> {
  const params = { image: { path: image }, pack, view, pointsPerSide };
  const result = await runtime.everything(params, contextOf(io));
  if (maskOut) await writeNumbers(maskOut, masksOf(result), result.image);
  await finish(io, runtime, image, result, files);
}

/** @throws GroundnoteError as the task does, and io */
export async function runGround(
  io: CliIo,
  runtime: Runtime,
  image: string,
  text: string,
  { pack, ...files }: ResultFiles & { pack?: string },
): Promise<void> {
  const result = await runtime.ground({ image: { path: image }, text, pack }, contextOf(io));
  await finish(io, runtime, image, result, files);
}

/**
 * Writes the note as a page, or as PDF where --out ends so; without --out beside the note. With a runtime, ground fences that have no answer, or one
 * that is out of date, are run first.
 * @throws GroundnoteError not-found, io, unsupported (no browser for a PDF), bad-sidecar (the file of answers is broken)
 */
export async function runRender(
  io: CliIo,
  note: string,
  { out, json, runtime }: { out?: string; json?: boolean; runtime?: Runtime },
): Promise<void> {
  const target = out ?? path.join(path.dirname(note), `${path.basename(note, path.extname(note))}.html`);
  if (path.resolve(target) === path.resolve(note))
    throw new GroundnoteError(
      'invalid-params',
      'The page would overwrite the note: name another file with --out.',
    );
  let text: string;
  try {
    text = await readFile(note, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new GroundnoteError('not-found', `The note "${note}" does not exist.`)
      : new GroundnoteError('io', `The note "${note}" cannot be read (${code ?? String(error)}).`);
  }
  const isPdf = path.extname(target).toLowerCase() === '.pdf';
  const browser = isPdf ? findBrowser() : undefined;
  if (isPdf && !browser)
    throw new GroundnoteError('unsupported', `${noBrowserMessage()} GROUNDNOTE_CHROMIUM may name its path.`);
  const ran = runtime && (await runFences(io, note, text, runtime));
  const { html, title, figures, formulas, formulaErrors } = renderPage(text, { path: note });
  const content = browser ? await printPdf(html, { browser }) : html;
  try {
    await writeFile(target, content);
  } catch (error) {
    throw new GroundnoteError(
      'io',
      `"${target}" cannot be written (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  const missing = figures.filter(({ state }) => state === 'missing').length;
  if (json) {
    const bytes = Buffer.byteLength(content);
    printJson(io, {
      note,
      out: target,
      title,
      bytes,
      figures: figures.length,
      missing,
      formulas,
      formulaErrors,
      ...(ran && { ground: ran }),
    });
  } else {
    io.out(`${target}\n`);
    if (ran) io.err(`${ran.answered} of ${ran.run} ground fences that were run are answered.\n`);
    if (missing) io.err(`${missing} of ${figures.length} figures are missing.\n`);
    if (formulaErrors) io.err(`${formulaErrors} of ${formulas} formulas could not be read.\n`);
  }
}

/**
 * Runs the fences of a note that need it, one after the other; one that fails is told and does not keep the others.
 * @throws GroundnoteError cancelled, bad-sidecar
 */
async function runFences(
  io: CliIo,
  note: string,
  text: string,
  runtime: Runtime,
): Promise<{ run: number; answered: number }> {
  const notePath = path.resolve(note);
  const known = noteFences(text, notePath);
  if (known.problem !== undefined) throw new GroundnoteError('bad-sidecar', known.problem);
  const context = contextOf(io);
  const done = new Set<string>();
  let answered = 0;
  for (const { source, line } of findFences(text)) {
    const reading = parseFence(source);
    if ('problems' in reading) {
      for (const problem of reading.problems)
        io.err(`${note}:${line + problem.line + 1}: ${problem.message}\n`);
      continue;
    }
    const { fence } = reading;
    const image = imagePath(fence.question.image, path.dirname(notePath));
    const state = fenceState(fence, known, image.exists ? image.path : undefined);
    if (done.has(fence.key) || (state.kind === 'answered' && image.exists)) continue;
    done.add(fence.key);
    try {
      const answer = await askFence(fence.question, image.path, {
        segment: (params) => runtime.segment(params, context),
        ground: (params) => runtime.ground(params, context),
      });
      await putAnswers(notePath, [answer], known.keys);
      answered++;
      clearProgress(io);
    } catch (error) {
      clearProgress(io);
      if (isCancelled(error)) throw error;
      io.err(`${note}:${line}: ${toWireError(error).message}\n`);
    }
  }
  return { run: done.size, answered };
}

const masksOf = ({ regions }: TaskResult): Rle[] => regions.flatMap(({ mask }) => (mask ? [mask] : []));

/** Writes the files that were asked for and prints the result. @throws GroundnoteError io */
export async function finish(
  io: CliIo,
  runtime: Runtime,
  image: string,
  result: TaskResult,
  files: ResultFiles,
): Promise<void> {
  const { maskOut, overlayOut, json } = files;
  if (maskOut) await writeMask(maskOut, masksOf(result), result.image);
  if (overlayOut) await writeOverlay(overlayOut, runtime, { path: image }, result.regions, contextOf(io));
  clearProgress(io);
  if (json) return printJson(io, result);
  if (result.text) io.out(`${result.text}\n`);
  if (!result.regions.length && !result.refused) io.out('Nothing was found.\n');
  for (const { id, label, score, box } of result.regions)
    io.out(
      `${id}  box ${box.join(',')}${score === undefined ? '' : `  score ${score.toFixed(3)}`}${label ? `  ${label}` : ''}\n`,
    );
  const { load_ms, encode_ms, decode_ms, total_ms } = result.timings;
  const [load, encode, decode, total] = [load_ms, encode_ms, decode_ms, total_ms].map(Math.round);
  io.err(
    `${result.pack.id} ${result.pack.version}: ${total} ms (load ${load}, encode ${encode}, decode ${decode})\n`,
  );
}
