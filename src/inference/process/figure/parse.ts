/**
 * What a figure is after it was parsed: its regions with roles, texts, colours and how they belong together
 * (docs/figure-language.md). Python holds the same in `training/one/parse.py`.
 */
import * as z from 'zod';
import { boxSchema, sizeSchema } from '../../../protocol/geometry';

/** What a region is. The order is that of the language model's tables. */
export const roles = [
  'block',
  'group',
  'panel',
  'arrow',
  'snowflake',
  'flame',
  'image',
  'formula',
  'text',
  'title',
  'panel_letter',
  'plot',
  'x_axis',
  'y_axis',
  'axis_label',
  'tick',
  'legend',
  'legend_entry',
  'bar',
  'curve',
  'marker',
  'heatmap',
  'table',
  'cell',
  'row_header',
  'col_header',
  'user',
] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** A parse has at most so many regions: the language model reads each as one token. */
export const mostRegions = 160;

/** The place of another region of the parse. */
const indexSchema = z
  .number()
  .int()
  .min(0)
  .max(mostRegions - 1);
const channelSchema = z.number().int().min(0).max(255);

export const figureRegionSchema = z.object({
  role: roleSchema,
  /** Pixels of the picture that was parsed. */
  box: boxSchema,
  /** The lines of one label, joined by a space; of a block its own label. */
  text: z.string().optional(),
  /** 0–255: the fill of a block, bar, swatch or cell; the ink of an arrow, curve or text. */
  colour: z.tuple([channelSchema, channelSchema, channelSchema]).optional(),
  /** The smallest region that contains it: group, panel, plot, legend, table or block. */
  parent: indexSchema.optional(),
  /** Where an arrow starts, and where it ends. */
  tail: indexSchema.optional(),
  head: indexSchema.optional(),
  /** What it belongs to: an icon to a block, a bar to its legend entry, a tick to its axis. */
  owner: indexSchema.optional(),
  /** 0-based places of a cell or header among the rows and columns of the body. */
  row: z.number().int().nonnegative().optional(),
  col: z.number().int().nonnegative().optional(),
  /** The number that it stands for: a bar's height in units of the axis, a cell's number. */
  value: z.number().optional(),
  bold: z.boolean().optional(),
  /** 0–1: how sure the parser is. */
  score: z.number().min(0).max(1).optional(),
});
export type FigureRegion = z.infer<typeof figureRegionSchema>;

const links = ['parent', 'tail', 'head', 'owner'] as const;

/** A picture's size and its regions in reading order. */
export const figureParseSchema = sizeSchema
  .extend({ regions: z.array(figureRegionSchema).max(mostRegions) })
  .superRefine(({ regions }, context) => {
    for (const [index, region] of regions.entries())
      for (const link of links) {
        const to = region[link];
        if (to !== undefined && (to >= regions.length || to === index))
          context.addIssue({ code: 'custom', path: ['regions', index, link], message: `leads to no region` });
      }
  });
export type FigureParse = z.infer<typeof figureParseSchema>;
