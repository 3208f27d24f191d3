/** The packs that were installed on this machine, and those that can be. */
import { GroundnoteError } from '../../../protocol/errors';
import { catalogue as shipped } from '../catalogue/catalogue';
import type { PackStore, PackStoreOptions } from './types';

/** Touches nothing before it is asked. */
export function createPackStore(options: PackStoreOptions): PackStore {
  const missing = async () => {
    throw new GroundnoteError('unsupported', 'Packs cannot be installed yet.');
  };
  return {
    catalogue: async () => options.catalogue ?? shipped(),
    plan: missing,
    install: missing,
    partial: async () => [],
    discard: missing,
    remove: missing,
    verify: missing,
  };
}
