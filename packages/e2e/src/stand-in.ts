import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import {
  daysOf,
  type EventMap,
  type HistoryRange,
  historyRanges,
  indexWithPages,
  type PageCount,
  paths,
  type RangeHistory,
  type Snapshot,
} from '@live-visitors/shared';
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

/** Serves the built dashboard, and plays a server that behaves as a test wants, with a clock that may go wrong. */
export async function startStandIn(now = Date.now) {
  let manner: Manner = 'even';
  let figures: Omit<Snapshot, 'at'> = { online: 7, browsers: 4, visits: 41, peak: 9, visitorSeconds: 5310 };
  let opened = 0;
  let pages: readonly PageCount[] | undefined;
  let listed = 0;
  let seconds = Number.POSITIVE_INFINITY;
  const streams = new Set<ServerResponse>();

  const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  const snapshot = () => event('visitors', { ...figures, at: now() });

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
    response.write(event('welcome', { tabs: 1, history: recent(Math.min(seconds, 600), now()) }) + snapshot());
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    if (pathname === paths.stream) return openStream(response);
    if (pathname === paths.history) {
      const range = (searchParams.get('range') ?? '24h') as HistoryRange;
      const entries = Math.min(seconds / (historyRanges[range].everyMs / 1000), historyRanges[range].entries);
      return response.end(JSON.stringify(past(range, figures.peak, Math.ceil(entries), now())));
    }
    if (pathname === paths.pages && pages) {
      listed++;
      return response.end(JSON.stringify({ pages }));
    }
    try {
      const index = pages ? indexWithPages : 'index.html';
      const file = join(pageDir, pathname === '/' ? index : pathname);
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
    /** Lists these pages. Call it before the dashboard is loaded. */
    list(next: readonly PageCount[] | undefined) {
      pages = next;
    },
    /** Makes the server so many seconds old. Call it before the dashboard is loaded. */
    isYoung(since: number) {
      seconds = since;
    },
    /** How many times the list was asked for. */
    listed: () => listed,
    /** Changes the figures from the next snapshot on. */
    count(changes: Partial<Omit<Snapshot, 'at'>>) {
      figures = { ...figures, ...changes };
    },
    /** Closes all streams. */
    hangUp() {
      for (const stream of streams) stream.destroy();
    },
    /** Stops, and closes all streams. */
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

/** Minutes with some ups and downs, for the chart. */
function recent(length: number, now: number) {
  const online = Array.from({ length }, (_, second) => 2 + Math.round(wave(second / 40) * 7));
  return { everyMs: 1000, endsAt: Math.floor(now / 1000) * 1000, online };
}

/** The entries in which the server did not run. */
const stoppedFrom = 600;
const stoppedTo = 700;

/** A history with nights and a gap, for the chart. */
function past(range: HistoryRange, peak: number, entries: number, now: number): RangeHistory {
  const { everyMs } = historyRanges[range];
  const endsAt = Math.floor(now / everyMs) * everyMs;
  const mean = Array.from({ length: entries }, (_, entry) =>
    entry >= stoppedFrom && entry < stoppedTo ? null : wave(entry / 230) * (peak - 2),
  );
  const each = (change: (value: number) => number) => mean.map((value) => (value === null ? null : change(value)));
  const series = {
    everyMs,
    endsAt,
    lowest: each((value) => Math.floor(value * 0.7)),
    mean: each((value) => Math.round(value * 100) / 100),
    highest: each((value) => Math.ceil(value + 1)),
    visits: each(() => 1),
  };
  const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  return { range, peak: { online: peak, at: endsAt - 3 * 3_600_000 }, series, days: daysOf({ range, series }, dateOf) };
}

/** Between 0 and 1, never quite the same twice. */
function wave(x: number): number {
  return (Math.sin(x) + Math.sin(x * 2.7 + 1) + Math.sin(x * 0.61) + 3) / 6;
}
