import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { type Clock, startEmitter } from './emitter.ts';
import type { Ledger } from './ledger.ts';
import { problem, problemType } from './problem.ts';

/** How long responses may take to finish when the server stops; what is left then is cut off. */
const drainMs = 3000;

export type ServerOptions = {
  config: Config;
  ledger: Ledger;
  clock: Clock;
  /** The folder of the built page. */
  pageDir: string;
  log: Logger;
};

/**
 * Starts the server: page, stream and count on one port.
 *
 * @returns where it listens, and how to stop it: every stream is told farewell, requests under way are finished
 * @throws the error of `listen`, with its `code`, where the address cannot be had
 */
export async function startServer({ config, ledger, clock, pageDir, log }: ServerOptions) {
  let ready = true;
  const emitter = await startEmitter({ ledger, clock });
  const app = createApp({ emitter, allowedOrigins: config.allowedOrigins, pageDir, isReady: () => ready, log });
  const server = createServer(app).on('clientError', refuseUnparsable);
  const responses = trackResponses(server);

  try {
    await listen(server, config);
  } catch (error) {
    await emitter.close();
    throw error;
  }
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;

  return {
    port,

    async close(): Promise<void> {
      ready = false;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await emitter.close();
      await responses.finished(drainMs);
      // Browsers open connections in advance, on which no request ever comes.
      server.closeAllConnections();
      await closed;
    },
  };
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
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Answers what Node's HTTP parser refuses: headers that are too long, too slow or no headers at all. */
function refuseUnparsable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A socket on which a response is under way, a stream above all, cannot take another.
  if (!socket.writable || ('bytesWritten' in socket && socket.bytesWritten !== 0)) {
    socket.destroy();
    return;
  }
  const [status, detail] = explain(error.code);
  const body = JSON.stringify(problem(status, detail));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Access-Control-Allow-Origin: *',
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function explain(code: string | undefined): [status: number, detail: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'The address and headers of a request must be shorter than 16 KiB together.'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'The request took too long to arrive.'];
    default:
      return [400, 'This is no HTTP request.'];
  }
}
