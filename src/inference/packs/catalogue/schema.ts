/** `catalogue.json`: packs that can be installed by one command. */
import * as z from 'zod';
import { packFileSchema, packManifestSchema } from '../../../protocol/packs';

export const catalogueEntrySchema = packManifestSchema.omit({ files: true, version: true }).extend({
  /** What it is good for, and what not, in a sentence. */
  goodFor: z.string().min(1),
  licenseUrl: z.url().optional(),
  hub: z.object({ repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/), revision: z.string().default('main') }),
  /** Files of the repository that are taken. The size is approximate, and the checksum absent, until the check has seen them. */
  files: z
    .array(packFileSchema.partial({ sha256: true }).extend({ approximate: z.boolean().optional() }))
    .min(1),
  /** Date on which `npm run catalogue:check` has seen the repository with these files; absent: not checked yet. */
  verified: z.iso.date().optional(),
});
export type CatalogueEntry = z.infer<typeof catalogueEntrySchema>;
export const catalogueSchema = z.object({ packs: z.array(catalogueEntrySchema) });
