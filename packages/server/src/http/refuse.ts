import { paths } from '@live-visitors/shared';
import type { Request, Response } from 'express';
import type { RefusalReason, Refusals } from '../observability/refusals.ts';
import { encodeEvent } from '../stream/encode-event.ts';
import { eventStreamHeaders } from '../stream/event-stream.ts';
import { sendProblem } from './problem.ts';
import { queryOf } from './request-target.ts';

export type Refusal = { reason: RefusalReason; status: number; detail: string; retryAfterSeconds?: number };

/** Ends a response with what is wrong with its request, and counts the refusal. */
export type Refuse = (request: Request, response: Response, refusal: Refusal) => void;

export function createRefuse(refusals: Refusals): Refuse {
  return (request, response, { reason, status, detail, retryAfterSeconds }) => {
    refusals.count(reason, request.ip);
    const { method, path, url } = request;
    if (method === 'GET' && path === paths.stream && queryOf(url).get('refusal') === 'event') {
      const reconnectInMs = retryAfterSeconds && retryAfterSeconds * 1000;
      response.writeHead(200, eventStreamHeaders).end(encodeEvent('refused', { status, detail, reconnectInMs }));
      return;
    }
    if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
    sendProblem(response, status, detail);
  };
}
