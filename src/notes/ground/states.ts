/** What has become of a ground fence: answered, stale, or never run. Plain Node; reads files and never throws. */
import { answerKey, imageHash, readAnswers, type Answer, type Answers } from './answers';
import { findFences, parseFence, type GroundFence } from './fence';

export type FenceState =
  | { kind: 'missing' }
  | { kind: 'answered'; answer: Answer }
  /** `answer` is the newest to an earlier question, or about an earlier picture. */
  | { kind: 'stale'; answer: Answer; why: 'image' | 'question' };

/** The fences of a note and the answers beside it. */
export interface NoteFences {
  /** The keys of all fences that can be read. */
  keys: ReadonlySet<string>;
  answers: Answers;
  /** Changes with the answers and with the questions: what is drawn of one fence depends on both. */
  stamp: string;
  /** Why answers cannot be read or written. */
  problem?: string;
}

/** Reads the fences of a note; `notePath` is absent for a note that is no file on this machine. */
export function noteFences(noteText: string, notePath: string | undefined): NoteFences {
  const keys = new Set(
    findFences(noteText).flatMap(({ source }) => {
      const reading = parseFence(source);
      return 'fence' in reading ? [reading.fence.key] : [];
    }),
  );
  if (!keys.size) return { keys, answers: {}, stamp: '' };
  if (notePath === undefined)
    return {
      keys,
      answers: {},
      stamp: 'no file',
      problem: 'Answers are kept for notes on this machine only.',
    };
  const { answers, stamp, problem } = readAnswers(notePath);
  return { keys, answers, stamp: [stamp, ...keys].join(' '), ...(problem !== undefined && { problem }) };
}

/** What is known of a fence. @param imagePath where its picture lies; absent when it is missing */
export function fenceState(
  { question, key }: GroundFence,
  { keys, answers }: NoteFences,
  imagePath: string | undefined,
): FenceState {
  const answer = answers[key];
  if (answer) {
    const fresh = imagePath === undefined || imageHash(imagePath) === answer.imageHash;
    return fresh ? { kind: 'answered', answer } : { kind: 'stale', answer, why: 'image' };
  }
  // An answer about this picture that no fence asks for any more was this one's, before its question was changed.
  const [earlier] = Object.values(answers)
    .filter((each) => each.question.image === question.image && !keys.has(answerKey(each.question)))
    .sort((a, b) => (a.when < b.when ? 1 : -1));
  return earlier ? { kind: 'stale', answer: earlier, why: 'question' } : { kind: 'missing' };
}
