/** What adapters read of a pack beside its graphs. */
import type * as z from 'zod';
import { brokenPack, hasFile, readPackJson, type Pack } from '../../packs/registry';

/** Paths of all graphs of a pack. */
export const graphFiles = ({ manifest }: Pack): string[] =>
  manifest.files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));

/** The only graph of a pack, or the one that the manifest names. @throws GroundnoteError broken-pack */
export function graphFile(pack: Pack, named: string | undefined): string {
  if (named !== undefined) return named;
  const [only, ...more] = graphFiles(pack);
  if (only === undefined) throw brokenPack(pack.manifest.id, 'it holds no graph (a file that ends in .onnx)');
  if (more.length)
    throw brokenPack(
      pack.manifest.id,
      'it holds several graphs: name the one to run in "options.graphs.model"',
    );
  return only;
}

/** A configuration file that may be absent: then all of it has its defaults. @throws GroundnoteError broken-pack */
export async function optionalJson<T extends z.ZodType>(
  pack: Pack,
  file: string,
  schema: T,
): Promise<z.output<T>> {
  return hasFile(pack, file) ? readPackJson(pack, file, schema) : schema.parse({});
}
