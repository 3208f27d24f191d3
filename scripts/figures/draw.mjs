/**
 * Draws the figures of the sample notes: `node scripts/figures/draw.mjs [NAME…]`.
 * Every figure is an SVG made here; sharp makes PNGs of all but one. Fonts: DejaVu Sans and Noto Sans CJK.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { ferret, lisa, onellm } from './architectures.mjs';
import { clicksPlot, dataTable, lossZh, regions, tokensPlot } from './plots.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

const figures = {
  'onellm-architecture.png': onellm,
  'ferret-architecture.png': ferret,
  'lisa-architecture.png': lisa,
  'onellm-tokens.png': tokensPlot,
  'clicks-curves.png': clicksPlot,
  'lisa-training-data.png': dataTable,
  'lisa-losses.zh.png': lossZh,
  'ferret-regions.svg': regions,
};

const wanted = process.argv.slice(2);
for (const [name, draw] of Object.entries(figures)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const svg = await draw();
  const file = path.join(here, '../../examples/figures', name);
  if (name.endsWith('.svg')) await writeFile(file, svg);
  else await sharp(Buffer.from(svg)).png({ palette: true, quality: 95, effort: 8 }).toFile(file);
  process.stderr.write(`${name} ${(await readFile(file)).length} bytes\n`);
}
