/** The main job without a window: sample notes rendered, sample pictures segmented and grounded, results in out/. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { outFolder, root, runLogged, say } from './process.mjs';
import { findBrowser } from './setup.mjs';

/**
 * A job of scripts/headless.json; its note or image is relative to examples/.
 * @typedef {{task: 'render', note: string}} RenderJob
 * @typedef {{task: 'segment' | 'ground', image: string, point?: number[], box?: number[], stroke?: number[][],
 *   text?: string}} ImageJob
 */

const relative = (file) => path.relative(root, file);

/** Runs the command line; resolves with its JSON answer. */
function groundnote(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'dist/cli.cjs'), ...args, '--json'], {
      cwd: root,
    });
    let [output, complaint] = ['', ''];
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (complaint += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0)
        return reject(new Error(`groundnote ${args.join(' ')} ended with ${code}: ${complaint.trim()}`));
      try {
        resolve(JSON.parse(output));
      } catch (error) {
        reject(new Error(`groundnote ${args[0]} printed no JSON: ${output.slice(0, 200)}`, { cause: error }));
      }
    });
  });
}

/** The job's prompts as arguments of the command line. */
function promptArguments({ point, box, stroke, text }) {
  return [
    ...(point ? ['--point', point.join(',')] : []),
    ...(box ? ['--box', box.join(',')] : []),
    ...(stroke ? ['--stroke', stroke.map((each) => each.join(',')).join(';')] : []),
    ...(text ? ['--text', text] : []),
  ];
}

/** One line for a result; fails when the file that was promised is not there. */
function reportFile(file, note) {
  const { size } = statSync(file);
  say(`${relative(file).padEnd(44)} ${note}  ${(size / 1024).toFixed(0)} KB`);
}

/** @param {RenderJob} job */
async function renderNote({ note }) {
  const started = Date.now();
  const html = path.join(outFolder, `${path.basename(note, '.md')}.html`);
  await groundnote(['render', path.join(root, 'examples', note), '--out', html]);
  reportFile(html, `${Date.now() - started} ms`);
  return html;
}

/** @param {ImageJob} job @param {string} name */
async function answerImage(job, name) {
  const image = path.join(root, 'examples', job.image);
  const overlay = path.join(outFolder, `${name}.png`);
  const result = await groundnote([job.task, image, ...promptArguments(job), '--overlay-out', overlay]);
  if (result.regions.length === 0 && !result.refused)
    throw new Error(`${job.task} found nothing in ${job.image}: ${result.text ?? 'no reason was given'}`);
  const json = path.join(outFolder, `${name}.json`);
  writeFileSync(
    json,
    `${JSON.stringify({ ...result, image: { ...result.image, path: job.image } }, undefined, 2)}\n`,
  );
  const { load_ms, encode_ms, decode_ms, total_ms } = result.timings;
  const [load, encode, decode, total] = [load_ms, encode_ms, decode_ms, total_ms].map(Math.round);
  const timing = `${total} ms (load ${load}, encode ${encode}, decode ${decode})`;
  if (result.refused) return reportFile(json, `${timing}, refused: ${result.text}`);
  reportFile(overlay, timing);
  reportFile(json, `${result.regions.length} region${result.regions.length === 1 ? '' : 's'}`);
}

/** Takes a picture of each rendered note, where a browser is installed. */
async function photographNotes(pages) {
  if (!findBrowser()) return say('No pictures of the notes: Chrome, Chromium or Edge is not installed.');
  const { launchBrowser } = await import('./browser.mjs');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 960, height: 1200 } });
    for (const html of pages) {
      const started = Date.now();
      await page.goto(pathToFileURL(html).href);
      const picture = html.replace(/\.html$/, '.png');
      await page.screenshot({ path: picture, fullPage: true });
      reportFile(picture, `${Date.now() - started} ms`);
    }
  } finally {
    await browser.close();
  }
}

/** Does every job, whatever becomes of the others. @throws {Error} that counts the failures */
export async function runHeadless() {
  say('Building (esbuild) …');
  await runLogged('build', process.execPath, ['esbuild.mjs']);
  mkdirSync(outFolder, { recursive: true });
  /** @type {string[]} */
  const failures = [];
  const attempt = async (action) => {
    try {
      return await action();
    } catch (error) {
      failures.push(error.message);
      say(`FAILED: ${error.message}`);
    }
  };
  /** @type {(RenderJob | ImageJob)[]} */
  const jobs = JSON.parse(readFileSync(path.join(root, 'scripts/headless.json'), 'utf8'));
  const pages = [];
  const names = new Set();
  for (const job of jobs) {
    if (job.task === 'render') {
      const page = await attempt(() => renderNote(job));
      if (page) pages.push(page);
    } else {
      const stem = `${job.task}-${path.basename(job.image).replace(/\.\w+$/, '')}`;
      let name = stem;
      for (let i = 2; names.has(name); i++) name = `${stem}-${i}`;
      names.add(name);
      await attempt(() => answerImage(job, name));
    }
  }
  await attempt(() => photographNotes(pages));
  if (failures.length > 0) throw new Error(`${failures.length} of ${jobs.length} jobs failed.`);
}
