import type { ErrorRequestHandler } from 'express';
import type { Log } from '../observability/safe-log.ts';
import { sendProblem } from './problem.ts';

/** Answers requests that failed: the log gets the error, the client only what it can do. */
export function errorHandler(log: Log): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (error, _request, response, _next) => {
    const status: unknown = error?.status;
    if (response.headersSent) {
      log.error({ err: error }, 'a response broke off');
      response.destroy();
    } else if (typeof status === 'number' && status >= 400 && status < 500) {
      sendProblem(response, status, 'The request cannot be understood. Check its path and headers.');
    } else {
      log.error({ err: error }, 'a request failed');
      sendProblem(response, 500, "Internal error. The server's log has the details.");
    }
  };
}
