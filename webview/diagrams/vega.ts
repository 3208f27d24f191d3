/**
 * Draws Vega and Vega-Lite charts in a worker, so that a chart that runs long can be stopped. The build puts the whole
 * file into a function (dist/webview/vega.js) that becomes the worker's program: expressions are interpreted and never
 * become code, and no address is loaded.
 */
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { DiagramColors, Drawn, VegaAnswer, VegaRequest } from './drawing';
import { beginChart, boundVega, maxSvgLength } from './vegaLimits';

const notLoaded = (address: string) =>
  `Put the values into the note: "data": {"values": [ … ]}. Charts load no files and no addresses (${address.slice(0, 80)}).`;

// Texts are measured with a canvas; a worker has another one than a page.
const canvases = {
  createElement: (name: string) => {
    if (name !== 'canvas') throw new Error('A worker has no page.');
    return new OffscreenCanvas(1, 1);
  },
};
Object.defineProperty(globalThis, 'document', { value: canvases });
boundVega();

function themeConfig({ foreground, soft, line, accent, font }: DiagramColors): vega.Config {
  const text = { labelColor: foreground, titleColor: foreground, labelFont: font, titleFont: font };
  return {
    background: 'transparent',
    title: { color: foreground, subtitleColor: soft, font, subtitleFont: font },
    axis: { ...text, domainColor: soft, gridColor: line, tickColor: soft },
    legend: text,
    style: {
      'guide-label': { fill: foreground, font },
      'guide-title': { fill: foreground, font },
      cell: { stroke: line },
    },
    text: { fill: foreground, font },
    header: text,
    mark: { color: accent },
    view: { stroke: line },
  } as vega.Config;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a chart says about itself. */
function labelOf(spec: Record<string, unknown>): string {
  for (const value of [spec['title'], spec['description']]) {
    const text = isRecord(value) ? value['text'] : value;
    if (typeof text === 'string' && text) return text;
  }
  return 'Chart';
}

async function draw({ source, kind, colors, width }: VegaRequest): Promise<Drawn> {
  beginChart();
  const spec: unknown = JSON.parse(source);
  if (!isRecord(spec)) throw new Error('A chart is a JSON object: { "mark": …, "encoding": … }.');
  if (spec['width'] === 'container') spec['width'] = Math.max(100, Math.round(width) - 80);
  const warnings: string[] = [];
  const logger = vega.logger(vega.Error);
  logger.error = (...messages: readonly unknown[]) => {
    warnings.push(messages.map((each) => (each instanceof Error ? each.message : String(each))).join(' '));
    return logger;
  };
  const config = themeConfig(colors);
  const compiled =
    kind === 'vega-lite'
      ? compile(spec as unknown as TopLevelSpec, { config: config as never, logger }).spec
      : (spec as unknown as vega.Spec);
  const runtime = vega.parse(compiled, kind === 'vega' ? config : {}, { ast: true });
  let refused: string | undefined;
  const refuse = (address: unknown) => {
    refused ??= notLoaded(String(address));
    return Promise.reject(new Error(refused));
  };
  // Links are taken out of the finished picture; data and pictures are what would be loaded.
  const sanitize = (address: unknown, { context }: { context?: string } = {}) =>
    context === 'href' ? Promise.resolve({ href: '#' }) : refuse(address);
  const view = new vega.View(runtime, {
    expr: expressionInterpreter,
    renderer: 'none',
    logger,
    loader: { load: refuse, sanitize, http: refuse, file: refuse } as unknown as vega.Loader,
  } as vega.ViewOptions);
  try {
    await view.runAsync();
    const svg = await view.toSVG();
    if (refused) throw new Error(refused);
    if (warnings[0]) throw new Error(warnings[0]);
    if (svg.length > maxSvgLength) throw new Error('This chart has too many marks to be drawn here.');
    return { svg, label: labelOf(spec) };
  } finally {
    view.finalize();
  }
}

addEventListener('message', ({ data }: MessageEvent<VegaRequest>) => {
  const answer = (value: VegaAnswer) => postMessage(value);
  draw(data).then(answer, (error: unknown) => {
    answer({ error: error instanceof Error ? error.message : String(error) });
  });
});
