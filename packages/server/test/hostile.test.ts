import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/stream/clock.ts';
import { eventually, makeFolder, openServer, openSocket, openStream } from './helpers/support.ts';

const streamRequest = 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n';

type Server = Awaited<ReturnType<typeof openServer>>;

/** Opens sockets that behave badly beside one stream that does not. */
async function openBeside(server: Server, bytes: readonly string[]) {
  const honest = await openStream(`${server.url}/stream`);
  await honest.first('visitors');
  return { honest, hostile: bytes.map((each) => openSocket(server.port, each)) };
}

/** What must hold after all misbehaviour: only the one honest stream is there, and it goes on. */
async function expectUnharmed({ metric, snapshot }: Server, honest: Awaited<ReturnType<typeof openStream>>) {
  const ticks = honest.of('visitors').length;
  await eventually(() => expect(honest.of('visitors').length).toBeGreaterThan(ticks + 1));
  await eventually(async () => expect(await snapshot()).toMatchObject({ online: 1, browsers: 1, visits: 1 }));
  expect(await metric('live_visitors_drift')).toBe(0);
  expect(await metric('live_visitors_streams')).toBe(1);
}

describe('a hostile client', () => {
  test('that sends its headers slowly, in part or not at all is dropped by deadline', async () => {
    const server = await openServer();
    const { honest, hostile } = await openBeside(server, [
      ...Array<string>(200).fill(''),
      ...Array<string>(20).fill('GET /stre'),
      ...Array<string>(20).fill('GET /stream HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      ...Array<string>(20).fill('POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc'),
    ]);
    const dribbling = setInterval(() => {
      for (const { socket } of hostile.slice(220, 240)) socket.write('a');
    }, 200);
    onTestFinished(() => clearInterval(dribbling));
    await eventually(() => expect(hostile.filter(({ closed }) => !closed())).toEqual([]), 30_000);
    for (const { received } of hostile.slice(0, 200)) expect(received()).toBe('');
    for (const { received } of hostile.slice(200, 240)) expect(received()).toMatch(/^HTTP\/1\.1 408 |^$/);
    await expectUnharmed(server, honest);
    // Those that sent nothing are no refusals: a browser does the same when it connects in advance.
    const timeouts = await server.metric('live_visitors_refusals_total{reason="timeout"}');
    expect(timeouts).toBeGreaterThanOrEqual(40);
    expect(timeouts).toBeLessThanOrEqual(60);
  });

  test('that asks for more on the connection of a stream loses it', async () => {
    const server = await openServer();
    const { honest, hostile } = await openBeside(server, [
      streamRequest + streamRequest,
      `${streamRequest}GET /visitors HTTP/1.1\r\nHost: x\r\n\r\n`,
      streamRequest,
    ]);
    const [, , later] = hostile;
    await eventually(() => expect(later?.received()).toContain('event: visitors'));
    later?.socket.write(streamRequest);
    await eventually(() => expect(hostile.map(({ closed }) => closed())).toEqual([true, true, true]));
    for (const { received } of hostile) expect(received().split('HTTP/1.1').length).toBeLessThanOrEqual(2);
    await eventually(async () => expect(await server.metric('live_visitors_streams')).toBe(1));
    expect(await server.metric('live_visitors_drift')).toBe(0);
    await honest.close();
    await eventually(async () => expect(await server.snapshot()).toMatchObject({ online: 0, browsers: 0 }));
  });

  test('that pipelines requests loses its connection, and no file that was opened for them stays open', async () => {
    const pageDir = makeFolder();
    await writeFile(join(pageDir, 'index.html'), '<!doctype html>'.padEnd(50_000));
    const server = await openServer({}, { pageDir });
    const files = async () => (await readdir('/proc/self/fd')).length;
    const { honest } = await openBeside(server, []);
    const before = await files();
    for (let i = 0; i < 20; i++) {
      const { socket, closed } = openSocket(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(60));
      socket.once('data', () => socket.resetAndDestroy());
      await eventually(() => expect(closed()).toBe(true));
    }
    await eventually(async () => expect(await files()).toBeLessThanOrEqual(before));
    expect(await server.metric('live_visitors_refusals_total{reason="pipelined"}')).toBeGreaterThanOrEqual(20);
    await expectUnharmed(server, honest);
  });

  test('that expects 100 (Continue) has its stream from the beginning', async () => {
    const { port } = await openServer();
    const { received } = openSocket(port, 'GET /stream HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n');
    await eventually(() =>
      expect(received()).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nretry: .*event: welcome.*event: visitors/s),
    );
  });

  test.each([
    ['a length', 'Content-Length: 5\r\n\r\nhello'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
    ['a length, and without the body', 'Content-Length: 5\r\n\r\n'],
  ])('that sends a body with %s is refused', async (_, rest) => {
    const server = await openServer();
    const { honest, hostile } = await openBeside(server, [`GET /stream HTTP/1.1\r\nHost: x\r\n${rest}`]);
    await eventually(() => expect(hostile[0]?.closed()).toBe(true), 30_000);
    expect(hostile[0]?.received()).toMatch(/^HTTP\/1\.1 400 .*must not have a body/s);
    await expectUnharmed(server, honest);
  });

  test.each([
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['closes', (socket: Socket) => socket.destroy()],
    ['half closes', (socket: Socket) => socket.end()],
  ])('that %s its streams, 200 of them, at whatever moment, leaves nothing behind', async (_, act) => {
    const server = await openServer({ MAX_STREAMS_PER_ADDRESS: '1000' });
    const honest = await openStream(`${server.url}/stream?browser=the-honest`);
    const hostile = Array.from({ length: 200 }, (_, i) =>
      openSocket(server.port, `GET /stream?browser=browser-${i % 50}&tabs=2 HTTP/1.1\r\nHost: x\r\n\r\n`),
    );
    for (const [i, { socket }] of hostile.entries()) setTimeout(act, i * 5, socket);
    await eventually(() => expect(hostile.filter(({ closed }) => !closed())).toEqual([]));
    await eventually(async () => expect(await server.snapshot()).toMatchObject({ online: 1, browsers: 1, visits: 0 }));
    await eventually(async () => expect(await server.metric('live_visitors_drift')).toBe(0));
    expect(honest.ended()).toBe(false);
  });

  test('that takes the place of its own stream again and again is counted once', async () => {
    const server = await openServer({ MAX_STREAMS_PER_ADDRESS: '2' });
    const { honest, hostile } = await openBeside(
      server,
      Array<string>(100).fill('GET /stream?browser=abcdefgh&tabs=3 HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    await eventually(() => expect(hostile.filter(({ closed }) => !closed()).length).toBe(1));
    expect(await server.snapshot()).toMatchObject({ online: 4, browsers: 2 });
    expect(await server.metric('live_visitors_streams_ended_total{reason="replaced"}')).toBe(99);
    for (const { socket } of hostile) socket.destroy();
    await expectUnharmed(server, honest);
  });
});

describe('limits', () => {
  /** Asks for a stream from an address of this machine, and holds it where it is let in. */
  async function ask(port: number, headers: Record<string, string> = {}, query = '', localAddress = '127.0.0.1') {
    const asking = request({ port, host: '127.0.0.1', path: `/stream${query}`, headers, localAddress }).end();
    asking.on('error', () => {});
    onTestFinished(() => {
      asking.destroy();
    });
    const [response] = await once(asking, 'response');
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return {
      status: response.statusCode as number,
      retryAfter: Number(response.headers['retry-after']),
      text: () => text,
      close: () => asking.destroy(),
    };
  }

  test('of all streams refuse one more with 503, until one has gone', async () => {
    const { port, metric } = await openServer({ MAX_STREAMS: '2' });
    const first = await ask(port);
    await ask(port);
    const refused = await ask(port);
    expect(refused.status).toBe(503);
    expect(refused.retryAfter).toBeGreaterThanOrEqual(5);
    expect(await metric('live_visitors_refusals_total{reason="max_streams"}')).toBe(1);
    first.close();
    await eventually(async () => expect((await ask(port)).status).toBe(200));
  });

  test('of one address refuse one more with 429, and let other addresses in', async () => {
    const { port, metric } = await openServer({ MAX_STREAMS_PER_ADDRESS: '1' });
    expect((await ask(port)).status).toBe(200);
    const refused = await ask(port);
    expect(refused.status).toBe(429);
    expect(refused.retryAfter).toBe(30);
    await eventually(() => expect(refused.text()).toContain('MAX_STREAMS_PER_ADDRESS is 1.'));
    expect(refused.text()).not.toContain('TRUST_PROXY');
    expect((await ask(port, {}, '', '127.0.0.2')).status).toBe(200);
    expect(await metric('live_visitors_refusals_total{reason="max_streams_per_address"}')).toBe(1);
  });

  test('of one address count its tabs, so that it cannot claim 64 with every stream', async () => {
    const { port, snapshot } = await openServer({ MAX_STREAMS_PER_ADDRESS: '32' });
    expect((await ask(port, {}, '?tabs=64')).status).toBe(200);
    expect((await ask(port, {}, '?tabs=64')).status).toBe(200);
    expect((await ask(port, {}, '?tabs=64')).status).toBe(429);
    expect(await snapshot()).toMatchObject({ online: 128, browsers: 2 });
  });

  test('count the places that a closed stream leaves to its keptPlaces, so that they cannot be piled up', async () => {
    // The time for which they are kept does not pass.
    const clock = { ...systemClock, elapsed: () => 0 };
    const { port, snapshot } = await openServer({ MAX_STREAMS_PER_ADDRESS: '16' }, { clock });
    const first = await ask(port, {}, '?browser=abcdefgh&tabs=64');
    first.close();
    await eventually(async () => expect((await snapshot()).online).toBe(63));
    expect((await ask(port, {}, '?browser=abcdefgi&tabs=64')).status).toBe(429);
    expect((await ask(port, {}, '?browser=abcdefgh&tabs=64')).status).toBe(200);
  });

  test('of one address never refuse a browser that is counted: a tab more is counted as soon as there is room', async () => {
    const { port, url, snapshot } = await openServer({ MAX_STREAMS_PER_ADDRESS: '16' });
    const neighbour = await ask(port, {}, '?browser=neighbour&tabs=60');
    const counted = await openStream(`${url}/stream?browser=abcdefgh&tabs=4`);
    expect((await counted.first('welcome')).payload.tabs).toBe(4);
    expect((await ask(port, {}, '?browser=newcomer')).status).toBe(429);
    const renewed = await openStream(`${url}/stream?browser=abcdefgh&tabs=5&arrivals=tab-one1`);
    expect((await renewed.first('welcome')).payload.tabs).toBe(4);
    expect(await snapshot()).toMatchObject({ online: 64, browsers: 2 });
    neighbour.close();
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 4, browsers: 1 }));
    const again = await openStream(`${url}/stream?browser=abcdefgh&tabs=5`);
    expect((await again.first('welcome')).payload.tabs).toBe(5);
  });

  test('of new visits of one address leave its tabs in the count, and are told in metric and log', async () => {
    const { port, url, snapshot, metric, logged, close } = await openServer({ MAX_STREAMS_PER_ADDRESS: '2' });
    for (let i = 0; i < 3; i++) {
      const ids = Array.from({ length: 3 }, (_, index) => `the-tab-${i}-${index}`);
      const { first } = await openStream(`${url}/stream?browser=abcdefgh&tabs=3&arrivals=${ids}`);
      expect((await first('welcome')).payload.tabs).toBe(3);
    }
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 3, visits: 8 }));
    expect(await metric('live_visitors_refusals_total{reason="max_visits_per_address"}')).toBe(1);
    // Others are visits all the same.
    await ask(port, { 'X-Forwarded-For': '192.0.2.1' });
    await eventually(async () => expect((await snapshot()).visits).toBe(9));
    await close();
    expect(logged.join()).toContain('TRUST_PROXY');
  });

  test('take the address that a proxy on this machine gives', async () => {
    const { port } = await openServer({ MAX_STREAMS_PER_ADDRESS: '1' });
    for (const address of ['192.0.2.1', '192.0.2.2', '2001:db8::1']) {
      expect((await ask(port, { 'X-Forwarded-For': address })).status).toBe(200);
    }
    expect((await ask(port, { 'X-Forwarded-For': '192.0.2.2' })).status).toBe(429);
    // What a client says before the proxy's own word is not believed.
    expect((await ask(port, { 'X-Forwarded-For': '192.0.2.9, 192.0.2.2' })).status).toBe(429);
    expect((await ask(port, { 'X-Forwarded-For': '2001:db8::2' })).status).toBe(429);
  });

  test.each([
    ['IPv4 address with a port', '203.0.113.7:4711'],
    ['IPv6 address with a port', '[2001:db8:7::1]:4711'],
    ['IPv6 address in brackets', '[2001:db8:7::1]'],
  ])('pass over a trusted proxy that is given as an %s', async (_, proxy) => {
    const trusted = { TRUST_PROXY: 'loopback, 203.0.113.7, 2001:db8:7::/64' };
    const { port } = await openServer({ MAX_STREAMS_PER_ADDRESS: '1', ...trusted });
    expect((await ask(port, { 'X-Forwarded-For': `192.0.2.1, ${proxy}` })).status).toBe(200);
    expect((await ask(port, { 'X-Forwarded-For': `192.0.2.2:4711, ${proxy}` })).status).toBe(200);
    expect((await ask(port, { 'X-Forwarded-For': `192.0.2.2, ${proxy}` })).status).toBe(429);
  });

  test('count the hops that TRUST_PROXY allows', async () => {
    const { port } = await openServer({ MAX_STREAMS_PER_ADDRESS: '1', TRUST_PROXY: '2' });
    expect((await ask(port, { 'X-Forwarded-For': '192.0.2.1, 203.0.113.7:4711' })).status).toBe(200);
    expect((await ask(port, { 'X-Forwarded-For': '192.0.2.2, 203.0.113.7:4712' })).status).toBe(200);
    expect((await ask(port, { 'X-Forwarded-For': '192.0.2.9, 192.0.2.2, 203.0.113.7:4711' })).status).toBe(429);
  });

  test('believe no other proxy, and say in answer and log what to set where there seems to be one', async () => {
    const { port, logged, close } = await openServer({ MAX_STREAMS_PER_ADDRESS: '1', TRUST_PROXY: '192.0.2.99' });
    expect((await ask(port, { 'X-Forwarded-For': '192.0.2.1' })).status).toBe(200);
    const refused = await ask(port, { 'X-Forwarded-For': '192.0.2.2' });
    expect(refused.status).toBe(429);
    await eventually(() => expect(refused.text()).toContain('set TRUST_PROXY to all of them'));
    await close();
    const bursts = logged.filter((line) => line.includes('"refused"'));
    expect(bursts).toHaveLength(1);
    expect(JSON.parse(bursts[0] ?? '')).toMatchObject({
      refused: { untrusted_proxy: 1 },
      hint: [expect.stringContaining('TRUST_PROXY')],
    });
    expect(logged.join('')).not.toContain('127.0.0.1');
    expect(logged.join('')).not.toContain('192.0.2.');
  });

  test.each([
    [
      'a CDN in front of the trusted proxy',
      { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7' },
      /set TRUST_PROXY to all of them/,
    ],
    [
      'a CDN that has a header of its own',
      { 'CF-Connecting-IP': '198.51.100.1', 'X-Forwarded-For': '203.0.113.7' },
      /set TRUST_PROXY to all of them/,
    ],
    [
      'a network that hides addresses',
      { 'X-Forwarded-For': '10.0.0.2' },
      /MAX_STREAMS_PER_ADDRESS as high as MAX_STREAMS/,
    ],
  ])(
    'of one address say in answer and log what to set where most visitors seem to have that of %s',
    async (_, headers, cure) => {
      const { port, logged, close, metric } = await openServer({ MAX_STREAMS_PER_ADDRESS: '2' });
      // As long as the address has no more than half of all streams, it is one among many.
      for (const other of ['192.0.2.1', '192.0.2.2']) await ask(port, { 'X-Forwarded-For': other });
      for (let i = 0; i < 2; i++) expect((await ask(port, headers)).status).toBe(200);
      const plain = await ask(port, headers);
      await eventually(() => expect(plain.text()).toContain('MAX_STREAMS_PER_ADDRESS is 2.'));
      expect(plain.text()).not.toMatch(cure);
      expect(await metric('live_visitors_refusals_total{reason="max_streams_per_address"}')).toBe(1);
      await close();

      const full = await openServer({ MAX_STREAMS_PER_ADDRESS: '2' });
      for (let i = 0; i < 2; i++) expect((await ask(full.port, headers)).status).toBe(200);
      const refused = await ask(full.port, headers);
      expect(refused.status).toBe(429);
      await eventually(() => expect(refused.text()).toMatch(cure));
      await full.close();
      expect(JSON.parse(full.logged.at(-1) ?? '').hint).toEqual([expect.stringMatching(cure)]);
      expect(logged.join('') + full.logged.join('')).not.toMatch(/203\.0\.113|198\.51\.100|10\.0\.0/);
    },
  );

  describe('of connections of one address', () => {
    const silent = (port: number, count: number, localAddress: string) =>
      Array.from({ length: count }, () => openSocket(port, '', localAddress));

    test('close what is too much, and leave other addresses their connections', async () => {
      const server = await openServer({ TRUST_PROXY: '192.0.2.99', MAX_STREAMS_PER_ADDRESS: '8' });
      const flood = silent(server.port, 60, '127.0.0.2');
      await eventually(() => expect(flood.filter(({ closed }) => closed())).toHaveLength(28));
      expect(await server.metric('live_visitors_refusals_total{reason="max_connections_per_address"}')).toBe(28);
      expect((await ask(server.port)).status).toBe(200);
      for (const { socket } of flood) socket.destroy();
      await eventually(async () => expect((await ask(server.port, {}, '', '127.0.0.2')).status).toBe(200));
      expect(await server.metric('live_visitors_drift')).toBe(0);
    });

    test.each(['192.0.2.99,127.0.0.0/8', '1'])('do not hold for a peer that TRUST_PROXY=%s trusts', async (trusted) => {
      const server = await openServer({ TRUST_PROXY: trusted, MAX_STREAMS_PER_ADDRESS: '1' });
      const connections = silent(server.port, 20, '127.0.0.2');
      expect((await ask(server.port, {}, '', '127.0.0.2')).status).toBe(200);
      expect(connections.filter(({ closed }) => closed())).toEqual([]);
      expect(await server.metric('live_visitors_refusals_total{reason="max_connections_per_address"}')).toBe(0);
    });

    test('leave half of all to others, however high MAX_STREAMS_PER_ADDRESS is', async () => {
      const server = await openServer({ TRUST_PROXY: 'false' }, { openFiles: 80 });
      const flood = silent(server.port, 70, '127.0.0.2');
      await eventually(() => expect(flood.filter(({ closed }) => closed())).toHaveLength(35));
      expect((await ask(server.port)).status).toBe(200);
    });
  });

  test('of connections drop what is too much, and serve those that are there', async () => {
    const server = await openServer({}, { openFiles: 24 });
    const { honest, hostile } = await openBeside(server, Array<string>(60).fill(''));
    await eventually(() => expect(hostile.filter(({ closed }) => closed()).length).toBeGreaterThanOrEqual(39));
    const ticks = honest.of('visitors').length;
    await eventually(() => expect(honest.of('visitors').length).toBeGreaterThan(ticks));
    for (const { socket } of hostile) socket.destroy();
    await expectUnharmed(server, honest);
    expect(await server.metric('live_visitors_refusals_total{reason="max_connections"}')).toBeGreaterThanOrEqual(39);
  });
});
