import { indexWithPages, paths } from '@live-visitors/shared';
import cors from 'cors';
import type { IRouter, RequestHandler } from 'express';
import type { LibraryConfig } from '../config/read-config.ts';
import { createHistoryReader } from '../history/reader.ts';
import type { Metrics } from '../observability/prometheus.ts';
import { createRefusals } from '../observability/refusals.ts';
import { createSafeLog, type Logger } from '../observability/safe-log.ts';
import { createLimits } from '../presence/limits.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../stream/clock.ts';
import { Emitter } from '../stream/emitter.ts';
import { checkOrigin, checkReady } from './checks.ts';
import { oneAtATime } from './malformed.ts';
import { mayRead, privateOnly } from './private-only.ts';
import { errorHandler, notFound, sendProblem } from './problem.ts';
import { sendBadge, sendHistory, sendMetrics, sendPages, sendSnapshot, sendStatus } from './read-routes.ts';
import { createRefuse } from './refuse.ts';
import { securityHeaders } from './security-headers.ts';
import { createFileRoutes } from './static-files.ts';
import { openStream } from './stream-route.ts';

export type RouterOptions = {
  /** Gets the routes. It distinguishes upper and lower case and a slash at the end. */
  router: IRouter;
  config: Omit<LibraryConfig, 'dataDir' | 'redisUrl' | 'redisPrefix'>;
  store: Store;
  clock: Clock;
  /** Missing if nobody reads them, so that prom-client need not be installed. */
  metrics: Metrics | undefined;
  /** The folder of the built dashboard, if there is one. */
  pageDir: string | undefined;
  log: Logger;
};

export type Service = Awaited<ReturnType<typeof startRouter>>;

/**
 * Starts to count, and to answer.
 *
 * @returns the emitter for the library, and what a server around the router needs
 */
export async function startRouter({ router, config, store, clock, metrics, pageDir, ...options }: RouterOptions) {
  const log = createSafeLog(options.log);
  let closing: Promise<void> | undefined;
  const limits = createLimits(config);
  const refusals = createRefusals(metrics, log);
  const emitter = await Emitter.start({ store, clock, limits, metrics, log });
  const refuse = createRefuse(refusals);
  const readHistory = createHistoryReader(store, clock.elapsed);
  const whenReady = checkReady(() => closing === undefined, refuse);
  const { allowedOrigins: allowed } = config;
  const checks = allowed === '*' ? [whenReady] : [checkOrigin(allowed, refuse), whenReady];

  // Scripts of any origin must be able to read errors, even if their origin is refused.
  const allowScripts = cors({
    origin: allowed === '*' ? '*' : true,
    methods: ['GET', 'HEAD'],
    exposedHeaders: ['Retry-After'],
  });
  // The handlers in `before` run for these paths only. All other requests are for the app.
  const route =
    (before: RequestHandler[]) =>
    (path: string, ...handlers: RequestHandler[]) =>
      router.get(path, ...before, ...handlers).all(path, ...before, methodNotAllowed);
  const answersOneAtATime = oneAtATime(refusals);
  // First, and without security headers, to save time: after a restart, all streams are opened at once.
  route([answersOneAtATime, allowScripts])(paths.stream, ...checks, openStream(emitter, limits, refusals, refuse));

  // These are for operators. Without CORS headers, pages of other sites cannot read them.
  const getForOperators = route([answersOneAtATime, securityHeaders]);
  getForOperators(paths.healthz, sendStatus());
  getForOperators(paths.readyz, whenReady, sendStatus(store));
  if (metrics !== undefined && config.metrics !== 'off') {
    const readers = config.metrics === 'private' ? [privateOnly('METRICS')] : [];
    getForOperators(paths.metrics, ...readers, sendMetrics(metrics));
  }
  const pages = [...checks, sendPages(emitter, refuse)];
  if (config.listPages === 'private') getForOperators(paths.pages, privateOnly('LIST_PAGES'), ...pages);

  const forAll = [answersOneAtATime, securityHeaders, allowScripts];
  const get = route(forAll);
  get(paths.visitors, ...checks, sendSnapshot(emitter, refuse));
  if (config.listPages === 'on') get(paths.pages, ...pages);
  get(paths.history, ...checks, sendHistory(readHistory, 'json', refuse));
  get(paths.historyCsv, ...checks, sendHistory(readHistory, 'csv', refuse));
  // Any page may show the badge: requests for images have no origin, those of scripts do.
  get(paths.badge, ...checks, sendBadge(emitter, refuse));

  const { forFiles, sendFile } = createFileRoutes(pageDir);
  router.use(forFiles(...forAll, sendFile, methodNotAllowed, notFound));
  get('/', endWithSlash, nameIndex(config), sendFile, dashboardNotBuilt);
  router.use(errorHandler(log));

  return {
    emitter,
    limits,
    refusals,
    log,
    forAll,
    /** Refuses new streams, sends `farewell` to the open ones, and closes the store. Calling it again changes nothing. */
    close(): Promise<void> {
      closing ??= emitter
        .close()
        .catch((error) => log.error({ err: error }, 'shutdown did not complete'))
        .then(refusals.close);
      return closing;
    },
  };
}

/** The dashboard's links are relative, so that it can be served under any path. */
const endWithSlash: RequestHandler = ({ originalUrl }, response, next) => {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(originalUrl) ?? [];
  if (path.endsWith('/')) return next();
  // Without the dot, a name with a colon would be a scheme (RFC 3986 §4.2).
  response.redirect(308, `./${path.slice(path.lastIndexOf('/') + 1)}/${query}`);
};

/** Those who may not read the list of pages get the dashboard without it. */
function nameIndex({ listPages }: Pick<LibraryConfig, 'listPages'>): RequestHandler {
  return (request, _response, next) => {
    request.url = `/${mayRead(request, listPages) ? indexWithPages : 'index.html'}`;
    next();
  };
}

const dashboardNotBuilt: RequestHandler = (_request, response) => {
  const detail = 'The dashboard is not built. Run "npx -y pnpm@12 build", or open the other address that "dev" prints.';
  sendProblem(response, 404, detail);
};

/** Passes on what is allowed: a file that an update has replaced. */
const methodNotAllowed: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, 405, `${request.method} is not allowed here, only GET and HEAD.`);
};
