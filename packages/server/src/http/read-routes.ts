import { historyRangeNames, oneOf, pageNames, parseQuery, wholeNumber, whyTooLong } from '@live-visitors/shared';
import type { Request, RequestHandler, Response } from 'express';
import { type HistoryFormat, type HistoryReader, maxAgeSeconds, retrySeconds } from '../history/reader.ts';
import type { Metrics } from '../observability/prometheus.ts';
import { maxListedPages } from '../presence/pages.ts';
import type { Store } from '../store/store.ts';
import type { Emitter } from '../stream/emitter.ts';
import { parseBadgeQuery } from './badge.ts';
import { sendProblem } from './problem.ts';
import type { Refuse } from './refuse.ts';
import { queryOf } from './request-target.ts';

/** How long a badge may be cached. Without a limit, image proxies keep it for hours. */
const badgeMaxAgeSeconds = 3;

const historyTypes = { json: 'application/json', csv: 'text/csv; charset=utf-8; header=present' };
const historyParameters = { range: oneOf(...historyRangeNames) };
const pagesParameters = { limit: wholeNumber(1, maxListedPages) };

/** Answers with the current counts, and with those of the pages that the query names. */
export function sendSnapshot(emitter: Emitter, refuse: Refuse): RequestHandler {
  return (request, response) => {
    const result = parseQuery({ page: pageNames }, queryOf(request.url));
    const { page = [] } = result.ok ? result.query : {};
    const detail = result.ok ? whyTooLong(page) : result.detail;
    if (detail !== undefined) return refuse(request, response, { reason: 'query', status: 400, detail });
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

/** Answers with the history of a range. Shared caches may keep it: it contains nothing personal. */
export function sendHistory(readHistory: HistoryReader, format: HistoryFormat, refuse: Refuse): RequestHandler {
  return passingErrors(async (request, response) => {
    const result = parseQuery(historyParameters, queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    const { range = '24h' } = result.query;
    const history = await readHistory(range, format);
    if (history === undefined) {
      response.set('Retry-After', String(retrySeconds));
      return sendProblem(response, 503, 'The history is not available right now. Try again in a moment.');
    }
    response
      .set('Cache-Control', `public, max-age=${maxAgeSeconds(range)}`)
      .vary('Accept-Encoding')
      .type(historyTypes[format]);
    if (format === 'csv') response.set('Content-Disposition', `attachment; filename="live-visitors-${range}.csv"`);
    if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return response.send(history.text);
    response.set('Content-Encoding', 'gzip').send(history.gzipped);
  });
}

/** Answers with a figure as an image. */
export function sendBadge(emitter: Emitter, refuse: Refuse): RequestHandler {
  return passingErrors(async (request, response) => {
    const result = parseBadgeQuery(queryOf(request.url));
    if (!result.ok) return refuse(request, response, { reason: 'query', status: 400, detail: result.detail });
    // Drawing takes 8 MiB, and many servers never draw.
    const { drawBadge } = await import('./draw-badge.ts');
    const { figure, page } = result.query;
    const { partial, [figure]: value } = emitter.snapshot();
    // A badge has no room to say that it is out of date.
    const siteFigure = partial ? null : value;
    response
      .set('Cache-Control', `public, max-age=${badgeMaxAgeSeconds}`)
      .type('image/svg+xml')
      .send(drawBadge(result.query, page === undefined ? siteFigure : emitter.pages.online(page)));
  });
}

/** Answers 200, even if totals cannot be recorded: counting continues, and only the log says what is wrong. */
export function sendStatus(store?: Pick<Store, 'trouble'>): RequestHandler {
  return (_request, response) => {
    const isInTrouble = store?.trouble() !== undefined;
    response
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send(isInTrouble ? 'ok, but totals cannot be recorded. They are kept in memory. The log says why.\n' : 'ok\n');
  };
}

/** Answers with the metrics, as Prometheus reads them. */
export function sendMetrics({ registry }: Metrics): RequestHandler {
  return passingErrors(async (_request, response) => {
    const text = await registry.metrics();
    response.set('Cache-Control', 'no-store').type(registry.contentType).send(text);
  });
}

/** Passes a rejection on to the error handler, which Express 4 does not do. */
function passingErrors(handle: (request: Request, response: Response) => Promise<unknown>): RequestHandler {
  return (request, response, next) => {
    handle(request, response).catch(next);
  };
}
