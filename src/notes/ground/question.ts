/** What a ground fence asks: about which picture, with which words or prompts, of which pack. */
import * as z from 'zod';
import { boxSchema, pointSchema, type Prompt } from '../../protocol/geometry';

/** A prompt as the fence writes it: one key that says its kind. */
export const fencePromptSchema = z.union([
  z.strictObject({ point: pointSchema, positive: z.boolean().optional() }),
  z.strictObject({ box: boxSchema }),
  z.strictObject({ stroke: z.array(pointSchema).min(1), positive: z.boolean().optional() }),
]);
export type FencePrompt = z.infer<typeof fencePromptSchema>;

export const fenceQuestionSchema = z.object({
  /** The picture's address relative to the note, with forward slashes. */
  image: z.string().min(1),
  query: z.string().min(1).optional(),
  prompts: z.array(fencePromptSchema).min(1).optional(),
  pack: z.string().optional(),
});
/** Either `query` or `prompts`. */
export type FenceQuestion = z.infer<typeof fenceQuestionSchema>;

/** The prompts as the model takes them. */
export function toPrompts(prompts: readonly FencePrompt[]): Prompt[] {
  return prompts.map((prompt): Prompt => {
    if ('box' in prompt) return { type: 'box', box: prompt.box };
    const label = prompt.positive === false ? 0 : 1;
    return 'point' in prompt
      ? { type: 'point', point: prompt.point, label }
      : { type: 'stroke', points: prompt.stroke, label };
  });
}

/** Prompts of a region as a fence writes them; undefined where a fence cannot say them (a mask, or words). */
export function fromPrompts(prompts: readonly Prompt[]): FencePrompt[] | undefined {
  const round = (value: number) => Math.round(value * 10) / 10;
  const written: FencePrompt[] = [];
  for (const prompt of prompts) {
    if (prompt.type === 'mask' || prompt.type === 'text') return undefined;
    if (prompt.type === 'box') {
      const [x1, y1, x2, y2] = prompt.box;
      written.push({ box: [round(x1), round(y1), round(x2), round(y2)] });
      continue;
    }
    const negative = prompt.label === 0 && { positive: false };
    if (prompt.type === 'point')
      written.push({ point: [round(prompt.point[0]), round(prompt.point[1])], ...negative });
    else written.push({ stroke: prompt.points.map(([x, y]) => [round(x), round(y)]), ...negative });
  }
  return written.length ? written : undefined;
}
