import type { Request } from 'express';
import { isPrivateAddress } from './address.ts';
import { forwardedAddresses, isFromCdn } from './forwarding.ts';

/**
 * Why many visitors may count as one address: a proxy that is not trusted, or a network that hides addresses, as Docker
 * Swarm, rootless Docker and Kubernetes do.
 *
 * @param holdsMajority - whether the address of the request has more than half of all streams
 */
export function whySharedAddress(
  request: Request,
  holdsMajority: boolean,
): 'untrusted_proxy' | 'hidden_addresses' | undefined {
  const { all, unbelieved } = forwardedAddresses(request);
  // The peer itself is not trusted.
  if (all > 0 && unbelieved === all) return 'untrusted_proxy';
  if (!holdsMajority) return undefined;
  // Another proxy stands before the trusted ones, and its address is taken for the visitors'.
  if (unbelieved > 0 || isFromCdn(request)) return 'untrusted_proxy';
  return isPrivateAddress(request.ip, { orLoopback: false }) ? 'hidden_addresses' : undefined;
}
