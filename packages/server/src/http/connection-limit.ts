import type { Socket } from 'node:net';
import type { Refusals } from '../observability/refusals.ts';
import type { Limits } from '../presence/limits.ts';
import { networkOf } from './address.ts';
import type { TrustFunction } from './forwarding.ts';

/**
 * Says whether to accept a connection: one address must not take them all. A trusted proxy may, as it speaks for many.
 *
 * @param trusts - where `TRUST_PROXY` is a number of hops, it trusts every peer
 */
export function limitConnections(
  limits: Limits,
  trusts: TrustFunction,
  refusals: Refusals,
): (socket: Socket) => boolean {
  return (socket) => {
    const { remoteAddress = '' } = socket;
    if (trusts(remoteAddress, 0)) return true;
    const disconnect = limits.connect(networkOf(remoteAddress));
    if (disconnect === undefined) {
      refusals.count('max_connections_per_address', remoteAddress);
      return false;
    }
    socket.once('close', disconnect);
    return true;
  };
}
