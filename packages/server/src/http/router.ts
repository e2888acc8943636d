import { paths } from '@live-visitors/shared';
import cors from 'cors';
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { Config } from '../config/config.ts';
import type { DayReader } from '../history/day-reader.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Refusals } from '../observability/refusals.ts';
import type { Log } from '../observability/safe-log.ts';
import { hangUp } from '../stream/detachable-socket.ts';
import { privateOnly } from './private-only.ts';
import { sendProblem } from './problem.ts';
import { securityHeaders } from './security-headers.ts';
import { sendBadge } from './send-badge.ts';
import { sendHistory } from './send-history.ts';
import { servePage } from './static-files.ts';
import { createDoor, type DoorOptions } from './stream-route.ts';

export type RouterOptions = DoorOptions & {
  config: Pick<Config, 'metrics'>;
  metrics: Metrics;
  readDay: DayReader;
  /** What keeps the store from recording, if anything does. */
  trouble: () => string | undefined;
  /** The folder of the built page. */
  pageDir: string;
  log: Log;
};

/** What is answered, and where. What is asked for elsewhere is left to who comes next. */
export function createRouter({ metrics, readDay, trouble, pageDir, log, ...options }: RouterOptions): Router {
  const { emitter, config } = options;
  const door = createDoor(options);
  const router = Router({ caseSensitive: true, strict: true });

  router.use(oneAtATime(options.refusals));
  router.use(securityHeaders);
  // For whoever runs the server, and no page's business.
  router
    .route(paths.healthz)
    .get(sayReady(() => undefined))
    .all(methodNotAllowed);
  router.route(paths.readyz).get(door.whenReady, sayReady(trouble)).all(methodNotAllowed);
  if (config.metrics !== 'off') {
    const checks = config.metrics === 'private' ? [privateOnly('METRICS', config.nameOf)] : [];
    router
      .route(paths.metrics)
      .get(...checks, sendMetrics(metrics))
      .all(methodNotAllowed);
  }

  // Errors too must be readable for scripts of any origin, those of refused origins among them.
  router.use(cors({ origin: config.allowedOrigins === '*' ? '*' : true, exposedHeaders: ['Retry-After'] }));

  router.route(paths.stream).get(door.fromAllowedOrigin, door.whenReady, door.openStream).all(methodNotAllowed);

  // While the server drains the count falls, and would be a lie.
  router
    .route(paths.visitors)
    .get(door.fromAllowedOrigin, door.whenReady, (_request, response) => {
      response.set('Cache-Control', 'no-store').json(emitter.snapshot());
    })
    .all(methodNotAllowed);

  router.route(paths.history).get(door.fromAllowedOrigin, door.whenReady, sendHistory(readDay)).all(methodNotAllowed);

  // Any page may show it: a request for an image bears no origin, one of a script does.
  router.route(paths.badge).get(door.fromAllowedOrigin, door.whenReady, sendBadge(emitter, door)).all(methodNotAllowed);

  router.get('/', endWithSlash);
  router.use(servePage(pageDir));
  router.get('/', (_request, response) => {
    sendProblem(
      response,
      404,
      'The page has not been built. Run "pnpm build", or open the address that "pnpm dev" prints.',
    );
  });
  router.all('/', methodNotAllowed);

  router.use(reportError(log));
  return router;
}

/**
 * Closes connections on which more is asked before what was asked is answered: behind a stream it would wait for ever,
 * and files that are opened for an answer whose turn never comes stay open. A client that pipelines tries again
 * (RFC 9112 §9.3.2).
 */
function oneAtATime(refusals: Refusals): RequestHandler {
  return (request, response, next) => {
    // Node gives a response its socket when its turn comes.
    if (response.socket !== null) return next();
    refusals.count('pipelined', request.ip);
    // Tells those who wait for its end; Node would not.
    response.destroy();
    hangUp(request);
  };
}

/** Trouble with the store is no reason to take traffic away: the count goes on. What it is, only the log tells. */
function sayReady(trouble: () => string | undefined): RequestHandler {
  return (_request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send(
        trouble() === undefined
          ? 'ok\n'
          : 'ok, but totals cannot be recorded. If the totals cannot be recorded, they are kept in memory. The log says why.\n',
      );
  };
}

function sendMetrics({ registry }: Metrics): RequestHandler {
  return async (_request, response) => {
    const text = await registry.metrics();
    response.set('Cache-Control', 'no-store').type(registry.contentType).send(text);
  };
}

/** The page's links are relative, so that it can be served under any path. */
const endWithSlash: RequestHandler = ({ originalUrl }, response, next) => {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(originalUrl) ?? [];
  if (path.endsWith('/')) return next();
  response.redirect(308, `${path.slice(path.lastIndexOf('/') + 1)}/${query}`);
};

const methodNotAllowed: RequestHandler = (request, response) => {
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, 405, `${request.method} is not allowed here, only GET and HEAD.`);
};

function reportError(log: Log): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
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
