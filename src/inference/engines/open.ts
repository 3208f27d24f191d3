/** Opens a pack with the engine that its manifest names. Each engine is loaded when its first pack is opened. */
import type { Pack } from '../packs/registry';
import type { OpenServer } from '../../protocol/servers';
import type { Log, SessionStore } from '../process/services';
import type { Configuration, ServerState } from '../../protocol/inference';
import type { EditorModels } from './remote/editorModels';
import type { PackModel } from './model';

/** What engines share. */
export interface EngineServices {
  readonly sessions: SessionStore;
  /** Threads of a graph; 0: as many as fit the machine. */
  readonly threads: number;
  readonly log: Log;
  /** As it is now; it may change. */
  configuration(): Configuration;
  /** Another pack by its id, for a server that runs a pack of this machine. @throws GroundnoteError no-pack, broken-pack */
  pack(id: string): Promise<Pack>;
  readonly editorModels?: EditorModels;
}

/** @throws GroundnoteError broken-pack, unsupported */
export async function openPack(pack: Pack, services: EngineServices): Promise<PackModel> {
  if (pack.manifest.engine === 'transformers') {
    const { openTransformersPack } = await import('./transformers/open');
    return openTransformersPack(pack, services);
  }
  const { openOnnxPack } = await import('./onnx/open');
  return openOnnxPack(pack, services);
}

/** Makes a model of a server. Nothing is sent before the first question. @throws GroundnoteError no-pack, broken-pack */
export async function openServer(open: OpenServer, services: EngineServices): Promise<PackModel> {
  const { connect } = await import('./remote/open');
  return connect(open, services);
}

/** Asks a server for its health and its models. @throws GroundnoteError cancelled */
export async function checkServer(
  open: OpenServer,
  services: EngineServices,
  signal: AbortSignal,
): Promise<ServerState> {
  const { stateOf } = await import('./remote/check');
  return stateOf(open, services, signal);
}
