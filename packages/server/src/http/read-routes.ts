import { pageNames, parseQuery, type QueryResult, wholeNumber, whyTooLong } from '@live-visitors/shared';
import type { RequestHandler } from 'express';
import { type DayReader, dayMaxAgeSeconds } from '../history/day-reader.ts';
import { maxListedPages } from '../presence/pages.ts';
import type { Emitter } from '../stream/emitter.ts';
import { type BadgeQuery, parseBadgeQuery } from './badge.ts';
import { sendProblem } from './problem.ts';
import type { Refuse } from './refuse.ts';
import { queryOf } from './request-target.ts';

/** How long a badge may be cached. Without a limit, image proxies keep it for hours. */
const badgeMaxAgeSeconds = 3;

const pagesParameters = { limit: wholeNumber(1, maxListedPages) };

/** Reads the query of `GET /visitors`; parameters of other names are ignored. */
function parseVisitorsQuery(entries: URLSearchParams): QueryResult<{ page: string[] }> {
  const result = parseQuery({ page: pageNames }, entries);
  if (!result.ok) return result;
  const { page = [] } = result.query;
  const detail = whyTooLong(page);
  return detail === undefined ? { ok: true, query: { page } } : { ok: false, detail };
}

/** Answers with the current counts, and with those of the pages that the query names. */
export function sendSnapshot(emitter: Emitter, refuse: Refuse): RequestHandler {
  return (request, response) => {
    const result = parseVisitorsQuery(queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    const { page } = result.query;
    // `fromEntries` adds a member for any name, also for `__proto__`.
    const pages = Object.fromEntries(page.map((name) => [name, emitter.pages.online(name)]));
    response.set('Cache-Control', 'no-store').json({ ...emitter.snapshot(), ...(page.length > 0 && { pages }) });
  };
}

/** Answers with the pages that have the most open tabs. */
export function sendPages(emitter: Emitter, refuse: Refuse): RequestHandler {
  return (request, response) => {
    const result = parseQuery(pagesParameters, queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    response.set('Cache-Control', 'no-store').json({ pages: emitter.pages.fullest(result.query.limit) });
  };
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
  function readFigure({ figure, page }: BadgeQuery): number | null {
    if (page !== undefined) return emitter.pages.online(page);
    const { partial, [figure]: value } = emitter.snapshot();
    // A badge has no room to say that it is out of date.
    return partial ? null : value;
  }

  return async (request, response) => {
    const result = parseBadgeQuery(queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    // Drawing takes 8 MiB, and many servers never draw.
    const { drawBadge } = await import('./draw-badge.ts');
    response
      .set('Cache-Control', `public, max-age=${badgeMaxAgeSeconds}`)
      .type('image/svg+xml')
      .send(drawBadge(result.query, readFigure(result.query)));
  };
}
