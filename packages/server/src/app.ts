import { join } from 'node:path';
import { parseStreamQuery, paths } from '@live-visitors/shared';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Emitter } from './emitter.ts';
import { eventStreamHeaders } from './event-stream.ts';
import { sendProblem } from './problem.ts';

export type AppOptions = {
  emitter: Emitter;
  allowedOrigins: Config['allowedOrigins'];
  /** The folder of the built page. */
  pageDir: string;
  /** False while the server drains: it finishes what it has and takes no more. */
  isReady: () => boolean;
  log: Logger;
};

/** The door: what is asked for is checked here, and refused before anything is counted. */
export function createApp({ emitter, allowedOrigins, pageDir, isReady, log }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  // The one query that counts has a parser of its own.
  app.set('query parser', false);

  // Errors too must be readable for scripts of any origin, those of refused origins among them.
  app.use(cors({ origin: allowedOrigins === '*' ? '*' : true, exposedHeaders: ['Retry-After'] }));

  const whenReady: RequestHandler = (_request, response, next) => {
    if (isReady()) return next();
    response.set('Retry-After', '1');
    sendProblem(response, 503, 'The server is about to stop. Come back in a moment.');
  };

  const fromAllowedOrigin: RequestHandler = (request, response, next) => {
    const { origin, host } = request.headers;
    const allowed =
      allowedOrigins === '*' ||
      origin === undefined ||
      allowedOrigins.includes(origin) ||
      URL.parse(origin)?.host === host;
    if (allowed) return next();
    sendProblem(
      response,
      403,
      `Pages of ${JSON.stringify(origin)} may not read this count. ALLOWED_ORIGINS must list them.`,
    );
  };

  app
    .route(paths.stream)
    .get(fromAllowedOrigin, whenReady, (request, response) => {
      const result = parseStreamQuery(queryOf(request.url));
      if (!result.ok) return sendProblem(response, 400, result.detail);
      if (request.method === 'HEAD') return response.writeHead(200, eventStreamHeaders).end();
      // A request that was pipelined behind a stream would wait for ever, yet be counted.
      if (response.socket === null) return request.socket.destroy();
      emitter.open(response, result.query, request.get('Last-Event-ID'));
    })
    .all(methodNotAllowed);

  app
    .route(paths.visitors)
    .get(fromAllowedOrigin, (_request, response) => {
      response.set('Cache-Control', 'no-store').json(emitter.snapshot());
    })
    .all(methodNotAllowed);

  app.route(paths.healthz).get(ok).all(methodNotAllowed);
  app.route(paths.readyz).get(whenReady, ok).all(methodNotAllowed);

  app.use(
    express.static(pageDir, {
      setHeaders: (response, path) => {
        const hashed = path.startsWith(join(pageDir, 'assets'));
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  app.get('/', (_request, response) => {
    sendProblem(
      response,
      404,
      'The page has not been built. Run "pnpm build", or open the address that "pnpm dev" prints.',
    );
  });
  app.all('/', methodNotAllowed);

  app.use((request, response) => {
    sendProblem(response, 404, `There is nothing at ${JSON.stringify(request.path)}.`);
  });
  app.use(reportError(log));
  return app;
}

/** All that follows the first question mark; `URL` would take a number sign in it for the end. */
function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
}

const ok: RequestHandler = (_request, response) => {
  response.set('Cache-Control', 'no-store').type('text/plain').send('ok\n');
};

const methodNotAllowed: RequestHandler = (request, response) => {
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, 405, `${request.method} is not allowed here, only GET and HEAD.`);
};

function reportError(log: Logger): ErrorRequestHandler {
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
      sendProblem(response, 500, 'The server failed. Its log says why.');
    }
  };
}
