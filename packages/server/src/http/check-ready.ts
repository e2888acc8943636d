import type { RequestHandler } from 'express';
import type { Refuse } from './refuse.ts';

/** Refuses requests while the server shuts down: the count is falling then. */
export function checkReady(isReady: () => boolean, refuse: Refuse): RequestHandler {
  return (request, response, next) => {
    if (isReady()) return next();
    const detail = 'The server is shutting down. Try again in a moment.';
    refuse(request, response, { reason: 'draining', status: 503, detail, retryAfterSeconds: 1 });
  };
}
