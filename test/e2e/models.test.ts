/** The Models view in a real VS Code: what is here, installing with a pause, a default, the panel, removing; and the walkthrough. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playHub, type PlayedHub } from '../support/hub';
import { fieldSegment, ModelsView, picture, setFieldSegment, toastButton } from '../support/modelsView';
import { useVSCode } from '../support/useVSCode';

let hub: PlayedHub;
beforeAll(async () => {
  hub = await playHub();
  await setFieldSegment(hub);
});
afterAll(() => hub.close());

const vscode = useVSCode({
  prepare: async (workspace) => {
    const data = path.join(path.dirname(workspace), 'data');
    const broken = path.join(data, 'User/globalStorage/groundnote.groundnote/packs/broken');
    await mkdir(broken, { recursive: true });
    await writeFile(
      path.join(broken, 'groundnote.json'),
      '{"id": "broken", "title": "Broken Pack", "version": "1"}',
    );
    await mkdir(path.join(data, 'Machine'), { recursive: true });
    await writeFile(
      path.join(data, 'Machine/settings.json'),
      JSON.stringify({
        'groundnote.hub.endpoint': hub.url,
        'groundnote.servers': [
          { id: 'chat', protocol: 'openai-chat', url: 'http://models.example', model: 'vlm', title: 'Chat' },
          { id: 'wrong', protocol: 'openai-chat', url: 'nowhere', model: 'vlm', title: 'Wrong' },
        ],
      }),
    );
    await copyFile(path.join(workspace, 'photos/coffee.jpg'), path.join(workspace, 'a-photo-of-mine.jpg'));
  },
});
const view = () => new ModelsView(vscode());
/**
 * Steps that build on one another, through dialogs and notifications: one that VS Code swallows takes the others along, so
 * that they are part of the long form.
 */
const longForm = describe.skipIf(!process.env.GROUNDNOTE_LONG);
// What an attempt before has left open must not be in the way.
beforeEach(async () => {
  const dialog = vscode().page.locator('.monaco-dialog-box');
  if (await dialog.isVisible()) await vscode().page.keyboard.press('Escape');
});

describe('the Models view', () => {
  it('lists what is here, broken packs and servers with the reason, and what can be installed', async () => {
    await view().open();
    await view().row('Groundnote Segment').waitFor();
    expect(await view().description('Groundnote Segment')).toMatch(/^5\.9 MB$/);
    expect(await view().description('Broken Pack')).toMatch(
      /^broken · Groundnote\.json is not valid: tasks/i,
    );
    expect(await view().description('Chat')).toBe('openai-chat · http://models.example');
    expect(await view().description('Wrong')).toMatch(/^broken · The entry in the settings is wrong: url/);
    await view().expand('Available');
    await view()
      .row(/SlimSAM/)
      .waitFor();
    await picture(vscode(), 'models-view');
  });
});

longForm('a pack', () => {
  it('is installed from the hub; the download is paused and gone on with', async () => {
    const { workbench } = vscode();
    hub.fail(({ at }) => at === 'store', { stallAfter: 1_000_000 });
    await workbench.runCommand('Groundnote: Add Model Pack…');
    await workbench.pick('From a hub repository');
    await workbench.quickInput.getByText('Repository: owner/name').waitFor();
    await workbench.answer(fieldSegment.repo);
    const dialog = vscode().page.locator('.monaco-dialog-box');
    await dialog.getByText(/Licence: Apache-2\.0/i).waitFor();
    expect(await dialog.innerText()).toMatch(/Download: 5\.9 MB; .* are free[^]*From: 127\.0\.0\.1/);
    await picture(vscode(), 'models-licence');
    await workbench.dialogButton('Accept Licence and Install').click();
    await workbench.toast(/Installing Field Segment: .* of 5\.9 MB/);
    await view()
      .row(/installing/)
      .waitFor();
    await expect.poll(() => [...hub.sent.values()].filter((bytes) => bytes >= 1_000_000).length).toBe(1);
    await picture(vscode(), 'models-installing');
    await toastButton(vscode(), 'Cancel').click();
    await workbench.toast(/Field Segment.* is paused\. 1\.\d MB of 5\.9 MB are here/);
    await workbench.clearToasts();
    await view()
      .row(/paused/)
      .waitFor();
    await picture(vscode(), 'models-paused');
    await view().act('Field Segment', 'Resume');
    await dialog.getByText(/are here already/).waitFor();
    // The licence was accepted before.
    await workbench.dialogButton('Install').click();
    await workbench.toast(/Field Segment.* is installed/, 30_000);
    expect(hub.requests.some(({ at, range }) => at === 'store' && /bytes=1\d+-/.test(range ?? ''))).toBe(
      true,
    );
    await picture(vscode(), 'models-installed');
    await toastButton(vscode(), 'Set as Default…').click();
    await expect.poll(() => view().description(fieldSegment.title)).toMatch(/default for segment/);
  });

  it('answers in the side panel, which says so and offers the choice', async () => {
    const { workbench } = vscode();
    await workbench.clearToasts();
    await workbench.openFile('rocket.jpg');
    await workbench.runCommand('Groundnote: Segment Image');
    const annotator = await vscode().annotator('rocket.jpg');
    const picker = annotator.frame.getByRole('combobox', { name: 'Pack that segments' });
    expect(await picker.inputValue()).toBe(fieldSegment.id);
    await annotator.clickImage(320, 200);
    await annotator.waitForRegions(1, 60_000);
    await annotator.waitForText(/field-segment/);
    await picture(vscode(), 'models-in-panel');
    await picker.selectOption('groundnote-segment');
    await annotator.finishRegion();
    await annotator.clickImage(100, 300);
    await annotator.waitForRegions(2, 60_000);
    await annotator.waitForText(/groundnote-segment/);
    await annotator.finishRegion();
  });

  it('is compared with another one over the prompts of the regions', async () => {
    const annotator = await vscode().annotator('rocket.jpg');
    await annotator.press('\\');
    const bar = annotator.frame.getByRole('region', { name: 'Comparison of packs' });
    await bar.getByRole('combobox', { name: 'Left of the line' }).selectOption(fieldSegment.id);
    await bar.getByRole('combobox', { name: 'Right of the line' }).selectOption('groundnote-segment');
    // The same weights under two names.
    await bar.getByText(/IoU 1\.00 on average of 2/).waitFor({ timeout: 30_000 });
    await picture(vscode(), 'models-compared');
    await annotator.press('\\');
    await bar.waitFor({ state: 'detached' });
  });

  it('is verified and removed, and the panel goes on without it', async () => {
    const { workbench } = vscode();
    await view().open();
    await view().menu(fieldSegment.title, 'Verify Files of Model…');
    await workbench.toast(/Field Segment.* is whole/);
    await workbench.clearToasts();
    await view().menu(fieldSegment.title, 'Remove Model…');
    await workbench.dialogButton('Remove').click();
    await view().row(fieldSegment.title).waitFor({ state: 'detached' });
    const annotator = await vscode().annotator('rocket.jpg');
    await annotator.frame
      .getByRole('combobox', { name: 'Pack that segments' })
      .waitFor({ state: 'detached' });
  });
});

longForm('a server on another machine', () => {
  it('gets no picture before the user has agreed', async () => {
    const { workbench } = vscode();
    const annotator = await vscode().annotator('rocket.jpg');
    await annotator.frame.getByRole('combobox', { name: 'Pack that answers' }).selectOption('chat');
    await annotator.frame.locator('.composer .editor').click();
    await vscode().page.keyboard.type('What is this?');
    await vscode().page.keyboard.press('Enter');
    await workbench.dialogButton('Cancel').waitFor();
    expect(await vscode().page.locator('.monaco-dialog-box').innerText()).toMatch(
      /Pictures that you ask about are sent to models\.example/,
    );
    await picture(vscode(), 'models-consent');
    await workbench.dialogButton('Cancel').click();
    await annotator.waitUntilIdle();
    await workbench.runCommand('View: Close Primary Side Bar');
  });
});

longForm('a server on this machine', () => {
  it('is added step by step, asked whether it is there with its token, and removed', async () => {
    const { workbench, page } = vscode();
    const tokens: (string | undefined)[] = [];
    const models = createServer(({ headers, url }, response) => {
      tokens.push(headers.authorization);
      response.writeHead(url === '/v1/models' ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ data: [{ id: 'vlm' }] }));
    });
    await new Promise<void>((resolve) => models.listen(0, '127.0.0.1', resolve));
    try {
      const step = (text: string) => workbench.quickInput.getByText(text).first().waitFor();
      await view().open();
      await workbench.runCommand('Groundnote: Add Server…');
      await workbench.pick('X-AnyLabeling-Server');
      await step('Its address');
      // The wrong protocol: one step back.
      await workbench.quickInput.locator('.codicon-quick-input-back').click();
      await workbench.pick('OpenAI-compatible chat');
      await step('Its address');
      await workbench.answer('nowhere');
      await step('Type an address that begins with http:// or https://.');
      await workbench.answer(`http://127.0.0.1:${(models.address() as AddressInfo).port}/v1`);
      await step('The model on the server');
      await workbench.answer('vlm');
      await workbench.pick('Told by the model');
      await workbench.quickInput.getByText('describe').waitFor();
      await page.keyboard.press('Enter');
      await step('Its name in lists');
      await workbench.answer('Mine');
      await step('Its access token');
      await workbench.answer('sesame');
      await workbench.toast(/is there and has “vlm”/);
      expect(tokens.at(-1)).toBe('Bearer sesame');
      await view().row('Mine').waitFor();
      await workbench.clearToasts();
      await view().menu('Mine', 'Remove Server…');
      await workbench.dialogButton('Remove').click();
      await view().row('Mine').waitFor({ state: 'detached' });
      await workbench.runCommand('View: Close Primary Side Bar');
    } finally {
      models.close();
    }
  });
});

longForm('a question that no pack here answers', () => {
  it('leads to the Models view', async () => {
    const { workbench } = vscode();
    await workbench.clearToasts();
    await workbench.openFile('coins.jpg');
    await workbench.runCommand('Groundnote: Describe Image…');
    await workbench.toast(
      /No pack on this machine can do the task "describe"\. The Models view installs packs/,
    );
    await toastButton(vscode(), 'Show Models').click();
    await view().row('Groundnote Segment').waitFor();
  });
});

describe('the walkthrough', () => {
  it('leads to the first mask in three clicks', async () => {
    const { workbench, page } = vscode();
    await workbench.runCommand('View: Close All Editors');
    if (await workbench.dialogButton("Don't Save").isVisible())
      await workbench.dialogButton("Don't Save").click();
    await workbench.runCommand('Groundnote: Get Started');
    const button = (text: string) =>
      page.locator('.gettingStartedContainer .monaco-button', { hasText: text }).first();
    await button('Open the Sample Note').waitFor();
    // Its picture comes after its words.
    await page
      .frameLocator('.gettingStartedContainer iframe.webview')
      .frameLocator('iframe')
      .locator('svg')
      .waitFor();
    await picture(vscode(), 'walkthrough-1');
    await button('Open the Sample Note').click();
    const preview = await vscode().preview();
    // The block may still be drawn anew: a locator finds the picture that is there when it is clicked.
    const photo = preview.frame.locator('img[data-figure-source="coffee.jpg"]').first();
    await photo.waitFor();
    await picture(vscode(), 'walkthrough-2');
    await photo.click();
    const annotator = await vscode().annotator('coffee.jpg');
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1, 60_000);
    await picture(vscode(), 'walkthrough-3');
  });

  it("leads to a mask in the user's own image in three clicks", async () => {
    const { workbench, page } = vscode();
    await workbench.runCommand('Groundnote: Get Started');
    const step = page.locator('.gettingStartedContainer .getting-started-step', {
      hasText: 'Segment an image of yours',
    });
    await step.first().click();
    const choose = page.locator('.gettingStartedContainer .monaco-button', { hasText: 'Choose an Image' });
    await choose.waitFor();
    await picture(vscode(), 'walkthrough-own-1');
    await choose.click();
    const own = workbench.quickInput.locator('.monaco-list-row', { hasText: 'a-photo-of-mine.jpg' }).first();
    await own.waitFor();
    await picture(vscode(), 'walkthrough-own-2');
    await own.click();
    const annotator = await vscode().annotator('a-photo-of-mine.jpg');
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1, 60_000);
    await picture(vscode(), 'walkthrough-own-3');
    await workbench.runCommand('Groundnote: Get Started');
    await page
      .locator('.getting-started-step', { hasText: 'Segment an image of yours' })
      .locator('.complete')
      .first()
      .waitFor();
  });
});
