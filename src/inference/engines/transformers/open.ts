/** Packs that transformers.js runs. */
import { GroundnoteError } from '../../../protocol/errors';
import type { Pack } from '../../packs/registry';
import type { PackModel } from '../model';

/** @throws GroundnoteError broken-pack, unsupported */
export function openTransformersPack(pack: Pack): Promise<PackModel> {
  const { id, kind } = pack.manifest;
  return Promise.reject(
    new GroundnoteError('unsupported', `Nothing here runs the pack "${id}" (its kind is "${kind}").`),
  );
}
