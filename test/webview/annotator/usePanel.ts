/** One panel at a time for the tests of a file, with a check that the page had no error. */
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser } from '../../support/chromium';
import { bundlePanel, PanelPage, type PanelOptions } from './panelPage';

/**
 * Registers what surrounds the tests of a file.
 * @param expected errors of the page that the tests bring about
 * @returns opens a panel, which may not be ready yet
 */
export function usePanel({ expected }: { expected?: RegExp } = {}): (
  options?: PanelOptions,
) => Promise<PanelPage> {
  let browser: Browser;
  let panel: PanelPage | undefined;
  beforeAll(async () => {
    mkdirSync('out', { recursive: true });
    await bundlePanel();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const errors = panel?.errors ?? [];
    await panel?.page.close();
    panel = undefined;
    expect(errors.filter((error) => !expected?.test(error))).toEqual([]);
  });
  return async (options = {}) => (panel = await PanelPage.open(browser, options));
}
