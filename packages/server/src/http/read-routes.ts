import type { RequestHandler } from 'express';
import { type DayReader, dayMaxAgeSeconds } from '../history/day-reader.ts';
import type { Emitter } from '../stream/emitter.ts';
import { drawBadge, parseBadgeQuery } from './badge.ts';
import { sendProblem } from './problem.ts';
import type { Refuse } from './refuse.ts';
import { queryOf } from './request-target.ts';

/** How long a badge may be cached. Without a limit, image proxies keep it for hours. */
const badgeMaxAgeSeconds = 3;

/** Answers with the current counts. */
export function sendSnapshot(emitter: Emitter): RequestHandler {
  return (_request, response) => void response.set('Cache-Control', 'no-store').json(emitter.snapshot());
}

/** Answers with the last 24 hours. Shared caches may keep them: they contain nothing personal. */
export function sendHistory(readDay: DayReader): RequestHandler {
  return async (request, response) => {
    const day = await readDay();
    if (day === undefined) {
      response.set('Retry-After', String(dayMaxAgeSeconds));
      return sendProblem(response, 503, 'The history is not available right now. Try again in a moment.');
    }
    response
      .set('Cache-Control', `public, max-age=${dayMaxAgeSeconds}`)
      .vary('Accept-Encoding')
      .type('application/json');
    if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return response.send(day.json);
    response.set('Content-Encoding', 'gzip').send(day.gzipped);
  };
}

/** Answers with a figure as an image. */
export function sendBadge(emitter: Emitter, refuse: Refuse): RequestHandler {
  return (request, response) => {
    const result = parseBadgeQuery(queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    response
      .set('Cache-Control', `public, max-age=${badgeMaxAgeSeconds}`)
      .type('image/svg+xml')
      .send(drawBadge(result.query, emitter.snapshot()));
  };
}
