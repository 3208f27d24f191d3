/** Servers as models: one adapter for each protocol. Nothing is sent before the first question. */
import { GroundnoteError } from '../../../protocol/errors';
import type { OpenServer } from '../../../protocol/servers';
import type { PackModel } from '../model';
import type { EngineServices } from '../open';

/** @throws GroundnoteError no-pack, broken-pack, unsupported */
export function connect({ server }: OpenServer, services: EngineServices): Promise<PackModel> {
  services.log('debug', `Connecting to ${server.id}`);
  return Promise.reject(
    new GroundnoteError('unsupported', `Nothing here speaks the protocol "${server.protocol}".`),
  );
}
