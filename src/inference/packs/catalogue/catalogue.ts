/** The catalogue that comes with Groundnote. */
import contents from './catalogue.json';
import { catalogueSchema, type CatalogueEntry } from './schema';

let parsed: readonly CatalogueEntry[] | undefined;

/** Parsed once, when it is first asked for. */
export function catalogue(): readonly CatalogueEntry[] {
  parsed ??= catalogueSchema.parse(contents).packs;
  return parsed;
}
