import type { Request, RequestHandler } from 'express';
import { nameOf, type Variable } from '../config/name-of.ts';
import type { Config } from '../config/read-config.ts';
import { isPrivateAddress } from './address.ts';
import { forwardedAddresses, isForwarded } from './forwarding.ts';
import { sendProblem } from './problem.ts';
import { isLocalHost } from './request-target.ts';

/**
 * Answers requests from outside private networks with 403 and what to set.
 *
 * @param variable - the variable that opens the endpoint to everyone if it is `on`
 */
export function privateOnly(variable: Variable): RequestHandler {
  return (request, response, next) => {
    const reason = whyNotPrivate(request);
    if (reason === undefined) return next();
    sendProblem(response, 403, `${reason} To answer everyone, set ${nameOf(variable)} to "on".`);
  };
}

/** Whether an endpoint with this setting answers the client of a request. */
export function mayRead(request: Request, setting: Config['listPages']): boolean {
  return setting === 'on' || (setting === 'private' && whyNotPrivate(request) === undefined);
}

function whyNotPrivate(request: Request): string | undefined {
  if (isForwarded(request)) {
    const { all, untrusted } = forwardedAddresses(request);
    // Otherwise the proxy itself would pass for the client.
    if (all === 0 || untrusted > 0)
      return `This request came through a proxy. Set ${nameOf('TRUST_PROXY')} to the addresses or the number of all proxies, and configure them to send X-Forwarded-For.`;
  }
  if (!isPrivateAddress(request.ip)) return 'Only clients on private networks may read this.';
  // DNS rebinding: a page whose own name resolves to a private address could read this under that name.
  if (!isLocalHost(request.headers.host ?? ''))
    return 'Request this by IP address, by "localhost" or by a name without a dot.';
  return undefined;
}
