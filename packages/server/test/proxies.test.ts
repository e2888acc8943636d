import { once } from 'node:events';
import { type IncomingMessage, get as requestOverHttp1 } from 'node:http';
import { constants, type IncomingHttpHeaders, connect as openHttp2Session } from 'node:http2';
import type { Readable } from 'node:stream';
import { readEvent } from '@live-visitors/shared';
import { createParser } from 'eventsource-parser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import {
  documentedName,
  documentedProxies,
  type Protocol,
  readSnippets,
  startDocumentedProxy,
} from './helpers/documented-proxies.ts';
import { isInstalled } from './helpers/proxies.ts';
import { openSecureSocket } from './helpers/secure-socket.ts';
import { eventually, openServer } from './helpers/support.ts';

type Response = { status: number | undefined; location: string | undefined; body: Readable; close: () => void };
type Request = { port: number; certificate: string; path: string; from: string; forwardedFor?: string };

const getOver: Record<Protocol, (request: Request) => Promise<Response>> = {
  async 'HTTP/1.1'({ port, certificate, path, from, forwardedFor }) {
    const request = requestOverHttp1({
      createConnection: () =>
        openSecureSocket({ port, from, name: documentedName, protocol: 'http/1.1', ca: certificate }),
      path,
      headers: { Host: documentedName, ...forward(forwardedFor) },
    });
    onTestFinished(() => void request.destroy());
    // What the event "response" comes with (Node's documentation, http.ClientRequest).
    const [body] = (await once(request, 'response')) as [IncomingMessage];
    const { statusCode: status, headers } = body;
    return { status, location: headers.location, body, close: () => body.destroy() };
  },

  async 'HTTP/2'({ port, certificate, path, from, forwardedFor }) {
    const session = openHttp2Session(`https://${documentedName}`, {
      createConnection: () => openSecureSocket({ port, from, name: documentedName, protocol: 'h2', ca: certificate }),
    });
    onTestFinished(() => session.destroy());
    const body = session.request({ ':path': path, ...forward(forwardedFor) });
    // What the event "response" comes with (Node's documentation, ClientHttp2Stream).
    const [headers] = (await once(body, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    // The session stays open, as a browser's does when one of its tabs is closed.
    const { ':status': status, location } = headers;
    return { status, location, body, close: () => body.close(constants.NGHTTP2_CANCEL) };
  },
};

function forward(address: string | undefined): Record<string, string> {
  return address === undefined ? {} : { 'X-Forwarded-For': address };
}

type Arrival = { at: number; arrivedAt: number };

/** Gathers the snapshots that arrive in the body of a stream. */
function readSnapshots(body: Readable): Arrival[] {
  const arrivals: Arrival[] = [];
  const parser = createParser({
    onEvent({ event, data }) {
      const snapshot = event === 'visitors' && readEvent(event, data);
      if (snapshot) arrivals.push({ at: snapshot.at, arrivedAt: Date.now() });
    },
  });
  body.setEncoding('utf8').on('data', (chunk) => parser.feed(chunk));
  return arrivals;
}

for (const proxy of documentedProxies) {
  const missing = [proxy, { command: 'openssl' }].filter((program) => !isInstalled(program));
  const note = missing.map(({ command }) => ` (${command} is not installed)`).join('');
  for (const protocol of proxy.protocols) {
    describe.skipIf(missing.length > 0)(`through ${proxy.name} as documented, over ${protocol}${note}`, () => {
      async function open(env: Record<string, string> = {}) {
        const server = await openServer(env);
        const place = await startDocumentedProxy(proxy, { '127.0.0.1:3000': server.port });
        const get = (path: string, from = '127.0.0.1', forwardedFor?: string) =>
          getOver[protocol]({ ...place, path, from, ...(forwardedFor && { forwardedFor }) });
        return { ...server, get };
      }

      test('ticks arrive within 1.2 s of being counted, one by one', async () => {
        const { get } = await open();
        const { status, body } = await get('/stream');
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
        const { get, snapshot, metric } = await open();
        const closeOne = async () => {
          const { close } = await get('/stream');
          await eventually(async () => expect(await snapshot()).toMatchObject({ online: 1 }));
          const before = await metric('live_visitors_events_sent_total');
          close();
          await eventually(async () => expect(await snapshot()).toMatchObject({ online: 0 }));
          return (await metric('live_visitors_events_sent_total')) - before;
        };
        if (!proxy.tellsAtOnce) return void (await closeOne());
        // A tick may come in between, on a busy machine more. What is only found out when events cannot be sent takes two.
        await eventually(async () => expect(await closeOne()).toBeLessThan(2));
      });

      test('visitors are limited each by the address that the proxy forwards', async () => {
        const { get } = await open({ MAX_STREAMS_PER_ADDRESS: '1' });
        expect((await get('/stream', '127.0.0.2')).status).toBe(200);
        expect((await get('/stream', '127.0.0.3')).status).toBe(200);
        expect((await get('/stream', '127.0.0.2')).status).toBe(429);
        expect((await get('/stream', '127.0.0.3')).status).toBe(429);
      });

      test('a visitor cannot choose the address by which it is limited', async () => {
        // All visitors are on this machine here, which is trusted as a whole otherwise.
        const { get } = await open({ MAX_STREAMS_PER_ADDRESS: '1', TRUST_PROXY: '127.0.0.1' });
        expect((await get('/stream', '127.0.0.2', '192.0.2.1')).status).toBe(200);
        expect((await get('/stream', '127.0.0.2', '192.0.2.2')).status).toBe(429);
      });

      test('the metrics are not served', async () => {
        const { get } = await open();
        expect((await get('/visitors')).status).toBe(200);
        expect((await get('/metrics')).status).toBe(404);
      });

      test.runIf(proxy.path)('the path without a slash at its end redirects to the path with one', async () => {
        const { get } = await open();
        expect((await get(proxy.path ?? '')).location).toMatch(new RegExp(`${proxy.path}/$`));
      });
    });
  }
}

// It is not among Debian's packages.
test('the configuration of Traefik is YAML, and leads to the server', () => {
  const [fixed, dynamic] = readSnippets('yaml').map((text) => parse(text));
  const { visitors } = dynamic.http.routers;
  expect(Object.keys(fixed.entryPoints)).toEqual(visitors.entryPoints);
  expect(Object.keys(fixed.certificatesResolvers)).toEqual([visitors.tls.certResolver]);
  expect(dynamic.http.services[visitors.service].loadBalancer.servers).toEqual([{ url: 'http://127.0.0.1:3000' }]);
});
