import { closeSync, openSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { devNull } from 'node:os';
import type { Refusals } from '../observability/refusals.ts';
import type { Limits } from '../presence/limits.ts';
import { networkOf } from './address.ts';
import type { TrustFunction } from './forwarding.ts';

/** The share of all connections above which idle ones are closed, and how often that is done at most. */
const nearlyFull = { share: 0.9, everyMs: 100 };

/**
 * Decides whether to accept a connection: one address must not take all of them, unless it is a trusted proxy.
 *
 * @param trusts - trusts every peer if `TRUST_PROXY` is a number of hops
 */
export function limitConnections(limits: Limits, trusts: TrustFunction, refusals: Refusals) {
  // One listener for all connections. Node still knows the address of a closed socket if it was read before.
  function disconnect(this: Socket): void {
    limits.add(networkOf(this.remoteAddress), { connections: -1 });
  }

  return (socket: Socket): boolean => {
    const { remoteAddress = '' } = socket;
    if (trusts(remoteAddress, 0)) return true;
    if (!limits.connect(networkOf(remoteAddress))) {
      refusals.count('max_connections_per_address', remoteAddress);
      return false;
    }
    socket.on('close', disconnect);
    return true;
  };
}

/** Closes idle connections to make room for new ones. Node searches all connections that are not streams for them. */
export function closeIdleWhenNearlyFull(server: Server, maxConnections: number): void {
  let closedAt = Number.NEGATIVE_INFINITY;
  // The connections at the last count, and all that were opened since.
  let atMost = 0;
  server.on('connection', () => {
    if (++atMost < nearlyFull.share * maxConnections || performance.now() - closedAt < nearlyFull.everyMs) return;
    server.getConnections((_error, connections) => {
      atMost = connections;
      if (connections < nearlyFull.share * maxConnections) return;
      server.closeIdleConnections();
      closedAt = performance.now();
    });
  });
}

/** Whether this process may open no more files. Node then closes new connections silently. */
export function isOutOfFiles(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && /^E[MN]FILE$/.test(String(error.code));
  }
}
