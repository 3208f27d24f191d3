/** A notebook with pictures in its outputs, for tests. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { root } from '../../scripts/lib/process.mjs';
import { webviewWith } from './frames';

/** What the first output of the notebook shows. */
export const notebookPicture = path.join(root, 'examples/figures/lisa-architecture.png');

/** Writes `plots.ipynb` into a workspace: a notebook as Jupyter saves it, with a picture, a drawing and some text in its outputs. */
export async function writeNotebook(workspace: string): Promise<void> {
  const cell = (source: string, data: Record<string, unknown>) => ({
    cell_type: 'code',
    execution_count: 1,
    id: source.slice(0, 8),
    metadata: {},
    source: [source],
    outputs: [{ output_type: 'display_data', metadata: {}, data }],
  });
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="120"><rect x="20" y="20" width="120" height="80" fill="#4a90d9"/></svg>';
  const notebook = {
    cells: [
      { cell_type: 'markdown', id: 'intro000', metadata: {}, source: ['# Plots'] },
      cell('show_architecture()', {
        'image/png': (await readFile(notebookPicture)).toString('base64'),
        'text/plain': ['<Figure size 640x480 with 1 Axes>'],
      }),
      cell('draw_boxes()', { 'image/svg+xml': [drawing], 'text/plain': ['<SVG>'] }),
    ],
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  await writeFile(path.join(workspace, 'plots.ipynb'), JSON.stringify(notebook));
}

/** The webview that holds the outputs of the notebook that is open. */
export const notebookOutputs = (page: Page): Promise<Frame> =>
  webviewWith(page, '.output img[data-vscode-context]');
