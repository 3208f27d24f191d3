/** Papers in a real VS Code: the view, jumping to a place, a new note, consent that is asked once, the card, links back. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PaperServer } from '../support/paperServer';
import { useVSCode } from '../support/useVSCode';

let server: PaperServer;
beforeAll(async () => {
  server = await PaperServer.start();
});
afterAll(() => server.stop());

const vscode = useVSCode({
  prepare: async (workspace) => {
    // Settings of the machine have a file of their own where VS Code runs in a browser.
    const machine = path.join(path.dirname(workspace), 'data/Machine');
    await mkdir(machine, { recursive: true });
    await writeFile(
      path.join(machine, 'settings.json'),
      JSON.stringify({
        'groundnote.references.arxivApi': server.arxivApi,
        'groundnote.references.crossrefApi': server.crossrefApi,
      }),
    );
    await writeFile(
      path.join(workspace, 'notes/linked.md'),
      '---\nbibliography: refs.bib\n---\n# Linked\n\n## Why\n\nSee [[pointing-and-reasoning.en]] and [again](universal-models.zh.md#x), [[Not yet]], and [@lai2024].\n',
    );
    await writeFile(
      path.join(workspace, 'notes/refs.bib'),
      '@inproceedings{lai2024, title={LISA from the bibliography}, author={Lai, Xin and Jia, Jiaya}, year=2024, booktitle={CVPR}}\n',
    );
    const papers = path.resolve('../shared/papers');
    if (existsSync(papers))
      await cp(path.join(papers, 'multimodal-notes.md'), path.join(workspace, 'user.md'));
  },
});

/** A row of the papers view. */
const row = (label: string | RegExp): Locator =>
  vscode().page.locator('.pane-body .monaco-list-row').filter({ hasText: label }).first();

/** Clicks an action of the view's title, which shows while the pointer is over the view. */
async function titleAction(title: string): Promise<void> {
  const pane = vscode().page.locator('.pane', {
    has: vscode().page.locator('[aria-label^="Papers Section"]'),
  });
  await pane.locator('.pane-header').hover();
  await pane.locator(`.action-label[aria-label="${title}"]`).click();
}

async function expand(label: string | RegExp): Promise<void> {
  const found = row(label);
  await found.waitFor();
  if ((await found.getAttribute('aria-expanded')) === 'false')
    await found.locator('.monaco-tl-twistie').click();
}

/** What the English note has about LISA. */
const lisa = /^LISA: a mask as a word.*pointing-and-reasoning/;

/** The line that the text cursor is in, 1-based. */
const cursorLine = async (): Promise<number> => {
  const text = await vscode()
    .page.locator('.statusbar-item')
    .filter({ hasText: /Ln \d+/ })
    .first()
    .innerText();
  return Number(/Ln (\d+)/.exec(text)?.[1]);
};

/** Where a line stands in a note, 1-based. */
const lineOf = async (name: string, line: string): Promise<number> =>
  (await readFile(vscode().file('notes', name), 'utf8')).split('\n').indexOf(line) + 1;

const texts = (): Promise<string[]> =>
  vscode().page.locator('.pane-body .monaco-list-row .label-name').allInnerTexts();

describe('the papers view', () => {
  it('shows the papers of the notes with their sections, figures and equations', async () => {
    const { page, workbench } = vscode();
    await workbench.runCommand('View: Show Groundnote');
    await row('Ferret').waitFor();
    const all = await texts();
    expect(all.filter((text) => /LISA|Ferret|OneLLM/.test(text))).toHaveLength(3);
    await expand('LISA');
    await expand(lisa);
    await row('What LISA is trained on').waitFor();
    await row(/\(2\) eq:loss.*mathcal\{L\}/).waitFor();
    await vscode().screenshot('papers-view');
    expect(await page.locator('.pane-body .monaco-list-row').count()).toBeGreaterThan(6);
  });

  it('opens the note at an equation, and a figure in the side panel', async () => {
    const { workbench } = vscode();
    await row('\\mathcal{L} = ').click();
    await workbench.tab('pointing-and-reasoning.en.md').first().waitFor();
    await expect.poll(cursorLine).toBeGreaterThan(60);
    await row('LISA: what would you stir').click();
    await vscode().annotator('lisa-architecture.png');
    await workbench.closeActiveEditor();
  });

  it('can be filtered', async () => {
    const { workbench, page } = vscode();
    await titleAction('Filter Papers…');
    await workbench.quickInput.getByText('Words of a title').waitFor();
    await workbench.answer('onellm');
    await expect.poll(async () => (await texts()).filter((text) => /Ferret/.test(text)).length).toBe(0);
    await page.getByText('Filter: onellm').waitFor();
    await vscode().screenshot('papers-filtered');
    await titleAction('Clear Filter');
    await row('Ferret').waitFor();
  });

  it('jumps to a place through the list of all places', async () => {
    const { page, workbench } = vscode();
    await workbench.runCommand('Groundnote: Go to Paper, Section, Figure or Equation');
    const input = workbench.quickInput.locator('.quick-input-box input');
    await expect.poll(() => workbench.quickInput.locator('.monaco-list-row').count()).toBeGreaterThan(5);
    await input.fill('sampler');
    await workbench.quickInput
      .locator('.monaco-list-row')
      .filter({ hasText: 'The sampler' })
      .first()
      .waitFor();
    await vscode().screenshot('go-to-paper');
    await page.keyboard.press('Enter');
    await expect.poll(cursorLine).toBe(await lineOf('pointing-and-reasoning.en.md', '### The sampler'));
  });
});

/** Runs the command, and waits until its own question has taken the palette's place. */
async function newPaperNote(): Promise<void> {
  await vscode().workbench.runCommand('Groundnote: New Paper Note');
  await vscode().workbench.quickInput.getByText('An arXiv id, a DOI').waitFor();
}

describe('a new paper note', () => {
  it('asks once before anything is sent, is filled from arXiv, and is opened with its preview', async () => {
    const { workbench, page } = vscode();
    await newPaperNote();
    await workbench.answer('https://arxiv.org/abs/cs/0112017');
    await workbench.quickInput.getByText('Look up title and authors at arXiv?').waitFor();
    expect(server.asked).toEqual([]);
    await vscode().screenshot('consent');
    await workbench.pick('in this workspace');
    await workbench.tab('2001-author-old-paper.md').first().waitFor();
    expect(server.asked).toHaveLength(1);
    const text = await readFile(vscode().file('notes/2001-author-old-paper.md'), 'utf8');
    expect(text).toContain('title: "An old paper"\n');
    expect(text).toContain('authors: ["Ann Author"]');
    const preview = await vscode().preview();
    await preview.waitForText('An old paper');
    await vscode().screenshot('new-paper-note');
    await row('An old paper').waitFor();
    await page.keyboard.press('Escape');
  });

  it('offers the note that is about the paper already', async () => {
    const { workbench } = vscode();
    await newPaperNote();
    await workbench.answer('arXiv:cs/0112017v1');
    await workbench.toast(/2001-author-old-paper\.md is about this paper already/);
    await workbench.clearToasts();
    expect(server.asked).toHaveLength(1);
  });

  it('takes what is typed where nothing is found, and says why', async () => {
    const { workbench } = vscode();
    await newPaperNote();
    await workbench.answer('2401.99999');
    await workbench.toast(/arXiv knows no paper 2401\.99999/);
    await workbench.quickInput.getByText('Title of the paper').waitFor();
    await workbench.answer('Ein schöner Titel 标题');
    await workbench.quickInput.getByText('Authors, separated by commas').waitFor();
    await workbench.answer('Jörg Müller, 2024');
    await workbench.tab('2024-müller-ein-schöner-titel-标题.md').first().waitFor();
    const name = (await readdir(vscode().file('notes'))).find((each) => each.startsWith('2024-m'));
    expect(await readFile(vscode().file('notes', name ?? ''), 'utf8')).toContain('arxiv: "2401.99999"');
    await workbench.clearToasts();
  });
});

describe('the preview', () => {
  it('shows a card beside a link to a paper, with the keyboard too', async () => {
    const { workbench, page } = vscode();
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('linked.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('pointing-and-reasoning.en.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const { frame } = await vscode().preview();
    const link = frame.locator('#gn-note a[href="https://arxiv.org/abs/2308.00692"]').first();
    await link.scrollIntoViewIfNeeded();
    await link.hover();
    const card = frame.locator('.gn-card');
    await card.getByText('LISA: Reasoning Segmentation via Large Language Model').waitFor();
    await vscode().screenshot('reference-card');
    expect(await card.innerText()).toMatch(/Xin Lai, Zhuotao Tian[^]*CVPR 2024[^]*arXiv:2308\.00692/);
    expect(await card.getByRole('button').allInnerTexts()).toEqual(['Open', 'Open Note']);
    // The keyboard is in the editor until it goes to the link.
    await link.focus();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'hidden' });
  });

  it('shows where other notes link here, and goes there', async () => {
    const { workbench } = vscode();
    const { frame } = await vscode().preview();
    const summary = frame.locator('.gn-backlinks summary');
    await summary.filter({ hasText: /Linked from \(\d\)/ }).waitFor();
    await summary.scrollIntoViewIfNeeded();
    await summary.click();
    await vscode().screenshot('backlinks');
    await frame.locator('.gn-backlinks a', { hasText: 'Linked › Why' }).click();
    await workbench.tab('linked.md').first().waitFor();
  });

  it('shows citations of the bibliography, and offers to make a note that a wiki link misses', async () => {
    const { workbench } = vscode();
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    await expect
      .poll(async () => {
        const { frame } = await vscode().preview();
        return frame.locator('.gn-cite').allInnerTexts();
      })
      .toEqual(['(Lai & Jia, 2024)']);
    const { frame } = await vscode().preview();
    await frame.locator('.gn-cite a').hover();
    await frame.locator('.gn-card').getByText('LISA from the bibliography').waitFor();
    await vscode().screenshot('citation-card');
    await frame.locator('a.gn-wiki-missing').click();
    await workbench.toast(/Not yet\.md does not exist/);
    await vscode().page.locator('.notification-toast .monaco-button', { hasText: 'Create Note' }).click();
    await workbench.tab('Not yet.md').first().waitFor();
  });
});
