import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type EventMap, indexWithPages, type PageCount, paths, type Snapshot } from '@live-visitors/shared';
import { root } from './program.ts';

const pageDir = join(root, 'packages/server/dist/page');
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** What a stand-in does with a stream. */
export type Manner =
  /** A snapshot each second. */
  | 'even'
  /** One snapshot, and then none. */
  | 'falls silent'
  /** Not even the head of an answer. */
  | 'silent'
  /** Not now: come back in a while. */
  | 'busy'
  | 'refuses';

/** Why it refuses. */
export const reason = '"tabs" must be a whole number from 0 to 64.';

const refusals: { [Name in Manner]?: EventMap['refused'] } = {
  refuses: { status: 400, detail: reason },
  busy: { status: 503, detail: 'Not now.', reconnectInMs: 5000 },
};

export type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/** Serves the built dashboard, and plays a server that behaves as a test wants. */
export async function startStandIn(folder = pageDir) {
  let manner: Manner = 'even';
  let figures: Omit<Snapshot, 'at'> = { online: 7, browsers: 4, visits: 41, peak: 9, visitorSeconds: 5310 };
  let opened = 0;
  let pages: readonly PageCount[] | undefined;
  let listed = 0;
  const streams = new Set<ServerResponse>();

  const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  const snapshot = () => event('visitors', { ...figures, at: Date.now() });

  const timer = setInterval(() => {
    if (manner === 'even') for (const stream of streams) stream.write(snapshot());
  }, 1000);

  function openStream(response: ServerResponse): void {
    opened++;
    const refusal = refusals[manner];
    if (refusal) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(event('refused', refusal));
      return;
    }
    streams.add(response);
    response.once('close', () => streams.delete(response));
    if (manner === 'silent') return;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(event('welcome', { tabs: 1, history: recent() }) + snapshot());
  }

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    if (pathname === paths.stream) return openStream(response);
    if (pathname === paths.history) return response.end(JSON.stringify(day(figures.peak)));
    if (pathname === paths.pages && pages) {
      listed++;
      return response.end(JSON.stringify({ pages }));
    }
    try {
      const index = pages ? indexWithPages : 'index.html';
      const file = join(folder, pathname === '/' ? index : pathname);
      const content = await readFile(file);
      response.setHeader('Content-Type', types[extname(file)] ?? 'text/plain').end(content);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    /** How many streams were asked for. */
    opened: () => opened,
    behave(next: Manner) {
      manner = next;
    },
    /** Lists these pages. To be called before the dashboard is loaded. */
    list(next: readonly PageCount[] | undefined) {
      pages = next;
    },
    /** How many times the list was asked for. */
    listed: () => listed,
    /** Says so from the next snapshot on. */
    count(changes: Partial<Omit<Snapshot, 'at'>>) {
      figures = { ...figures, ...changes };
    },
    /** Breaks all streams off. */
    hangUp() {
      for (const stream of streams) stream.destroy();
    },
    /** Is gone, streams and all. */
    async vanish() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    async stop() {
      clearInterval(timer);
      if (server.listening) await this.vanish();
    },
  };
}

/** Ten minutes that were worth drawing. */
function recent() {
  const online = Array.from({ length: 600 }, (_, second) => 2 + Math.round(wave(second / 40) * 7));
  return { everyMs: 1000, endsAt: Math.floor(Date.now() / 1000) * 1000, online };
}

/** A day that was, with a night in it. */
function day(peak: number) {
  const endsAt = Math.floor(Date.now() / 60_000) * 60_000;
  const mean = Array.from({ length: 1440 }, (_, minute) => wave(minute / 230) * (peak - 2));
  return {
    range: '24h',
    days: [],
    peak: { online: peak, at: endsAt - 3 * 3_600_000 },
    series: {
      everyMs: 60_000,
      endsAt,
      lowest: mean.map((value) => Math.floor(value * 0.7)),
      mean: mean.map((value) => Math.round(value * 100) / 100),
      highest: mean.map((value) => Math.ceil(value + 1)),
      visits: mean.map(() => 1),
    },
  };
}

/** Between 0 and 1, never quite the same twice. */
function wave(x: number): number {
  return (Math.sin(x) + Math.sin(x * 2.7 + 1) + Math.sin(x * 0.61) + 3) / 6;
}
