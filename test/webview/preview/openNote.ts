/** A note in the built page of the preview. */
import type { Browser, Page } from 'playwright-core';
import { NoteFeed } from './noteFeed';
import { openPage, sendSplices, type PageOptions } from './page';

/** A picture with a size of its own. */
export const picture = (width = 640, height = 240) =>
  'data:image/svg+xml,' +
  encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#e6effa"/>` +
      `<rect x="40" y="40" width="${width / 3}" height="${height / 2}" rx="12" fill="#7fb3e6"/><path d="M240 120h150" stroke="#333" stroke-width="4"/></svg>`,
  );

/** One page at a time is open, and this is what feeds it. */
let feed: NoteFeed;

/** Opens the page with a note. */
export async function openNote(browser: Browser, text: string, options?: PageOptions): Promise<Page> {
  feed = new NoteFeed({
    resolveImage: (name) => ({ uri: picture(), exists: !name.includes('missing') }),
  });
  const page = await openPage(browser, feed.open(text), options);
  await page.waitForSelector('body[data-complete="true"]');
  return page;
}

/** The note changes. */
export const changeNote = (page: Page, text: string): Promise<void> => sendSplices(page, feed.change(text));
