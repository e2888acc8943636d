import type { RequestHandler } from 'express';
import { type DayReader, dayLastsSeconds } from '../history/day-reader.ts';
import { sendProblem } from './problem.ts';

/** Answers with the last 24 hours. Shared caches may keep them as long as they are kept here: nothing in it is personal. */
export function sendHistory(readDay: DayReader): RequestHandler {
  return async (request, response) => {
    const day = await readDay();
    if (day === undefined) {
      response.set('Retry-After', String(dayLastsSeconds));
      return sendProblem(response, 503, 'The history is not available right now. Try again in a moment.');
    }
    response
      .set('Cache-Control', `public, max-age=${dayLastsSeconds}`)
      .vary('Accept-Encoding')
      .type('application/json');
    if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return response.send(day.json);
    response.set('Content-Encoding', 'gzip').send(day.gzipped);
  };
}
