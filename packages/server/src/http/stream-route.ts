import { parseStreamQuery, paths } from '@live-visitors/shared';
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config/config.ts';
import { hintFor, type RefusalReason, type Refusals } from '../observability/refusals.ts';
import type { BrokenLimit, Limits } from '../presence/limits.ts';
import type { Emitter } from '../stream/emitter.ts';
import { encodeEvent } from '../stream/encode-event.ts';
import { eventStreamHeaders } from '../stream/event-stream.ts';
import { networkOf } from './address.ts';
import { matchesOrigin } from './origin.ts';
import { sendProblem } from './problem.ts';
import { queryOf } from './query-of.ts';
import { whySharedAddress } from './shared-address.ts';

export type DoorOptions = {
  emitter: Emitter;
  limits: Limits;
  config: Pick<Config, 'allowedOrigins' | 'maxStreamsPerAddress' | 'nameOf'>;
  refusals: Refusals;
  /** False while the server drains: it finishes what it has and takes no more. */
  isReady: () => boolean;
};

export type Door = ReturnType<typeof createDoor>;

type Refusal = { reason: RefusalReason; status: number; detail: string; retryAfterSeconds?: number };

/** The door: what is asked for is checked here, and refused before anything is counted. */
export function createDoor({ emitter, limits, config, refusals, isReady }: DoorOptions) {
  const { allowedOrigins, maxStreamsPerAddress, nameOf } = config;

  /** Ends a response with what is wrong, and keeps count of it. */
  function refuse(request: Request, response: Response, refusal: Refusal): void {
    const { reason, status, detail, retryAfterSeconds } = refusal;
    refusals.count(reason, request.ip);
    if (asksForEvent(request)) {
      const reconnectInMs = retryAfterSeconds && retryAfterSeconds * 1000;
      response.writeHead(200, eventStreamHeaders).end(encodeEvent('refused', { status, detail, reconnectInMs }));
      return;
    }
    if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
    sendProblem(response, status, detail);
  }

  function allows(origin: string | undefined, host: string | undefined): boolean {
    if (allowedOrigins === '*' || origin === undefined) return true;
    if (allowedOrigins.some((pattern) => matchesOrigin(pattern, origin))) return true;
    return host !== undefined && URL.parse(origin)?.host === host;
  }

  function tooMany(request: Request, limit: BrokenLimit): Refusal {
    switch (limit) {
      case 'max_streams':
        return {
          reason: limit,
          status: 503,
          detail: 'The server is full. Try again later.',
          // Different for each, so that they do not all come back together.
          retryAfterSeconds: 5 + Math.floor(Math.random() * 10),
        };
      case 'max_streams_per_address': {
        const detail = `Too many tabs are open from your network. For the operator: ${nameOf('MAX_STREAMS_PER_ADDRESS')} is ${maxStreamsPerAddress}.`;
        const why = whySharedAddress(request, limits.holdsMajority(networkOf(request.ip)));
        const hint = why === undefined ? '' : ` ${hintFor(why, nameOf)}`;
        return { reason: why ?? limit, status: 429, detail: detail + hint, retryAfterSeconds: 30 };
      }
      default:
        return limit satisfies never;
    }
  }

  const whenReady: RequestHandler = (request, response, next) => {
    if (isReady()) return next();
    const detail = 'The server is shutting down. Try again in a moment.';
    refuse(request, response, { reason: 'draining', status: 503, detail, retryAfterSeconds: 1 });
  };

  const fromAllowedOrigin: RequestHandler = (request, response, next) => {
    const { origin, host } = request.headers;
    if (allows(origin, host)) return next();
    const detail = `Pages of ${JSON.stringify(origin)} are not allowed to read this count. To allow them, add this origin to ${nameOf('ALLOWED_ORIGINS')}.`;
    refuse(request, response, { reason: 'origin', status: 403, detail });
  };

  const openStream: RequestHandler = (request, response) => {
    const result = parseStreamQuery(queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    if (hasBody(request)) {
      response.set('Connection', 'close');
      return refuse(request, response, {
        reason: 'body',
        status: 400,
        detail: 'A stream request must not have a body.',
      });
    }
    if (request.method === 'HEAD') return void response.writeHead(200, eventStreamHeaders).end();

    // An app's middleware may have waited for so long that nobody is there any more: no 'close' would ever end the stream.
    if (request.socket.destroyed) return;
    const limit = emitter.open(response, {
      query: result.query,
      address: networkOf(request.ip),
      // HTML Standard §9.2.3: who has an empty one sends no header.
      lastEventId: request.get('Last-Event-ID') || undefined,
    });
    if (limit) refuse(request, response, tooMany(request, limit));
  };

  return { whenReady, fromAllowedOrigin, openStream, refuse };
}

/** Whether the refusal of a stream is to be told on a stream. */
function asksForEvent({ method, path, url }: Request): boolean {
  return method === 'GET' && path === paths.stream && queryOf(url).get('refusal') === 'event';
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
