import { describe, expect, test } from 'vitest';
import { readProblem } from './helpers/problem.ts';
import { eventually, openServer, openSocket, openStream } from './helpers/support.ts';

/** A problem that scripts of any page can read. */
async function expectReadableProblem(response: Response, status: number) {
  expect(response.headers.get('Access-Control-Allow-Origin')).not.toBeNull();
  return expectProblem(response, status);
}

async function expectProblem(response: Response, status: number) {
  expect(response.status).toBe(status);
  expect(response.headers.get('Content-Type')).toContain('application/problem+json');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const problem = readProblem(await response.json());
  expect(problem.status).toBe(status);
  return problem;
}

describe('what is refused', () => {
  test('a wrong query is, with a sentence that says what is wrong, and nothing is counted', async () => {
    const { url, snapshot, logged } = await openServer();
    const queries = {
      'tabs=65': '"tabs" must be a whole number from 0 to 64, but is "65".',
      'tabs=': '"tabs" must be a whole number from 0 to 64, but is "".',
      'tabs=two': '"tabs" must be a whole number from 0 to 64, but is "two".',
      'tabs=1&tabs=1': '"tabs" was given more than once.',
      'arrivals=short':
        '"arrivals" must be at most as many ids as "tabs", separated by commas, each of 8 to 22 characters of A-Z a-z 0-9 _ -, but is "short".',
      'history=3601': '"history" must be a whole number from 0 to 3600, but is "3601".',
      'tabs=1?tabs=2': '"tabs" must be a whole number from 0 to 64, but is "1?tabs=2".',
      'browser=short': '"browser" must be 8 to 64 characters of A-Z a-z 0-9 _ -, but is "short".',
      'browser=abcdefgh%0d%0aevent:%20x': String.raw`"browser" must be 8 to 64 characters of A-Z a-z 0-9 _ -, but is "abcdefgh\r\nevent: x".`,
      'browser=abcdefgh%00': String.raw`"browser" must be 8 to 64 characters of A-Z a-z 0-9 _ -, but is "abcdefgh\u0000".`,
    };
    for (const [query, detail] of Object.entries(queries)) {
      expect((await expectReadableProblem(await fetch(`${url}/stream?${query}`), 400)).detail).toBe(detail);
    }
    expect(await snapshot()).toMatchObject({ online: 0, browsers: 0, visits: 0 });
    expect(logged).toEqual([]);
  });

  test('an unknown path is', async () => {
    const { url } = await openServer();
    for (const path of [
      '/nothing',
      '/stream/',
      '/Stream',
      '/stream/x',
      '/visitors.json',
      '/..%2f..%2fetc/passwd',
      '/%E0%A4%A',
    ]) {
      await expectReadableProblem(await fetch(url + path), 404);
    }
  });

  test.each(['/', '/stream', '/visitors', '/history', '/history.csv', '/badge.svg', '/healthz', '/readyz'])(
    'another method on %s is',
    async (path) => {
      const { url, snapshot } = await openServer();
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const response = await fetch(url + path, { method });
        expect(response.headers.get('Allow')).toBe('GET, HEAD');
        await expectProblem(response, 405);
      }
      expect(await snapshot()).toMatchObject({ online: 0, visits: 0 });
    },
  );

  test.each([
    ['query', (long: string) => `GET /stream?browser=${long} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['header', (long: string) => `GET /stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: ${long}\r\n\r\n`],
  ])('a %s of 100 kB is, and the server goes on', async (_, request) => {
    const { url, port, snapshot } = await openServer();
    const { received, closed } = openSocket(port, request('a'.repeat(100_000)));
    await eventually(() => expect(closed()).toBe(true));
    expect(received()).toMatch(/^HTTP\/1\.1 431 |^$/);
    expect(await snapshot()).toMatchObject({ online: 0, visits: 0 });
    await openStream(`${url}/stream`);
  });

  test('what is no HTTP is', async () => {
    const { port, snapshot } = await openServer();
    const { received, closed } = openSocket(port, 'HELO there\r\n\r\n');
    await eventually(() => expect(closed()).toBe(true));
    expect(received()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(readProblem(JSON.parse(received().split('\r\n\r\n')[1] ?? '')).detail).toBe('This is not an HTTP request.');
    expect(await snapshot()).toMatchObject({ online: 0 });
  });

  test('a request pipelined behind a stream is, and neither it nor the stream stays in the count', async () => {
    const { port, snapshot } = await openServer();
    const request = 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const second of [request, request.replace('/stream', 'http://'), request.replace('x', 'a b')]) {
      const { closed } = openSocket(port, request + second);
      await eventually(() => expect(closed()).toBe(true));
    }
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 0, browsers: 0 }));
  });
});

describe('origins', () => {
  const listed = 'https://example.com';
  const other = 'https://example.org';

  test('any may read the count by default', async () => {
    const { url } = await openServer();
    const { response } = await openStream(`${url}/stream`, { Origin: other });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  test('those that are listed may, and the page of the server itself', async () => {
    const { url } = await openServer({ ALLOWED_ORIGINS: `${listed},http://localhost:8080` });
    const { response } = await openStream(`${url}/stream`, { Origin: listed });
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(listed);
    expect(response.headers.get('Vary')).toBe('Origin');
    expect((await fetch(`${url}/visitors`, { headers: { Origin: url } })).status).toBe(200);
    expect((await fetch(`${url}/visitors`)).status).toBe(200);
  });

  test('subdomains may, where the list has them by a wildcard', async () => {
    const { url } = await openServer({ ALLOWED_ORIGINS: 'https://*.example.com' });
    const statusFor = async (origin: string) =>
      (await fetch(`${url}/visitors`, { headers: { Origin: origin } })).status;
    expect(await statusFor('https://www.example.com')).toBe(200);
    expect(await statusFor('https://a.b.example.com')).toBe(200);
    await expectReadableProblem(await fetch(`${url}/stream`, { headers: { Origin: listed } }), 403);
    expect(await statusFor('https://evil-example.com')).toBe(403);
    expect(await statusFor('http://www.example.com')).toBe(403);
  });

  test('others are refused before they are counted, in words that their page can read', async () => {
    const { url, snapshot } = await openServer({ ALLOWED_ORIGINS: listed });
    for (const origin of [other, 'null', 'http://example.com', `${listed}.evil.example`, 'rubbish']) {
      for (const path of ['/stream', '/visitors', '/history', '/history.csv', '/badge.svg']) {
        const response = await fetch(url + path, { headers: { Origin: origin } });
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
        const { detail } = await expectReadableProblem(response, 403);
        expect(detail).toContain(JSON.stringify(origin));
        expect(detail).toContain('ALLOWED_ORIGINS');
      }
    }
    expect(await snapshot()).toMatchObject({ online: 0, visits: 0 });
  });
});

describe('a refusal that is asked for as an event', () => {
  const foreign = { Origin: 'https://example.org' };
  const listed = { ALLOWED_ORIGINS: 'https://example.com' };

  test('comes on a stream that then ends, is readable for the page, and nothing is counted', async () => {
    const { url, snapshot, metric } = await openServer(listed);
    const { response, events, ended } = await openStream(`${url}/stream?refusal=event`, foreign);
    await eventually(() => expect(ended()).toBe(true));
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(response.headers.get('Cache-Control')).toContain('no-store');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(foreign.Origin);
    const detail = expect.stringContaining('add this origin to ALLOWED_ORIGINS');
    expect(events).toEqual([{ name: 'refused', payload: { status: 403, detail }, id: undefined }]);
    expect(await snapshot()).toMatchObject({ online: 0, visits: 0 });
    expect(await metric('live_visitors_refusals_total{reason="origin"}')).toBe(1);
  });

  test('says when to come back, wherever Retry-After would', async () => {
    const { url } = await openServer({ MAX_STREAMS: '2', MAX_STREAMS_PER_ADDRESS: '1' });
    await openStream(`${url}/stream`);
    const refused = await (await openStream(`${url}/stream?refusal=event`)).first('refused');
    expect(refused.payload).toMatchObject({ status: 429, reconnectInMs: 30_000 });
  });

  test('tells of a wrong query too', async () => {
    const { url } = await openServer();
    const refused = await (await openStream(`${url}/stream?tabs=65&refusal=event`)).first('refused');
    expect(refused.payload).toMatchObject({ status: 400, detail: expect.stringContaining('"tabs" must be') });
  });

  test('is no other than before for what is no stream, or asks for no body', async () => {
    const { url } = await openServer(listed);
    await expectReadableProblem(await fetch(`${url}/visitors?refusal=event`, { headers: foreign }), 403);
    const head = await fetch(`${url}/stream?refusal=event`, { method: 'HEAD', headers: foreign });
    expect(head.status).toBe(403);
  });
});
