import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Refusals } from '../observability/refusals.ts';
import { hangUp } from '../stream/detachable-socket.ts';
import { hostnameOf } from './host.ts';
import { sendProblem } from './problem.ts';
import { parseRequestTarget } from './request-target.ts';

/**
 * Refuses requests whose target or `Host` is malformed, and passes on all others with a path as their `url`. Express
 * would answer a URL that it cannot parse with an HTML page, and make Node print a warning.
 */
export function refuseMalformed(refusals: Refusals, next: RequestListener): RequestListener {
  function refuse(request: IncomingMessage, response: ServerResponse, detail: string): void {
    refusals.count('malformed', request.socket.remoteAddress);
    // The previous request has not been answered yet.
    if (response.socket === null) return void hangUp(request);
    response.setHeader('Connection', 'close');
    sendProblem(response, 400, detail);
  }

  return (request, response) => {
    const { method = '', url = '' } = request;
    const target = parseRequestTarget(method, url);
    if (target === undefined) return refuse(request, response, 'The request target must be a path or an http URL.');
    if (!hasValidHost(request))
      return refuse(request, response, 'There must be one Host header, and it must be valid.');
    request.url = target.path;
    // The host of the target replaces that of the header (RFC 9112 §3.2.2).
    if (target.host !== undefined) request.headers.host = target.host;
    next(request, response);
  };
}

/** Whether there is exactly one `Host`, and it is valid (RFC 9112 §3.2). HTTP/1.0 does not require it. */
function hasValidHost({ rawHeaders, headers: { host }, httpVersion }: IncomingMessage): boolean {
  if (host === undefined) return httpVersion === '1.0';
  let hosts = 0;
  // Alternating names and values; `headers` contains the first `Host` only.
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === 'host') hosts++;
  return hosts === 1 && hostnameOf(host) !== undefined;
}
