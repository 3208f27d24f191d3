/** Small pictures for tests, drawn as SVG. */
import sharp from 'sharp';
import type { Picture } from '../../src/inference/process/picture';
import type { TextLine } from '../../src/inference/process/ground/textReader';
import type { Box } from '../../src/protocol/geometry';

/** @param body elements of an SVG of that size, on white */
export async function drawPicture(width: number, height: number, body: string): Promise<Picture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${body}</svg>`;
  const data = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
  return { width, height, data: new Uint8Array(data), contentHash: svg };
}

/** An upright line as the reader gives it. */
export const lineAt = (text: string, box: Box, turn: TextLine['turn'] = 0): TextLine => ({
  text,
  box,
  turn,
  confidence: 1,
  at: Array.from({ length: text.length }, (_, i) => (i + 0.5) / text.length),
});
