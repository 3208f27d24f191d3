/** Florence-2: one model that captions, finds phrases and objects, reads text and tells what a region is. */
import type { PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import * as z from 'zod';
import type { Box } from '../../../../protocol/geometry';
import { pointsBox } from '../../../../protocol/raster';
import { boxOfGeometry, maskOfGeometry } from '../../../../regions/geometry';
import { optionsOf, type Pack } from '../../../packs/registry';
import type { Picture } from '../../../process/picture';
import type { AskedPlace, Finding, Findings, ModelAnswer, PackModel, Question, Run } from '../../model';
import type { EngineServices } from '../../open';
import { generate } from '../generation';
import { asking, loadingOptionsSchema, opening } from '../loading';
import { listed, phrasesOf } from '../phrases';
import { rawPicture } from '../rawPicture';
import { encodeOnce, SeenPictures } from '../seenPictures';
import type { Called } from '../tensors';
import { boxesOf, polygonsOf, quadrangleBoxesOf, readLocated, writeBox } from './locations';
import { asked } from './questions';
import { prompts, type FlorenceTask } from './tasks';

const optionsSchema = loadingOptionsSchema.extend({
  max_tokens: z.number().int().positive().default(512),
  /** How phrases are found; the last one gives masks. */
  ground: z
    .enum(['CAPTION_TO_PHRASE_GROUNDING', 'OPEN_VOCABULARY_DETECTION', 'REFERRING_EXPRESSION_SEGMENTATION'])
    .default('CAPTION_TO_PHRASE_GROUNDING'),
  describe: z.enum(['CAPTION', 'DETAILED_CAPTION', 'MORE_DETAILED_CAPTION']).default('DETAILED_CAPTION'),
  /** Whether the things that a description names are looked for, which takes as long again. */
  describe_with_regions: z.boolean().default(true),
  refer: z.enum(['REGION_TO_DESCRIPTION', 'REGION_TO_CATEGORY']).default('REGION_TO_DESCRIPTION'),
  everything: z.enum(['OD', 'DENSE_REGION_CAPTION', 'OCR_WITH_REGION']).default('OD'),
});
type Options = z.output<typeof optionsSchema>;

/** Puts one of the model's own questions. */
type Put = (task: FlorenceTask, input: string, run: Run, onText?: (text: string) => void) => Promise<string>;

/** @throws GroundnoteError broken-pack */
export async function openFlorence(pack: Pack, services: EngineServices): Promise<PackModel> {
  const options = optionsOf(pack, optionsSchema);
  const { library, model, images, tokenizer } = await opening(pack, options, services, async (from) => ({
    library: from.library,
    model: await from.model(from.library.AutoModelForImageTextToText, 'as Florence-2'),
    images: (await from.part(from.library.AutoImageProcessor, 'preprocessor')) as unknown as Called,
    tokenizer: await from.part(from.library.AutoTokenizer, 'tokenizer'),
  }));

  encodeOnce(model);
  const seen = new SeenPictures();

  const putter = async (picture: Picture): Promise<Put> => {
    const { pixel_values } = await seen.prepare(picture, () => images(rawPicture(library, picture)));
    return async (task, input, run, onText) => {
      const texts = tokenizer([prompts[task].replace('{input}', () => input)]) as Record<string, Tensor>;
      const { text } = await generate({
        library,
        model,
        tokenizer,
        inputs: { ...texts, ...(pixel_values && { pixel_values }) },
        maxTokens: options.max_tokens,
        keepSpecial: true,
        run,
        ...(onText && { onText: (text) => onText(plain(text, tokenizer)) }),
      });
      return text;
    };
  };

  return {
    ground: (picture, text, run) =>
      asking(pack, async (): Promise<Findings> => {
        const put = await putter(picture);
        const found: Finding[] = [];
        const missing: string[] = [];
        const phrases = phrasesOf(text);
        for (const [index, phrase] of phrases.entries()) {
          run.progress({ phase: `Looking for “${phrase}”`, fraction: index / phrases.length });
          const findings = findingsOf(await put(options.ground, phrase, run), options.ground, picture);
          if (!findings.length) missing.push(phrase);
          found.push(...findings.map((finding) => ({ ...finding, label: phrase })));
        }
        return { found, ...(missing.length && { text: `Nothing was found for ${listed(missing)}.` }) };
      }),
    everything: (picture, run) =>
      asking(pack, async (): Promise<Findings> => {
        run.progress({ phase: 'Looking for all there is' });
        const put = await putter(picture);
        const text = await put(options.everything, '', run);
        return { found: findingsOf(text, options.everything, picture) };
      }),
    answer: (picture, question, run) =>
      asking(pack, async () => {
        const put = await putter(picture);
        if (question.asked.length) return aboutPlaces(put, picture, question, options, tokenizer, run);
        switch (question.text === '' ? 'describe' : asked(question.text).kind) {
          case 'find':
            return whereabouts(put, picture, question.text, options, run);
          case 'read':
            return words(put, picture, run);
          case 'describe':
            return description(put, picture, options, tokenizer, run);
          default:
            return { text: refusal, found: [], refused: true };
        }
      }),
    async close() {
      await model.dispose();
    },
  };
}

const refusal =
  'Florence-2 can be asked to describe the picture, to find something (“where is …?”), to read its text, and what a region is or ' +
  'says; it answers no other questions. Choose a vision-language pack in the Models view for those.';

/** What an answer points at. */
function findingsOf(text: string, task: FlorenceTask, picture: Picture): Finding[] {
  return readLocated(text).flatMap((located): Finding[] => {
    const label = located.label === '' ? {} : { label: located.label };
    if (task === 'REFERRING_EXPRESSION_SEGMENTATION') {
      const polygons = polygonsOf(located, picture);
      return polygons.length
        ? [{ ...label, mask: maskOfGeometry({ type: 'polygon', polygons }, picture) }]
        : [];
    }
    const boxes =
      task === 'OCR_WITH_REGION' ? quadrangleBoxesOf(located, picture) : boxesOf(located, picture);
    return boxes.map((box) => ({ ...label, box }));
  });
}

/** The words of an answer, without tokens of places and of the model's own. */
function plain(text: string, tokenizer: PreTrainedTokenizer): string {
  const special = new Set(tokenizer.all_special_tokens ?? []);
  return text
    .replace(/<[^<>\s]*>/g, (token) => (/^<loc_\d+>$/.test(token) || special.has(token) ? '' : token))
    .replace(/<\/?(s|pad|poly|sep|od|ocr)>/g, '')
    .trim();
}

/** Where something is that a question asks for. */
async function whereabouts(
  put: Put,
  picture: Picture,
  question: string,
  { ground }: Options,
  run: Run,
): Promise<ModelAnswer> {
  const wanted = asked(question);
  const phrases = wanted.kind === 'find' ? phrasesOf(wanted.phrase) : [];
  const found: ModelAnswer['found'] = [];
  let text = '';
  for (const phrase of phrases) {
    run.progress({ phase: `Looking for “${phrase}”` });
    const findings = findingsOf(await put(ground, phrase, run), ground, picture);
    if (text) text += ' ';
    const start = text.length + (findings.length ? 0 : `Nothing was found for “`.length);
    text += findings.length
      ? `${phrase}: ${findings.length === 1 ? 'here' : `${findings.length} places`}.`
      : `Nothing was found for “${phrase}”.`;
    const spans = [{ start, end: start + phrase.length }];
    found.push(...findings.map((finding) => ({ ...finding, label: phrase, spans })));
  }
  return { text, found };
}

/** The words in the picture, each tied to its place. */
async function words(put: Put, picture: Picture, run: Run): Promise<ModelAnswer> {
  run.progress({ phase: 'Reading' });
  const lines = findingsOf(await put('OCR_WITH_REGION', '', run), 'OCR_WITH_REGION', picture);
  const text = lines.map(({ label = '' }) => label).join('\n');
  let start = 0;
  const found = lines.map((line) => {
    const end = start + (line.label?.length ?? 0);
    const spans = end > start ? [{ start, end }] : [];
    start = end + 1;
    return { ...line, spans };
  });
  return { text: text.trim() === '' ? 'No text was read.' : text, found };
}

/** A caption, and where the things are that it names. */
async function description(
  put: Put,
  picture: Picture,
  { describe, describe_with_regions }: Options,
  tokenizer: PreTrainedTokenizer,
  run: Run,
): Promise<ModelAnswer> {
  run.progress({ phase: 'Describing' });
  const onText = (text: string) => run.progress({ phase: 'Describing', text });
  const text = plain(await put(describe, '', run, onText), tokenizer);
  if (!describe_with_regions || text === '') return { text, found: [] };
  run.progress({ phase: 'Finding what is named', text });
  const task = 'CAPTION_TO_PHRASE_GROUNDING';
  const found = findingsOf(await put(task, text, run), task, picture);
  return { text, found: withSpans(text, found) };
}

/** Findings with where their labels stand in a text; the labels come in its order. */
export function withSpans(text: string, found: readonly Finding[]): ModelAnswer['found'] {
  const words = text.toLowerCase();
  const starts = new Map<string, number>();
  let from = 0;
  return found.map((finding) => {
    const label = finding.label?.toLowerCase() ?? '';
    let start = starts.get(label) ?? (label === '' ? -1 : words.indexOf(label, from));
    if (start < 0 && label !== '') start = words.indexOf(label);
    if (start < 0) return { ...finding, spans: [] };
    starts.set(label, start);
    from = Math.max(from, start);
    return { ...finding, spans: [{ start, end: start + label.length }] };
  });
}

/** What each of the places is, or says where the question is about text. */
async function aboutPlaces(
  put: Put,
  picture: Picture,
  { text: question, asked: places }: Question,
  { refer }: Options,
  tokenizer: PreTrainedTokenizer,
  run: Run,
): Promise<ModelAnswer> {
  const task = /\b(text|read|reads|say|says|written|word|words)\b|文字|写/i.test(question)
    ? 'REGION_TO_OCR'
    : refer;
  const lines: string[] = [];
  for (const [index, place] of places.entries()) {
    const before = lines.join('\n');
    const say = (text: string) => (places.length === 1 ? text : `${place.name}: ${text}`);
    run.progress({ phase: `Looking at ${place.name}`, fraction: index / places.length });
    const answer = await put(task, writeBox(boxOfPlace(place, picture), picture), run, (text) =>
      run.progress({ phase: 'Answering', text: [before, say(text)].filter(Boolean).join('\n') }),
    );
    lines.push(say(plain(answer, tokenizer)));
  }
  return { text: lines.join('\n'), found: [] };
}

/** The box of a place; around a point or a line some pixels more, because the model knows boxes only. */
function boxOfPlace({ geometry }: AskedPlace, { width, height }: Picture): Box {
  const [x1, y1, x2, y2] = boxOfGeometry(geometry);
  if (x2 > x1 && y2 > y1) return [x1, y1, x2, y2];
  const margin = Math.max(2, Math.max(width, height) / 50);
  return pointsBox([
    [Math.max(0, x1 - margin), Math.max(0, y1 - margin)],
    [Math.min(width, x2 + margin), Math.min(height, y2 + margin)],
  ]);
}
