/** Which of Florence-2's own questions a user's question comes to. */

export type Asked =
  /** What the picture shows. */
  | { kind: 'describe' }
  /** Where something is. */
  | { kind: 'find'; phrase: string }
  /** What is written in it. */
  | { kind: 'read' }
  /** None of them. */
  | { kind: 'other' };

const find =
  /^(?:please\s+)?(?:(?:can|could) you\s+)?(?:where\s+(?:is|are|can i (?:find|see))|find|locate|show(?:\s+me)?|point\s+(?:at|to|out)|mark|box)\s+(.+?)[\s?.!]*$/i;
const findChinese = /^(?:请)?(?:找出?|标出|圈出)(.+?)[。！？?!]*$|^(.+?)在(?:哪里?|哪儿|什么地方)[？?。]*$/;
const read =
  /\b(?:read|ocr|transcribe|what(?:\s+is|'s)\s+written|what\s+(?:text|words?)\b|what\s+does\s+(?:it|the\s+\w+)\s+say)|文字|写了?什么|读/i;
const describe =
  /\b(?:describe|caption|summari[sz]e|what\s+do(?:es)?\s+(?:you|it|this|the\s+\w+)\s+(?:see|show|depict|describe)|what(?:\s+is|'s)\s+(?:this|in\s+(?:it|this|the)\b|shown|happening|going on))|描述|图中有什么|这是什么/i;

/** @param question not empty, about the whole picture */
export function asked(question: string): Asked {
  const text = question.trim();
  const chinese = findChinese.exec(text);
  const phrase = (find.exec(text)?.[1] ?? chinese?.[1] ?? chinese?.[2])?.trim();
  if (phrase) return { kind: 'find', phrase };
  if (read.test(text)) return { kind: 'read' };
  return describe.test(text) ? { kind: 'describe' } : { kind: 'other' };
}
