import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeProblem } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { eventually, makeFolder, openServer, openSocket, openStream } from './helpers/support.ts';

const files = {
  'index.html': '<!doctype html><title>Live Visitors</title>',
  'widget.js': '(() => {})();',
  'subscribe.js': 'export const subscribe = () => {};',
  'subscribe.d.ts': 'export declare function subscribe(): void;',
  'assets/widget.js': '1;'.repeat(1000),
};

/** A folder as the client's build makes it. */
async function buildPage(): Promise<string> {
  const pageDir = makeFolder();
  await mkdir(join(pageDir, 'assets'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(pageDir, name), text);
  return pageDir;
}

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

  test.each(['br', 'gzip'])('go out compressed with %s to whom takes it, and streams never do', async (encoding) => {
    const { url } = await openServer({}, { pageDir: await buildPage() });
    const headers = { 'Accept-Encoding': encoding };
    const response = await fetch(`${url}/assets/widget.js`, { headers });
    expect(response.headers.get('Content-Encoding')).toBe(encoding);
    expect(response.headers.get('Vary')).toContain('Accept-Encoding');
    expect(await response.text()).toBe(files['assets/widget.js']);
    const { response: stream } = await openStream(`${url}/stream`, headers);
    expect(stream.headers.has('Content-Encoding')).toBe(false);
  });

  test('are not sent again to whom has them', async () => {
    const { url, port } = await openServer({}, { pageDir: await buildPage() });
    const etag = (await fetch(`${url}/widget.js`)).headers.get('ETag');
    // Not with `fetch`, which says `no-cache` in such a request.
    const { received, closed } = openSocket(
      port,
      `GET /widget.js HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${etag}\r\nConnection: close\r\n\r\n`,
    );
    await eventually(() => expect(closed()).toBe(true));
    expect(received()).toMatch(/^HTTP\/1\.1 304 .*\r\nCache-Control: public, max-age=300\r\n.*\r\n\r\n$/s);
  });

  test('are there for scripts of sites that may not read the count, as it is not in them', async () => {
    const { url } = await openServer({ ALLOWED_ORIGINS: 'https://example.com' }, { pageDir: await buildPage() });
    const { status, headers } = await fetch(`${url}/widget.js`, { headers: { Origin: 'https://example.org' } });
    expect(status).toBe(200);
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://example.org');
    expect(headers.get('Vary')).toContain('Origin');
  });

  test('are not found where the page has not been built', async () => {
    const { url } = await openServer();
    for (const path of ['/', '/widget.js', '/subscribe.js', '/subscribe.d.ts']) {
      const response = await fetch(url + path);
      expect(response.status).toBe(404);
      expect(decodeProblem(await response.json())).toBeDefined();
    }
  });
});
