/** Whether a connection to a server's address can be made. Nothing is sent. */
import { connect } from 'node:net';

/** Milliseconds; a machine that is off does not even refuse. */
const limitMs = 3000;

export function isListening(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      // An IPv6 address stands in brackets in a URL.
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(limitMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
