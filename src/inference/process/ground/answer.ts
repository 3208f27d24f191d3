/** What the answer to a phrase says, with the words tied to their regions. */
import type { ResultRegion, TaskResult } from '../../../protocol/inference';
import type { TextMatch } from './match';

type Answer = Pick<TaskResult, 'text' | 'spans' | 'refused'>;

const otherWords =
  'A pack that grounds phrases in photos (for instance Grounding DINO or Florence-2) can do this; none is installed.';

/** `Found "A" (2 places) and "B".`; each quoted text is tied to its regions. */
export function composeAnswer(regions: readonly ResultRegion[], kind: TextMatch<unknown>['kind']): Answer {
  const byLabel = new Map<string, string[]>();
  for (const { id, label = '' } of regions) byLabel.set(label, [...(byLabel.get(label) ?? []), id]);
  let text = { same: 'Found ', contained: 'Found within longer text: ', similar: 'Found a similar text: ' }[
    kind
  ];
  const spans: NonNullable<TaskResult['spans']> = [];
  const labels = [...byLabel];
  labels.forEach(([label, ids], i) => {
    if (i > 0) text += i === labels.length - 1 ? ' and ' : ', ';
    text += '"';
    spans.push({ start: text.length, end: text.length + label.length, regions: ids });
    text += `${label}"`;
    if (ids.length > 1) text += ` (${ids.length} places)`;
  });
  return { text: `${text}.`, spans };
}

/**
 * Says that a phrase is not written in the picture, and what is.
 * @param nearest texts that were read and look like the phrase
 * @param lines how many lines of text were read
 */
export function refusal(phrase: string, nearest: readonly string[], lines: number): Answer {
  if (lines === 0)
    return {
      refused: true,
      text: `No text was found in this picture. This pack grounds words that are written in the picture; what a photo shows it cannot find. ${otherWords}`,
    };
  const hints = nearest.length
    ? ` The nearest texts are ${nearest.map((text) => `"${text}"`).join(', ')}.`
    : '';
  return {
    refused: true,
    text: `"${phrase}" is not written in this picture, in which ${lines} ${lines === 1 ? 'line' : 'lines'} of text were read.${hints} This pack finds written words only. ${otherWords}`,
  };
}
