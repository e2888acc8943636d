import { STATUS_CODES } from 'node:http';
import type { Problem } from '@live-visitors/shared';
import type { Response } from 'express';

export const problemType = 'application/problem+json';

/** The body of an error (RFC 9457). `detail` says what is wrong and what to do; it never tells of internals. */
export function problem(status: number, detail: string): Problem {
  return { status, title: STATUS_CODES[status] ?? 'Error', detail };
}

/** Ends a response with an error. */
export function sendProblem(response: Response, status: number, detail: string): void {
  response.status(status).type(problemType).set('Cache-Control', 'no-store').json(problem(status, detail));
}
