/** The conversation in the built page: chips, answers tied to regions, stop, again, keep, copy; with a pack of the tests. */
import { mkdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Annotation } from '../../../src/protocol/annotator';
import type { PackSummary } from '../../../src/protocol/packs';
import type { ScriptedAnswer } from './fakeConversation';
import { packs as plainPacks } from './fakeHost';
import type { PanelPage, PanelOptions } from './panelPage';
import { usePanel } from './usePanel';

const reader: PackSummary = {
  ...(plainPacks[1] as PackSummary),
  tasks: ['ground', 'refer', 'ask'],
  title: 'Reader',
};
const grounder: PackSummary = { ...reader, id: 'grounder', title: 'Grounder', tasks: ['ground'] };
const referrer: PackSummary = { ...reader, id: 'referrer', title: 'Referrer', tasks: ['refer'] };
const segmenter = plainPacks[0] as PackSummary;

const annotations: Annotation[] = [
  {
    id: 'a',
    label: 'Encoder',
    color: '#e69f00',
    geometry: { type: 'box', box: [40, 60, 120, 110] },
    provenance: { by: 'user' },
  },
  { id: 'b', geometry: { type: 'box', box: [160, 60, 240, 110] }, provenance: { by: 'user' } },
];
const left: ScriptedAnswer = {
  text: 'Left of "Decoder" is "Encoder".',
  spans: [
    { start: 8, end: 17, regions: ['1'] },
    { start: 21, end: 30, regions: ['2'] },
  ],
  regions: [
    { id: '1', label: 'Decoder', score: 0.9, box: [280, 60, 360, 110] },
    { id: '2', label: 'Found', score: 0.8, box: [40, 130, 120, 180] },
  ],
  explanation: [{ text: 'Read 2 lines of text.' }, { text: 'Compared both.', regions: ['1', '2'] }],
};

let panel: PanelPage;
const openPanel = usePanel();
async function open(options: PanelOptions = {}, ...script: ScriptedAnswer[]) {
  panel = await openPanel({ packs: [segmenter, reader], annotations, ...options });
  await panel.ready();
  if (script.length) panel.host.conversation.script = script;
}
const box = () => panel.page.getByRole('textbox', { name: 'Ask about the picture' });
const words = (text: string) => panel.page.locator('.answer .words', { hasText: text });
const shape = (kind: 'ghost' | 'lit') => panel.page.locator(`.ghosts .${kind}`);
async function ask(text: string) {
  await box().fill(text);
  await box().press('Enter');
}
const answered = () => panel.page.locator('.turn.answered').last().waitFor();

describe('chips', () => {
  beforeEach(() => open());

  it('are offered for @ and #, chosen by the keyboard, and go by Backspace', async () => {
    await box().pressSequentially('What is in @');
    const options = panel.page
      .getByRole('listbox', { name: 'Regions', exact: true })
      .last()
      .getByRole('option');
    await expect
      .poll(() => panel.page.locator('.mentions [role="option"]').allInnerTexts())
      .toEqual(['Encoder', 'Region 2']);
    expect(await options.count()).toBe(2);
    await box().press('ArrowDown');
    // The region that would be named is lit.
    await shape('lit').and(panel.page.locator('[data-region="b"]')).waitFor();
    await box().press('Enter');
    const chip = box().locator('.region-chip');
    await expect.poll(() => chip.allInnerTexts()).toEqual(['Region 2']);
    await box().pressSequentially('and #enc');
    await box().press('Tab');
    await expect.poll(() => chip.allInnerTexts()).toEqual(['Region 2', 'Encoder']);
    await box().press('Backspace');
    await box().press('Backspace');
    await expect.poll(() => chip.allInnerTexts()).toEqual(['Region 2']);
    await box().press('Enter');
    await answered();
    const [asked] = panel.host.conversation.asked;
    expect(asked).toMatchObject({
      task: 'ask',
      question: { text: 'What is in Region 2 and', spans: [{ start: 11, end: 19, regions: ['b'] }] },
      asked: [{ id: 'b', name: 'Region 2', geometry: { type: 'box', box: [160, 60, 240, 110] } }],
    });
    // A sent question leaves an empty box.
    await expect.poll(() => box().innerText()).toBe('');
  });

  it('stand for the selected regions by a button, and light them', async () => {
    const insert = panel.page.getByRole('button', { name: 'Insert selected regions' });
    expect(await insert.getAttribute('disabled')).not.toBeNull();
    await panel.page.getByRole('option', { name: 'Encoder' }).click();
    await insert.click();
    const chip = box().locator('.region-chip');
    await chip.hover();
    await shape('lit').and(panel.page.locator('[data-region="a"]')).waitFor();
    await panel.page.mouse.move(300, 200);
    // The caret beside it lights it as well.
    await box().press('Backspace');
    await shape('lit').and(panel.page.locator('[data-region="a"]')).waitFor();
    expect(
      await panel.page.evaluate(
        `getComputedStyle(document.querySelector('.composer .region-chip')).borderLeftColor`,
      ),
    ).toBe('rgb(230, 159, 0)');
  });

  it('typing does no actions of the panel, and Escape goes back to the picture', async () => {
    await box().pressSequentially('nbz?@');
    await box().press('Escape');
    expect(await panel.page.locator('.mentions').count()).toBe(0);
    await expect.poll(() => box().innerText()).toBe('nbz?@');
    await box().press('Escape');
    await expect.poll(() => panel.page.evaluate('document.activeElement.className')).toContain('canvas');
    await panel.press('/');
    await expect.poll(() => panel.page.evaluate('document.activeElement.className')).toBe('editor');
  });
});

describe('an answer', () => {
  it('grows while it is made, and can be stopped and asked again', async () => {
    await open({}, { ...left, pause: 16 }, left);
    await ask('What is left of the decoder?');
    await panel.page.locator('.answer', { hasText: /^Left of "Decoder/ }).waitFor();
    await panel.page.locator('.phase', { hasText: 'Reading the text' }).waitFor();
    await panel.page.getByRole('button', { name: 'Stop' }).click();
    await panel.page.locator('.turn.stopped', { hasText: 'Stopped.' }).waitFor();
    await panel.page.getByRole('button', { name: 'Ask again' }).click();
    await answered();
    await expect
      .poll(() => panel.page.locator('.answer').allInnerTexts())
      .toEqual(['Left of "Decoder" is "Encoder".']);
    expect(panel.host.conversation.asked).toHaveLength(2);
    // What was stopped is no history of the next question.
    await ask('and below it?');
    await expect.poll(() => panel.host.conversation.asked.at(-1)?.history).toHaveLength(1);
  });

  it('ties its words and regions together, both ways', async () => {
    await open({}, left);
    await ask('What is left of the decoder?');
    await answered();
    await expect.poll(() => shape('ghost').count()).toBe(2);
    await words('"Decoder"').hover();
    await expect.poll(() => shape('lit').count()).toBe(1);
    expect(await words('"Decoder"').getAttribute('class')).toContain('lit');
    await words('"Encoder"').focus();
    await expect.poll(() => shape('lit').count()).toBe(1);
    // From the picture to the words.
    await words('"Encoder"').blur();
    const [x, y] = await panel.fitted([320, 85]);
    await panel.page.mouse.move(x, y);
    await panel.page.locator('.words.lit', { hasText: '"Decoder"' }).waitFor();
    await panel.page.mouse.move(x, y + 400);
    // A click keeps it lit.
    await words('"Encoder"').click();
    await panel.page.mouse.move(5, 5);
    await words('"Encoder"').blur();
    await panel.page.locator('.words.lit', { hasText: '"Encoder"' }).waitFor();
    // Steps of the explanation light what they are about.
    await panel.page.getByText('How was this found?').click();
    await panel.page.getByText('Compared both.').hover();
    await expect.poll(() => shape('lit').count()).toBe(2);
  });

  it('shows what the model had in mind where its pack can tell', async () => {
    const trace: ScriptedAnswer['trace'] = {
      question: 'What is left of the decoder?',
      parts: [
        { role: 'block', name: '"Decoder"', box: [280, 60, 360, 110] },
        { role: 'block', name: '"Encoder"', box: [40, 130, 120, 180] },
      ],
      program: [
        { token: 'SHOW', probability: 0.98, alternatives: [{ token: 'EXPLAIN', probability: 0.02 }] },
        {
          ...{ token: 'region', part: 0, probability: 0.9 },
          alternatives: [{ token: 'region', part: 1, probability: 0.1 }],
          attended: [{ word: 'decoder', weight: 0.84 }],
        },
      ],
      links: [{ word: 'decoder', part: 0, score: 1 }],
    };
    await open({ packs: [segmenter, { ...reader, kind: 'figure' }] }, { ...left, trace });
    await ask('What is left of the decoder?');
    await answered();
    await panel.page.getByRole('button', { name: 'Show Trace' }).click();
    const shown = panel.page.getByRole('region', { name: 'Trace' });
    await expect
      .poll(() => shown.locator('tbody tr').allInnerTexts())
      .toEqual(['SHOW\t98 %\tEXPLAIN 2 %\t', '"Decoder"\t90 %\t"Encoder" 10 %\tdecoder 84 %']);
    // It was asked for by itself, and the answer stays as it was.
    expect(panel.host.conversation.asked.map((asked) => asked.trace ?? false)).toEqual([false, true]);
    // Parts light up on the picture, and slots without anything are not there.
    await shown.getByRole('button', { name: '"Encoder"' }).hover();
    await expect.poll(() => shape('lit').count()).toBe(1);
    expect(await shown.getByText('Experts').count()).toBe(0);
    await panel.page.getByRole('button', { name: 'Hide Trace' }).click();
    await expect.poll(() => shown.count()).toBe(0);
    // Other packs have none.
    await open({}, left);
    await ask('What is left of the decoder?');
    await answered();
    expect(await panel.page.getByRole('button', { name: 'Show Trace' }).count()).toBe(0);
  });

  it('gives its regions to the picture in one undo step, and not before', async () => {
    await open({}, left);
    await ask('What is left of the decoder?');
    await answered();
    expect(panel.host.model.annotations).toHaveLength(2);
    const keep = panel.page.getByRole('button', { name: 'Keep these regions' });
    await keep.click();
    await panel.regions(4);
    expect(panel.host.edits).toHaveLength(1);
    expect(panel.host.model.annotations.at(-1)).toMatchObject({
      label: 'Found',
      provenance: { by: 'pack', prompts: [{ type: 'text', text: 'What is left of the decoder?' }] },
    });
    await panel.page.getByRole('button', { name: 'Kept' }).waitFor();
    await expect.poll(() => shape('ghost').count()).toBe(0);
    panel.host.undo();
    await panel.regions(2);
    await keep.waitFor();
    await expect.poll(() => shape('ghost').count()).toBe(2);
  });

  it('may be a refusal or a failure, which says why', async () => {
    await open({}, { text: 'This pack reads text.', refused: true }, { fails: 'The process ended.' }, left);
    await ask('What colour is it?');
    await panel.page.locator('.turn.refused', { hasText: 'This pack reads text.' }).waitFor();
    await ask('Where is it?');
    await panel.page.locator('.turn.failed [role="alert"]', { hasText: 'The process ended.' }).waitFor();
    await panel.page.getByRole('button', { name: 'Ask again' }).click();
    await expect.poll(() => panel.page.locator('.turn.answered').count()).toBe(2);
  });

  it('is copied as text and as Markdown', async () => {
    await open({}, left);
    await box().pressSequentially('What is left of @Enc');
    await box().press('Enter');
    await box().press('Enter');
    await answered();
    await panel.page.getByRole('button', { name: 'Copy as text' }).click();
    await panel.page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await expect
      .poll(() => panel.host.conversation.copied)
      .toEqual([
        'What is left of Encoder [40, 60, 120, 110]\n\nLeft of "Decoder" is "Encoder".\n',
        '> What is left of Encoder `[40, 60, 120, 110]`\n\nLeft of "Decoder" `[280, 60, 360, 110]` is "Encoder" `[40, 130, 120, 180]`.\n',
      ]);
  });
});

describe('a conversation', () => {
  it('is restored, can be folded, and cleared', async () => {
    await open({}, left);
    await ask('What is left of the decoder?');
    await answered();
    const kept = panel.host.conversation.kept;
    await panel.page.close();
    await open({ conversation: kept });
    await panel.page.locator('.turn.answered').waitFor();
    await expect.poll(() => shape('ghost').count()).toBe(2);
    await panel.page.getByRole('button', { name: /^Conversation/ }).click();
    await expect.poll(() => shape('ghost').count()).toBe(0);
    await panel.page.getByRole('button', { name: 'Clear the conversation' }).click();
    await panel.page.locator('.conversation').waitFor({ state: 'detached' });
    await expect.poll(() => panel.host.conversation.kept.turns).toEqual([]);
  });

  it('offers what the chosen pack can do', async () => {
    await open({ packs: [segmenter, grounder, reader, referrer] }, left);
    // The most able pack is chosen first.
    const picker = panel.page.getByRole('combobox', { name: 'Pack that answers' });
    expect(await picker.locator('option').allInnerTexts()).toEqual([
      'Grounder (ground)',
      'Reader (ground, refer, ask)',
      'Referrer (refer)',
    ]);
    await expect.poll(() => picker.inputValue()).toBe('groundnote-ocr');
    await panel.page.getByRole('radio', { name: 'Find' }).click();
    const find = panel.page.getByRole('textbox', { name: 'Find in picture' });
    await find.fill('Mask');
    await find.press('Enter');
    await panel.regions(3);
    await picker.selectOption('grounder');
    await expect.poll(() => panel.page.getByRole('radio').count()).toBe(0);
    await find.waitFor();
    await picker.selectOption('referrer');
    await box().fill('What is it?');
    await box().press('Enter');
    await panel.page.locator('.turn.failed', { hasText: 'can be asked about regions only' }).waitFor();
    await box().pressSequentially('@Enc');
    await box().press('Enter');
    await box().press('Enter');
    await expect.poll(() => panel.host.conversation.asked.map(({ task }) => task)).toEqual(['refer']);
  });

  it('says so where no pack can take part', async () => {
    await open({ packs: [segmenter] });
    await panel.page.getByText(/No pack here answers questions/).waitFor();
    await panel.page.close();
    await open({ packs: [segmenter, { ...reader, state: 'broken', problem: 'A file is missing.' }] });
    await panel.page.getByText('Reader cannot be used. A file is missing.').waitFor();
  });
});

/** Two boxes with a line between them, on white. */
function paint(x: number, y: number): [number, number, number] {
  const inBox = (x1: number, y1: number, x2: number, y2: number) => x >= x1 && x < x2 && y >= y1 && y < y2;
  for (const [x1, y1, x2, y2] of [
    [40, 60, 120, 110],
    [160, 60, 240, 110],
    [280, 60, 360, 110],
    [40, 130, 120, 180],
  ] as const)
    if (inBox(x1, y1, x2, y2))
      return inBox(x1 + 2, y1 + 2, x2 - 2, y2 - 2) ? [219, 233, 251] : [59, 111, 182];
  return y === 85 && x > 120 && x < 280 ? [60, 60, 60] : [255, 255, 255];
}

it.each(['dark', 'light', 'highContrast'] as const)('is drawn in the theme %s', async (theme) => {
  mkdirSync('out', { recursive: true });
  await open({ theme, paint, viewport: { width: 900, height: 700 } }, left, {
    text: 'This pack reads what is written.',
    refused: true,
  });
  await box().pressSequentially('What is left of @Enc');
  await box().press('Enter');
  await box().press('Enter');
  await answered();
  await ask('What colour is it?');
  await panel.page.locator('.turn.refused').waitFor();
  await panel.page.getByText('How was this found?').click();
  await box().pressSequentially('And right of @');
  await panel.page.locator('.mentions').waitFor();
  await panel.page.screenshot({ path: `out/annotator-conversation-${theme}.png` });
  await box().press('Enter');
  await words('"Decoder"').hover();
  await expect.poll(() => shape('lit').count()).toBe(1);
  await panel.page.screenshot({ path: `out/annotator-conversation-lit-${theme}.png` });
});
