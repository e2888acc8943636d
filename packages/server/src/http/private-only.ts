import type { Request, RequestHandler } from 'express';
import type { Variables } from '../config/config-variables.ts';
import type { NameOf } from '../config/name-of.ts';
import { isPrivateAddress } from './address.ts';
import { forwardedAddresses, isForwarded } from './forwarding.ts';
import { isLocalHost } from './host.ts';
import { sendProblem } from './problem.ts';

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
  if (isForwarded(request)) {
    const { all, unbelieved } = forwardedAddresses(request);
    // Otherwise a proxy itself would be taken for the client.
    if (all === 0 || unbelieved > 0)
      return `This request came through a proxy. Set ${nameOf('TRUST_PROXY')} to the addresses of all proxies, and have them send X-Forwarded-For.`;
  }
  if (!isPrivateAddress(request.ip)) return 'Only clients with a private address are answered here.';
  // DNS rebinding: a page whose own name leads to a private address may read what is answered under that name.
  if (!isLocalHost(request.headers.host ?? '')) {
    return 'Ask for this by an IP address, by "localhost" or by a name without a dot.';
  }
  return undefined;
}
