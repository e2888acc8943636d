import type { Request } from 'express';
import { isPrivateAddress } from '../core/address.ts';

/** Headers by which a CDN tells the address of the visitor. */
const cdnHeaders = ['cf-connecting-ip', 'true-client-ip', 'fastly-client-ip', 'x-azure-clientip'];

/**
 * Why many visitors may count as one address: a proxy that is not trusted, or a network that hides addresses, as Docker
 * Swarm, rootless Docker and Kubernetes do.
 *
 * @param holdsMost - whether the address of the request has more than half of all streams
 */
export function whySharedAddress(
  request: Request,
  holdsMost: boolean,
): 'untrusted_proxy' | 'hidden_addresses' | undefined {
  const { ip = '', ips } = request;
  const hops = request.get('X-Forwarded-For')?.split(',').length ?? 0;
  // Express has no `ips` where the peer is not trusted to forward any.
  if (hops > 0 && ips.length === 0) return 'untrusted_proxy';
  if (!holdsMost) return undefined;
  // Another proxy stands before the trusted ones, and its address is taken for the visitors'.
  if (hops > ips.length || cdnHeaders.some((name) => name in request.headers)) return 'untrusted_proxy';
  return isPrivateAddress(ip, { orLoopback: false }) ? 'hidden_addresses' : undefined;
}
