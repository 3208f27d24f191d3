/** The browser that scripts and tests drive: the Chromium, Chrome or Edge of this machine. */
import { chromium } from 'playwright-core';
import { findBrowser } from './setup.mjs';

/** Keeps the browser from reaching out, and lets it run as root in a container. */
const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * A new headless browser.
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws {Error} that says what to install, where there is none
 */
export async function launchBrowser() {
  const executablePath = findBrowser();
  if (!executablePath)
    throw new Error(
      'No Chrome, Chromium or Edge was found: install one, or set GROUNDNOTE_CHROMIUM to its path.',
    );
  return chromium.launch({ executablePath, args: quietFlags });
}
