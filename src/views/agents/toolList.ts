/**
 * The tools that chat agents in the editor may call: what each says of itself to a model, and the schema of its input.
 * `node scripts/contributions.mjs --write` puts them into package.json. Without VS Code.
 */
import * as z from 'zod';
import { imageExtensions } from '../../protocol/pictureNames';
import { canDescribeKey } from './toolNames';

const places =
  'Coordinates are pixels of the picture with its EXIF orientation applied, origin at the top left, x to the right, y down.';

const image = z
  .string()
  .trim()
  .min(1)
  .describe(
    `The image file: an absolute path, or a path relative to a workspace folder. Only ${imageExtensions.join(', ')}.`,
  );
const point = z.array(z.number()).length(2).describe('[x, y]');
const box = z.array(z.number()).length(4).describe('[x1, y1, x2, y2], left, top, right, bottom');
const stroke = z.array(point).min(2).max(500);
const pack = z
  .string()
  .min(1)
  .optional()
  .describe('Id of the model pack or server that is to answer. Leave it out unless the user has named one.');
const part = box
  .optional()
  .describe(
    'The part of the picture to look at, as [x1, y1, x2, y2]. Needed only to find small things in very large pictures.',
  );
const save = z
  .boolean()
  .optional()
  .describe(
    "true: also put the regions into the picture's annotation file (LabelMe JSON beside it). Only when the user wants regions to be kept.",
  );
const overlay = z
  .boolean()
  .optional()
  .describe('false: no picture with the regions drawn on it comes with the answer.');

/** One thing in the picture, by where it is. */
const objectSchema = z
  .object({
    points: z.array(point).max(50).optional().describe('Points on the thing.'),
    away: z.array(point).max(50).optional().describe('Points that are not on the thing.'),
    box: box.optional().describe('A box around the thing, as [x1, y1, x2, y2].'),
    stroke: stroke.optional().describe('A line drawn along the thing, as [[x, y], …].'),
    label: z.string().trim().min(1).max(200).optional().describe('What to call the region.'),
  })
  .refine(({ points, box, stroke }) => points?.length || box || stroke, {
    error: 'an object needs a point on it, a box or a stroke',
  });

/** A place that a question is about. */
const placeSchema = z
  .object({
    box: box.optional().describe('A box, as [x1, y1, x2, y2].'),
    point: point.optional().describe('A point, as [x, y].'),
    stroke: stroke.optional().describe('A line or a closed outline, as [[x, y], …].'),
    saved: z
      .string()
      .min(1)
      .optional()
      .describe("Label or id of a region in the picture's annotations, unsaved ones too."),
  })
  .refine((place) => Object.values(place).filter((each) => each !== undefined).length === 1, {
    error: 'a region is given by exactly one of box, point, stroke and saved',
  });

export const segmentInput = z.object({
  image,
  objects: z
    .array(objectSchema)
    .min(1)
    .max(20)
    .optional()
    .describe(
      'The things to cut out; each gives one region. Leave it out to cut out everything that can be told apart (slower).',
    ),
  save,
  overlay,
  pack,
});

export const groundInput = z.object({
  image,
  phrase: z.string().trim().min(1).max(500).describe('What to look for, for instance "mask decoder".'),
  part,
  save,
  overlay,
  pack,
});

export const referInput = z.object({
  image,
  regions: z.array(placeSchema).min(1).max(20).describe('The regions that the question is about.'),
  question: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .optional()
    .describe(
      'A question about the regions. Leave it out to learn what they are or what is written in them.',
    ),
  overlay,
  pack,
});

export const askInput = z.object({
  image,
  question: z.string().trim().min(1).max(2000),
  earlier: z
    .array(z.object({ question: z.string().min(1), answer: z.string() }))
    .max(20)
    .optional()
    .describe(
      'Earlier questions about this picture with their answers, oldest first, so that “it” has a meaning.',
    ),
  part,
  save,
  overlay,
  pack,
});

export const readFigureInput = z.object({ image, part, overlay });

export const describeInput = z.object({ image, part, pack });

interface ToolInfo<S extends z.ZodObject> {
  displayName: string;
  /** After `#` in a chat. */
  toolReferenceName: string;
  /** For the person who types `#`. */
  userDescription: string;
  /** For the model. */
  modelDescription: string;
  icon: string;
  when?: string;
  input: S;
}
const tool = <S extends z.ZodObject>(info: ToolInfo<S>) => info;

export const agentTools = {
  groundnote_segment: tool({
    displayName: 'Segment Image',
    toolReferenceName: 'segment',
    userDescription: 'Cut things out of an image by points, boxes or strokes',
    modelDescription: [
      'Cuts things out of an image file: from points, boxes or strokes that say where each thing is, or everything at once.',
      'Returns for each region its box, its area in pixels, the share of the picture that it covers and the score of the mask, and a picture with the masks drawn on it.',
      'Good for: measuring how large something is, counting separate things, turning rough boxes into exact regions, keeping regions as annotations (save).',
      'Not good for: finding where something is (use groundnote_ground or groundnote_read_figure first), naming what something is.',
      places,
    ].join(' '),
    icon: '$(wand)',
    input: segmentInput,
  }),
  groundnote_ground: tool({
    displayName: 'Find in Image',
    toolReferenceName: 'ground',
    userDescription: 'Find a word or a phrase in an image',
    modelDescription: [
      'Finds the regions of an image file that a phrase names, and returns their boxes (and areas, where there are masks) with a picture of them.',
      'The default pack finds words that are written in a figure, such as the label of a box in a diagram or of an axis, and the shape that bears them; it says so when a phrase is not written there. What a photo shows is found only where a grounding pack or server is installed.',
      'Never invents a region: when nothing is found, the answer says why and what is written instead. To see all texts at once use groundnote_read_figure.',
      places,
    ].join(' '),
    icon: '$(search)',
    input: groundInput,
  }),
  groundnote_refer: tool({
    displayName: 'Ask About Regions',
    toolReferenceName: 'refer',
    userDescription: 'Learn what a region of an image is or says',
    modelDescription: [
      'Says in words what given regions of an image file are, or answers a question about them. A region is a box, a point, a stroke, or the label or id of a region that the user has annotated.',
      'The default pack reads what is written in a region and around it; what a region of a photo shows is known only where a vision-language pack or server is installed. It refuses what it cannot know and says so.',
      places,
    ].join(' '),
    icon: '$(comment)',
    input: referInput,
  }),
  groundnote_ask: tool({
    displayName: 'Ask About Image',
    toolReferenceName: 'askImage',
    userDescription: 'Ask a question about an image; the answer points at regions',
    modelDescription: [
      'Answers a question about an image file; the parts of the answer that are about places come with their regions.',
      'The default pack answers questions about a figure’s labels: where a label is, what stands beside, above, inside or between labels, how many there are, what is written where (English and Chinese). It refuses questions about looks and meaning; other packs and servers may answer those.',
      'Keep questions short, one thing at a time.',
      places,
    ].join(' '),
    icon: '$(comment-discussion)',
    input: askInput,
  }),
  groundnote_read_figure: tool({
    displayName: 'Read Figure',
    toolReferenceName: 'readFigure',
    userDescription: 'Read all text of a figure, with the places and shapes around it',
    modelDescription: [
      'Reads all text of an image file (a diagram, plot, screenshot or scanned page) on this machine: labels in reading order with their boxes and confidence, and the closed shapes (rectangle, rounded rectangle, circle, ellipse, diamond) around them with which label names which shape and which shape lies in which. Where the embedded model for figures is there, also the parts: blocks, groups, arrows with what they lead from and to, plots with axes, ticks, legends, bars with their values, curves and markers with their legend entries, tables with cells by row and column, panels.',
      'Good for: understanding the structure of a figure, transcribing text, finding coordinates to use with the other tools.',
      'Not good for: photos without text, handwriting, formulas. Where no parts are reported, arrows and lines between shapes are not either.',
      places,
    ].join(' '),
    icon: '$(book)',
    input: readFigureInput,
  }),
  groundnote_describe: tool({
    displayName: 'Describe Image',
    toolReferenceName: 'describe',
    userDescription: 'Describe in words what an image shows',
    modelDescription: [
      'Describes in words what an image file shows, with the captioning or vision-language pack or server that the user has set up.',
      'Good for: photos. For diagrams groundnote_read_figure is more exact.',
    ].join(' '),
    icon: '$(note)',
    when: canDescribeKey,
    input: describeInput,
  }),
} as const;

export type AgentToolName = keyof typeof agentTools;
export type AgentToolInput<N extends AgentToolName> = z.output<(typeof agentTools)[N]['input']>;

/** As JSON Schema of draft 7, which all chat models take. */
export function inputSchemaOf(name: AgentToolName): Record<string, unknown> {
  const schema: Record<string, unknown> = z.toJSONSchema(agentTools[name].input, {
    target: 'draft-7',
    io: 'input',
  });
  delete schema.$schema;
  return schema;
}

/** What package.json says of the tools. */
export const contributedTools = () =>
  (Object.keys(agentTools) as AgentToolName[]).map((name) => {
    const info: ToolInfo<z.ZodObject> = agentTools[name];
    const { displayName, toolReferenceName, userDescription, modelDescription, icon, when } = info;
    return {
      name,
      tags: ['groundnote', 'image'],
      canBeReferencedInPrompt: true,
      displayName,
      toolReferenceName,
      userDescription,
      modelDescription,
      icon,
      ...(when !== undefined && { when }),
      inputSchema: inputSchemaOf(name),
    };
  });
