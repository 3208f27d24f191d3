/** One question to a pack: which of its tasks answers it, and what its result is to the panel. */
import { randomUUID } from 'node:crypto';
import type { Annotation } from '../../protocol/annotator';
import { nextColor } from '../../protocol/colors';
import type { ConversationTurn } from '../../protocol/conversation';
import { GroundnoteError } from '../../protocol/errors';
import type { Box } from '../../protocol/geometry';
import {
  ask,
  ground,
  refer,
  type GroundedText,
  type ImageSource,
  type TaskResult,
  type Turn,
} from '../../protocol/inference';
import type { PackSummary } from '../../protocol/packs';
import { rleBox } from '../../protocol/rle';
import type { RequestOptions } from '../../protocol/rpc';
import type { InferenceApi } from '../inferenceApi';
import { packsOf } from '../resultRegions';

/** Turns before the question that a pack is told. */
const mostHistory = 8;

/** Asks a pack, by the most able of its tasks. @param trace asks for what it had in mind, too. @throws GroundnoteError unsupported, and what the inference process reports */
export function askPack(
  inference: InferenceApi,
  image: ImageSource,
  { id, title, tasks }: PackSummary,
  { question, asked }: Pick<ConversationTurn, 'question' | 'asked'>,
  before: readonly ConversationTurn[],
  view: Box | undefined,
  options: RequestOptions,
  trace?: true,
): Promise<TaskResult> {
  const history = before
    .filter(({ state }) => state === 'answered')
    .slice(-mostHistory)
    .map(turnOf);
  const common = { image, pack: id, ...(view && { view }), ...(trace && { trace }) };
  if (tasks.includes('ask')) return inference.request(ask, { ...common, question, asked, history }, options);
  if (tasks.includes('refer') && asked.length)
    return inference.request(refer, { ...common, asked, question, history }, options);
  if (tasks.includes('ground') && !asked.length)
    return inference.request(ground, { ...common, text: question.text.trim() }, options);
  throw new GroundnoteError(
    'unsupported',
    asked.length
      ? `“${title}” finds phrases and cannot be asked about regions: write what to find.`
      : `“${title}” can be asked about regions only: put one into the question with @.`,
  );
}

const turnOf = ({ question, asked, answer, regions, refused }: ConversationTurn): Turn => ({
  question,
  asked,
  answer,
  regions: regions.flatMap(({ id, label, score, geometry }) => {
    const named = { id, ...(label !== undefined && { label }), ...(score !== undefined && { score }) };
    if (geometry.type === 'box') return [{ ...named, box: geometry.box }];
    if (geometry.type === 'mask') return [{ ...named, box: rleBox(geometry.mask), mask: geometry.mask }];
    return [];
  }),
  ...(refused && { refused }),
});

/**
 * A result as the end of a turn: its regions get ids, colours and provenance of their own.
 * @param annotations those of the picture, whose colours are avoided
 */
export function answered(
  turn: ConversationTurn,
  result: TaskResult,
  annotations: readonly Annotation[],
): ConversationTurn {
  const packs = packsOf(result);
  const ids = new Map<string, string>();
  const regions: Annotation[] = [];
  for (const { id, label, score, box, mask } of result.regions) {
    const own = randomUUID();
    ids.set(id, own);
    regions.push({
      id: own,
      ...(label !== undefined && { label }),
      ...(score !== undefined && { score }),
      geometry: mask ? { type: 'mask', mask } : { type: 'box', box },
      provenance: { by: 'pack', packs, prompts: [{ type: 'text', text: turn.question.text.trim() }] },
      color: nextColor([...annotations, ...regions]),
    });
  }
  const askedIds = new Set(turn.asked.map(({ id }) => id));
  const text = result.text ?? (regions.length ? '' : 'Nothing was found.');
  return {
    id: turn.id,
    question: turn.question,
    asked: turn.asked,
    pack: turn.pack,
    state: 'answered',
    answer: {
      text,
      spans: spansOf(result, text, (id) => ids.get(id) ?? (askedIds.has(id) ? id : undefined)),
    },
    regions,
    ...(result.refused && { refused: true }),
    ...(result.explanation && {
      explanation: result.explanation.map((step) => ({
        text: step.text,
        regions: (step.regions ?? []).flatMap((id) => ids.get(id) ?? (askedIds.has(id) ? id : [])),
      })),
    }),
  };
}

/** Spans with the turn's own ids; what lies outside the text, overlaps, or names nothing that is there goes. */
function spansOf(
  { spans = [] }: TaskResult,
  text: string,
  idOf: (id: string) => string | undefined,
): GroundedText['spans'] {
  let end = 0;
  const kept: GroundedText['spans'] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const regions = span.regions.flatMap((id) => idOf(id) ?? []);
    if (!regions.length || span.start < end || span.end <= span.start || span.end > text.length) continue;
    kept.push({ start: span.start, end: span.end, regions });
    end = span.end;
  }
  return kept;
}
