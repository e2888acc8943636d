import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compressedFolders, indexWithPages } from '@live-visitors/shared';
import express, { type RequestHandler } from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFileRoutes } from '../src/http/static-files.ts';
import { readProblem } from './helpers/problem.ts';
import { sendRaw } from './helpers/raw-request.ts';
import { eventually, makeFolder, openServer, openSocket, openStream } from './helpers/support.ts';

const files = {
  'index.html': '<!doctype html><title>Live Visitors</title>'.padEnd(1000),
  [indexWithPages]: '<!doctype html><title>Live Visitors</title><ol></ol>'.padEnd(1000),
  'widget.js': '(() => {})();'.repeat(100),
  'subscribe.js': 'export const subscribe = () => {};',
  'subscribe.d.ts': 'export declare function subscribe(): void;',
  'assets/widget.js': '1;'.repeat(1000),
};

/** A folder as the client's build makes it. */
async function buildPage(): Promise<string> {
  const pageDir = join(makeFolder(), 'page');
  const write = async (name: string, content: string | Buffer) => {
    const file = join(pageDir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  for (const name of ['index.html', 'widget.js', 'assets/widget.js'] as const) {
    await write(join(compressedFolders.br, name), brotliCompressSync(files[name]));
    await write(join(compressedFolders.gzip, name), gzipSync(files[name]));
  }
  return pageDir;
}

/** The bytes of a file in each encoding. */
const encoded = (text: string) => ({ br: brotliCompressSync(text), gzip: gzipSync(text), identity: Buffer.from(text) });

test('a file that is gone since the start, as during an update, is not found', async () => {
  const pageDir = await buildPage();
  const { url } = await openServer({}, { pageDir });
  await rm(pageDir, { recursive: true });
  for (const path of ['/widget.js', '/assets/widget.js']) {
    const response = await fetch(url + path);
    expect(response.status).toBe(404);
    expect(readProblem(await response.json()).detail).toBe(`There is nothing at "${path}".`);
  }
  expect((await fetch(url)).status).toBe(404);
});

describe('in an app of another', () => {
  async function startApp(prepare: RequestHandler): Promise<number> {
    const { forFiles, sendFile } = createFileRoutes(await buildPage());
    const server = express().use(prepare, forFiles(sendFile)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  test('a file is left alone that the app answers while it is looked for', async () => {
    const port = await startApp((_request, response, next) => {
      const { vary } = response;
      response.vary = (field) => {
        queueMicrotask(() => response.sendStatus(503));
        return vary.call(response, field);
      };
      next();
    });
    const ask = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/widget.js`, { headers: { 'Accept-Encoding': 'gzip' } });
      return response.status;
    };
    // An uncaught exception would fail the run.
    expect([await ask(), await ask()]).toEqual([503, 503]);
  });

  test('files are compressed for those who send a whole URL', async () => {
    const port = await startApp((_request, _response, next) => next());
    const { received } = openSocket(
      port,
      'GET http://localhost/widget.js?v=1 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n',
    );
    await eventually(() => expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Content-Encoding: gzip/s));
  });
});

describe('the dashboard with the list of pages', () => {
  test.each([
    ['off', '10.0.0.1', 'index.html'],
    ['private', '203.0.113.7', 'index.html'],
    ['private', '10.0.0.1', indexWithPages],
    ['on', '203.0.113.7', indexWithPages],
  ] as const)('with LIST_PAGES=%s, a client at %s is sent %s', async (listPages, address, name) => {
    const { url } = await openServer({ LIST_PAGES: listPages }, { pageDir: await buildPage() });
    for (const path of ['/', '/?lang=es']) {
      const { headers, body } = await sendRaw(url + path, { 'X-Forwarded-For': address });
      expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
      expect(String(body)).toBe(files[name]);
    }
    const list = await fetch(`${url}/pages`, { headers: { 'X-Forwarded-For': address } });
    expect(list.ok).toBe(name === indexWithPages);
  });

  test('says so if it has not been built', async () => {
    const { url } = await openServer({ LIST_PAGES: 'on' }, { pageDir: makeFolder() });
    const response = await fetch(url);
    expect(response.status).toBe(404);
    expect(readProblem(await response.json()).detail).toContain('The dashboard is not built');
  });
});

describe('the files of the page', () => {
  test.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/widget.js', 'text/javascript; charset=utf-8', 'public, max-age=300'],
    ['/subscribe.js', 'text/javascript; charset=utf-8', 'public, max-age=300'],
    ['/subscribe.d.ts', 'text/plain; charset=utf-8', 'public, max-age=300'],
    ['/assets/widget.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('%s is %s, and cached as its name allows', async (path, type, cacheControl) => {
    const { url } = await openServer({}, { pageDir: await buildPage() });
    const { status, headers } = await fetch(url + path);
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toBe(type);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Cache-Control')).toBe(cacheControl);
    // Pages of any other site may load it, as a script with or without CORS.
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
  });

  test.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['gzip;q=0.5, br;q=0', 'gzip'],
    ['identity;q=0, gzip', 'gzip'],
    ['identity, br;q=0.5, gzip;q=0.5', 'identity'],
    ['gzip;q=0', 'identity'],
    ['*;q=0', 'identity'],
    ['deflate', 'identity'],
    ['identity', 'identity'],
    ['', 'identity'],
    [undefined, 'identity'],
  ] as const)('for Accept-Encoding: %s are sent as %s, with the same type and caching', async (accepted, encoding) => {
    const { url } = await openServer({}, { pageDir: await buildPage() });
    const accept = accepted === undefined ? undefined : { 'Accept-Encoding': accepted };
    for (const [path, name, type, cacheControl] of [
      ['/', 'index.html', 'text/html; charset=utf-8', 'no-cache'],
      ['/?lang=es', 'index.html', 'text/html; charset=utf-8', 'no-cache'],
      ['/%77idget.js', 'widget.js', 'text/javascript; charset=utf-8', 'public, max-age=300'],
      [
        '/assets/widget.js',
        'assets/widget.js',
        'text/javascript; charset=utf-8',
        'public, max-age=31536000, immutable',
      ],
    ] as const) {
      const { status, headers, body } = await sendRaw(url + path, accept);
      const expected = encoded(files[name])[encoding];
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': type,
        'cache-control': cacheControl,
        'content-length': String(expected.length),
      });
      expect(headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
      expect(headers.vary).toContain('Accept-Encoding');
      expect(body).toEqual(expected);
      const head = await sendRaw(url + path, accept, 'HEAD');
      expect(head).toMatchObject({ status, headers: { ...headers, date: expect.anything() }, body: Buffer.of() });
    }
  });

  test('are sent as they are where no compressed copy was built', async () => {
    const pageDir = await buildPage();
    await writeFile(join(pageDir, 'plain.txt'), 'plain');
    const { url } = await openServer({}, { pageDir });
    for (const [path, text] of [
      ['/subscribe.js', files['subscribe.js']],
      ['/plain.txt', 'plain'],
    ]) {
      const { headers, body } = await sendRaw(url + path, { 'Accept-Encoding': 'br, gzip' });
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers.vary).toContain('Accept-Encoding');
      expect(String(body)).toBe(text);
    }
  });

  test('have an ETag of their own in each encoding, and are not sent again in the one that is known', async () => {
    const { url } = await openServer({}, { pageDir: await buildPage() });
    const etags = new Set<string>();
    for (const encoding of ['br', 'gzip', 'identity']) {
      const accept = { 'Accept-Encoding': encoding };
      const etag = String((await sendRaw(`${url}/widget.js`, accept)).headers.etag);
      const { status, headers, body } = await sendRaw(`${url}/widget.js`, { ...accept, 'If-None-Match': etag });
      expect(status).toBe(304);
      expect(headers).toMatchObject({ etag, 'cache-control': 'public, max-age=300' });
      expect(headers.vary).toContain('Accept-Encoding');
      expect(headers['content-encoding']).toBeUndefined();
      expect(body).toHaveLength(0);
      for (const other of etags) {
        expect((await sendRaw(`${url}/widget.js`, { ...accept, 'If-None-Match': other })).status).toBe(200);
      }
      etags.add(etag);
    }
    expect(etags.size).toBe(3);
  });

  test.each(['bytes=0-9', 'bytes=10-', 'bytes=-10', 'bytes=0-1,4-5', 'bytes=99999-', 'bytes=x', 'lines=0-9'])(
    'are sent whole where Range: %s is asked for, never as a part of compressed bytes',
    async (range) => {
      const { url } = await openServer({}, { pageDir: await buildPage() });
      const expected = encoded(files['widget.js']);
      for (const encoding of ['br', 'gzip', 'identity'] as const) {
        const accept = { 'Accept-Encoding': encoding };
        const first = await sendRaw(`${url}/widget.js`, accept);
        const known = [first.headers.etag, first.headers['last-modified'], '"other"'].map(String);
        const conditions = [{}, ...known.map((each) => ({ 'If-Range': each }))];
        for (const condition of conditions) {
          const { status, headers, body } = await sendRaw(`${url}/widget.js`, {
            ...accept,
            ...condition,
            Range: range,
          });
          expect(status).toBe(200);
          expect(headers['content-range']).toBeUndefined();
          expect(headers['accept-ranges']).toBeUndefined();
          expect(headers['content-encoding']).toBe(first.headers['content-encoding']);
          expect(body).toEqual(expected[encoding]);
        }
        const head = await sendRaw(`${url}/widget.js`, { ...accept, Range: range }, 'HEAD');
        expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(first.body.length) } });
      }
    },
  );

  test('are answered with a readable problem where a precondition fails', async () => {
    const { url } = await openServer({}, { pageDir: await buildPage() });
    const response = await fetch(`${url}/widget.js`, { headers: { 'If-Match': '"other"', 'Accept-Encoding': 'gzip' } });
    expect(response.status).toBe(412);
    expect(response.headers.has('Content-Encoding')).toBe(false);
    expect(readProblem(await response.json())).toMatchObject({ status: 412 });
  });

  test.each([
    `/${compressedFolders.br}/widget.js`,
    '/%2ebr/widget.js',
    `/${compressedFolders.gzip}/assets/widget.js`,
    '/assets/../.gzip/widget.js',
    `/${compressedFolders.br}`,
    '/widget.js.br',
    '/widget.js.gz',
    '/..%2fpage%2fwidget.js',
    '/../page/widget.js',
    '/%2e%2e/page/widget.js',
    '/widget.js%00',
    '/%ff',
  ])('are not found as %s', async (path) => {
    const { port } = await openServer({}, { pageDir: await buildPage() });
    for (const encoding of ['br', 'gzip', 'identity']) {
      const { received, closed } = openSocket(
        port,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\nConnection: close\r\n\r\n`,
      );
      await eventually(() => expect(closed()).toBe(true));
      expect(received()).toMatch(/^HTTP\/1\.1 404 /);
      expect(received()).toMatch(/^Content-Type: application\/problem\+json/m);
      expect(received()).not.toMatch(/^Content-Encoding/m);
    }
  });

  test('are there for scripts of sites that may not read the count, as it is not in them', async () => {
    const { url } = await openServer({ ALLOWED_ORIGINS: 'https://example.com' }, { pageDir: await buildPage() });
    const { status, headers } = await fetch(`${url}/widget.js`, { headers: { Origin: 'https://example.org' } });
    expect(status).toBe(200);
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://example.org');
    expect(headers.get('Vary')).toBe('Origin, Accept-Encoding');
  });

  test('are not found if the dashboard is not built', async () => {
    const { url } = await openServer();
    for (const path of ['/', '/widget.js', '/subscribe.js', '/subscribe.d.ts']) {
      const response = await fetch(url + path);
      expect(response.status).toBe(404);
      expect(readProblem(await response.json())).toBeDefined();
    }
  });
});

test.each(['br', 'gzip'])('a stream is not compressed, even for a client that takes %s', async (encoding) => {
  const { url } = await openServer();
  const { response } = await openStream(`${url}/stream`, { 'Accept-Encoding': encoding });
  expect(response.headers.has('Content-Encoding')).toBe(false);
});
