/** Questions to vision-language models: places in a user's words, and how each family is asked for places. */
import type { Box, Point, Size } from '../../../protocol/geometry';
import { boxOfGeometry } from '../../../regions/geometry';
import type { AskedPlace, Question } from '../model';
import { boxText, pointText, type GroundingFormat } from './formats';

/** How a model of the format is asked where something is. */
export function groundingQuestion(format: GroundingFormat, phrase: string): string {
  switch (format) {
    case 'qwen':
    case 'pixels':
      return (
        `Locate every instance of "${phrase}" in the picture. Answer with JSON only: a list of ` +
        '{"bbox_2d": [x1, y1, x2, y2], "label": …}, which is empty where there is none.'
      );
    case 'ferret':
      return `Where is ${phrase} in the image? Give the coordinates of each as [x1, y1, x2, y2].`;
    case 'paligemma':
      return `detect ${phrase}`;
    case 'molmo':
      return `Point to every instance of ${phrase}.`;
  }
}

/** What a model is asked where the user asks nothing: about the whole picture, or about places. */
export const describeQuestion = (format: GroundingFormat): string =>
  format === 'paligemma' ? 'caption en' : 'Describe this picture.';
const whatIs = (count: number) => (count === 1 ? 'What is this?' : 'What are these?');

/**
 * The words of a question with its places in the model's own form behind their names; places that the words do not name stand
 * before them.
 * @param picture the picture in whose pixels the places are @param sent the size at which the model sees it
 */
export function questionText(
  format: GroundingFormat,
  { text, asked }: Pick<Question, 'text' | 'asked'>,
  picture: Size,
  sent: Size,
): string {
  if (text === '' && !asked.length) return describeQuestion(format);
  const written = (place: AskedPlace) => placeText(format, place, picture, sent);
  const insertions = asked
    .flatMap((place) => place.spans.map(({ end }) => ({ at: end, text: ` ${written(place)}` })))
    .sort((a, b) => b.at - a.at);
  let words = text || whatIs(asked.length);
  for (const { at, text: inserted } of insertions) words = words.slice(0, at) + inserted + words.slice(at);
  const unnamed = asked.filter(({ spans }) => !spans.length);
  const named = (place: AskedPlace) =>
    asked.length > 1 ? `${place.name}: ${written(place)}` : written(place);
  return [...unnamed.map(named), words].join('\n');
}

function placeText(
  format: GroundingFormat,
  { geometry }: AskedPlace,
  { width, height }: Size,
  sent: Size,
): string {
  const [x1, y1, x2, y2] = boxOfGeometry(geometry);
  const box: Box = [x1 / width, y1 / height, x2 / width, y2 / height];
  if (geometry.type !== 'point') return boxText(format, box, sent);
  const point: Point = [box[0], box[1]];
  return pointText(format, point, sent);
}
