/** A page → PDF, by a headless browser with a profile of its own that reaches no network. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { GroundnoteError } from '../../protocol/errors';

export interface PdfOptions {
  /** Path of a browser of the Chromium family. */
  browser: string;
  signal?: AbortSignal;
  /** Milliseconds after which the browser is ended. Default two minutes. */
  timeoutMs?: number;
}

const flags = (profile: string, pdf: string) => [
  '--headless=new',
  // As root, as in containers, the browser's sandbox cannot start. The page holds no script and may load nothing.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  `--user-data-dir=${profile}`,
  `--print-to-pdf=${pdf}`,
  '--no-pdf-header-footer',
  '--generate-pdf-document-outline',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--password-store=basic',
  '--use-mock-keychain',
];

/**
 * Prints a self-contained page.
 * @returns the PDF's bytes
 * @throws GroundnoteError 'cancelled' when `signal` aborts; 'internal' when the browser does not write the file
 */
export async function printPdf(html: string, { browser, signal, timeoutMs }: PdfOptions): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'groundnote-pdf-'));
  try {
    const page = path.join(folder, 'note.html');
    const pdf = path.join(folder, 'note.pdf');
    await writeFile(page, html, { mode: 0o600 });
    const words = await runBrowser(
      browser,
      [...flags(path.join(folder, 'profile'), pdf), String(pathToFileURL(page))],
      {
        signal,
        timeoutMs: timeoutMs ?? 120_000,
      },
    );
    try {
      return await readFile(pdf);
    } catch (cause) {
      throw new GroundnoteError('internal', `${path.basename(browser)} wrote no PDF. ${words}`.trim(), {
        cause,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(() => undefined);
  }
}

interface RunOptions {
  signal: AbortSignal | undefined;
  timeoutMs: number;
}

/** Runs the browser to its end. @returns the last line of what it said */
function runBrowser(browser: string, args: string[], { signal, timeoutMs }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new GroundnoteError('cancelled', 'Cancelled.'));
    // A group of its own: the browser's helpers end with it.
    const group = process.platform !== 'win32';
    const child = spawn(browser, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: group,
      windowsHide: true,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    let reason: GroundnoteError | undefined;
    const end = (why: GroundnoteError) => {
      reason ??= why;
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const onAbort = () => end(new GroundnoteError('cancelled', 'Cancelled.'));
    signal?.addEventListener('abort', onAbort, { once: true });
    const seconds = Math.round(timeoutMs / 1000);
    const timer = setTimeout(
      () =>
        end(
          new GroundnoteError('internal', `The browser took longer than ${seconds} seconds and was ended.`),
        ),
      timeoutMs,
    );
    const settle = (action: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      action();
    };
    child.on('error', (cause) =>
      settle(() =>
        reject(
          new GroundnoteError('internal', `${browser} could not be started: ${cause.message}`, { cause }),
        ),
      ),
    );
    child.on('exit', () =>
      settle(() => (reason ? reject(reason) : resolve(said.trim().split('\n').at(-1) ?? ''))),
    );
  });
}
