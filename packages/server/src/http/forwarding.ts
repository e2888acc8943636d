import type { Request } from 'express';
import type { RefusalReason } from '../observability/refusals.ts';
import { isPrivateAddress } from './address.ts';

/** Whether to trust what a peer forwards, `hop` proxies away from this server: Express's `trust proxy fn`. */
export type TrustFunction = (address: string, hop: number) => boolean;

/** Headers in which CDNs send the visitor's address. */
const cdnHeader =
  /^(?:cf-connecting-ip(?:v6)?|do-connecting-ip|fastly-client-ip|fly-client-ip|true-client-ip|x-azure-(?:client|socket)ip)$/;

/** Headers that other proxies add. */
const proxyHeader =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-original-forwarded-for|x-real-ip|x-(?:cluster-)?client-ip|x-envoy-external-address)$/;

function hasHeader({ headers }: Request, form: RegExp): boolean {
  return Object.keys(headers).some((name) => form.test(name));
}

/** Whether a request came through a proxy, by its headers. */
export function isForwarded(request: Request): boolean {
  return hasHeader(request, cdnHeader) || hasHeader(request, proxyHeader);
}

/** The number of addresses in `X-Forwarded-For`: `all` of them, and those that are not trusted. */
export function forwardedAddresses(request: Request): { all: number; untrusted: number } {
  const all = (request.get('X-Forwarded-For') ?? '').split(',').filter((entry) => entry.trim() !== '').length;
  // Express leaves `ips` empty if it does not trust the peer.
  return { all, untrusted: all - request.ips.length };
}

/**
 * Why many visitors may count as one address: an untrusted proxy, or a network that hides addresses, as those of Docker
 * Swarm, rootless Docker and Kubernetes.
 *
 * @param holdsMajority - whether the address of the request has more than half of all streams
 */
export function whySharedAddress(request: Request, holdsMajority: boolean): RefusalReason | undefined {
  const { all, untrusted } = forwardedAddresses(request);
  // The peer itself is not trusted.
  if (all > 0 && untrusted === all) return 'untrusted_proxy';
  if (!holdsMajority) return undefined;
  // There is another proxy in front of the trusted ones, and its address counts as the visitors'.
  if (untrusted > 0 || hasHeader(request, cdnHeader)) return 'untrusted_proxy';
  return isPrivateAddress(request.ip, { orLoopback: false }) ? 'hidden_addresses' : undefined;
}
