/** What axe-core finds wrong with a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, Result, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param context what is looked at: a selector, or what axe takes for one; all of the page without it */
export async function violationsOf(
  page: Page,
  context?: string | object,
  options: RunOptions = {},
): Promise<Result[]> {
  await page.evaluate(source);
  const about = context === undefined ? 'document' : JSON.stringify(context);
  const settings = JSON.stringify({ resultTypes: ['violations'], ...options });
  return (await page.evaluate<AxeResults>(`axe.run(${about}, ${settings})`)).violations;
}

/** Those that keep somebody from using the page. */
export const grave = (violations: readonly Result[]): Result[] =>
  violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');

/** One sentence for each place. */
export const inSentences = (violations: readonly Result[]): string[] =>
  violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help}: ${String(target)} ${any[0]?.message ?? ''}`),
  );
