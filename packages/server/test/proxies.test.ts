import { once } from 'node:events';
import { type IncomingMessage, get as requestOverHttp1 } from 'node:http';
import { constants, type IncomingHttpHeaders, connect as openHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { decodeEvent } from '@live-visitors/shared';
import { createParser } from 'eventsource-parser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isInstalled, type Protocol, proxies, startProxy } from './proxies.ts';
import { eventually, openServer } from './support.ts';

type Response = { status: number | undefined; body: Readable; close: () => void };
type Get = (port: number, path: string, localAddress: string) => Promise<Response>;

const getOver: Record<Protocol, Get> = {
  async 'HTTP/1.1'(port, path, localAddress) {
    const request = requestOverHttp1({ port, host: '127.0.0.1', path, localAddress, agent: false });
    onTestFinished(() => void request.destroy());
    // What the event "response" comes with (Node's documentation, http.ClientRequest).
    const [body] = (await once(request, 'response')) as [IncomingMessage];
    return { status: body.statusCode, body, close: () => body.destroy() };
  },

  async 'HTTP/2'(port, path, localAddress) {
    const session = openHttp2Session(`http://127.0.0.1:${port}`, {
      createConnection: () => connect({ port, host: '127.0.0.1', localAddress }),
    });
    onTestFinished(() => session.destroy());
    const body = session.request({ ':path': path });
    // What the event "response" comes with (Node's documentation, ClientHttp2Stream).
    const [headers] = (await once(body, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    // The session stays open, as a browser's does when one of its tabs is closed.
    return { status: headers[':status'], body, close: () => body.close(constants.NGHTTP2_CANCEL) };
  },
};

type Arrival = { at: number; arrivedAt: number };

/** Gathers the snapshots that arrive in the body of a stream. */
function readSnapshots(body: Readable): Arrival[] {
  const arrivals: Arrival[] = [];
  const parser = createParser({
    onEvent({ event, data }) {
      const snapshot = event === 'visitors' && decodeEvent(event, data);
      if (snapshot) arrivals.push({ at: snapshot.at, arrivedAt: Date.now() });
    },
  });
  body.setEncoding('utf8').on('data', (chunk) => parser.feed(chunk));
  return arrivals;
}

for (const proxy of proxies) {
  const missing = !isInstalled(proxy);
  for (const protocol of ['HTTP/1.1', 'HTTP/2'] as const) {
    describe.skipIf(missing)(`through ${proxy.name} over ${protocol}${missing ? ' (it is not installed)' : ''}`, () => {
      async function open(env: Record<string, string> = {}) {
        const server = await openServer(env);
        const port = await startProxy(proxy, server.port, protocol);
        const get = (localAddress = '127.0.0.1') => getOver[protocol](port, '/stream', localAddress);
        return { ...server, get };
      }

      test('ticks arrive within 1.2 s of being counted, one by one', async () => {
        const { get } = await open();
        const { status, body } = await get();
        expect(status).toBe(200);
        const arrivals = readSnapshots(body);
        // On a busy machine one tick may be late. A proxy that holds them back never lets four in a row through.
        await eventually(() => {
          // A stream begins with a snapshot that is no tick.
          const ticks = arrivals.slice(1).slice(-4);
          expect(ticks).toHaveLength(4);
          for (const [index, { at, arrivedAt }] of ticks.entries()) {
            expect(arrivedAt - at).toBeLessThan(1200);
            expect(arrivedAt - (ticks[index - 1]?.arrivedAt ?? 0)).toBeGreaterThan(500);
          }
        });
      });

      test('closing a stream lowers the count', async () => {
        const { get, snapshot } = await open();
        const { close } = await get();
        await eventually(async () => expect(await snapshot()).toMatchObject({ online: 1 }));
        close();
        // HAProxy finds out over HTTP/1.1 when a tick can no longer be sent, which takes two.
        await eventually(async () => expect(await snapshot()).toMatchObject({ online: 0 }));
      });

      test('visitors are limited each by the address that the proxy forwards', async () => {
        const { get } = await open({ MAX_STREAMS_PER_ADDRESS: '1' });
        expect((await get('127.0.0.2')).status).toBe(200);
        expect((await get('127.0.0.3')).status).toBe(200);
        expect((await get('127.0.0.2')).status).toBe(429);
        expect((await get('127.0.0.3')).status).toBe(429);
      });
    });
  }
}
