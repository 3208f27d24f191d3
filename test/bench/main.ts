/** Runs the benchmark, prints it and writes docs/benchmarks.md. Started by scripts/bench.mjs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createRuntime } from '../../src/inference/process/runtime';
import { samSizedPacks } from './samSized';
import {
  activationTime,
  measureBoxes,
  measureClicks,
  measureEverything,
  measureFigures,
  measureFirstPrompts,
  measureHover,
  measureReading,
  packages,
  root,
} from './measure';

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const percent = (value: number) => `${Math.round(value * 100)} %`;
const times = (value: number) => `${value.toFixed(2)} ×`;
const versionOf = (file: string) =>
  (JSON.parse(readFileSync(path.join(root, file, 'package.json'), 'utf8')) as { version: string }).version;

/** A row of the table: what, how much, and what it must keep. */
type Row = [string, string, string];

async function main(): Promise<void> {
  const runtime = createRuntime({ packFolders: [path.join(root, 'dist/models')] });
  const packs = await runtime.listPacks();
  const rows: Row[] = [];
  const add = (...row: Row) => {
    rows.push(row);
    console.log(`${row[0]}: ${row[1]}${row[2] ? `  (${row[2]})` : ''}`);
  };

  const first = await measureFirstPrompts(runtime);
  add('First click on a picture of 1 megapixel', ms(first.total), '');
  add('… in the two graphs', ms(first.graphs), '');
  add('… reading the file (JPEG to pixels)', ms(first.read), '');
  add('… around the graphs, as a share of their time', percent(first.overhead), 'at most 25 %');
  add('… the same with reading the file', percent(first.overheadWithReading), '');

  const clicks = await measureClicks(runtime);
  add('A further click, median', ms(clicks.median), 'under 100 ms');
  add('A further click, slowest tenth', ms(clicks.p90), '');
  add('… around the graphs, as a share of their time', percent(clicks.overhead), '');

  const hover = await measureHover(runtime);
  add('The mask under the pointer, median', ms(hover.median), '');
  add('The mask under the pointer, slowest tenth', ms(hover.p90), '');
  add('The mask under the pointer, to a click at the same place', times(hover.toClick), '');

  const everything = await measureEverything(runtime);
  add(`Everything in a picture of 1 megapixel (${everything.masks} masks)`, ms(everything.median), '');

  const reading = await measureReading();
  add('Reading a picture, to sharp alone decoding it', times(reading.ours / reading.plain), '');

  const sized = samSizedPacks();
  if (sized === undefined)
    console.log("Segment Anything's size is skipped: there is no Python 3.11 or newer.");
  else {
    const large = createRuntime({ packFolders: [sized] });
    const prompt = await measureFirstPrompts(large, 5, 'sam-sized');
    add('First click with a model of MobileSAM’s cost', ms(prompt.total), '');
    add(
      '… reading and around the graphs, as a share of their time',
      percent(prompt.overheadWithReading),
      'under 10 %',
    );
    const further = await measureClicks(large, 40, 'sam-sized');
    add('A further click with it', ms(further.median), '');
    add('… around the graphs, as a share of their time', percent(further.overhead), 'under 10 %');
  }

  const boxes = await measureBoxes(runtime, path.join(root, 'test/fixtures/photos/index.jsonl'), 20);
  if (boxes) {
    add(`Mask from a box, encoding included (${boxes.n} test objects)`, ms(boxes.ours.ms), '');
    add('… to GrabCut from the same box (OpenCV, WebAssembly)', times(boxes.ours.ms / boxes.grabCut.ms), '');
    add('… mean IoU', boxes.ours.iou.toFixed(3), '');
    add('… mean IoU of GrabCut', boxes.grabCut.iou.toFixed(3), '');
  } else console.log('GrabCut is skipped: @techstark/opencv-js is not installed.');

  const figures = await measureFigures(runtime);
  add(`Reading the words of a figure, median of ${figures.n}`, ms(figures.median), '');
  add('Reading the words of a figure, slowest tenth', ms(figures.p90), '');
  add('A further phrase on the same figure', ms(figures.again), '');

  const activation = activationTime();
  if (activation === undefined) console.log('Activation: not measured (the end-to-end tests leave it).');
  else add('Activation, processor time', ms(activation), 'under 100 ms');
  for (const { name, bytes } of packages()) add(name, `${(bytes / 1e6).toFixed(1)} MB`, 'under 70 MB');

  const versions = [
    `Node ${process.versions.node}`,
    `onnxruntime-node ${versionOf('node_modules/onnxruntime-node')}`,
    `sharp ${versionOf('node_modules/sharp')}`,
    ...packs.map(({ id, version }) => `${id} ${version}`),
    `${process.platform}-${process.arch}, ${availableParallelism()} cores`,
  ];
  writeFileSync(path.join(root, 'docs/benchmarks.md'), page(rows, versions));
  console.log('Written: docs/benchmarks.md');
}

function page(rows: readonly Row[], versions: readonly string[]): string {
  const cells = [['What', 'Measured', 'Must be'], ...rows];
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => [...(row[i] ?? '')].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - [...cell].length)).join(' | ')} |`;
  const [head, ...body] = cells;
  return `# Benchmarks

Written by \`npm run bench\`. Times depend on the machine and on what else it does; ratios compare times of one run.
${versions.join(' · ')}.

${line(head ?? [])}
| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |
${body.map(line).join('\n')}

- A click on an encoded picture may look closer: a second view around the object is encoded as part of that click.
- "Around the graphs" is all but the graphs' own time and reading the file: resizing, prompts, the mask's edge, packing.
- The model of MobileSAM's cost has random weights (6 million parameters in its encoder, 1024 × 1024 pixels): its masks mean
  nothing, and are as hard to finish as real ones.
- GrabCut runs five rounds from the same box, in the same process. The test objects are those of
  \`test/fixtures/photos\`; \`groundnote eval segment --baselines\` measures both on any index.
- Reading a figure is finding its lines of text and reading them; the words of the last figures are kept.
`;
}

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
