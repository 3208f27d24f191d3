/** The browser that all tests with a page share. */
export { launchBrowser } from '../../scripts/lib/browser.mjs';
