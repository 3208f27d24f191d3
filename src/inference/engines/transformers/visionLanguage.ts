/** Chat with a picture: Qwen-VL, SmolVLM and Idefics, LLaVA, Moondream, PaliGemma and the like. */
import type {
  Message,
  PreTrainedModel,
  PreTrainedTokenizer,
  Processor,
  RawImage,
  Tensor,
} from '@huggingface/transformers';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Size } from '../../../protocol/geometry';
import { groundingFormats } from '../../../protocol/servers';
import { hasFile, optionsOf, packFile, readPackJson, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../../process/cancel';
import type { Picture } from '../../process/picture';
import { formatOf } from '../grounding/formats';
import { parseGrounded, withoutThoughts, withWords } from '../grounding/parse';
import { groundingQuestion, questionText } from '../grounding/questions';
import type { Finding, Findings, ModelAnswer, PackModel, Run } from '../model';
import type { EngineServices } from '../open';
import { generate } from './generation';
import { asking, loadingOptionsSchema, opening, type Library } from './loading';
import { listed, phrasesOf } from './phrases';
import { rawPicture } from './rawPicture';
import { encodeOnce, prepareOnce } from './seenPictures';

const optionsSchema = loadingOptionsSchema.extend({
  /** How the model writes places. */
  format: z.enum(groundingFormats).default('auto'),
  max_tokens: z.number().int().positive().default(512),
  /** Pixels that the model sees of a picture at most, where it takes any size (Qwen). */
  max_pixels: z.number().int().positive().default(602_112),
  /** Whether a large picture is seen in parts as well (SmolVLM, Idefics); absent: as its preprocessor says. */
  split: z.boolean().optional(),
  /** What a question is put into, where the pack has no chat template. */
  template: z.string().includes('{question}').optional(),
  /** How many tokens a picture takes, where the processor does not say (Moondream: 729). */
  image_tokens: z.number().int().positive().optional(),
});
type Options = z.output<typeof optionsSchema>;

/** What some models take without saying it anywhere in their files. */
const known: Readonly<Record<string, Partial<Options>>> = {
  moondream1: { image_tokens: 729, template: '<image>\n\nQuestion: {question}\n\nAnswer:' },
};

/** Models whose processors are given the picture before the text. */
const pictureFirst = new Set([
  'llava',
  'llava_onevision',
  'llava_qwen2',
  'paligemma',
  'lfm2_vl',
  'mistral3',
  'lighton_ocr',
]);

/** A processor, as far as it is looked into. */
interface VisionProcessor {
  (...args: unknown[]): Promise<Record<string, Tensor>>;
  image_processor: ImageProcessor;
}
interface ImageProcessor {
  (picture: RawImage): Promise<Record<string, Tensor>>;
  min_pixels?: number;
  max_pixels?: number;
  do_image_splitting?: boolean;
  size?: { longest_edge?: number };
  max_image_size?: { longest_edge: number };
  resample?: number;
  resize(image: RawImage): Promise<RawImage>;
}

interface Parts {
  library: Library;
  type: string;
  model: PreTrainedModel;
  tokenizer: PreTrainedTokenizer;
  processor: Processor;
  chatTemplate?: string;
}

/** @throws GroundnoteError broken-pack */
export async function openVisionLanguage(pack: Pack, services: EngineServices): Promise<PackModel> {
  const told = optionsOf(pack, optionsSchema);
  const parts = await opening(pack, told, services, async (from): Promise<Parts> => {
    const { AutoModelForImageTextToText, AutoProcessor, AutoTokenizer } = from.library;
    const chatTemplate = await chatTemplateOf(pack);
    return {
      library: from.library,
      type: from.config.model_type,
      model: await from.model(AutoModelForImageTextToText, 'as vision-language models'),
      tokenizer: await from.part(AutoTokenizer, 'tokenizer'),
      processor: await from.part(AutoProcessor, 'processor'),
      ...(chatTemplate !== undefined && { chatTemplate }),
    };
  });
  encodeOnce(parts.model);
  const options: Options = { ...known[parts.type], ...told };
  const { manifest } = pack;
  const { image_processor } = parts.processor as unknown as VisionProcessor;
  seeAsPython(image_processor, options);
  const askAbout = prepareOnce(parts.processor);
  const format = formatOf(options.format, `${nameOfType(parts.type)} ${manifest.id} ${manifest.title}`);

  // Numbers in brackets of a model that marks no places are numbers.
  const marksPlaces = options.format !== 'auto' || manifest.tasks.includes('ground');
  const read = (text: string, sent: Size, picture: Picture) =>
    marksPlaces
      ? parseGrounded(text, { format, sent, picture })
      : { text: withoutThoughts(text).trim(), found: [] };

  /** What the model says to the last of the messages. */
  const said = async (
    picture: Picture,
    messages: readonly Said[],
    run: Run,
    onText?: (text: string, sent: Size) => void,
  ): Promise<{ text: string; sent: Size }> => {
    run.progress({ phase: 'Looking at the picture' });
    askAbout(picture);
    const { inputs, sent } = await inputsOf(parts, options, picture, messages);
    await throwIfCancelled(run.signal);
    const { text, isCut } = await generate({
      library: parts.library,
      model: parts.model,
      tokenizer: parts.tokenizer,
      inputs,
      maxTokens: options.max_tokens,
      keepSpecial: format === 'paligemma',
      run,
      ...(onText && { onText: (text) => onText(text, sent) }),
    });
    return { text: isCut ? `${text.trimEnd()} …` : text, sent };
  };
  /** The size at which the model sees a picture; it is in the words of questions about places. */
  const sentSize = async (picture: Picture): Promise<Size> => {
    if (format !== 'pixels') return picture;
    const image = await image_processor.resize(rawPicture(parts.library, picture));
    return { width: image.width, height: image.height };
  };

  return {
    ...(manifest.tasks.includes('ground') && {
      ground: (picture: Picture, text: string, run: Run) =>
        asking(pack, async (): Promise<Findings> => {
          const phrases = phrasesOf(text);
          const found: Finding[] = [];
          const missing: string[] = [];
          for (const phrase of phrases) {
            const messages = [{ role: 'user' as const, text: groundingQuestion(format, phrase) }];
            const { text: answer, sent } = await said(picture, messages, run);
            const grounded = parseGrounded(answer, { format, sent, picture }).found;
            if (!grounded.length) missing.push(phrase);
            for (const { box, point, score } of grounded)
              found.push({
                label: phrase,
                ...(box && { box }),
                ...(point && { point }),
                ...(score !== undefined && { score }),
              });
          }
          return {
            found,
            ...(missing.length && { text: `“${manifest.title}” gave no place for ${listed(missing)}.` }),
          };
        }),
    }),
    answer: (picture, { text, asked, history }, run) =>
      asking(pack, async (): Promise<ModelAnswer> => {
        const size = await sentSize(picture);
        const messages: Said[] = [
          ...history.flatMap((turn): Said[] => [
            {
              role: 'user',
              text: questionText(
                format,
                { ...turn, text: turn.question, asked: unnamed(turn.asked) },
                picture,
                size,
              ),
            },
            { role: 'assistant', text: turn.answer },
          ]),
          { role: 'user', text: questionText(format, { text, asked }, picture, size) },
        ];
        const { text: answer, sent } = await said(picture, messages, run, (soFar, sent) =>
          run.progress({ phase: 'Answering', text: read(soFar, sent, picture).text }),
        );
        const grounded = withWords(read(answer, sent, picture));
        return grounded.text === ''
          ? { text: `“${manifest.title}” gave no answer.`, found: [], refused: true }
          : grounded;
      }),
    async close() {
      await parts.model.dispose();
    },
  };
}

interface Said {
  role: 'user' | 'assistant';
  text: string;
}

const unnamed = <T>(places: readonly T[]) => places.map((place) => ({ ...place, spans: [] }));

/** "qwen2_5_vl" → "qwen2.5-vl" */
const nameOfType = (type: string) => type.replace(/(\d)_(\d)/g, '$1.$2').replace(/_/g, '-');

/** A chat template that lies beside the tokenizer, where the library does not look. @throws GroundnoteError broken-pack */
async function chatTemplateOf(pack: Pack): Promise<string | undefined> {
  if (hasFile(pack, 'chat_template.jinja'))
    return readFile(await packFile(pack, 'chat_template.jinja'), 'utf8');
  if (!hasFile(pack, 'chat_template.json')) return undefined;
  return (await readPackJson(pack, 'chat_template.json', z.object({ chat_template: z.string() })))
    .chat_template;
}

/** The numbers that a model is given: the picture with the first question, and all that was said. */
async function inputsOf(
  parts: Parts,
  options: Options,
  picture: Picture,
  messages: readonly Said[],
): Promise<{ inputs: Record<string, Tensor>; sent: Size }> {
  const { library, type, tokenizer } = parts;
  const processor = parts.processor as unknown as VisionProcessor;
  const prompt = promptOf(parts, options, messages);
  const image = rawPicture(library, picture);
  let inputs: Record<string, Tensor>;
  if (options.image_tokens !== undefined) {
    const text = prompt.replace('<image>', '<image>'.repeat(options.image_tokens));
    inputs = { ...(await processor.image_processor(image)), ...(tokenizer(text) as Record<string, Tensor>) };
  } else if (pictureFirst.has(type)) {
    inputs = await processor(image, prompt);
  } else {
    inputs = await processor(prompt, [image]);
  }
  const reshaped = (inputs as { reshaped_input_sizes?: unknown }).reshaped_input_sizes;
  const [height, width] = z.tuple([z.tuple([z.number(), z.number()])]).safeParse(reshaped).data?.[0] ?? [
    picture.height,
    picture.width,
  ];
  return { inputs, sent: { width, height } };
}

/** All that was said as the model reads it, with one mark for the picture. */
function promptOf(
  { processor, tokenizer, chatTemplate }: Parts,
  { template }: Options,
  messages: readonly Said[],
): string {
  const chat = chatTemplate ?? tokenizer.chat_template;
  if (chat == null) {
    const [last] = messages.slice(-1);
    return (template ?? '<image>{question}').replace('{question}', () => last?.text ?? '');
  }
  // Templates of models that were made for pictures look at the kind of each part.
  const inParts = /\btype\b/.test(typeof chat === 'string' ? chat : JSON.stringify(chat));
  const content = (text: string, index: number) =>
    inParts
      ? [...(index === 0 ? [{ type: 'image' }] : []), { type: 'text', text }]
      : (index === 0 ? '<image>\n' : '') + text;
  const conversation = messages.map(({ role, text }, index) => ({ role, content: content(text, index) }));
  return processor.apply_chat_template(conversation as unknown as Message[], {
    add_generation_prompt: true,
    ...(chatTemplate !== undefined && { chat_template: chatTemplate }),
  }) as unknown as string;
}

/**
 * Sizes as their processors in Python have them, where the library's differ; and fewer pixels where the model takes any
 * number of them, because each costs time.
 */
function seeAsPython(processor: ImageProcessor, { max_pixels, split }: Options): void {
  if (processor.max_pixels !== undefined) {
    processor.max_pixels = Math.min(processor.max_pixels, max_pixels);
    if (processor.min_pixels !== undefined)
      processor.min_pixels = Math.min(processor.min_pixels, processor.max_pixels);
  }
  const longest = processor.size?.longest_edge;
  const part = processor.max_image_size?.longest_edge;
  if (longest === undefined || part === undefined) return;
  // SmolVLM and Idefics: to the longest side, then to whole parts, or to one.
  if (split !== undefined) processor.do_image_splitting = split;
  const isSplit = processor.do_image_splitting ?? true;
  const options = { resample: (processor.resample ?? 2) as 0 | 1 | 2 | 3 | 4 | 5 };
  processor.resize = async (image) => {
    const first = await image.resize(...evenSize(image, longest), options);
    return first.resize(...(isSplit ? wholeParts(first, part) : ([part, part] as const)), options);
  };
}

/** The longer side as given, the other one even. */
function evenSize({ width, height }: Size, longest: number): [width: number, height: number] {
  const aspect = width / height;
  const even = (side: number) => Math.max(1, side + (side % 2));
  return width >= height
    ? [longest, even(Math.trunc(longest / aspect))]
    : [even(Math.trunc(longest * aspect)), longest];
}

/** Sides that are multiples of a part's. */
function wholeParts({ width, height }: Size, part: number): [width: number, height: number] {
  const aspect = width / height;
  const up = (side: number) => Math.ceil(side / part) * part;
  return width >= height
    ? [up(width), up(Math.trunc(up(width) / aspect))]
    : [up(Math.trunc(up(height) * aspect)), up(height)];
}
