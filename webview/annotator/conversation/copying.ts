/** Turns as text and as Markdown, for the clipboard. Regions are written as Ferret does: `name [x1, y1, x2, y2]`. Pure. */
import type { ConversationTurn } from '../../../src/protocol/conversation';
import type { GroundedText } from '../../../src/protocol/inference';
import { coordinatesOf, pieces } from './parts';

/** Plain text: the question with the places of its regions, and the answer as it is read. */
export function asText(turn: ConversationTurn): string {
  return `${withPlaces(turn, turn.question, (place) => ` ${place}`)}\n\n${turn.answer.text}\n`;
}

/** Markdown: the question as a quotation; in both, each region's place as code behind its words. */
export function asMarkdown(turn: ConversationTurn): string {
  const code = (place: string) => ` \`${place}\``;
  const question = withPlaces(turn, turn.question, code, escapeMarkdown);
  const answer = withPlaces(turn, turn.answer, code, escapeMarkdown);
  return `${question.replace(/^/gmu, '> ')}\n\n${answer}\n`;
}

function withPlaces(
  { asked, regions }: ConversationTurn,
  text: GroundedText,
  place: (coordinates: string) => string,
  escape: (text: string) => string = (each) => each,
): string {
  return pieces(text)
    .map((piece) => {
      const places = piece.regions.flatMap((id) => {
        const found = [...asked, ...regions].find((region) => region.id === id);
        return found ? [place(coordinatesOf(found.geometry))] : [];
      });
      return escape(piece.text) + places.join('');
    })
    .join('');
}

/** Signs that would begin emphasis, code, a link, a tag or a formula. */
const escapeMarkdown = (text: string) => text.replace(/[\\`*_[\]<>$|#]/gu, (sign) => `\\${sign}`);
