/** Reads the words that are written in a picture: PP-OCR's detection, then its recognition for each line. */
import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Box } from '../../../protocol/geometry';
import type { HandlerContext } from '../../../protocol/rpc';
import { ocrConfigSchema, type OcrConfig } from '../../engines/onnx/ocr/config';
import { alphabetOf, decodeCtc, type ReadText } from '../../engines/onnx/ocr/ctc';
import { detectionSize, textBoxes } from '../../engines/onnx/ocr/textBoxes';
import { floatsOf } from '../../engines/onnx/arrays';
import type { OnnxSession } from '../../engines/onnx/session';
import { brokenPack, packFile, readPackJson, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { oncePerPack } from '../perPack';
import { wholeOf, type Picture, type Rectangle } from '../picture';
import { cropResizeBytes, normalizationOf, normalize } from '../resize';
import type { SessionStore } from '../services';
import type { Stopwatch } from '../stopwatch';
import { inReadingOrder, type Turn } from './lines';

/** A line of text in a picture, in its pixels. */
export interface TextLine extends ReadText {
  box: Box;
  /** How it was turned to be read. */
  turn: Turn;
}

/** A crop for the recogniser: planes of blue, green, red, `height` rows of `width` values from −1 to 1. */
interface Crop {
  line: number;
  turn: Turn;
  data: Float32Array;
  width: number;
}

const keptReadings = 16;
/** A box so many times as high as wide holds turned text. */
const tallness = 1.5;

export class TextReader {
  private readonly readings = new LRUCache<string, TextLine[]>({ max: keptReadings });

  private constructor(
    readonly pack: Pack,
    private readonly config: OcrConfig,
    private readonly alphabet: readonly string[],
    private readonly detector: OnnxSession,
    private readonly recognizer: OnnxSession,
  ) {}

  /** @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<TextReader> {
    const config = await readPackJson(pack, 'config.json', ocrConfigSchema);
    const { detection, recognition } = config;
    const alphabet = alphabetOf(await readFile(await packFile(pack, config.keys), 'utf8'));
    const open = ({ graph, input, output }: { graph: string; input: string; output: string }) =>
      sessions.open(pack, graph, { inputs: [input], outputs: [output] });
    return new TextReader(pack, config, alphabet, await open(detection), await open(recognition));
  }

  /**
   * The lines of text in reading order; the last pictures' lines are kept.
   * @throws GroundnoteError cancelled
   */
  async read(picture: Picture, context: HandlerContext, stopwatch: Stopwatch): Promise<TextLine[]> {
    const known = this.readings.get(picture.contentHash);
    if (known) return known;
    context.progress({ phase: 'Reading the text', fraction: 0 });
    const boxes = await this.detect(picture, stopwatch);
    await throwIfCancelled(context.signal);
    const texts = await this.recognize(picture, boxes, context, stopwatch);
    const lines = texts.filter(
      ({ text, confidence }) => text !== '' && confidence >= this.config.recognition.min_confidence,
    );
    const ordered = inReadingOrder(lines);
    this.readings.set(picture.contentHash, ordered);
    return ordered;
  }

  private async detect(picture: Picture, stopwatch: Stopwatch): Promise<Box[]> {
    const { detection } = this.config;
    const size = detectionSize(picture, detection);
    const input = await stopwatch.time('prepare', async () =>
      // The network was trained on blue, green, red with ImageNet's means in that order.
      normalize(
        await cropResizeBytes(picture, wholeOf(picture), size),
        normalizationOf({ ...detection, rescale_factor: 1 / 255 }),
        true,
      ),
    );
    const result = await stopwatch.time('encodeRun', () =>
      this.detector.run({ [detection.input]: { data: input, dims: [1, 3, size.height, size.width] } }),
    );
    const map = result[detection.output];
    if (!map || map.data.length !== size.width * size.height)
      throw brokenPack(this.pack.manifest.id, 'the map of its detector has an unexpected size');
    const [fx, fy] = [picture.width / size.width, picture.height / size.height];
    return textBoxes(floatsOf(map), size, detection).map(({ box }) => [
      Math.max(0, box[0] * fx),
      Math.max(0, box[1] * fy),
      Math.min(picture.width, box[2] * fx),
      Math.min(picture.height, box[3] * fy),
    ]);
  }

  private async recognize(
    picture: Picture,
    boxes: readonly Box[],
    context: HandlerContext,
    stopwatch: Stopwatch,
  ): Promise<TextLine[]> {
    const crops: Crop[] = [];
    await stopwatch.time('prepare', async () => {
      for (const [line, box] of boxes.entries())
        for (const turn of turnsOf(box)) crops.push({ line, turn, ...(await this.crop(picture, box, turn)) });
    });
    // Crops of similar width share a batch, so that little of it is padding.
    crops.sort((a, b) => a.width - b.width);
    const lines: TextLine[] = boxes.map((box) => ({ box, turn: 0, text: '', confidence: 0, at: [] }));
    for (let at = 0; at < crops.length; at += this.config.recognition.batch) {
      await throwIfCancelled(context.signal);
      const batch = crops.slice(at, at + this.config.recognition.batch);
      const texts = await stopwatch.time('decodeRun', () => this.readBatch(batch));
      batch.forEach(({ line, turn }, i) => {
        const [text, before] = [texts[i] as ReadText, lines[line] as TextLine];
        if (text.confidence > before.confidence) Object.assign(before, text, { turn });
      });
      context.progress({
        phase: 'Reading the text',
        fraction: Math.min(1, (at + batch.length) / crops.length),
      });
    }
    return lines;
  }

  private async crop(picture: Picture, box: Box, turn: Turn): Promise<{ data: Float32Array; width: number }> {
    const { height, most_width } = this.config.recognition;
    const from = wholePixels(box);
    const aspect = turn === 0 ? from.width / from.height : from.height / from.width;
    const width = Math.min(most_width, Math.max(height / 2, Math.ceil((height * aspect) / 8) * 8));
    const bytes =
      turn === 0
        ? await cropResizeBytes(picture, from, { width, height })
        : turnBytes(
            await cropResizeBytes(picture, from, { width: height, height: width }),
            width,
            height,
            turn,
          );
    const plane = width * height;
    const data = new Float32Array(3 * plane);
    for (let i = 0, j = 0; i < plane; i++, j += 3) {
      data[i] = (bytes[j + 2] as number) / 127.5 - 1;
      data[i + plane] = (bytes[j + 1] as number) / 127.5 - 1;
      data[i + 2 * plane] = (bytes[j] as number) / 127.5 - 1;
    }
    return { data, width };
  }

  private async readBatch(batch: readonly Crop[]): Promise<ReadText[]> {
    const { height, input, output } = this.config.recognition;
    const width = Math.max(...batch.map((crop) => crop.width));
    const data = new Float32Array(batch.length * 3 * height * width);
    batch.forEach((crop, n) => {
      for (let row = 0; row < 3 * height; row++)
        data.set(
          crop.data.subarray(row * crop.width, (row + 1) * crop.width),
          (n * 3 * height + row) * width,
        );
    });
    const result = await this.recognizer.run({
      [input]: { data, dims: [batch.length, 3, height, width] },
    });
    const probabilities = result[output];
    const [count, steps, classes] = probabilities?.dims ?? [];
    if (!probabilities || count !== batch.length || !steps || classes !== this.alphabet.length)
      throw brokenPack(this.pack.manifest.id, 'its recogniser and its keys do not fit each other');
    const values = floatsOf(probabilities);
    return batch.map((crop, n) => {
      const read = decodeCtc(values.subarray(n * steps * classes, (n + 1) * steps * classes), this.alphabet);
      // Shorter crops of a batch are padded at their end.
      return { ...read, at: read.at.map((share) => Math.min(1, (share * width) / crop.width)) };
    });
  }
}

/** In which ways a crop is read: tall ones also turned to either side. */
function turnsOf([x1, y1, x2, y2]: Box): Turn[] {
  const aspect = (y2 - y1) / (x2 - x1);
  if (aspect < tallness) return [0];
  // A single upright letter is tall as well.
  return aspect < 2.5 ? [0, 270, 90] : [270, 90];
}

function wholePixels([x1, y1, x2, y2]: Box): Rectangle {
  const [x, y] = [Math.floor(x1), Math.floor(y1)];
  return { x, y, width: Math.max(1, Math.ceil(x2) - x), height: Math.max(1, Math.ceil(y2) - y) };
}

/** Turns rows of RGB (height pixels wide, width pixels high) clockwise into `height` rows of `width` pixels. */
function turnBytes(bytes: Uint8Array, width: number, height: number, turn: 90 | 270): Uint8Array {
  const turned = new Uint8Array(bytes.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = turn === 90 ? (width - 1 - x) * height + y : x * height + (height - 1 - y);
      turned.set(bytes.subarray(from * 3, from * 3 + 3), (y * width + x) * 3);
    }
  return turned;
}

/** The reader of a pack; one for each pack and process. @throws GroundnoteError broken-pack */
export const readerOf = oncePerPack((services, pack) => TextReader.open(pack, services.sessions));
