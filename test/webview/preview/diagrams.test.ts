import { mkdirSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CodeHighlighter } from '../../../src/notes/markdown/highlight';
import type { ThemeKind } from '../../../src/protocol/codeTheme';
import { launchBrowser } from '../../support/chromium';
import { NoteFeed } from './noteFeed';
import { buildPage, inPage, sendSplices, type ThemeName } from './page';
import { hostScript, servePage, type PageServer } from './server';

const flow = `\`\`\`mermaid title="How a query becomes a mask"
flowchart LR
  image[Image] --> encoder(Vision encoder) --> llm{LLM}
  query["Query: 分割左边的杯子"] --> llm
  llm -- "&lt;SEG&gt;" --> decoder[Mask decoder] --> mask((Mask))
\`\`\``;
const chart = `\`\`\`vega-lite
{
  "title": "gIoU by model",
  "data": {"values": [{"model": "LISA-7B", "gIoU": 52.9}, {"model": "LISA-13B", "gIoU": 65.0}, {"model": "OVSeg", "gIoU": 26.1}]},
  "mark": "bar",
  "width": "container",
  "encoding": {
    "x": {"field": "gIoU", "type": "quantitative"},
    "y": {"field": "model", "type": "nominal", "sort": "-x"}
  }
}
\`\`\``;
const note = `# Code and diagrams

\`\`\`python title="decoder.py" {2,4-5}
class MaskDecoder(nn.Module):
    def forward(self, token: Tensor, features: Tensor) -> Tensor:
        """Turns a <SEG> token into a mask."""
        query = self.project(token)  # 投影
        return torch.einsum("bd,bdhw->bhw", query, features)
\`\`\`

${flow}

${chart}

\`\`\`mermaid
sequenceDiagram
  User->>Preview: opens a note
  Preview-->>User: the first screen
  Note over Preview: draws what is near
\`\`\`

\`\`\`mermaid
pie title Shares
  "a" : 40
  "b" : 60
\`\`\`
`;

const axeSource = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const highlighter = new CodeHighlighter();
let feed: NoteFeed;

let browser: Browser;
let page: Page;
let server: PageServer;
const problems: string[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
  await buildPage();
  mkdirSync('out/preview', { recursive: true });
  await highlighter.prepare(['python', 'json', 'mermaid']);
});
afterAll(() => browser.close());
afterEach(async () => {
  await page?.close();
  await server?.close();
});

async function open(text: string, theme: ThemeName = 'vscode-light'): Promise<void> {
  server = await servePage({ theme });
  page = await browser.newPage({ viewport: { width: 760, height: 900 } });
  problems.length = 0;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  feed = new NoteFeed({ resolveImage: () => ({ uri: '', exists: false }), highlighter });
  await page.addInitScript(hostScript(feed.open(text)));
  await page.goto(server.origin);
  await page.waitForSelector('body[data-ready="true"]');
}

/** What axe-core calls serious or critical. */
const seriousProblems = async () => {
  await inPage(page, axeSource);
  const { violations } = await inPage<{
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  }>(page, `axe.run('#gn-note')`);
  return violations
    .filter(({ impact }) => /serious|critical/.test(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
};

/** Machines may be busy. */
const soon = { timeout: 30_000 };
const pictures = () => page.locator('.gn-picture > svg').count();

describe('diagrams', () => {
  it('are drawn under the real policy in every theme, beside coloured code', async () => {
    for (const [theme, kind] of [
      ['vscode-light', 'light'],
      ['vscode-dark', 'dark'],
      ['vscode-high-contrast', 'hcDark'],
    ] as [ThemeName, ThemeKind][]) {
      highlighter.setTheme(kind);
      await highlighter.prepare([]);
      await open(note, theme);
      await expect.poll(pictures, soon).toBe(4);
      await page.screenshot({ path: `out/preview/diagrams-${theme}.png`, fullPage: true });
      expect(problems).toEqual([]);
      expect(await seriousProblems()).toEqual([]);
      expect(await page.locator('.gn-diagram-error').count()).toBe(0);
      expect(
        await page
          .locator('.gn-picture')
          .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label'))),
      ).toEqual(['How a query becomes a mask', 'gIoU by model', 'Sequence diagram', 'Pie chart']);
      const texts = (await page.locator('.gn-picture').allTextContents()).join(' ');
      for (const text of [
        'Vision encoder',
        '分割左边的杯子',
        '<SEG>',
        'LISA-7B',
        'the first screen',
        'Shares',
      ])
        expect(texts).toContain(text);
      if (theme !== 'vscode-high-contrast') {
        await page.close();
        await server.close();
      }
    }
  });

  const update = (text: string) => sendSplices(page, feed.change(text));
  const errors = () => page.locator('.gn-diagram-error').allTextContents();

  it('keep the last picture while their source is broken, and say what is wrong', async () => {
    await open(`${flow}\n\nx`);
    await expect.poll(pictures, soon).toBe(1);
    await inPage(page, `document.querySelector('.gn-picture > svg').mark = 1`);
    const height = () => inPage<number>(page, `document.querySelector('.gn-picture').offsetHeight`);
    const before = await height();
    await update(`${flow.replace('((Mask))', '((Mask')}\n\nx`);
    await expect.poll(errors, soon).toHaveLength(1);
    expect((await errors())[0]).toMatch(/^Parse error on line \d/);
    expect(await inPage(page, `document.querySelector('.gn-picture > svg').mark`)).toBe(1);
    expect(await height()).toBe(before);
    await page.screenshot({ path: 'out/preview/diagram-error.png' });

    await update(`${flow.replace('((Mask))', '((A whole mask))')}\n\nx`);
    await expect.poll(() => page.locator('.gn-picture').textContent(), soon).toContain('A whole mask');
    expect(await errors()).toEqual([]);

    // A block that did not change keeps its picture's elements.
    await inPage(page, `document.querySelector('.gn-picture > svg').mark = 2`);
    await update(`${flow.replace('((Mask))', '((A whole mask))')}\n\ny`);
    await page.waitForSelector('p:text-is("y")');
    expect(await inPage(page, `document.querySelector('.gn-picture > svg').mark`)).toBe(2);
  });

  it('show the source where there is no picture, and hide it when one comes', async () => {
    await open('```vega-lite\n{"mark": \n```');
    await expect.poll(errors, soon).toHaveLength(1);
    expect(await inPage(page, `document.querySelector('.gn-source').open`)).toBe(true);
    await update(
      '```vega-lite\n{"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a"}}}\n```',
    );
    await expect.poll(pictures, soon).toBe(1);
    expect(await inPage(page, `document.querySelector('.gn-source').open`)).toBe(false);
    await page.locator('.gn-source > summary').focus();
    await page.keyboard.press('Enter');
    expect(await inPage(page, `document.querySelector('.gn-source').open`)).toBe(true);
  });

  it('follow the theme', async () => {
    await open(`${flow}\n\n${chart}`);
    await expect.poll(pictures, soon).toBe(2);
    const fill = () =>
      page
        .locator('.gn-picture')
        .evaluateAll((all) => all.map(({ innerHTML }) => /#00ff01/i.test(innerHTML)));
    expect(await fill()).toEqual([false, false]);
    await inPage(
      page,
      `document.documentElement.style.setProperty('--vscode-textLink-foreground', '#00ff01')`,
    );
    await expect.poll(fill, soon).toEqual([true, true]);
  });

  it('load their programs only when one comes near', async () => {
    const far = Array.from({ length: 200 }, (_, at) => `Paragraph ${at}.`).join('\n\n');
    await open(`${far}\n\n${chart}`);
    await page.waitForTimeout(300);
    expect(server.asked.filter((file) => /mermaid|vega/.test(file))).toEqual([]);
    await page.locator('.gn-diagram').scrollIntoViewIfNeeded();
    await expect.poll(pictures, soon).toBe(1);
    expect(server.asked.filter((file) => /mermaid|vega/.test(file))).toEqual(['/vega.js']);
  });

  it('refuse data from elsewhere with a sentence, and ask for nothing', async () => {
    const specs = [
      { data: { url: 'cars.json' }, mark: 'point' },
      { data: { url: 'https://evil.example/cars.csv' }, mark: 'point' },
      {
        data: { values: [{ a: 1 }] },
        transform: [{ lookup: 'a', from: { data: { url: 'x.json' }, key: 'b', fields: ['c'] } }],
        mark: 'point',
      },
      {
        data: { values: [{ a: 'https://evil.example/x.png' }] },
        mark: 'image',
        encoding: { url: { field: 'a' } },
      },
    ];
    await open(specs.map((spec) => `\`\`\`vega-lite\n${JSON.stringify(spec)}\n\`\`\``).join('\n\n'));
    await expect.poll(errors, soon).toHaveLength(specs.length);
    for (const error of await errors()) expect(error).toMatch(/^Put the values into the note:/);
    expect(server.asked.filter((file) => /cars|\/x\.|evil/.test(file))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('read tables without making code of them', async () => {
    const spec = {
      data: { values: 'name,n\na,1\nb,2', format: { type: 'csv' } },
      transform: [{ calculate: 'datum.n * 2', as: 'm' }],
      mark: 'bar',
      encoding: { x: { field: 'm', type: 'quantitative' }, y: { field: 'name' } },
    };
    await open(`\`\`\`vega-lite\n${JSON.stringify(spec)}\n\`\`\``);
    await expect.poll(pictures, soon).toBe(1);
    expect(problems).toEqual([]);
  });

  it('never hang the page: what is too much is refused or stopped', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `n${at}`).join('\n');
    const bombs = [
      ['mermaid', `flowchart LR\n${many}`],
      ['mermaid', `flowchart LR\n${Array.from({ length: 1500 }, (_, at) => `n${at}`).join('\n')}`],
      [
        'mermaid',
        `flowchart LR\n${Array.from({ length: 200 }, (_, at) => `a${at}`).join(' & ')} --> ${Array.from({ length: 200 }, (_, at) => `b${at}`).join(' & ')}`,
      ],
      ['mermaid', 'packet-beta\n0-999999999: "x"'],
      ['mermaid', 'block-beta\n  columns 3\n  space:99999999'],
      ['mermaid', 'gantt\n  dateFormat YYYY-MM-DD\n  excludes weekends\n  a :2020-01-01, 99999999d'],
      ['vega-lite', '{"data": {"sequence": {"start": 0, "stop": 1e9}}, "mark": "point"}'],
      ['vega', '{"signals": [{"name": "s", "update": "sequence(1e9)"}]}'],
      [
        'vega',
        JSON.stringify({
          data: [{ name: 'a', transform: [{ type: 'sequence', start: 0, stop: 100000 }, { type: 'cross' }] }],
        }),
      ],
      [
        'vega',
        JSON.stringify({
          data: [
            {
              name: 'a',
              transform: [
                { type: 'sequence', start: 0, stop: 150000 },
                { type: 'window', ops: ['median'], fields: ['data'], frame: [-50000, 50000] },
              ],
            },
          ],
        }),
      ],
      [
        'vega',
        JSON.stringify({
          data: [
            {
              name: 'a',
              transform: [
                { type: 'sequence', start: 0, stop: 150000 },
                { type: 'formula', as: 'b', expr: 'sequence(100000)' },
              ],
            },
          ],
        }),
      ],
    ];
    await open(bombs.map(([kind, source]) => `\`\`\`${kind}\n${source}\n\`\`\``).join('\n\n'));
    for (let at = 0; at < bombs.length; at++) {
      const diagram = page.locator('.gn-diagram').nth(at);
      await diagram.scrollIntoViewIfNeeded();
      await expect
        .poll(() => diagram.locator('.gn-diagram-error').count(), {
          timeout: 20_000,
          message: bombs[at]?.join(' ').slice(0, 80),
        })
        .toBe(1);
      // The page answers while and after.
      expect(await inPage(page, `1 + 1`)).toBe(2);
    }
  });
});

describe('a block of code', () => {
  it('is copied by its button, with keyboard and mouse, and says so', async () => {
    await open('```js\nconst a = "<b>";\n```\n\n    indented');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    expect(await page.locator('.gn-copy').count()).toBe(2);
    await page.locator('.gn-copy').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.gn-sr-only[role=status]').textContent(), soon).toBe('Copied');
    expect(await inPage(page, `navigator.clipboard.readText()`)).toBe('const a = "<b>";');
    await page.locator('pre').nth(1).hover();
    await page.locator('.gn-copy').nth(1).click();
    await expect.poll(() => inPage(page, `navigator.clipboard.readText()`), soon).toBe('indented');
  });
});
