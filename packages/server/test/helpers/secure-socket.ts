import { connect as connectTcp } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/**
 * Connects to a port of this machine, over TLS.
 *
 * @param options.from - the address to come from
 * @param options.name - the name that is asked for
 * @param options.ca - whose certificates are believed; those of anyone if it is left out
 */
export function openSecureSocket(options: {
  port: number;
  from: string;
  name: string;
  protocol: 'http/1.1' | 'h2';
  ca?: string;
}): TLSSocket {
  const { port, from, name, protocol, ca } = options;
  return connect({
    socket: connectTcp({ port, host: '127.0.0.1', localAddress: from }),
    servername: name,
    ALPNProtocols: [protocol],
    ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
  });
}
