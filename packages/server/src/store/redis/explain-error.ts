import { ConnectionTimeoutError, type ErrorReply, SocketClosedUnexpectedlyError, SocketTimeoutError } from 'redis';
import { nameOf } from '../../config/name-of.ts';
import { messageOf } from '../../observability/message-of.ts';

/** Certificates that no trusted authority has signed (Node.js documentation, X509 certificate error codes). */
const untrusted = [
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/**
 * Why a connection cannot be made, or has ended; to be put after "Redis at …". The error's own message is not used: some
 * servers repeat the arguments of a command in it, and a password may be one of them. Once ready, both sides agree on TLS.
 */
export function explainConnectionError(error: unknown, wasReady = false): string {
  const urlName = nameOf('REDIS_URL');
  const code = codeOf(error);
  if (code === undefined) {
    if (error instanceof ConnectionTimeoutError) return `does not accept connections in time. ${chooseScheme()}`;
    if (error instanceof SocketTimeoutError) return 'does not answer';
    if (error instanceof SocketClosedUnexpectedlyError)
      return `closes the connection${wasReady ? '' : `. ${chooseScheme()}`}`;
    return 'cannot be reached';
  }
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses connections';
    case 'ECONNRESET':
      return `closes the connection (${code})${wasReady ? '' : `. ${chooseScheme()}`}`;
    case 'EAI_AGAIN':
      return `cannot be found: the DNS lookup failed (${code})`;
    case 'ENOTFOUND':
      return `cannot be found: there is no such host (${code})`;
    case 'DENIED':
      return `is in protected mode. Set a password in its configuration, and put it into ${urlName} (${code})`;
    case 'ERR':
      return explainGenericError(messageOf(error));
    case 'NOAUTH':
      return `asks for a password, and ${urlName} has none (${code})`;
    case 'NOPERM':
      return `does not allow the user in ${urlName} to run the commands it needs (${code})`;
    case 'WRONGPASS':
      return `does not accept the user and password in ${urlName} (${code})`;
    default:
      return explainTlsError(code) ?? `cannot be reached (${code})`;
  }
}

/** Errors that Redis gives no code of their own. An unknown command may be followed by its arguments. */
function explainGenericError(message: string): string {
  if (/^ERR unknown command/.test(message))
    return 'does not know a command that Redis 6.2 has. Use that or a later version';
  if (/DB index|SELECT is not/.test(message)) return `does not have the database at the end of ${nameOf('REDIS_URL')}`;
  if (/number of clients/.test(message)) return 'has as many clients as its setting maxclients allows';
  return 'cannot be reached (ERR)';
}

function explainTlsError(code: string): string | undefined {
  if (untrusted.includes(code))
    return `has a certificate that is not trusted (${code}). Set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of its CA, or with its own if it is self-signed, and restart`;
  if (code === 'CERT_HAS_EXPIRED') return `has a certificate that has expired (${code}). Renew it`;
  if (code === 'CERT_NOT_YET_VALID')
    return `has a certificate that is not valid yet (${code}). Check the clocks of both machines`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `has a certificate for another name (${code}). Set ${nameOf('REDIS_URL')} to a name or address that is in its certificate`;
  if (code.endsWith('_CERTIFICATE_REQUIRED'))
    return `asks for a client certificate, which is not supported (${code}). Set tls-auth-clients to no in its configuration`;
  return code.startsWith('ERR_SSL_') ? `does not agree on TLS (${code}). ${chooseScheme()}` : undefined;
}

/** What may be wrong if one side uses TLS and the other does not. */
function chooseScheme(): string {
  return `${nameOf('REDIS_URL')} must begin with rediss:// if it uses TLS, and with redis:// if it does not`;
}

/** Describes an error that Redis answered. Where in the script it arose is left out: one problem would look like several. */
export function explainErrorReply({ message }: ErrorReply): string {
  const reason = message.replace(/ script: .*$/s, '').replace(/@?user_script:\d+: /g, '');
  return `answers "${reason.replace(/\.$/, '')}"`;
}

/** The code of a system error, or the first word of an error that Redis answered, which is its kind. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0];
}
