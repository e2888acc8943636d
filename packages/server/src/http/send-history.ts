import type { RequestHandler } from 'express';
import { type DayReader, dayLastsSeconds } from '../ledger/day-reader.ts';
import { sendProblem } from './problem.ts';

/** Answers with the last 24 hours. Shared caches may keep them as long as they are kept here: nothing in it is personal. */
export function sendHistory(readDay: DayReader): RequestHandler {
  return async (_request, response) => {
    const json = await readDay();
    if (json === undefined) {
      response.set('Retry-After', String(dayLastsSeconds));
      return sendProblem(response, 503, 'The history cannot be read now. Come back in a moment.');
    }
    response.set('Cache-Control', `public, max-age=${dayLastsSeconds}`).type('application/json').send(json);
  };
}
