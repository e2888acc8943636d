import { parseStreamQuery } from '@live-visitors/shared';
import type { Request, RequestHandler } from 'express';
import { nameOf } from '../config/name-of.ts';
import { hints, type Refusals } from '../observability/refusals.ts';
import type { BrokenLimit, Limits } from '../presence/limits.ts';
import type { Emitter } from '../stream/emitter.ts';
import { eventStreamHeaders } from '../stream/event-stream.ts';
import { networkOf } from './address.ts';
import { whySharedAddress } from './forwarding.ts';
import type { Refusal, Refuse } from './refuse.ts';
import { queryOf } from './request-target.ts';

/** Opens an event stream, or refuses it before anything is counted. */
export function openStream(emitter: Emitter, limits: Limits, refusals: Refusals, refuse: Refuse): RequestHandler {
  function tooMany(request: Request, limit: BrokenLimit): Refusal {
    switch (limit) {
      case 'max_streams': {
        // Different for each client, so that they do not all come back together.
        const retryAfterSeconds = 5 + Math.floor(Math.random() * 10);
        return { reason: limit, status: 503, detail: 'The server is full. Try again later.', retryAfterSeconds };
      }
      case 'max_streams_per_address': {
        const detail = `Too many tabs are open from your network. For the operator: ${nameOf('MAX_STREAMS_PER_ADDRESS')} is ${limits.maxStreamsPerAddress}.`;
        const why = whySharedAddress(request, limits.holdsMajority(networkOf(request.ip)));
        const hint = why === undefined ? '' : ` ${hints()[why]}`;
        return { reason: why ?? limit, status: 429, detail: detail + hint, retryAfterSeconds: 30 };
      }
      default:
        return limit satisfies never;
    }
  }

  return (request, response) => {
    const result = parseStreamQuery(queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    const { 'transfer-encoding': transferEncoding, 'content-length': length = 0 } = request.headers;
    if (transferEncoding !== undefined || Number(length) !== 0) {
      response.set('Connection', 'close');
      const detail = 'A stream request must not have a body.';
      return refuse(request, response, { reason: 'body', status: 400, detail });
    }
    if (request.method === 'HEAD') return void response.writeHead(200, eventStreamHeaders).end();

    // The client may have left while the app's middleware was at work: no 'close' would ever end this stream.
    if (request.socket.destroyed) return;
    // A client whose last event ID is empty sends no such header (HTML Standard §9.2.3).
    const lastEventId = request.get('Last-Event-ID') || undefined;
    const opened = emitter.open(response, result.query, networkOf(request.ip), lastEventId);
    if (!opened.ok) return refuse(request, response, tooMany(request, opened.limit));
    for (const reason of opened.notCounted) refusals.count(reason, request.ip);
  };
}
