import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../src/observability/prometheus.ts';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { eventually, makeFolder, openServer, openSocket, openStream } from './helpers/support.ts';

test('what fails within is for the log, and no word of it for who asked', async () => {
  const store = new SqliteStore({ dataDir: makeFolder(), now: Date.now });
  const broken = Object.assign(store, { past: () => Promise.reject(new Error('the secret reason')) });
  const { url, logged } = await openServer({}, { store: broken });
  const response = await fetch(`${url}/history`);
  expect(response.status).toBe(500);
  expect(response.headers.get('Content-Type')).toContain('application/problem+json');
  expect(await response.text()).not.toContain('secret');
  expect(logged.join('')).toMatch(/the secret reason.*"a request failed"/);
});

describe('a tick that fails', () => {
  /** A store that cannot record until it is mended. */
  function breakableStore() {
    const store = new SqliteStore({ dataDir: makeFolder(), now: Date.now });
    let isBroken = false;
    let failures = 0;
    const works = store.record.bind(store);
    const record: typeof works = async (counts) => {
      if (!isBroken) return works(counts);
      failures++;
      throw new Error('the store broke');
    };
    return {
      store: Object.assign(store, { record }),
      failures: () => failures,
      breakDown: (broken: boolean) => {
        isBroken = broken;
      },
    };
  }

  test('is logged once, and the next ones come', async () => {
    const { store, breakDown, failures } = breakableStore();
    const { url, logged, close } = await openServer({}, { store });
    const stream = await openStream(`${url}/stream`);
    breakDown(true);
    await eventually(() => expect(failures()).toBeGreaterThan(2));
    expect(logged.join('')).toContain('"a tick failed"');
    breakDown(false);
    const before = stream.of('visitors').length;
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(before + 1));
    expect(logged).toHaveLength(1);
    breakDown(true);
    await eventually(() => expect(logged).toHaveLength(2));
    await close();
    await eventually(() => expect(stream.ended()).toBe(true));
    expect(logged.at(-1)).toContain('"shutdown did not complete"');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('the logger broke');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the logger broke'))],
  ])('does not come of a logger that %s, which keeps neither the count nor the stop from working', async (_, fail) => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on('warning', hear);
    onTestFinished(() => {
      process.off('warning', hear);
    });
    const { store, breakDown } = breakableStore();
    const log = { debug: fail, info: fail, warn: fail, error: fail };
    const { url, snapshot, close } = await openServer({}, { store, log });
    const stream = await openStream(`${url}/stream`);
    breakDown(true);
    for (let i = 0; i < 3; i++) expect((await fetch(`${url}/stream?tabs=65`)).status).toBe(400);
    breakDown(false);
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(3));
    expect(await snapshot()).toMatchObject({ online: 1 });
    await close();
    expect((await stream.first('farewell')).payload.reason).toBe('restart');
    expect(warnings.map(({ message }) => message)).toEqual([
      'The logger failed, and messages are lost: the logger broke',
    ]);
  });
});

describe('GET /metrics', () => {
  test('tells of streams, tabs, events, ticks and what has ended', async () => {
    const { url, metric } = await openServer();
    await openStream(`${url}/stream?tabs=3`);
    const leaving = await openStream(`${url}/stream`);
    await eventually(() => expect(leaving.of('visitors').length).toBeGreaterThan(2));
    await leaving.close();
    await eventually(async () => expect(await metric('live_visitors_streams_ended_total{reason="closed"}')).toBe(1));
    expect(await metric('live_visitors_streams')).toBe(1);
    expect(await metric('live_visitors_tabs')).toBe(3);
    expect(await metric('live_visitors_streams_opened_total')).toBe(2);
    expect(await metric('live_visitors_events_sent_total')).toBeGreaterThanOrEqual(4);
    expect(await metric('live_visitors_ticks_skipped_total')).toBe(0);
    expect(await metric('live_visitors_tick_duration_seconds_count')).toBeGreaterThanOrEqual(2);
    expect(await metric('live_visitors_tick_lateness_seconds_bucket{le="2.5"}')).toBeGreaterThanOrEqual(1);
    expect(await metric('live_visitors_drift')).toBe(0);
  });

  test('shows no drift when it is asked for in the turn in which streams break off', async () => {
    const { port } = await openServer({ MAX_STREAMS_PER_ADDRESS: '100' });
    const scrape = openSocket(port, '');
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (let round = 1; round <= 20; round++) {
      const streams = Array.from({ length: 30 }, () => openSocket(port, request('/stream')));
      await eventually(() => {
        for (const { received } of streams) expect(received()).toContain('event: visitors');
      });
      for (const { socket } of streams) socket.destroy();
      scrape.socket.write(request('/metrics'));
      const drifts = () => scrape.received().match(/^live_visitors_drift .*$/gm);
      await eventually(() => expect(drifts()).toEqual(Array(round).fill('live_visitors_drift 0')));
    }
  });

  test('reads the registry once for all its gauges, and again for the next scrape', async () => {
    const { registry, watch } = createMetrics();
    let readings = 0;
    watch(() => {
      readings++;
      return { streams: readings, tabs: readings, pages: readings, drift: readings, store_trouble: readings };
    });
    for (const expected of [1, 2]) {
      const text = await registry.metrics();
      expect(readings).toBe(expected);
      for (const name of ['streams', 'tabs', 'pages', 'drift', 'store_trouble'])
        expect(text).toContain(`live_visitors_${name} ${expected}\n`);
    }
  });

  test('knows all reasons of refusals from the start, so that the first one is a rise', async () => {
    const { url } = await openServer();
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const reason of ['origin', 'query', 'max_streams', 'open_files']) {
      expect(text).toContain(`live_visitors_refusals_total{reason="${reason}"} 0\n`);
    }
  });

  test.each(['/metrics', '/healthz', '/readyz'])('%s is no business of any page', async (path) => {
    const { url } = await openServer();
    const response = await fetch(`${url}${path}`, { headers: { Origin: 'https://example.org' } });
    expect(response.status).toBe(200);
    expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
  });

  test('is text that Prometheus reads, never cached, and not there when it is switched off', async () => {
    const { url } = await openServer();
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('Content-Type')).toContain('text/plain; version=0.0.4');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const silent = await openServer({ METRICS: 'off' });
    expect((await fetch(`${silent.url}/metrics`)).status).toBe(404);
  });
});

describe('the log', () => {
  test('has one line for a burst of refusals, none for a visitor, and no address', async () => {
    const { url, logged, close } = await openServer();
    const startedAt = performance.now();
    for (let i = 0; i < 20; i++) await (await openStream(`${url}/stream`)).close();
    for (let i = 0; i < 200; i++) await fetch(`${url}/stream?tabs=65`);
    await close();
    // A burst is ten seconds long.
    expect(logged.length).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 10_000);
    const lines = logged.map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(lines.map(() => 'requests refused'));
    expect(lines.reduce((sum, { refused }) => sum + refused.query, 0)).toBe(200);
    expect(logged.join('')).not.toContain('127.0.0.1');
  });

  test('names the address of a refusal where it is set to debug', async () => {
    const { url, logged } = await openServer({ LOG_LEVEL: 'debug' });
    await fetch(`${url}/stream?tabs=65`);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      msg: 'request refused',
      reason: 'query',
      address: '127.0.0.1',
    });
  });
});

describe('every answer', () => {
  test.each(['/', '/visitors', '/history', '/badge.svg', '/healthz', '/nothing'])(
    'to GET %s tells browsers what the page never does',
    async (path) => {
      const { url } = await openServer();
      const abort = new AbortController();
      const { headers } = await fetch(url + path, { signal: abort.signal });
      abort.abort();
      // Images from data: URLs are the one thing that a page may have from elsewhere: its icon is one.
      expect(headers.get('Content-Security-Policy')?.split(';').toSorted()).toEqual([
        "base-uri 'none'",
        "default-src 'self'",
        "form-action 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
      ]);
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Referrer-Policy')).toBe('no-referrer');
      // Other sites are to read the count.
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
    },
  );

  test.each(['/stream', '/stream?tabs=65', '/stream?tabs=65&refusal=event'])(
    'to GET %s is not taken for a page',
    async (path) => {
      const { url } = await openServer();
      const abort = new AbortController();
      const { headers } = await fetch(url + path, { signal: abort.signal });
      abort.abort();
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    },
  );
});

test.each(['/readyz', '/badge.svg', '/history', '/history.csv'])(
  'GET %s is 503 as soon as the server drains, while a response is still under way',
  async (path) => {
    const pageDir = makeFolder();
    await writeFile(join(pageDir, 'large.bin'), Buffer.alloc(64 * 1024 * 1024));
    const { port, close } = await openServer({}, { pageDir });
    // A download that its client has stopped counts keeps the server from ending at once.
    const download = openSocket(port, 'GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(download.received()).toContain('HTTP/1.1 200'));
    download.socket.pause();
    const probe = openSocket(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n`);
    const stream = await openStream(`http://127.0.0.1:${port}/stream`);
    await stream.first('visitors');
    const closed = close();
    await stream.first('farewell');
    probe.socket.write('\r\n');
    await eventually(() => expect(probe.received()).toMatch(/^HTTP\/1\.1 503 .*Retry-After: 1\r\n/s));
    await closed;
  },
);
