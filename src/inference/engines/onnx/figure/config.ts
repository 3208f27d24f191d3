/** `"parser"` in `config.json` of a `figure` pack: the parser's graphs (docs/figure-language.md). Other keys are ignored. */
import * as z from 'zod';

/** Roles whose boxes the parser may find. */
export const boxRoles = [
  'block',
  'group',
  'panel',
  'snowflake',
  'flame',
  'image',
  'formula',
  'plot',
  'x_axis',
  'y_axis',
  'legend',
  'bar',
  'heatmap',
  'table',
] as const;
export type BoxRole = (typeof boxRoles)[number];

/** What a text may be. `label` belongs to a block, group or image; `none` is no text at all. */
export const textRoles = [
  'label',
  'text',
  'title',
  'panel_letter',
  'axis_label',
  'tick',
  'legend_entry',
  'cell',
  'row_header',
  'col_header',
  'formula',
  'none',
] as const;
export type TextRole = (typeof textRoles)[number];

export const strokeKinds = ['arrow', 'curve', 'marker'] as const;
export type StrokeKind = (typeof strokeKinds)[number];

const share = z.number().min(0).max(1);

export const parserConfigSchema = z
  .object({
    /** Path of the graph inside the pack. */
    graph: z.string().default('onnx/figure_parser.onnx'),
    /** A view has about so many pixels squared. */
    view_size: z.number().int().min(64).max(2048),
    /** The channels of `centres`, in their order. */
    box_roles: z.array(z.enum(boxRoles)).min(1),
    /** For each box role, which set of four distances of `sizes` is its own. */
    size_sets: z.array(z.number().int().nonnegative()),
    text_roles: z.array(z.enum(textRoles)).min(1),
    strokes: z.array(z.enum(strokeKinds)).min(1),
    /** For each box role, what the centre's probability must reach. */
    thresholds: z.array(share),
    nms_iou: share,
    /** What the probability of an arrow's end must reach. */
    end_threshold: share,
    /** A pair of ends costs their mean distance from where each expects the other, over the larger of this and their distance. */
    pair_floor: z.number().positive(),
    /** Pairs that cost more are none. */
    pair_cost: z.number().positive(),
  })
  .refine(
    ({ box_roles, size_sets, thresholds }) =>
      size_sets.length === box_roles.length && thresholds.length === box_roles.length,
    'has to name a set of sizes and a threshold for each role of a box',
  );
export type ParserConfig = z.infer<typeof parserConfigSchema>;

export const figureConfigSchema = z.object({ parser: parserConfigSchema });
