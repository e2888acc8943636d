import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Site = Awaited<ReturnType<typeof startSite>>;

/**
 * Runs a web site that is not the server's: on a port of its own, and under a name by which it is another site for
 * browsers too.
 */
export async function startSite(host = '127.0.0.1') {
  const pages = new Map<string, { content: string; headers: Record<string, string>; hits: number }>();
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    if (page) page.hits++;
    response.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...page?.headers });
    response.end(page?.content);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;

  function add(content: string, headers: Record<string, string>): string {
    const path = `/${pages.size}`;
    pages.set(path, { content, headers, hits: 0 });
    return origin + path;
  }

  return {
    origin,

    /** Puts a page on the site. Returns its URL. */
    publish(body: string, headers: Record<string, string> = {}): string {
      return add(`<!doctype html><html lang="en"><meta charset="utf-8"><title>A site</title>${body}`, headers);
    },

    /** Puts a script on the site, such as a service worker for all of it. Returns its URL. */
    publishScript: (code: string): string => add(code, { 'Content-Type': 'text/javascript' }),

    /** How often a page has been asked for. */
    hits: (url: string): number => pages.get(url.replace(origin, ''))?.hits ?? 0,

    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
