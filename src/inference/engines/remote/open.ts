/** Servers as models: one adapter for each protocol. */
import { GroundnoteError } from '../../../protocol/errors';
import type { OpenServer } from '../../../protocol/servers';
import type { PackModel } from '../model';

/** @throws GroundnoteError no-pack, broken-pack, unsupported */
export function connect({ server }: OpenServer): Promise<PackModel> {
  return Promise.reject(
    new GroundnoteError('unsupported', `Nothing here speaks the protocol "${server.protocol}".`),
  );
}
