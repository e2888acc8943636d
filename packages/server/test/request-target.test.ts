import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProblem } from './helpers/problem.ts';
import { runProgram } from './helpers/program.ts';
import { eventually, makeFolder, openServer, openSocket } from './helpers/support.ts';

/** Sends a request as it stands, and reads the answer until the server closes the connection. */
async function ask(port: number, requestLine: string, headers: string[] = ['Host: x']) {
  const lines = [requestLine, ...headers, 'Connection: close'];
  const { received, closed } = openSocket(port, `${lines.join('\r\n')}\r\n\r\n`);
  await eventually(() => expect(closed(), requestLine).toBe(true));
  const [head = '', body = ''] = received().split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+) /.exec(head)?.[1]), head, body };
}

function expectProblem({ status, head, body }: Awaited<ReturnType<typeof ask>>, expected: number): void {
  expect(status).toBe(expected);
  expect(head).toContain('Content-Type: application/problem+json');
  expect(readProblem(JSON.parse(body)).status).toBe(status);
}

describe('a request target', () => {
  test('that cannot be understood is answered with a problem, and no warning is printed', async () => {
    const { url, errors } = runProgram({ PORT: '0' });
    const port = Number(new URL(await url()).port);
    const invalid = [
      ...['http://[::1/', 'http://', 'http:///', 'http://a:99999999/', 'http://a:b/', 'http://u:p@a/', 'http://%zz/'],
      ...['http:foo', 'http:/a', 'ftp://a/', '*', '#', '?x', '/\u00e9', '/a\u00a0b', '/caf\u00c3\u00a9', '/a b'],
    ];
    for (const target of invalid) expectProblem(await ask(port, `GET ${target} HTTP/1.1`), 400);
    const unknown = [
      ...['//', '//a', '//u@[x/#', '//u@h:99999999/#', '/a#b', '/healthz#x', '/%', '/%00', '/%E0%A4%A', '/\\a'],
      ...['/..//../..', `/${'a/'.repeat(3000)}`, 'http://a//', 'http://a/%'],
    ];
    for (const target of unknown) expectProblem(await ask(port, `GET ${target} HTTP/1.1`), 404);
    expect(errors()).toBe('');
  });

  test('that is a whole URL leads to its path', async () => {
    const { port } = await openServer();
    for (const target of ['http://a/healthz', 'HTTP://A:80/healthz', 'https://[2001:db8::1]:443/healthz']) {
      expect(await ask(port, `GET ${target} HTTP/1.1`)).toMatchObject({ status: 200, body: 'ok\n' });
    }
    const stream = openSocket(port, 'GET http://a/stream?tabs=3 HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(stream.received()).toMatch(/^HTTP\/1\.1 200 .*event: welcome.*"online":3/s));
    expectProblem(await ask(port, 'GET http://a/stream?tabs=x HTTP/1.1'), 400);
  });

  test('that is a whole URL says which host is asked', async () => {
    const { port } = await openServer({ ALLOWED_ORIGINS: 'https://example.com' });
    const origin = 'Origin: http://a';
    expect((await ask(port, 'GET http://a/visitors HTTP/1.1', ['Host: b', origin])).status).toBe(200);
    expectProblem(await ask(port, 'GET http://b/visitors HTTP/1.1', ['Host: a', origin]), 403);
  });

  test('that is the server itself is allowed for OPTIONS', async () => {
    const { port } = await openServer();
    expect((await ask(port, 'OPTIONS * HTTP/1.1')).status).toBe(204);
  });

  test('that is a folder of the page leads to nothing', async () => {
    const pageDir = makeFolder();
    await mkdir(join(pageDir, 'assets'));
    const { port } = await openServer({}, { pageDir });
    expectProblem(await ask(port, 'GET /assets HTTP/1.1'), 404);
  });
});

describe('a Host header', () => {
  test.each([
    ['a name', ['Host: example.com']],
    ['a name with a port', ['Host: Example.com:8080']],
    ['a name with an empty port', ['Host: example.com:']],
    ['an IPv4 address', ['Host: 192.0.2.1:80']],
    ['an IPv6 address', ['Host: [2001:db8::1]']],
    ['an IPv6 address with a port', ['Host: [::1]:65535']],
    ['nothing', ['Host:']],
  ])('may be %s', async (_, headers) => {
    const { port } = await openServer();
    expect((await ask(port, 'GET /healthz HTTP/1.1', headers)).status).toBe(200);
  });

  test.each([
    ['missing', []],
    ['there twice', ['Host: a', 'Host: b']],
    ['there twice with the same value', ['Host: a', 'hOST: a']],
    ['a list', ['Host: a, b']],
    ['two words', ['Host: a b']],
    ['a URL', ['Host: http://a/']],
    ['a name with a path', ['Host: a/b']],
    ['a name with a user', ['Host: user@a']],
    ['a name with a port that is no number', ['Host: a:b']],
    ['a name with a port above 65535', ['Host: a:65536']],
    ['an IPv6 address without brackets', ['Host: ::1']],
    ['an IPv6 address with one bracket', ['Host: [::1']],
    ['something else in brackets', ['Host: [a]']],
    ['not ASCII', ['Host: b\u00fccher.example']],
  ])('must not be %s', async (_, headers) => {
    const { port, metric } = await openServer();
    const answer = await ask(port, 'GET /healthz HTTP/1.1', headers);
    expectProblem(answer, 400);
    expect(answer.body).toContain('one Host header');
    expect(await metric('live_visitors_refusals_total{reason="malformed"}')).toBe(1);
  });

  test('may be missing from a request in HTTP/1.0, but not be there twice', async () => {
    const { port } = await openServer();
    expect((await ask(port, 'GET /healthz HTTP/1.0', [])).status).toBe(200);
    expectProblem(await ask(port, 'GET /healthz HTTP/1.0', ['Host: a', 'Host: a']), 400);
  });
});

test('an expectation that the server does not know is ignored', async () => {
  const { port } = await openServer();
  expect((await ask(port, 'GET /healthz HTTP/1.1', ['Host: x', 'Expect: tea'])).status).toBe(200);
});
