/** What goes wrong on the way to a server, in words. */

/** Something that may be better the next time. Its message is the rest of a sentence that begins with the server's name. */
export class Transient extends Error {}

/** A server's host and port. */
export const placeOf = ({ protocol, host }: URL) => `${protocol}//${host}`;

/** Whether a host is this machine itself, by its name or address. */
export function isLoopback(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    /^::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}$/.test(host)
  );
}

/** Codes of a connection that was not made, or was lost: the server may be back soon. */
const lost: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'cannot be reached: nothing listens there; start it, or correct its address in “groundnote.servers”',
  ECONNRESET: 'broke the connection',
  ECONNABORTED: 'broke the connection',
  EPIPE: 'broke the connection',
  EAI_AGAIN: 'cannot be reached: its host name could not be looked up just now',
  ETIMEDOUT: 'cannot be reached: its host does not answer',
};

const gone: Readonly<Record<string, string>> = {
  ENOTFOUND: 'cannot be reached: there is no such host; correct its address in “groundnote.servers”',
  EHOSTUNREACH: 'cannot be reached: no way leads to its host',
  ENETUNREACH: 'cannot be reached: there is no network',
  EHOSTDOWN: 'cannot be reached: its host is down',
};

const untrusted = 'if you trust it, name its certificate in the environment variable NODE_EXTRA_CA_CERTS';
const certificates: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `shows a certificate that it has signed itself; ${untrusted}`,
  SELF_SIGNED_CERT_IN_CHAIN: `shows a certificate of an authority that this machine does not know; ${untrusted}`,
  UNABLE_TO_GET_ISSUER_CERT: `shows a certificate of an authority that this machine does not know; ${untrusted}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `shows a certificate of an authority that this machine does not know; ${untrusted}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `shows a certificate whose authority it does not show; ${untrusted}`,
  CERT_HAS_EXPIRED: 'shows a certificate that has expired: its owner must renew it',
  CERT_NOT_YET_VALID: 'shows a certificate that is not valid yet: compare the clocks of both machines',
  CERT_REVOKED: 'shows a certificate that was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'shows a certificate of another host: the address must name the host as the certificate does',
};

/**
 * What an error of Node's means.
 * @returns `what`: the rest of a sentence that begins with the server's name; `again`: whether trying again may help
 */
export function transportProblem(error: NodeJS.ErrnoException, url: URL): { what: string; again: boolean } {
  // Several addresses of one host were tried: the errors of each are inside.
  const code = error.code ?? (error instanceof AggregateError ? codeOf(error.errors[0]) : undefined) ?? '';
  const known = lost[code];
  if (known) return { what: known, again: true };
  const forGood = gone[code] ?? certificates[code];
  if (forGood) return { what: forGood, again: false };
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return {
      what: 'does not speak TLS as it should: if its address begins with http:, write it so in “groundnote.servers”',
      again: false,
    };
  if (code.startsWith('HPE_'))
    return {
      what: `answers something that is no HTTP${url.protocol === 'http:' ? ': its address may begin with https:' : ''}`,
      again: false,
    };
  return { what: `cannot be asked: ${code || error.message}`, again: false };
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
