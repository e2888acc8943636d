import type { RequestHandler } from 'express';
import type { Emitter } from '../stream/emitter.ts';
import { drawBadge } from './badge.ts';
import { parseBadgeQuery } from './badge-query.ts';
import { queryOf } from './query-of.ts';
import type { Door } from './stream-route.ts';

/** For how many seconds a badge may be shown again: the proxies in front of images keep them for hours if they may. */
const badgeLastsSeconds = 3;

/** Answers with a figure as an image. */
export function sendBadge(emitter: Emitter, door: Door): RequestHandler {
  return (request, response) => {
    const result = parseBadgeQuery(queryOf(request.url));
    if (!result.ok) return door.refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    response
      .set('Cache-Control', `public, max-age=${badgeLastsSeconds}`)
      .type('image/svg+xml')
      .send(drawBadge(result.query, emitter.snapshot()));
  };
}
