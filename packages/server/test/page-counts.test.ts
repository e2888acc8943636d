import { describe, expect, test } from 'vitest';
import { readProblem } from './helpers/problem.ts';
import { eventually, openLostStore, openServer, openSocket, openStream } from './helpers/support.ts';

type Stream = Awaited<ReturnType<typeof openStream>>;

const last = (stream: Stream) => stream.of('pages').at(-1)?.payload.online;
const pagesOf = async (url: string, query: string) =>
  (await (await fetch(`${url}/visitors?${query}`)).json()) as { online: number; pages?: unknown };

describe('a stream that asks for pages', () => {
  test('is sent their counts at once, and then each second', async () => {
    const { url } = await openServer();
    const first = await openStream(`${url}/stream?tabs=2&page=/a&page=/a&page=/b&watch=/c`);
    expect((await first.first('pages')).payload).toEqual({ online: { '/a': 2, '/b': 1, '/c': 0 } });
    const second = await openStream(`${url}/stream?page=/a&watch=/b`);
    expect((await second.first('pages')).payload).toEqual({ online: { '/a': 3, '/b': 1 } });
    await eventually(() => expect(last(first)).toEqual({ '/a': 3, '/b': 1, '/c': 0 }));
    await second.close();
    await eventually(() => expect(last(first)).toEqual({ '/a': 2, '/b': 1, '/c': 0 }));
  });

  test('is sent them right after each snapshot, in the same write and without an id', async () => {
    const { url, port } = await openServer();
    const { socket, received } = openSocket(port, 'GET /stream?page=/a HTTP/1.1\r\nHost: x\r\n\r\n');
    const chunks: string[] = [];
    socket.on('data', (chunk: string) => chunks.push(chunk));
    await eventually(() => expect(chunks.length).toBeGreaterThan(3));
    const event = 'event: visitors\nid: \\d+\ndata: {.*}\n\nevent: pages\ndata: {"online":{"/a":1}}\n\n';
    for (const chunk of chunks.slice(1)) expect(chunk).toMatch(new RegExp(`^${event}$`));
    expect(received()).toMatch(new RegExp(`event: welcome\ndata: .*\n\n${event}`));

    const stream = await openStream(`${url}/stream?page=/b`);
    await eventually(() => expect(stream.of('pages').length).toBeGreaterThan(2));
    expect(stream.of('pages').filter(({ id }) => id !== undefined)).toEqual([]);
    expect(stream.events.slice(1, 5).map(({ name }) => name)).toEqual(['visitors', 'pages', 'visitors', 'pages']);
  });

  test('is the only one that is sent any', async () => {
    const { url } = await openServer();
    await openStream(`${url}/stream?page=/a`);
    const other = await openStream(`${url}/stream`);
    await eventually(() => expect(other.of('visitors').length).toBeGreaterThan(2));
    expect(other.of('pages')).toEqual([]);
  });

  test('may name them as it likes', async () => {
    const { url, metric } = await openServer();
    const names = ['__proto__', 'constructor', '"\\', '</script>', '日本', '👋', ' ', '\u2028', 'data: x', '1'];
    const query = new URLSearchParams(
      names.flatMap((name): [string, string][] => [
        ['page', name],
        ['watch', name],
      ]),
    );
    const { payload } = await (await openStream(`${url}/stream?${query}`)).first('pages');
    expect(Object.entries(payload.online).toSorted()).toEqual(names.map((name) => [name, 1]).toSorted());
    expect(await metric('live_visitors_pages')).toBe(names.length);
    expect(await metric('live_visitors_drift')).toBe(0);
  });

  test('moves its tabs to other pages by its next stream', async () => {
    const { url, metric } = await openServer();
    const watcher = await openStream(`${url}/stream?tabs=0&watch=/a&watch=/b`);
    await (await openStream(`${url}/stream?browser=abcdefgh&tabs=2&page=/a&page=/a`)).first('pages');
    await eventually(() => expect(last(watcher)).toEqual({ '/a': 2, '/b': 0 }));
    const next = await openStream(`${url}/stream?browser=abcdefgh&tabs=2&page=/a&page=/b`);
    expect((await next.first('pages')).payload).toEqual({ online: { '/a': 1, '/b': 1 } });
    await eventually(() => expect(last(watcher)).toEqual({ '/a': 1, '/b': 1 }));
    await watcher.close();
    await next.close();
    await eventually(async () => expect(await metric('live_visitors_pages')).toBe(0));
    expect(await metric('live_visitors_drift')).toBe(0);
  });

  test('is refused where a name is wrong, in words that name the parameter, and nobody is counted', async () => {
    const { url, snapshot } = await openServer();
    for (const query of ['page=', 'page=a%0ab', 'watch=%ff', 'page=/a&page=/a', `watch=${'x'.repeat(129)}`]) {
      const response = await fetch(`${url}/stream?${query}`);
      expect(response.status).toBe(400);
      expect(readProblem(await response.json()).detail).toContain(`"${query.split('=')[0]}" must `);
    }
    const many = Array.from({ length: 65 }, (_, index) => `page=/${index}`).join('&');
    expect(readProblem(await (await fetch(`${url}/stream?${many}`)).json()).detail).toBe(
      '"page" was given more than 64 times: it was given 65 times.',
    );
    expect(await snapshot()).toMatchObject({ online: 0, visits: 0 });
  });
});

describe('pages over the limit', () => {
  test('are unknown while somebody may be on them, and their streams go on', async () => {
    const { url, metric, logged, close } = await openServer({ MAX_PAGES: '1' });
    const first = await openStream(`${url}/stream?page=/a`);
    await first.first('pages');
    const over = await openStream(`${url}/stream?tabs=2&page=/a&page=/secret&page=/secret&watch=/c`);
    expect((await over.first('pages')).payload).toEqual({ online: { '/a': 2, '/secret': null, '/c': null } });
    await eventually(() => expect(over.of('pages').length).toBeGreaterThan(2));
    expect(last(over)).toEqual({ '/a': 2, '/secret': null, '/c': null });
    expect(await metric('live_visitors_pages')).toBe(1);
    expect(await metric('live_visitors_pages_not_tracked_total')).toBe(2);
    expect(await metric('live_visitors_refusals_total{reason="max_pages"}')).toBe(1);
    expect(await metric('live_visitors_tabs')).toBe(3);

    await over.close();
    await first.close();
    await eventually(async () => expect(await metric('live_visitors_pages')).toBe(0));
    const later = await openStream(`${url}/stream?page=/secret`);
    expect((await later.first('pages')).payload).toEqual({ online: { '/secret': 1 } });
    await close();
    expect(logged.join('')).toMatch(
      /"refused":\{"max_pages":1\},"hint":\["[^"]*Raise MAX_PAGES\."\],"msg":"requests refused"/,
    );
    expect(logged.join('')).not.toContain('secret');
  });

  test('of one address keep no others from having theirs', async () => {
    const { url, metric } = await openServer({ MAX_STREAMS_PER_ADDRESS: '2' });
    const from = (address: string, query: string) =>
      openStream(`${url}/stream?${query}`, { 'X-Forwarded-For': address });
    const names = Array.from({ length: 64 }, (_, index) => `watch=/${index}`).join('&');
    await from('192.0.2.1', names);
    const over = await from('192.0.2.1', 'page=/a');
    expect((await over.first('pages')).payload).toEqual({ online: { '/a': null } });
    expect(await metric('live_visitors_refusals_total{reason="max_pages_per_address"}')).toBe(1);
    const other = await from('192.0.2.2', 'page=/b');
    expect((await other.first('pages')).payload).toEqual({ online: { '/b': 1 } });
  });
});

test('before a node of a fleet has reached the others, the counts of all pages are unknown', async () => {
  const { url } = await openServer({ LIST_PAGES: 'on' }, { store: await openLostStore() });
  const stream = await openStream(`${url}/stream?page=/a&watch=/b`);
  await eventually(() => expect(stream.of('pages').length).toBeGreaterThan(1));
  for (const { payload } of stream.of('pages')) expect(payload).toEqual({ online: { '/a': null, '/b': null } });
  expect(await pagesOf(url, 'page=/a&page=/b')).toMatchObject({ pages: { '/a': null, '/b': null } });
  expect(await (await fetch(`${url}/pages`)).json()).toEqual({ pages: null });
});

describe('GET /visitors', () => {
  test('adds the counts of the pages that it is asked for', async () => {
    const { url, snapshot } = await openServer();
    await openStream(`${url}/stream?tabs=3&page=/a&page=/a&page=__proto__`);
    const { pages, ...figures } = await pagesOf(url, 'page=/a&page=__proto__&page=constructor&page=/a');
    expect(Object.entries(pages ?? {})).toEqual([
      ['/a', 2],
      ['__proto__', 1],
      ['constructor', 0],
    ]);
    expect(figures).toMatchObject({ online: 3 });
    expect(await snapshot()).not.toHaveProperty('pages');
  });

  test.each(['page=', 'page=a%00', 'page=%ff'])('refuses %s', async (query) => {
    const { url } = await openServer();
    const response = await fetch(`${url}/visitors?${query}`);
    expect(response.status).toBe(400);
    expect(readProblem(await response.json()).detail).toContain('"page" must be 1 to 128 bytes');
  });

  test('refuses more names than a stream may have', async () => {
    const { url } = await openServer();
    const ask = (count: number, length: number) =>
      fetch(
        `${url}/visitors?${Array.from({ length: count }, (_, i) => `page=${`${i}`.padStart(length, '_')}`).join('&')}`,
      );
    expect((await ask(64, 64)).status).toBe(200);
    expect((await ask(65, 5)).status).toBe(400);
    expect(readProblem(await (await ask(64, 65)).json()).detail).toContain('at most 4096 bytes together');
  });
});

describe('GET /pages', () => {
  test('is not there unless LIST_PAGES says so', async () => {
    const { url } = await openServer();
    expect((await fetch(`${url}/pages`)).status).toBe(404);
  });

  test('lists the fullest pages', async () => {
    const { url } = await openServer({ LIST_PAGES: 'on' });
    const list = async (query = '') => (await fetch(`${url}/pages${query}`)).json();
    expect(await list()).toEqual({ pages: [] });
    await openStream(`${url}/stream?tabs=3&page=/a&page=__proto__&page=__proto__&watch=/c`);
    const pages = [
      { name: '__proto__', online: 2 },
      { name: '/a', online: 1 },
    ];
    await eventually(async () => expect(await list()).toEqual({ pages }));
    expect(await list('?limit=1')).toEqual({ pages: pages.slice(0, 1) });
  });

  test.each(['0', '101', 'all', ''])('refuses limit=%s', async (limit) => {
    const { url } = await openServer({ LIST_PAGES: 'on' });
    const response = await fetch(`${url}/pages?limit=${limit}`);
    expect(response.status).toBe(400);
    expect(readProblem(await response.json()).detail).toBe(
      `"limit" must be a whole number from 1 to 100, but is ${JSON.stringify(limit)}.`,
    );
  });

  test('answers pages of the allowed origins only', async () => {
    const { url } = await openServer({ LIST_PAGES: 'on', ALLOWED_ORIGINS: 'https://example.com' });
    const ask = (origin: string) => fetch(`${url}/pages`, { headers: { Origin: origin } });
    const allowed = await ask('https://example.com');
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('Access-Control-Allow-Origin')).toBe('https://example.com');
    expect((await ask('https://example.org')).status).toBe(403);
  });

  test('with LIST_PAGES=private answers private networks only, and no page of another site', async () => {
    const { url } = await openServer({ LIST_PAGES: 'private' });
    const ask = (headers: Record<string, string>) => fetch(`${url}/pages`, { headers });
    const answered = await ask({ 'X-Forwarded-For': '10.0.0.1', Origin: 'https://example.org' });
    expect(answered.status).toBe(200);
    expect(answered.headers.has('Access-Control-Allow-Origin')).toBe(false);
    const refused = await ask({ 'X-Forwarded-For': '203.0.113.7' });
    expect(refused.status).toBe(403);
    expect(readProblem(await refused.json()).detail).toContain('set LIST_PAGES to "on"');
    expect((await fetch(`${url}/pages`, { method: 'POST' })).status).toBe(405);
  });
});

test('no name of a page is ever in the log', async () => {
  const { url, port, logged, close } = await openServer({ LOG_LEVEL: 'trace', LIST_PAGES: 'on', MAX_PAGES: '1' });
  const stream = await openStream(`${url}/stream?page=/secret&page=/secret/2&watch=/secret/3`);
  await stream.first('pages');
  for (const query of [
    'page=secret%00',
    'watch=secret%ff',
    'page=secret&page=secret',
    `page=${'secret'.repeat(100)}`,
  ]) {
    expect((await fetch(`${url}/stream?${query}`)).status).toBe(400);
    await openStream(`${url}/stream?refusal=event&${query}`);
    await fetch(`${url}/visitors?${query}`);
    await fetch(`${url}/badge.svg?${query}`);
    await fetch(`${url}/nothing?${query}`);
    await fetch(`${url}/stream?${query}`, { method: 'POST' });
  }
  for (const target of [
    '/stream?page=secret%',
    'secret',
    '/%ff?page=secret',
    `/stream?page=${'secret'.repeat(5000)}`,
  ]) {
    const { received, closed } = openSocket(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await eventually(() => expect(closed() || received() !== '').toBe(true));
  }
  await close();
  expect(logged.length).toBeGreaterThan(5);
  expect(logged.join('')).not.toContain('secret');
});
