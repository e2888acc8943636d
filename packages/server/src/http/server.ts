import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import type { Config } from '../config/read-config.ts';
import { serveDetachably } from '../stream/detachable-socket.ts';
import { within } from '../within.ts';
import { withoutPort } from './address.ts';
import { closeIdleWhenNearlyFull, isOutOfFiles, limitConnections } from './connection-limit.ts';
import type { TrustFunction } from './forwarding.ts';
import { refuseMalformed, refuseUnparsable } from './malformed.ts';
import { createServer, IncomingMessage, ServerResponse } from './node-http.ts';
import { notFound } from './problem.ts';
import { type RouterOptions, startRouter } from './router.ts';

const parsing = {
  /** How long a request may take to arrive, headers and body, and how often Node looks for overdue ones. */
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5000,
  // Node would refuse a request without Host with an empty answer.
  requireHostHeader: false,
  // Of several Host headers, Node would keep the first. Joined, they are not valid.
  joinDuplicateHeaders: true,
  // No route reads a body, so most requests need no stream for one.
  optimizeEmptyRequests: true,
};

/** How long a connection may send nothing at first. */
const silenceMs = 10_000;

/** How long an answer may make no progress, for example because its peer does not read. Not for streams. */
const idleMs = 30_000;

/** How many connections may wait to be accepted, if the system allows it: after a restart, all come at once. */
const backlog = 65_535;

/** How long responses may take to finish when the server stops. After that, they are cut off. */
const drainMs = 3000;

export type ServerOptions = Omit<RouterOptions, 'router'> & { config: Config; stop?: AbortSignal };

/**
 * Starts the server: dashboard, stream and count on one port.
 *
 * @param options - with `stop`, the start ends when it aborts: looking up `host` may take long
 * @returns its port, and how to stop it: it sends `farewell` to every stream, and finishes requests under way
 * @throws the error of `listen`, with its `code`, if it cannot listen, or an `AbortError`, after it has closed the store
 */
export async function startServer({ config, stop, ...options }: ServerOptions) {
  const app = createApp(config.trustProxy);
  const service = await startRouter({ router: app, config, ...options });
  const { limits, refusals, log, forAll } = service;
  app.use(...forAll, notFound);
  const server = createServer({ ...parsing, ...messageClasses(app) }, refuseMalformed(refusals, app));
  server.keepAliveTimeout = config.keepAliveSeconds * 1000;
  server.maxConnections = config.maxConnections;
  // No route reads a body, so the client need not send it (RFC 9110 §10.1.1).
  for (const event of ['checkContinue', 'checkExpectation']) {
    server.on(event, (request, response) => server.emit('request', request, response));
  }
  server.on('clientError', refuseUnparsable(refusals));
  server.on('drop', () => refusals.count('max_connections'));
  const closeSilent = serveDetachably(server, limitConnections(limits, app.get('trust proxy fn'), refusals));
  closeIdleWhenNearlyFull(server, config.maxConnections);
  let underWay = 0;
  const noteAnswer = () => {
    if (--underWay === 0) server.emit('answered');
  };
  server.on('request', (_request, response) => {
    underWay++;
    response.socket?.setTimeout(idleMs);
    response.on('close', noteAnswer);
  });
  // A process that wakes between ticks is interrupted more during them: timers would delay the last stream by 10 ms.
  service.emitter.subscribe(() => {
    closeSilent(silenceMs);
    if (isOutOfFiles()) refusals.count('open_files');
  });

  try {
    server.listen({ port: config.port, host: config.host, backlog });
    await once(server, 'listening', { signal: stop });
  } catch (error) {
    // The lookup of a start that was stopped may still end, one way or the other.
    server.on('error', () => {}).close();
    closeSilent();
    await service.close();
    throw error;
  }
  // From now on, an error means that a connection could not be accepted. Open ones continue.
  server.on('error', (error) => log.error({ err: error }, 'a connection could not be accepted'));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;

  return {
    port,

    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await service.close();
      if (underWay > 0) await within(once(server, 'answered'), drainMs);
      // Browsers open connections in advance and may never use them.
      closeSilent();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createApp(trustProxy: Config['trustProxy']): Express {
  const app = express();
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.disable('x-powered-by');
  app.disable('etag');
  // Each query that matters has its own parser.
  app.set('query parser', false);
  app.set('trust proxy', trustProxy);
  const trusts: TrustFunction = app.get('trust proxy fn');
  let last = { address: '', hop: -1, isTrusted: false };
  app.set('trust proxy fn', ((address, hop) => {
    // Parsing an address takes longer than the rest, and most connections and requests come from the same proxy.
    if (address !== last.address || hop !== last.hop) {
      // Express does not recognise a proxy's address that has a port.
      last = { address, hop, isTrusted: trusts(withoutPort(address), hop) };
    }
    return last.isTrusted;
  }) satisfies TrustFunction);
  return app;
}

/**
 * Classes whose requests and responses have the app's prototypes from the beginning. Express would set them on each
 * object, and V8 then runs slower code for it.
 */
function messageClasses(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  app.request = Object.setPrototypeOf(AppRequest.prototype, app.request);
  app.response = Object.setPrototypeOf(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}
