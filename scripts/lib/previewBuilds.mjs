/** What is built for the preview's page; the tests build the same. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Diagrams are drawn by two files that the preview loads when it meets the first one. ELK is under a licence that the
 * package does not take, and would be a third of its file: those diagrams are laid out by dagre. For `dsv.ts` see there.
 */
const diagramParts = {
  name: 'diagram-parts',
  setup(build) {
    build.onResolve({ filter: /^\.\/elk-\w+\.mjs$/ }, ({ resolveDir }) => ({
      path: path.join(
        resolveDir,
        readdirSync(resolveDir).find((name) => /^dagre-\w+\.mjs$/.test(name)),
      ),
    }));
    build.onResolve({ filter: /^d3-dsv$/ }, ({ importer }) =>
      importer.includes('vega-loader') ? { path: path.resolve('webview/diagrams/dsv.ts') } : undefined,
    );
  },
};

/**
 * Options of esbuild, beside those that all pages share.
 * @type {import('esbuild').BuildOptions[]}
 */
export const previewBuilds = [
  { entryPoints: { preview: 'webview/preview/main.ts', notePage: 'webview/preview/notePage.css' } },
  { entryPoints: { mermaid: 'webview/diagrams/mermaid.ts' }, plugins: [diagramParts] },
  {
    entryPoints: { vega: 'webview/diagrams/vega.ts' },
    plugins: [diagramParts],
    sourcemap: false,
    // The page takes the text of this function for a worker.
    banner: { js: 'window.groundnoteVega=function(){' },
    footer: { js: '};' },
  },
];
