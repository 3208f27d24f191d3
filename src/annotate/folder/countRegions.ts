/** How many regions a sidecar holds, without checking each of them: a filmstrip asks this of hundreds of files. */
import * as z from 'zod';

const fileSchema = z.object({
  imagePath: z.string(),
  shapes: z.array(z.object({ groundnote: z.object({ id: z.string() }).optional().catch(undefined) })),
});

/** @returns undefined for a file that is no LabelMe file */
export function countRegions(text: string): { regions: number; imageName: string } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const file = fileSchema.safeParse(json);
  if (!file.success) return undefined;
  const { imagePath, shapes } = file.data;
  const ids = new Set<string | object>();
  // Shapes of one id are the parts of one region; a shape of another tool is a region of its own.
  for (const shape of shapes) ids.add(shape.groundnote?.id ?? shape);
  return { regions: ids.size, imageName: imagePath.split(/[\\/]/).pop() ?? '' };
}
