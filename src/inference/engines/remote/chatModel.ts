/**
 * A language model that sees pictures, as a pack: questions become prompts in the model's own form of coordinates, and what
 * it writes becomes text, places and the words that they belong to. How the model is asked is for others to say.
 */
import type { Box, Geometry, Size } from '../../../protocol/geometry';
import type { Task } from '../../../protocol/packs';
import { boxOfGeometry } from '../../../regions/geometry';
import { boxText, type GroundingFormat } from '../grounding/formats';
import { parseGrounded, withWords } from '../grounding/parse';
import type { AskedPlace, PackModel, Question, Run } from '../model';
import type { Picture } from '../../process/picture';
import { sentPicture, sentSize, type SentPicture } from './sentPicture';

/** A part of a conversation; the picture is in the first one. */
export interface ChatMessage {
  role: 'user' | 'assistant';
  text: string;
  image?: SentPicture;
}

export interface Chat {
  readonly name: string;
  readonly format: GroundingFormat;
  readonly tasks: readonly Task[];
  /**
   * Asks the model.
   * @param onText is told the answer so far
   * @throws PictureTooLarge, GroundnoteError as the way to the model does
   */
  ask(messages: readonly ChatMessage[], run: Run, onText: (text: string) => void): Promise<string>;
  close(): Promise<void>;
}

/** A model that cannot take as large a picture, or so many words of it, may take a smaller one. */
export class PictureTooLarge extends Error {
  constructor(readonly told: Error) {
    super(told.message);
  }
}

/** Text so far is read again at most this often. */
const pauseMs = 80;
/** Longer sides that are tried one after the other. */
const sides = [1536, 768];

export function chatModel(chat: Chat): PackModel {
  const { name, format, tasks } = chat;
  /** Asks about a picture; one that is too large is tried in a smaller copy. */
  const ask = async (
    picture: Picture,
    messagesFor: (sent: Size) => Omit<ChatMessage, 'image'>[],
    run: Run,
    onText?: (raw: string, sent: Size) => void,
  ): Promise<{ raw: string; sent: Size }> => {
    for (const [index, side] of sides.entries()) {
      const sent = sentSize(picture, format, side);
      const image = await run.stopwatch.time('prepare', () => sentPicture(picture, sent));
      const [first, ...others] = messagesFor(sent);
      const messages: ChatMessage[] = first ? [{ ...first, image }, ...others] : [];
      try {
        return { raw: await chat.ask(messages, run, (raw) => onText?.(raw, sent)), sent };
      } catch (error) {
        if (!(error instanceof PictureTooLarge)) throw error;
        const smaller = sides[index + 1];
        if (smaller === undefined || Math.max(picture.width, picture.height) <= smaller) throw error.told;
      }
    }
    throw new RangeError('no side to try');
  };
  const parsed = (raw: string, sent: Size, picture: Picture) => parseGrounded(raw, { format, sent, picture });

  return {
    isRemote: true,
    ...(tasks.includes('ground') && {
      async ground(picture, phrase, run) {
        const { raw, sent } = await ask(
          picture,
          () => [{ role: 'user', text: groundPrompt(format, phrase) }],
          run,
        );
        const { text, found } = parsed(raw, sent, picture);
        // One phrase was asked for: what the model leaves without a name is called by that.
        const named = found.map(({ label = phrase, score, box, point }) => ({
          label,
          ...(score !== undefined && { score }),
          ...(box && { box }),
          ...(point && { point }),
        }));
        return {
          found: named,
          ...(!named.length && { text: text || `${name} found nothing for “${phrase}”.` }),
        };
      },
    }),
    ...(tasks.some((task) => task !== 'segment' && task !== 'ground') && {
      async answer(picture, question, run) {
        let next = 0;
        const onText = (raw: string, sent: Size) => {
          const now = performance.now();
          if (now < next) return;
          next = now + pauseMs;
          run.progress({ phase: `${name} answers`, text: parsed(withoutOpenEnd(raw), sent, picture).text });
        };
        const { raw, sent } = await ask(
          picture,
          (size) => messagesOf(format, question, picture, size),
          run,
          onText,
        );
        const answer = withWords(parsed(raw, sent, picture));
        return answer.text ? answer : { ...answer, text: `${name} gave no answer.`, refused: true };
      },
    }),
    close: () => chat.close(),
  };
}

/** The text before a place that is not written to its end, so that none flickers up as text. */
export function withoutOpenEnd(raw: string): string {
  const open = /(?:```\w*\s*)?(?:[[{<(][^\]})>]{0,200}|`{1,3})$/.exec(raw);
  return open ? raw.slice(0, open.index) : raw;
}

export function groundPrompt(format: GroundingFormat, phrase: string): string {
  const list =
    'Answer with JSON alone: [{"bbox_2d": [x1, y1, x2, y2], "label": "…"}], one entry for each; [] if there is none.';
  switch (format) {
    case 'qwen':
      return `Find all of this in the image: ${phrase}. ${list} Coordinates go from 0 to 1000.`;
    case 'pixels':
      return `Find all of this in the image: ${phrase}. ${list} Coordinates are pixels.`;
    case 'ferret':
      return `What are the locations of ${phrase} in the image? Give each as [x1, y1, x2, y2].`;
    case 'paligemma':
      return `detect ${phrase}`;
    case 'molmo':
      return `Point to all of this in the image: ${phrase}.`;
  }
}

const placesWanted: Readonly<Partial<Record<GroundingFormat, string>>> = {
  qwen: 'Right behind each thing in the image that your answer is about, write its box as [x1, y1, x2, y2], from 0 to 1000.',
  pixels:
    'Right behind each thing in the image that your answer is about, write its box as [x1, y1, x2, y2] in pixels.',
  ferret: 'Include the coordinates of each object that you mention.',
  molmo: 'Point to what your answer is about.',
};

/** The conversation: turns before, then the question with its places in the model's form. */
function messagesOf(
  format: GroundingFormat,
  question: Question,
  picture: Size,
  sent: Size,
): Omit<ChatMessage, 'image'>[] {
  const turns = question.history.flatMap((turn): Omit<ChatMessage, 'image'>[] => [
    { role: 'user', text: turn.question + namedPlaces(format, turn.asked, picture, sent) },
    { role: 'assistant', text: turn.answer || '…' },
  ]);
  return [...turns, { role: 'user', text: questionText(format, question, picture, sent) }];
}

export function questionText(
  format: GroundingFormat,
  { text, asked }: Question,
  picture: Size,
  sent: Size,
): string {
  const place = ({ geometry }: AskedPlace) => placeText(format, geometry, picture, sent);
  if (!text) {
    if (!asked.length)
      return format === 'paligemma' ? 'caption en' : 'Describe this image in a few sentences.';
    const places = asked.map(place).join(', ');
    return format === 'paligemma'
      ? `caption ${places}`
      : `What is at ${places} in the image? Answer in a few words.`;
  }
  const atNames = asked
    .flatMap((each) => each.spans.map(({ end }) => ({ end, place: place(each) })))
    .sort((a, b) => b.end - a.end);
  const asWritten = atNames.reduce(
    (words, { end, place: at }) => `${words.slice(0, end)} ${at}${words.slice(end)}`,
    text,
  );
  const unnamed = asked.filter(({ spans }) => !spans.length);
  const full = asWritten + namedPlaces(format, unnamed, picture, sent);
  if (format === 'paligemma') return `answer en ${full}`;
  const wish = placesWanted[format];
  return wish ? `${full}\n\n${wish}` : full;
}

/** Places that stand nowhere in the words, in brackets behind them. */
function namedPlaces(
  format: GroundingFormat,
  places: readonly AskedPlace[],
  picture: Size,
  sent: Size,
): string {
  if (!places.length) return '';
  const told = places.map(({ name, geometry }) => `${name}: ${placeText(format, geometry, picture, sent)}`);
  return ` (${told.join('; ')})`;
}

/** The box of any geometry, in parts of the picture; a point gets some room around it, because models know no empty box. */
function placeText(format: GroundingFormat, geometry: Geometry, picture: Size, sent: Size): string {
  const [x1, y1, x2, y2] = boxOfGeometry(geometry);
  const room = geometry.type === 'point' ? 0.02 : 0;
  const box: Box = [
    x1 / picture.width - room,
    y1 / picture.height - room,
    x2 / picture.width + room,
    y2 / picture.height + room,
  ];
  return boxText(format, box, sent);
}
