/** A page's end of the wire to the extension host. */
import { Endpoint } from '../../src/protocol/rpc';

/** What VS Code gives to a webview, once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** @param document the URI that messages name */
export const hostEndpoint = (api: VsCodeApi, document: string): Endpoint =>
  new Endpoint(
    {
      post: (message) => api.postMessage(message),
      listen: (onMessage) => {
        const listener = (event: MessageEvent) => onMessage(event.data);
        window.addEventListener('message', listener);
        return () => window.removeEventListener('message', listener);
      },
    },
    { document, onInternalError: (error) => console.error(error) },
  );
