/** The client for a server of the settings. */
import type { NetworkServer, OpenServer } from '../../../protocol/servers';
import type { EngineServices } from '../open';
import { HttpClient } from './http';

/** A server that is asked over the network, with its credential. */
export type OpenNetworkServer<S extends NetworkServer = NetworkServer> = Omit<OpenServer, 'server'> & {
  server: S;
};

export function clientFor(
  { server, token }: OpenNetworkServer,
  { configuration, log }: Pick<EngineServices, 'configuration' | 'log'>,
): HttpClient {
  return new HttpClient({
    server,
    ...(token !== undefined && { token }),
    ...(server.protocol === 'x-anylabeling' && { credential: (value: string) => ({ Token: value }) }),
    offline: () => configuration().offline,
    log,
  });
}
