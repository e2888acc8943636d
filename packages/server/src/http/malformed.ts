import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import type { RefusalReason, Refusals } from '../observability/refusals.ts';
import { hangUp, isServedDetachably } from '../stream/detachable-socket.ts';
import { STATUS_CODES } from './node-http.ts';
import { encodeProblem, sendProblem } from './problem.ts';
import { hostnameOf, parseRequestTarget } from './request-target.ts';

/** Answers what Node's HTTP parser refuses: headers that are too long, too slow or not HTTP. */
export function refuseUnparsable(refusals: Refusals) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const refusal = explain(error.code);
    // A connection that broke off needs no answer.
    if (refusal === undefined) return void socket.destroy();
    const { reason, status, detail } = refusal;
    refusals.count(reason, 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined);
    // An earlier answer on this connection may still be under way.
    if (!socket.writable || ('bytesWritten' in socket && socket.bytesWritten !== 0)) return void socket.destroy();
    const { headers, body } = encodeProblem(status, detail);
    const lines = Object.entries({ ...headers, 'Access-Control-Allow-Origin': '*', Connection: 'close' });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  };
}

function explain(code = ''): { reason: RefusalReason; status: number; detail: string } | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { reason: 'timeout', status: 408, detail: 'The request took too long to arrive.' };
  if (code === 'HPE_HEADER_OVERFLOW')
    return { reason: 'malformed', status: 431, detail: 'URL and headers must be shorter than 16 KiB together.' };
  if (!code.startsWith('HPE_')) return undefined;
  return { reason: 'malformed', status: 400, detail: 'This is not an HTTP request.' };
}

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
    const { host } = request.headers;
    // HTTP/1.0 does not require it (RFC 9112 §3.2).
    if (host === undefined ? request.httpVersion !== '1.0' : hostnameOf(host) === undefined)
      return refuse(request, response, 'There must be one Host header, and it must be valid.');
    request.url = target.path;
    // The host of the target replaces the header's (RFC 9112 §3.2.2).
    if (target.host !== undefined) request.headers.host = target.host;
    next(request, response);
  };
}

/**
 * Closes connections on which a request arrives before the previous one is answered (pipelining). Behind a stream it
 * would wait for ever, and files opened for its answer would stay open. A client that pipelines tries again
 * (RFC 9112 §9.3.2). On the server of an app, the previous answer may be the app's, so the request waits its turn.
 */
export function oneAtATime(refusals: Refusals): RequestHandler {
  return (request, response, next) => {
    // Node gives a response its socket when its turn comes.
    if (response.socket !== null) return next();
    if (!isServedDetachably(request)) return void response.once('socket', () => next());
    refusals.count('pipelined', request.ip);
    // Node would not tell those who wait for the response's end.
    response.destroy();
    hangUp(request);
  };
}
