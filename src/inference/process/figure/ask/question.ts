/** A question as the language model reads it: the user's regions stand in it as `[1]`, `[2]`, … */
import type { Box } from '../../../../protocol/geometry';
import type { AskedRegion, GroundedText } from '../../../../protocol/inference';
import { boxOfGeometry } from '../../../../regions/geometry';
import type { Language } from '../../ask/grammar';
import { coordinates } from '../../ask/grammar';
import { isChinese } from '../../ground/phrase';
import type { PictureWindow } from '../../pictureWindow';
import type { Chip } from '../execute';

/** Numbers of regions go up to this. */
const mostChips = 9;

export interface NumberedQuestion {
  text: string;
  language: Language;
  /** What `[1]`, `[2]`, … stand for, in pixels of the picture that was parsed. */
  chips: Chip[];
  /** The user's regions among them; coordinates in the text have none. */
  asked: (AskedRegion | undefined)[];
}

interface Mention {
  start: number;
  end: number;
  regions: { chip: Chip; asked?: AskedRegion }[];
}

/** @param window places the user's coordinates in the picture that was parsed */
export function numberedQuestion(
  { text, spans }: GroundedText,
  asked: readonly AskedRegion[],
  window: Pick<PictureWindow, 'geometryInto' | 'boxInto'>,
): NumberedQuestion {
  const chipOf = (region: AskedRegion): Chip => {
    const geometry = window.geometryInto(region.geometry);
    return geometry.type === 'point' ? { point: geometry.point } : { box: boxOfGeometry(geometry) };
  };
  const mentions: Mention[] = spans.map(({ start, end, regions }) => ({
    start,
    end,
    regions: asked
      .filter(({ id }) => regions.includes(id))
      .map((region) => ({ chip: chipOf(region), asked: region })),
  }));
  for (const { index, 0: whole, ...groups } of text.matchAll(coordinates)) {
    const [x1, y1, x2, y2] = [groups[1], groups[2], groups[3], groups[4]].map(Number) as Box;
    const box: Box = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
    mentions.push({
      start: index,
      end: index + whole.length,
      regions: [{ chip: { box: window.boxInto(box) } }],
    });
  }
  const result: NumberedQuestion = { text: '', language: 'en', chips: [], asked: [] };
  let at = 0;
  let bare = '';
  for (const { start, end, regions } of mentions.sort((a, b) => a.start - b.start)) {
    if (start < at || end > text.length || !regions.length) continue;
    result.text += text.slice(at, start) + regions.map((region) => numbered(result, region)).join(' ');
    bare += text.slice(at, start);
    at = end;
  }
  result.text += text.slice(at);
  bare += text.slice(at);
  if (!mentions.length && asked.length) {
    // A question about regions that names none of them is about all of them.
    const numbers = asked.map((region) => numbered(result, { chip: chipOf(region), asked: region }));
    result.text = `${result.text.trim()} ${numbers.join(' ')}`.trim();
  }
  return { ...result, language: isChinese(bare) ? 'zh' : 'en' };
}

function numbered(question: NumberedQuestion, { chip, asked }: Mention['regions'][number]): string {
  const known = asked ? question.asked.findIndex((each) => each?.id === asked.id) : -1;
  if (known >= 0) return `[${known + 1}]`;
  if (question.chips.length >= mostChips) return '';
  question.chips.push(chip);
  question.asked.push(asked);
  return `[${question.chips.length}]`;
}
