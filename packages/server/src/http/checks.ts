import type { RequestHandler } from 'express';
import { nameOf } from '../config/name-of.ts';
import { matchesOrigin } from './origin.ts';
import type { Refuse } from './refuse.ts';

/** Refuses requests from pages whose origin is neither the server's own nor allowed. */
export function checkOrigin(allowed: readonly string[], refuse: Refuse): RequestHandler {
  return (request, response, next) => {
    const { origin, host } = request.headers;
    if (origin === undefined || allowed.some((pattern) => matchesOrigin(pattern, origin))) return next();
    if (host !== undefined && URL.parse(origin)?.host === host) return next();
    const detail = `Pages of ${JSON.stringify(origin)} are not allowed to read this count. To allow them, add this origin to ${nameOf('ALLOWED_ORIGINS')}.`;
    refuse(request, response, { reason: 'origin', status: 403, detail });
  };
}

/** Refuses requests while the server shuts down: the count is falling then. */
export function checkReady(isReady: () => boolean, refuse: Refuse): RequestHandler {
  return (request, response, next) => {
    if (isReady()) return next();
    const detail = 'The server is shutting down. Try again in a moment.';
    refuse(request, response, { reason: 'draining', status: 503, detail, retryAfterSeconds: 1 });
  };
}
