import type { RequestHandler } from 'express';
import type { Refusals } from '../observability/refusals.ts';
import { hangUp } from '../stream/detachable-socket.ts';

/**
 * Closes connections on which a request arrives before the previous one is answered (pipelining). Behind a stream it
 * would wait for ever, and files opened for its answer would stay open. A client that pipelines tries again
 * (RFC 9112 §9.3.2).
 */
export function oneAtATime(refusals: Refusals): RequestHandler {
  return (request, response, next) => {
    // Node gives a response its socket when its turn comes.
    if (response.socket !== null) return next();
    refusals.count('pipelined', request.ip);
    // Node would not tell those who wait for the response's end.
    response.destroy();
    hangUp(request);
  };
}
