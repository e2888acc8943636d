import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { watchOpenFiles } from '../observability/open-files-watch.ts';
import { serveDetachably } from '../stream/detachable-socket.ts';
import { createApp } from './app.ts';
import { limitConnections } from './connection-limit.ts';
import { refuseMalformed } from './refuse-malformed.ts';
import { refuseUnparsable } from './refuse-unparsable.ts';
import { type ServiceOptions, startService } from './service.ts';

/** How long a request may take to arrive, headers and body. Node looks every so often which one is overdue. */
const requestDeadline = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };

/** How long a request or an answer may make no progress, such as one whose peer does not read it. Not for streams. */
const idleMs = 30_000;

/** The part of all connections from which on idle ones are closed, and how often that is done at the most. */
const nearlyFull = { part: 0.9, everyMs: 100 };

/** How many connections may wait to be accepted, as far as the system lets them: all come at once after a restart. */
const backlog = 65_535;

/** How long responses may take to finish when the server stops; what is left then is cut off. */
const drainMs = 3000;

export type ServerOptions = Omit<ServiceOptions, 'config'> & { config: Config };

/**
 * Starts the server: page, stream and count on one port.
 *
 * @returns where it listens, and how to stop it: every stream is told farewell, requests under way are finished
 * @throws the error of `listen`, with its `code`, where the address cannot be had
 */
export async function startServer({ config, ...options }: ServerOptions) {
  const service = await startService({ config, ...options });
  const { limits, refusals, log } = service;
  const app = createApp(service.router, config.trustProxy);
  const keepAliveTimeout = config.keepAliveSeconds * 1000;
  // Node would refuse a request without Host, but without a word.
  const requireHostHeader = false;
  const server = createServer(
    { ...requestDeadline, keepAliveTimeout, requireHostHeader },
    refuseMalformed(refusals, app),
  );
  server.maxConnections = config.maxConnections;
  server.timeout = idleMs;
  // No route reads a body, so that there is nothing to ask for (RFC 9110 §10.1.1).
  for (const event of ['checkContinue', 'checkExpectation']) {
    server.on(event, (request, response) => server.emit('request', request, response));
  }
  server.on('clientError', refuseUnparsable(refusals));
  server.on('drop', () => refusals.count('max_connections'));
  serveDetachably(server, limitConnections(limits, app.get('trust proxy fn'), refusals));
  closeIdleWhenNearlyFull(server, config.maxConnections);
  const responses = trackResponses(server);
  const stopWatching = watchOpenFiles(() => refusals.count('open_files'));

  try {
    await listen(server, config);
  } catch (error) {
    stopWatching();
    await service.close();
    throw error;
  }
  // After it listens, what fails is to accept a connection; those that are open go on.
  server.on('error', (error) => log.error({ err: error }, 'a connection could not be accepted'));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;

  return {
    port,

    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await service.close();
      await responses.finished(drainMs);
      // Browsers open connections in advance, on which no request ever comes.
      server.closeAllConnections();
      await closed;
      stopWatching();
    },
  };
}

/** Closes idle connections to make room for new ones. To find them takes a walk over all that are no streams. */
function closeIdleWhenNearlyFull(server: Server, maxConnections: number): void {
  let timer: NodeJS.Timeout | undefined;
  server.on('connection', () => {
    if (timer !== undefined) return;
    server.getConnections((_error, connections) => {
      if (connections < nearlyFull.part * maxConnections) return;
      server.closeIdleConnections();
      timer ??= setTimeout(() => {
        timer = undefined;
      }, nearlyFull.everyMs).unref();
    });
  });
}

/** Knows how many responses are under way. */
function trackResponses(server: Server) {
  let underWay = 0;
  let onFinished = () => {};

  server.on('request', (_request, response) => {
    underWay++;
    response.once('close', () => {
      if (--underWay === 0) onFinished();
    });
  });

  return {
    /** Resolves when none is under way any more, or after the deadline. */
    async finished(deadlineMs: number): Promise<void> {
      if (underWay === 0) return;
      const deadline = new AbortController();
      const none = new Promise<void>((resolve) => {
        onFinished = resolve;
      });
      await Promise.race([none, wait(deadlineMs, undefined, deadline)]);
      deadline.abort();
    },
  };
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
