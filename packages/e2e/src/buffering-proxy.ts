import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { paths } from '@live-visitors/shared';
import { onTestFinished } from 'vitest';

/** A proxy that holds back what comes on a stream after its head, as some do, until it is told to pass it on. */
export async function startBufferingProxy(port: string) {
  const held = new Map<IncomingMessage, ServerResponse>();
  const streamsAt: number[] = [];
  const lookUpsAt: number[] = [];
  let isBuffering = true;

  const server = createServer(({ method, url = '/', headers }, response) => {
    const { pathname } = new URL(url, 'http://proxy');
    const isStream = pathname === paths.stream;
    if (isStream) streamsAt.push(performance.now());
    if (pathname === paths.visitors) lookUpsAt.push(performance.now());

    const forwarded = sendRequest({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      if (isStream && isBuffering) held.set(answer, response);
      else answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy()).end();
    response.on('close', () => forwarded.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });

  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    /** When streams, and when snapshots were asked for, in milliseconds. */
    streamsAt,
    lookUpsAt,
    /** Holds nothing back any longer. */
    passOn(): void {
      isBuffering = false;
      for (const [answer, response] of held) answer.pipe(response);
    },
  };
}
