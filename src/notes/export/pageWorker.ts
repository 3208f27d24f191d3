/** Entry of a worker thread: renders one note as a page, so that a long note does not hold up the extension host. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PageOptions } from '../render/page';
import { renderPage } from '../render/page';

/** What the thread is given. */
export interface PageJob {
  text: string;
  options: PageOptions;
}

async function main(): Promise<void> {
  const { text, options } = workerData as PageJob;
  parentPort?.postMessage(await renderPage(text, options));
}

void main();
