import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from './node-http.ts';

export const problemType = 'application/problem+json';

/** The body of every error (RFC 9457 §3.1). */
export type Problem = {
  /** The HTTP status code. */
  status: number;
  /** The status code's own phrase, because `type` is left out (RFC 9457 §4.2.1). */
  title: string;
  /** What is wrong with the request, and what to do about it. Never anything internal. */
  detail: string;
};

export function problem(status: number, detail: string): Problem {
  return { status, title: STATUS_CODES[status] ?? 'Error', detail };
}

/** Ends a response with an error. */
export function sendProblem(response: ServerResponse, status: number, detail: string): void {
  const body = JSON.stringify(problem(status, detail));
  response.statusCode = status;
  response.setHeader('Content-Type', problemType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(body);
}
