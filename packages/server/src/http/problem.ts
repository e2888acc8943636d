import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../observability/safe-log.ts';
import { STATUS_CODES } from './node-http.ts';

/** The body of every error (RFC 9457 §3.1). */
export type Problem = {
  status: number;
  /** The status code's own phrase, because `type` is left out (RFC 9457 §4.2.1). */
  title: string;
  /** What is wrong with the request, and what to do about it. Never anything internal. */
  detail: string;
};

/** An error as a response. */
export function encodeProblem(status: number, detail: string) {
  const problem: Problem = { status, title: STATUS_CODES[status] ?? 'Error', detail };
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return { headers, body };
}

/** Ends a response with an error. */
export function sendProblem(response: ServerResponse, status: number, detail: string): void {
  const { headers, body } = encodeProblem(status, detail);
  response.writeHead(status, headers).end(body);
}

/** Answers requests for what does not exist. */
export const notFound: RequestHandler = (request, response) => {
  sendProblem(response, 404, `There is nothing at ${JSON.stringify(request.path)}.`);
};

/** Answers requests that failed: the log gets the error, the client only what it can do. */
export function errorHandler(log: Log): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (error, _request, response, _next) => {
    const status: unknown = error?.status;
    if (response.headersSent) {
      log.error({ err: error }, 'a response broke off');
      if (!response.writableEnded) response.destroy();
    } else if (typeof status === 'number' && status >= 400 && status < 500) {
      sendProblem(response, status, 'The request cannot be understood. Check its path and headers.');
    } else {
      log.error({ err: error }, 'a request failed');
      sendProblem(response, 500, "Internal error. The server's log has the details.");
    }
  };
}
