import { ConnectionTimeoutError, SocketClosedUnexpectedlyError } from 'redis';

/** Why a certificate cannot be traced to an authority that Node.js trusts (Node.js documentation, X509 certificate error codes). */
const untrusted = [
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/**
 * What it is that keeps a connection from being made, or has ended it; follows upon "Redis at …".
 *
 * The error's own message is not passed on: servers that do not know a command say so with its arguments, and a
 * password may be one of them.
 *
 * @param urlName - what the URL of Redis is called by whoever has set it
 */
export function explainConnectionError(error: unknown, urlName: string): string {
  const code = codeOf(error);
  if (code === undefined) {
    if (error instanceof ConnectionTimeoutError) return `does not accept connections in time. ${chooseScheme(urlName)}`;
    if (error instanceof SocketClosedUnexpectedlyError) return `closes the connection. ${chooseScheme(urlName)}`;
    return 'cannot be reached';
  }
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses connections';
    case 'ECONNRESET':
      return `closes the connection (${code}). ${chooseScheme(urlName)}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot be found: there is no such host (${code})`;
    case 'NOAUTH':
      return `asks for a password, and ${urlName} has none (${code})`;
    case 'WRONGPASS':
    case 'NOPERM':
      return `does not accept the user and password in ${urlName} (${code})`;
    default:
      return explainTlsError(code, urlName) ?? `cannot be reached (${code})`;
  }
}

function explainTlsError(code: string, urlName: string): string | undefined {
  if (untrusted.includes(code))
    return `has a certificate that is not trusted (${code}). Set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of its CA, or with its own if it is self-signed, and restart`;
  if (code === 'CERT_HAS_EXPIRED') return `has a certificate that has expired (${code}). Renew it`;
  if (code === 'CERT_NOT_YET_VALID')
    return `has a certificate that is not valid yet (${code}). Check the clocks of both machines`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `has a certificate for another name (${code}). Set ${urlName} to a name or address that is in its certificate`;
  if (code.endsWith('_CERTIFICATE_REQUIRED'))
    return `asks for a client certificate, which is not supported (${code}). Set tls-auth-clients to no in its configuration`;
  return code.startsWith('ERR_SSL_') ? `does not agree on TLS (${code}). ${chooseScheme(urlName)}` : undefined;
}

/** What may be wrong where one side speaks TLS and the other does not. */
function chooseScheme(urlName: string): string {
  return `${urlName} must begin with rediss:// if it uses TLS, and with redis:// if it does not`;
}

/** The code of a system's error, or the first word of what Redis answered, which stands for the kind of error there. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0];
}
