import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Problem } from '@live-visitors/shared';

export const problemType = 'application/problem+json';

/** The body of an error (RFC 9457). `detail` says what is wrong and what to do; it never tells of internals. */
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
  response.end(body);
}
