import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import express, { type Express } from 'express';
import { pino } from 'pino';
import { Gauge, Registry } from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import winston from 'winston';
import { type LiveVisitorsOptions, liveVisitors, type Snapshot } from '../src/index.ts';
import { startRedis, whyNoRedis } from './helpers/redis.ts';
import { eventually, makeFolder, openSocket, openStream } from './helpers/support.ts';

const missing = whyNoRedis();

/** An app as its makers write it, with the visitors under a path of it, until the test has finished. */
async function startApp(
  options: LiveVisitorsOptions = {},
  prepare: (app: Express) => void = () => {},
  mount = '/live',
) {
  const app = express();
  prepare(app);
  const visitors = liveVisitors({ dataDir: makeFolder(), ...options });
  app.use(mount, visitors);
  app.get(['/', '/live/more'], (_request, response) => void response.send('The app itself.'.padEnd(5000)));
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  const close = () => {
    // As an app does that hears more than one signal.
    void visitors.close();
    closed ??= visitors.close().then(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return closed;
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { app, visitors, url: `http://127.0.0.1:${port}`, port, close };
}

/** What an app answers with by itself. */
const ownHeaders = ['connection', 'content-length', 'content-type', 'date', 'etag', 'keep-alive', 'x-powered-by'];

describe('liveVisitors in an app of another', () => {
  test('counts under its own path, and leaves the rest to the app', async () => {
    const { visitors, url } = await startApp();
    const stream = await openStream(`${url}/live/stream?tabs=3`);
    await eventually(() => expect(visitors.current()).toMatchObject({ online: 3, browsers: 1, visits: 3 }));
    expect((await stream.first('welcome')).payload).toEqual({ tabs: 3 });
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(2));
    expect(await (await fetch(`${url}/live/visitors`)).json()).toMatchObject({ online: 3 });
    expect((await fetch(`${url}/live/metrics`)).status).toBe(404);
    const home = await fetch(url);
    expect(await home.text()).toContain('The app itself.');
    expect(home.headers.has('Content-Security-Policy')).toBe(false);
    expect((await fetch(`${url}/live/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/live/stream?tabs=x`)).status).toBe(400);
    const refused = await openStream(`${url}/live/stream?tabs=x&refusal=event`);
    expect((await refused.first('refused')).payload.status).toBe(400);

    await stream.close();
    await eventually(() => expect(visitors.current()?.online).toBe(0));
  });

  test('does not compress what the app answers under the same path', async () => {
    const { url } = await startApp();
    const { headers } = await fetch(`${url}/live/more`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(headers.has('Content-Encoding')).toBe(false);
  });

  test('tells of each tick, for as long as it is listened to', async () => {
    const { visitors, url } = await startApp();
    const heard: Snapshot[] = [];
    const stop = visitors.subscribe((snapshot) => heard.push(snapshot));
    await openStream(`${url}/live/stream`);
    await eventually(() => expect(heard.at(-1)).toMatchObject({ online: 1, visits: 1 }));
    expect(Math.abs(Number(heard.at(-1)?.at) - Date.now())).toBeLessThan(2000);
    stop();
    const { length } = heard;
    const at = visitors.current()?.at ?? 0;
    await eventually(() => expect(visitors.current()?.at).toBeGreaterThan(at + 2000));
    expect(heard).toHaveLength(length);
  });

  test('knows how many are on a page, and which pages are the fullest, without listing them to others', async () => {
    const { visitors, url, close } = await startApp();
    await openStream(`${url}/live/stream?tabs=2&page=/a&page=/a&page=__proto__`);
    expect([visitors.page('/a'), visitors.page('__proto__'), visitors.page('constructor')]).toEqual([2, 1, 0]);
    const pages = [
      { name: '/a', online: 2 },
      { name: '__proto__', online: 1 },
    ];
    await eventually(() => expect(visitors.pages()).toEqual(pages));
    expect(visitors.pages(1)).toEqual(pages.slice(0, 1));
    expect((await fetch(`${url}/live/pages`)).status).toBe(404);
    await close();
    expect([visitors.page('/a'), visitors.pages()]).toEqual([null, null]);
  });

  test('lists pages, and counts as many as the app says', async () => {
    const { visitors, url } = await startApp({ listPages: 'on', maxPages: 1 });
    await openStream(`${url}/live/stream?page=/a&page=/b`);
    expect([visitors.page('/a'), visitors.page('/b')]).toEqual([1, null]);
    await eventually(async () =>
      expect(await (await fetch(`${url}/live/pages`)).json()).toEqual({ pages: [{ name: '/a', online: 1 }] }),
    );
  });

  test('answers for its operation only where the app says so', async () => {
    const { url } = await startApp({ metrics: 'on' });
    expect(await (await fetch(`${url}/live/metrics`)).text()).toContain('live_visitors_drift 0');
  });

  test('answers private networks alone where the app says so, by what the app trusts', async () => {
    const { url } = await startApp({ metrics: 'private' }, (app) => app.set('trust proxy', 'loopback'));
    const ask = (headers: Record<string, string>) => fetch(`${url}/live/metrics`, { headers });
    expect((await ask({})).status).toBe(200);
    expect((await ask({ 'X-Forwarded-For': '10.0.0.1' })).status).toBe(200);
    const refused = await ask({ 'X-Forwarded-For': '203.0.113.7' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('set metrics to \\"on\\"');
    const untrusting = await startApp({ metrics: 'private' });
    const forwarded = await fetch(`${untrusting.url}/live/metrics`, { headers: { 'X-Forwarded-For': '10.0.0.1' } });
    expect(forwarded.status).toBe(403);
    expect(await forwarded.text()).toContain(
      String.raw`Set the app's \"trust proxy\" to the addresses or the number of all proxies`,
    );
  });

  test('gives each listener a snapshot of its own, and everyone a list of pages of their own', async () => {
    const { visitors, url } = await startApp({ listPages: 'on' });
    visitors.subscribe((snapshot) => Object.assign(snapshot, { online: 99, at: 'now' }));
    const heard: Snapshot[] = [];
    visitors.subscribe((snapshot) => heard.push(snapshot));
    await openStream(`${url}/live/stream?page=/a`);
    await eventually(() => expect(visitors.pages()).toEqual([{ name: '/a', online: 1 }]));
    Object.assign(visitors.pages()?.[0] ?? {}, { online: 99 });
    expect(await (await fetch(`${url}/live/pages`)).json()).toEqual({ pages: [{ name: '/a', online: 1 }] });
    const right = { online: 1, at: expect.any(Number) };
    await eventually(() => expect(heard.at(-1)).toMatchObject(right));
    expect(visitors.current()).toMatchObject(right);
  });

  test('calls no listener after its subscription has ended', async () => {
    const { visitors } = await startApp();
    let calls = 0;
    const stopOther = () => stop();
    visitors.subscribe(stopOther);
    const stop = visitors.subscribe(() => calls++);
    let ticks = 0;
    visitors.subscribe(() => ticks++);
    await eventually(() => expect(ticks).toBe(2));
    expect(calls).toBe(0);
  });

  test('says at once that a listener is no function', async () => {
    const { visitors } = await startApp();
    expect(() => visitors.subscribe('/path' as never)).toThrow(new TypeError('subscribe takes a function.'));
  });

  test('takes the same listener twice, and stops one of the two', async () => {
    const { visitors } = await startApp();
    let calls = 0;
    const listener = () => calls++;
    const stops = [visitors.subscribe(listener), visitors.subscribe(listener)];
    await eventually(() => expect(calls).toBeGreaterThanOrEqual(4));
    stops[0]?.();
    const before = calls;
    await eventually(() => expect(calls).toBeGreaterThan(before + 1));
    stops[1]?.();
  });

  test('sends farewell and ends its streams, so that the app can close its server', async () => {
    const { visitors, url, close } = await startApp();
    const stream = await openStream(`${url}/live/stream`);
    await stream.first('visitors');
    await close();
    expect(visitors.current()).toBeUndefined();
    expect((await stream.first('farewell')).payload.reason).toBe('restart');
    await eventually(() => expect(stream.ended()).toBe(true));
  });

  test('goes on from its totals when the app restarts', async () => {
    const dataDir = makeFolder();
    const first = await startApp({ dataDir });
    await (await openStream(`${first.url}/live/stream?tabs=5`)).first('visitors');
    await first.close();
    const second = await startApp({ dataDir });
    await eventually(() => expect(second.visitors.current()).toMatchObject({ online: 0, visits: 5 }));
  });

  test('serves its page under the path, with a slash at its end', async () => {
    const { url } = await startApp();
    const response = await fetch(`${url}/live?lang=es`, { redirect: 'manual' });
    expect(response.status).toBe(308);
    expect(new URL(String(response.headers.get('Location')), `${url}/live?lang=es`).href).toBe(`${url}/live/?lang=es`);
  });

  test('stays on its site if the last part of its path is a parameter', async () => {
    const { url } = await startApp({}, undefined, '/:room');
    const response = await fetch(`${url}/http:example.com`, { redirect: 'manual' });
    const location = String(response.headers.get('Location'));
    expect(new URL(location, `${url}/http:example.com`).href).toBe(`${url}/http:example.com/`);
  });

  test('sends its head before its events, whatever middleware has made of `write`', async () => {
    const { url } = await startApp({}, (app) =>
      app.use((_request, response, next) => {
        response.write = () => false;
        next();
      }),
    );
    const stream = await openStream(`${url}/live/stream`);
    expect((await stream.first('welcome')).payload).toEqual({ tabs: 1 });
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(2));
  });

  test('counts the addresses that the app trusts its proxies to say', async () => {
    const trusting = await startApp({ maxStreamsPerAddress: 1 }, (app) => app.set('trust proxy', true));
    const from = (address: string) => openStream(`${trusting.url}/live/stream`, { 'X-Forwarded-For': address });
    expect((await from('192.0.2.1')).response.status).toBe(200);
    expect((await from('192.0.2.2')).response.status).toBe(200);
    expect((await from('192.0.2.1')).response.status).toBe(429);
  });

  test('counts nobody who hung up while the app was still at work on the request', async () => {
    const gate = Promise.withResolvers<void>();
    let arrived = 0;
    let gone = 0;
    const { url, port } = await startApp({}, (app) =>
      app.use(async (request, _response, next) => {
        arrived++;
        request.socket.on('close', () => gone++);
        await gate.promise;
        next();
      }),
    );
    const clients = Array.from({ length: 50 }, () => openSocket(port, 'GET /live/stream HTTP/1.1\r\nHost: x\r\n\r\n'));
    await eventually(() => expect(arrived).toBe(50));
    for (const { socket } of clients) socket.destroy();
    await eventually(() => expect(gone).toBe(50));
    const staying = openStream(`${url}/live/stream`);
    await eventually(() => expect(arrived).toBe(51));
    gate.resolve();
    expect((await (await staying).first('visitors')).payload).toMatchObject({ online: 1, browsers: 1 });
    await eventually(async () => expect((await staying).of('visitors').at(-1)?.payload.visits).toBe(1));
  });

  test('closes connections on which more is sent while a stream is open', async () => {
    const { visitors, port } = await startApp();
    const request = 'GET /live/stream HTTP/1.1\r\nHost: x\r\n\r\n';
    const { socket, received, closed } = openSocket(port, request);
    await eventually(() => expect(received()).toContain('event: visitors'));
    socket.write(request);
    await eventually(() => expect(closed()).toBe(true));
    await eventually(() => expect(visitors.current()?.online).toBe(0));
  });

  test('counts one stream of a connection, whatever waits behind it', async () => {
    const { visitors, port } = await startApp();
    const request = 'GET /live/stream HTTP/1.1\r\nHost: x\r\n\r\n';
    const { socket } = openSocket(port, request + request);
    await eventually(() => expect(visitors.current()).toMatchObject({ online: 1, visits: 1 }));
    socket.destroy();
    await eventually(() => expect(visitors.current()?.online).toBe(0));
  });

  test('lets the app finish its own answer before that to a pipelined request', async () => {
    const gate = Promise.withResolvers<void>();
    const { visitors, port } = await startApp({}, (app) =>
      app.get('/slow', async (_request, response) => {
        response.write('begun, ');
        await gate.promise;
        response.end('done');
      }),
    );
    const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const { received } = openSocket(port, ask('/slow') + ask('/live/visitors') + ask('/live/stream'));
    await eventually(() => expect(received()).toContain('begun'));
    await eventually(() => expect(visitors.current()).toBeDefined());
    gate.resolve();
    await eventually(() => expect(received()).toMatch(/begun, .*done.*"online":0.*event: visitors/s));
    await eventually(() => expect(visitors.current()?.online).toBe(1));
  });

  test.each(['/', '/live'])('mounted at %s, leaves all requests but its own to the app', async (mount) => {
    const { app, url } = await startApp({}, () => {}, mount);
    const paths = ['/own', '/metrics', '/pages', '/assets/none.js', '/.br/widget.js', '/%E0%A4%A', '/live/own'];
    app.use((request, response) => void response.send(`The app, ${request.method} ${request.path}`));
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const response = await fetch(url + path, { method });
        expect(await response.text()).toBe(`The app, ${method} ${path}`);
        expect([...response.headers.keys()].filter((name) => !ownHeaders.includes(name))).toEqual([]);
      }
    }
    const base = url + mount.replace(/\/$/, '');
    for (const path of ['/stream', '/visitors', '/history', '/history.csv', '/badge.svg']) {
      // As a service worker of Safari's asks before it passes a stream on.
      const headers = { Origin: 'https://example.org', 'Access-Control-Request-Headers': 'cache-control' };
      const preflight = await fetch(base + path, { method: 'OPTIONS', headers });
      expect([preflight.status, preflight.headers.get('Access-Control-Allow-Headers')]).toEqual([204, 'cache-control']);
      expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(preflight.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD');
      expect((await fetch(base + path, { method: 'POST' })).status).toBe(405);
    }
  });

  test('passes what fails in a handler on, and the app goes on', async () => {
    const registry = new Registry();
    new Gauge({
      name: 'broken',
      help: 'Fails.',
      registers: [registry],
      collect() {
        throw new Error('the gauge broke');
      },
    });
    const { url } = await startApp({ metrics: 'on', registry });
    expect((await fetch(`${url}/live/metrics`)).status).toBe(500);
    expect((await fetch(`${url}/live/visitors`)).status).toBe(200);
  });

  test('on a Unix socket, names the setting that tells visitors apart', async () => {
    const socketPath = join(makeFolder(), 'app.sock');
    const listen = async (trust: unknown) => {
      const app = express().set('trust proxy', trust);
      const visitors = liveVisitors({ dataDir: makeFolder(), maxStreamsPerAddress: 1 });
      const server = createServer(app.use('/live', visitors)).listen(socketPath);
      await once(server, 'listening');
      return () => visitors.close().then(() => new Promise((resolve) => server.close(resolve)));
    };
    const open = async (address: string) => {
      const headers = { 'X-Forwarded-For': address };
      const sent = httpRequest({ socketPath, path: '/live/stream?refusal=event', headers }).end();
      onTestFinished(() => void sent.destroy());
      const [response] = await once(sent, 'response');
      return String((await once(response, 'data'))[0]);
    };
    const stop = await listen('loopback');
    expect(await open('192.0.2.1')).toContain('event: welcome');
    expect(await open('192.0.2.2')).toMatch(/set the app's .*"trust proxy.* or 1 for a proxy on a Unix socket/);
    await stop();
    onTestFinished(await listen(1).then((stop) => () => void stop()));
    expect(await open('192.0.2.1')).toContain('event: welcome');
    expect(await open('192.0.2.2')).toContain('event: welcome');
  });

  test('says which two instances share a folder', async () => {
    const dataDir = makeFolder();
    const first = liveVisitors({ dataDir });
    expect(() => liveVisitors({ dataDir: `${dataDir}/.` })).toThrow(
      /is already open in this process\. .* give each its own dataDir\.$/,
    );
    await first.close();
    await liveVisitors({ dataDir }).close();
  });

  test('adds its metrics to the registry of the app: sums, if it has two instances', async () => {
    const registry = new Registry();
    const apps = [await startApp({ registry }), await startApp({ registry })];
    const read = async (name: string) =>
      new RegExp(`^live_visitors_${name} (\\d+)$`, 'm').exec(await registry.metrics())?.[1];
    for (const { url } of apps) await (await openStream(`${url}/live/stream?tabs=2`)).first('visitors');
    expect([await read('tabs'), await read('streams_opened_total'), await read('store_trouble')]).toEqual([
      '4',
      '2',
      '0',
    ]);
    expect((await fetch(`${apps[0]?.url}/live/metrics`)).status).toBe(404);
    const troubled = await startApp({ registry, redisUrl: 'redis://127.0.0.1:1' });
    await eventually(async () => expect(await read('store_trouble')).toBe('1'));
    await troubled.close();
    expect(await read('store_trouble')).toBe('0');
    await apps[0]?.close();
    expect([await read('tabs'), await read('streams_opened_total')]).toEqual(['2', '2']);
    registry.clear();
    const { url } = await startApp({ registry });
    await openStream(`${url}/live/stream`);
    expect([await read('tabs'), await read('streams_opened_total')]).toEqual(['1', '1']);
  });

  test('logs to pino, winston and the console, in the order that each of them takes', async () => {
    const byPino: string[] = [];
    const byWinston: string[] = [];
    const stream = new PassThrough().on('data', (chunk) => byWinston.push(String(chunk)));
    const onConsole = vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.spyOn(console, 'debug').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const loggers = [
      pino({}, { write: (line) => byPino.push(line) }),
      winston.createLogger({ transports: [new winston.transports.Stream({ stream })] }),
      console,
    ];
    for (const logger of loggers) {
      const { url, close } = await startApp({ logger });
      expect((await fetch(`${url}/live/stream?tabs=x`)).status).toBe(400);
      await close();
    }
    const refused = { query: 1 };
    expect(JSON.parse(byPino.join(''))).toMatchObject({ level: 40, msg: 'requests refused', refused });
    expect(JSON.parse(byWinston.join(''))).toEqual({ level: 'warn', message: 'requests refused', refused });
    expect(onConsole.mock.calls).toEqual([[{ refused }, 'requests refused']]);
  });

  test.each([
    [{ allowedOrigins: ['example.com'] }, /^allowedOrigins must be/],
    [{ allowedOrigins: ['https://*example.com'] }, /^allowedOrigins must be/],
    [{ allowedOrigins: [] }, /^allowedOrigins is empty/],
    [{ dataDir: '' }, /^dataDir is empty/],
    [{ maxStreams: 0 }, /^maxStreams must be a whole number/],
    [{ maxStreamsPerAddress: 0 }, /^maxStreamsPerAddress must be a whole number/],
    [{ maxPages: -1 }, /^maxPages must be a whole number/],
    [{ redisUrl: 'http://localhost' }, /^redisUrl must be/],
    [{ redisPrefix: 'a{b}' }, /^redisPrefix must be/],
    [{ dataDir: '/dev/null/data' }, /\(dataDir\).* Set dataDir to/],
  ] satisfies [LiveVisitorsOptions, RegExp][])(
    'refuses %j at once, in a sentence with the option',
    (options, sentence) => {
      expect(() => liveVisitors(options)).toThrow(sentence);
      expect(() => liveVisitors(options)).not.toThrow(/[A-Z]_[A-Z]/);
    },
  );

  test.each([
    [{ metrics: true }, 'metrics must be one of on, off, private, but is true.'],
    [{ metrics: 'yes' }, 'metrics must be one of on, off, private, but is "yes".'],
    [{ metrics: null }, 'metrics must be one of on, off, private, but is null.'],
    [{ listPages: true }, 'listPages must be one of on, off, private, but is true.'],
    [{ maxStreams: '10' }, /^maxStreams must be a whole number .*, but is "10"\.$/],
    [{ maxStreamsPerAddress: 1.5 }, /^maxStreamsPerAddress must be a whole number .*, but is 1\.5\.$/],
    [{ dataDir: 5 }, /^dataDir must be the path of a folder, .*, but is 5\.$/],
    [{ allowedOrigins: 'https://example.com' }, /^allowedOrigins must be \* or a list of origins, /],
    [{ allowedOrigins: [1n] }, /^allowedOrigins must be \* or a list of origins, .*, but is \[ 1n \]\.$/],
    [{ redisUrl: { password: 'secret' } }, /^redisUrl must be the URL of a Redis, .*is hidden/],
    [{ logger: {} }, 'logger must have the methods info, warn and error, as in pino.'],
    [{ logger: null }, /^logger must have/],
    [{ registry: {} }, 'registry must be a Registry of prom-client.'],
    [{ registry: null }, 'registry must be a Registry of prom-client.'],
    [
      { maxstreams: 10 },
      /^There is no option "maxstreams"\. The options are allowedOrigins, .*, logger and registry\.$/,
    ],
    [{ port: 80 }, /^There is no option "port"\./],
    [{ MAX_STREAMS: 80 }, /^There is no option "MAX_STREAMS"\./],
  ])('refuses %o from JavaScript, where no type is checked', (options, message) => {
    expect(() => liveVisitors(options as unknown as LiveVisitorsOptions)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }),
    );
  });

  test.each([null, 5, 'data', () => {}])('refuses %o in place of its options', (options) => {
    expect(() => liveVisitors(options as unknown as LiveVisitorsOptions)).toThrow(
      new TypeError('liveVisitors takes its options as an object.'),
    );
  });

  test('logs to a function with the methods, and goes on whatever these throw', async () => {
    const warned: string[] = [];
    const fail = () => {
      throw Object.create(null);
    };
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warned.push(String(warning)));
    onTestFinished(() => void vi.restoreAllMocks());
    const { url, close } = await startApp({ logger: Object.assign(() => {}, { info: fail, warn: fail, error: fail }) });
    expect((await fetch(`${url}/live/stream?tabs=x`)).status).toBe(400);
    await close();
    expect(warned).toEqual(['The logger failed, and messages are lost: [Object: null prototype] {}']);
  });

  test('reports a metric that the registry already has when it is closed, and does not end the process', async () => {
    const unhandled: unknown[] = [];
    const hear = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', hear);
    onTestFinished(() => void process.off('unhandledRejection', hear));
    const registry = new Registry();
    new Gauge({ name: 'live_visitors_streams', help: 'Of the app.', registers: [registry] });
    const visitors = liveVisitors({ redisUrl: 'redis://127.0.0.1:1', registry });
    await setTimeout(100);
    await expect(visitors.close()).rejects.toThrow('live_visitors_streams has already been registered');
    expect(unhandled).toEqual([]);
  });

  test('lets go of its dataDir when it cannot start', async () => {
    const registry = new Registry();
    new Gauge({ name: 'live_visitors_streams', help: 'Of the app.', registers: [registry] });
    const dataDir = makeFolder();
    await expect(liveVisitors({ dataDir, registry }).close()).rejects.toThrow('has already been registered');
    await eventually(() => liveVisitors({ dataDir }).close());
  });

  test('takes an option that is undefined as left out', () => {
    // As from JavaScript, where no type is checked.
    const options = { dataDir: makeFolder(), maxStreams: undefined } as unknown as LiveVisitorsOptions;
    onTestFinished(liveVisitors(options).close);
  });

  test('names options to those whom it refuses, and in the log', async () => {
    const logged: string[] = [];
    const logger = pino({}, { write: (line) => logged.push(line) });
    const limits = { maxStreams: 2, maxStreamsPerAddress: 1, allowedOrigins: ['https://example.com'] };
    const { url, close } = await startApp({ ...limits, logger });
    const refusal = async (headers: Record<string, string>) =>
      (await openStream(`${url}/live/stream?refusal=event`, headers)).first('refused');
    await (await openStream(`${url}/live/stream`)).first('visitors');
    expect((await refusal({})).payload.detail).toContain('maxStreamsPerAddress is 1.');
    expect((await refusal({ Origin: 'https://example.org' })).payload.detail).toContain(
      'add this origin to allowedOrigins.',
    );
    const proxied = await refusal({ 'X-Forwarded-For': '192.0.2.1' });
    expect(proxied.payload.detail).toContain(`set the app's "trust proxy" to all of them`);
    await close();
    expect(logged.join('')).toContain(String.raw`set the app's \"trust proxy\" to all of them`);
    expect(logged.join('')).not.toMatch(/[A-Z]_[A-Z]/);
  });

  test.skipIf(missing)(
    `names its option where a Redis asks for a password${missing ? ` (${missing})` : ''}`,
    async () => {
      const redis = await startRedis({ password: 'secret' });
      const logged: string[] = [];
      const logger = pino({}, { write: (line) => logged.push(line) });
      await startApp({ redisUrl: `redis://127.0.0.1:${redis.port}`, logger });
      await eventually(() => expect(logged.join('')).toContain('asks for a password, and redisUrl has none'));
    },
  );
});
