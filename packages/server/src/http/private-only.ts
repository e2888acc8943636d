import type { Request, RequestHandler } from 'express';
import type { Variables } from '../config/config-variables.ts';
import type { NameOf } from '../config/name-of.ts';
import { isPrivateAddress } from '../core/address.ts';
import { isLocalHost } from '../core/host.ts';
import { sendProblem } from './problem.ts';

/** What proxies add to a request that they pass on. */
const forwardingHeader =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip)$/;

/**
 * Lets requests from private networks pass, and answers all others with 403 and what to set.
 *
 * @param variable - the variable that opens the endpoint to everyone when it is `on`
 */
export function privateOnly(variable: keyof Variables, nameOf: NameOf): RequestHandler {
  return (request, response, next) => {
    const reason = whyNotPrivate(request, nameOf);
    if (reason === undefined) return next();
    sendProblem(response, 403, `${reason} To answer everyone, set ${nameOf(variable)} to "on".`);
  };
}

function whyNotPrivate(request: Request, nameOf: NameOf): string | undefined {
  const { headers, ip, socket } = request;
  if (Object.keys(headers).some((name) => forwardingHeader.test(name))) {
    const trusts: (address: string, hop: number) => boolean = request.app.get('trust proxy fn');
    // The only one of these headers that is read. Without it, the proxy itself would be taken for the client.
    if (!headers['x-forwarded-for'] || !trusts(socket.remoteAddress ?? '', 0)) {
      return `This request came through a proxy. Set ${nameOf('TRUST_PROXY')} to its address, and have it send X-Forwarded-For.`;
    }
  }
  if (!isPrivateAddress(ip)) return 'Only clients with a private address are answered here.';
  // DNS rebinding: a page whose own name leads to a private address may read what is answered under that name.
  if (!isLocalHost(headers.host ?? '')) {
    return 'Ask for this by an IP address, by "localhost" or by a name without a dot.';
  }
  return undefined;
}
