import type { Request } from 'express';

/** Whether a peer may say whom it speaks for, `hop` proxies away from this server: Express's `trust proxy fn`. */
export type TrustFunction = (address: string, hop: number) => boolean;

/** What CDNs add to a request: the address of the visitor. */
const cdnHeader =
  /^(?:cf-connecting-ip(?:v6)?|do-connecting-ip|fastly-client-ip|fly-client-ip|true-client-ip|x-azure-(?:client|socket)ip)$/;

/** What other proxies add. */
const proxyHeader =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-original-forwarded-for|x-real-ip|x-(?:cluster-)?client-ip|x-envoy-external-address)$/;

/** Whether a request came through a CDN, by what it adds. */
export function isFromCdn({ headers }: Request): boolean {
  return Object.keys(headers).some((name) => cdnHeader.test(name));
}

/** Whether a request came through any proxy that says so. */
export function isForwarded(request: Request): boolean {
  return isFromCdn(request) || Object.keys(request.headers).some((name) => proxyHeader.test(name));
}

/** How many addresses `X-Forwarded-For` has: `all` of them, and those that are not believed. */
export function forwardedAddresses(request: Request): { all: number; unbelieved: number } {
  const all = (request.get('X-Forwarded-For') ?? '').split(',').filter((entry) => entry.trim() !== '').length;
  // Express has no `ips` where the peer is not trusted to forward any.
  return { all, unbelieved: all - request.ips.length };
}
