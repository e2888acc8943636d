import { ConnectionTimeoutError, type ErrorReply, SocketClosedUnexpectedlyError, SocketTimeoutError } from 'redis';
import { nameOf } from '../../config/name-of.ts';

/**
 * Why a connection cannot be made, or has ended; to be put after "Redis at …". The error's own message is not used: some
 * servers repeat the arguments of a command in it, and a password may be one of them. Once ready, both sides agree on TLS.
 */
export function explainConnectionError(error: unknown, wasReady = false): string {
  const url = nameOf('REDIS_URL');
  const scheme = `${url} must begin with rediss:// if it uses TLS, and with redis:// if it does not`;
  const closes = `closes the connection${wasReady ? '' : `. ${scheme}`}`;
  if (error instanceof ConnectionTimeoutError) return `does not accept connections in time. ${scheme}`;
  if (error instanceof SocketTimeoutError) return 'does not answer';
  if (error instanceof SocketClosedUnexpectedlyError) return closes;

  // By patterns for the code of a system error or, if Redis answered, for what the answer begins with.
  const reasons = {
    ECONNREFUSED: 'refuses connections',
    ECONNRESET: closes,
    EAI_AGAIN: 'cannot be found: the DNS lookup failed',
    ENOTFOUND: 'cannot be found: there is no such host',
    DENIED: `is in protected mode. Set a password in its configuration, and put it into ${url}`,
    'ERR unknown command': 'does not know a command that Redis 6.2 has. Use that or a later version',
    'ERR .*(DB index|SELECT is not)': `does not have the database at the end of ${url}`,
    'ERR .*number of clients': 'has as many clients as its setting maxclients allows',
    NOAUTH: `asks for a password, and ${url} has none`,
    NOPERM: `does not allow the user in ${url} to run the commands it needs`,
    WRONGPASS: `does not accept the user and password in ${url}`,
    // Not an answer, but the parser's error.
    'Unknown RESP type': `does not answer as Redis does. Check the scheme, host and port in ${url}`,
    // No trusted authority has signed it (Node.js documentation, X509 certificate error codes).
    'CERT_UNTRUSTED|.*SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)':
      'has a certificate that is not trusted. Set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of its CA, or with its own if it is self-signed, and restart',
    CERT_HAS_EXPIRED: 'has a certificate that has expired. Renew it',
    CERT_NOT_YET_VALID: 'has a certificate that is not valid yet. Check the clocks of both machines',
    ERR_TLS_CERT_ALTNAME_INVALID: `has a certificate for another name. Set ${url} to a name or address that is in its certificate`,
    '.*_CERTIFICATE_REQUIRED':
      'asks for a client certificate, which is not supported. Set tls-auth-clients to no in its configuration',
    ERR_SSL_: `does not agree on TLS. ${scheme}`,
  };
  const { code: systemCode, message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const about = systemCode ?? message;
  const [, reason = 'cannot be reached'] =
    Object.entries(reasons).find(([kind]) => RegExp(`^(${kind})`).test(about)) ?? [];
  // An answer begins with its kind; `ERR` stands for errors that have no kind of their own.
  const code = systemCode ?? /^(?!ERR )[A-Z]{3,}(?= )/.exec(message)?.[0];
  // After the first sentence.
  return code === undefined ? reason : reason.replace(/(?=\. )|$/, ` (${code})`);
}

/** Describes an error that Redis answered. Where in the script it arose is left out: one problem would look like several. */
export function explainErrorReply({ message }: ErrorReply): string {
  const reason = message.replace(/ script: .*$/s, '').replace(/@?user_script:\d+: /g, '');
  return `answers "${reason.replace(/\.$/, '')}"`;
}
