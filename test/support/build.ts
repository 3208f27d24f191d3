/** Bundles entries of the sources for tests that need a real process, and only when a source is newer. */
import { build } from 'esbuild';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve('.cache/test');

/**
 * The inference process, built as esbuild.mjs builds it.
 * @returns the path of the bundle
 */
export function buildInferenceProcess(): Promise<string> {
  return buildEntry('src/inference/process/main.ts', 'inferenceProcess');
}

/** Bundles a Node entry into .cache/test. @returns the path of the bundle */
export async function buildEntry(entry: string, name: string): Promise<string> {
  const bundle = path.join(folder, `${name}.cjs`);
  if (isFresh(bundle)) return bundle;
  mkdirSync(folder, { recursive: true });
  // Test files run side by side: each writes its own file, and the last rename wins.
  const own = path.join(folder, `${name}.${process.pid}.cjs`);
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: own,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'onnxruntime-node', 'sharp'],
    define: { 'import.meta.url': 'groundnoteModuleUrl' },
    banner: {
      js: 'var groundnoteModuleUrl = require("node:url").pathToFileURL(__filename).href;',
    },
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(`${bundle}.inputs.json`, JSON.stringify(Object.keys(metafile.inputs)));
  renameSync(own, bundle);
  return bundle;
}

/** Whether a bundle is newer than all that went into it. */
function isFresh(bundle: string): boolean {
  try {
    const built = statSync(bundle).mtimeMs;
    const inputs = JSON.parse(readFileSync(`${bundle}.inputs.json`, 'utf8')) as string[];
    return inputs.every((input) => statSync(input).mtimeMs < built);
  } catch {
    return false;
  }
}
