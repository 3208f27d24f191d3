/** Describes files of other modalities with the embedded model, and answers short questions about them. */
import { modalityWords } from '../../../protocol/media';
import { throwIfCancelled } from '../cancel';
import type { Media } from '../media/media';
import { oncePerPack } from '../perPack';
import type { RuntimeServices } from '../services';
import { CaptionModel } from './captionModel';
import type { MediaContext, MediaDescriber, MediaText } from './describers';
import { windowsOf, type Window } from './inputs/inputs';

/** What is asked where nothing is. */
const describing = 'Describe this.';
/** Of a question's words so many must be known. */
const leastKnown = 0.6;
/** Of long recordings only so many windows are described. */
const mostWindows = 15;

const modelOf = oncePerPack((services, pack) => CaptionModel.open(pack, services.sessions));

/** Each question is answered by itself: the model has no memory of the turns before. */
export const describeWithCaptions: MediaDescriber = async (services, pack, media, question, context) => {
  const model = await context.stopwatch.time('load', () => modelOf(services, pack));
  const windows = model.config.names.includes(media.modality)
    ? windowsOf(media, model.config.inputs)
    : undefined;
  const many = modalityWords[media.modality];
  if (!windows) return { text: `The embedded model cannot describe ${many} yet.`, refused: true };
  const asked = model.words.encode(question?.text ?? describing);
  if (asked.known < leastKnown)
    return {
      text: `I do not understand the question. About ${many} I answer short questions ${topics[media.modality]}, in English or Chinese.`,
      refused: true,
    };
  const parts: string[] = [];
  let sure = false;
  for (const window of windows.slice(0, mostWindows)) {
    const said = await sayOf(services, model, media, window, asked.numbers, context, parts);
    sure ||= !said.refused;
    parts.push(labelled(window, said.text));
  }
  const left = windows[mostWindows]?.at;
  if (left) parts.push(`From ${clock(left.from)} on the recording is not described.`);
  return { text: parts.join('\n'), ...(!sure && { refused: true }) };
};

/** What may be asked. */
const topics: Readonly<Record<Media['modality'], string>> = {
  points: 'on shapes, sizes, colours, numbers and places of simple things',
  depth: 'on shapes, sizes, numbers and places of simple things',
  normal: 'on shapes, sizes, numbers and places of simple things',
  video: 'on simple things, and on what moves which way',
  audio: 'on what is heard, how often, and in which order',
  imu: 'on what is done, how often, and in which order',
};

/** One window's description or answer; refused where the model is not sure of its words. */
async function sayOf(
  services: RuntimeServices,
  model: CaptionModel,
  { modality, name }: Media,
  window: Window,
  question: readonly number[],
  { signal, progress, stopwatch }: MediaContext,
  before: readonly string[],
): Promise<MediaText> {
  await throwIfCancelled(signal);
  const arrays = await stopwatch.time('prepare', () => window.arrays());
  const context = await stopwatch.time('encodeRun', () => model.encode(modality, arrays));
  services.log(
    'trace',
    `${name}: router weights ${context.router.map((row) => row.map((w) => w.toFixed(3)).join(' ')).join(', ')}`,
  );
  const { text, confidence } = await stopwatch.time('decodeRun', () =>
    model.answer(context, question, async (soFar) => {
      await throwIfCancelled(signal);
      progress({ phase: 'Writing', text: [...before, labelled(window, soFar)].join('\n') });
    }),
  );
  if (confidence >= model.config.least_confidence) return { text };
  return {
    text: `I am not sure what this is; it looks like none of what I know. My best guess: ${text}`,
    refused: true,
  };
}

const labelled = ({ at }: Window, text: string): string =>
  at ? `${clock(at.from)}–${clock(at.to)}: ${text}` : text;

/** 75 → `1:15`. */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
