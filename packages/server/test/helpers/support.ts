import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EventMap, type EventName, eventNames, readEvent } from '@live-visitors/shared';
import { createParser } from 'eventsource-parser';
import { pino } from 'pino';
import { onTestFinished, vi } from 'vitest';
import { type Config, readConfig } from '../../src/config/read-config.ts';
import { startServer } from '../../src/http/server.ts';
import { createMetrics } from '../../src/observability/prometheus.ts';
import type { Logger } from '../../src/observability/safe-log.ts';
import { RedisStore } from '../../src/store/redis/redis-store.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { type Clock, systemClock } from '../../src/stream/clock.ts';
import { nextTickAt } from '../../src/stream/ticker.ts';
import { findFreePort } from './free-port.ts';

/** Waits until `holds` no longer throws. The deadline is for machines that are busy; nothing here is timed. */
export function eventually<Result>(holds: () => Result | Promise<Result>, timeout = 15_000): Promise<Result> {
  return vi.waitFor(holds, { timeout, interval: 50 });
}

/** Waits for the next tick. In a fleet, what is reported later in the same second belongs to the same tick. */
export async function nextTick(store: Pick<Store, 'now'>): Promise<void> {
  await wait(nextTickAt(store.now()) - store.now() + 20);
}

/**
 * Makes a folder that is there until the test has finished.
 *
 * @param onFinished - the test's own, where it runs side by side with others
 */
export function makeFolder(onFinished: (clean: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'live-visitors-'));
  onFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts the real server on a free port, as configured by the environment variables, until the test has finished. Its
 * store is a file, unless another is given.
 */
export async function openServer(
  env: Record<string, string> = {},
  {
    pageDir,
    openFiles = 20_000,
    clock = systemClock,
    dataDir = makeFolder(),
    store = new SqliteStore({ dataDir, now: clock.now }),
    log,
  }: { pageDir?: string; openFiles?: number; clock?: Clock; dataDir?: string; store?: Store; log?: Logger } = {},
) {
  const result = readConfig({ HOST: '127.0.0.1', PORT: '0', ...env }, openFiles);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  const config: Config = result.config;
  const logged: string[] = [];
  const server = await startServer({
    config,
    store,
    clock,
    metrics: createMetrics(),
    pageDir,
    log: log ?? pino({ level: config.logLevel }, { write: (line) => logged.push(line) }),
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= server.close());
  onTestFinished(close);

  const url = `http://127.0.0.1:${server.port}`;
  const snapshot = async () => (await (await fetch(`${url}/visitors`)).json()) as EventMap['visitors'];
  /** The value of a metric, by its name and labels as they stand in the text; 0 where it has none yet. */
  const metric = async (name: string) => {
    const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
    return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length) ?? 0);
  };
  return { url, port: server.port, dataDir, logged, snapshot, metric, close };
}

export type StreamEvent = {
  [Name in EventName]: { name: Name; payload: EventMap[Name]; id: string | undefined };
}[EventName];

/** Opens an event stream as a bare client does, and reads it with a parser that is not ours. */
export async function openStream(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: StreamEvent[] = [];
  let reconnectionTimeMs: number | undefined;
  let ended = false;

  const parser = createParser({
    onEvent({ event, data, id }) {
      const name = eventNames.find((known) => known === event);
      const payload = name && readEvent(name, data);
      if (!payload) throw new Error(`The stream sent what is not in the contract: ${event} ${data}`);
      // Name and payload belong together: the one was decoded by the other.
      events.push({ name, payload, id } as StreamEvent);
    },
    onRetry(milliseconds) {
      reconnectionTimeMs = milliseconds;
    },
  });
  const counts = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  })()
    .catch((error) => {
      if (!abort.signal.aborted) throw error;
    })
    .finally(() => {
      ended = true;
    });

  const of = <Name extends EventName>(name: Name) =>
    events.filter((event): event is Extract<StreamEvent, { name: Name }> => event.name === name);
  const close = async () => {
    abort.abort();
    await counts;
  };
  onTestFinished(close);

  return {
    response,
    events,
    of,
    close,
    ended: () => ended,
    reconnectionTimeMs: () => reconnectionTimeMs,
    /** The first event of that name, once it has come. */
    first: <Name extends EventName>(name: Name) =>
      eventually(() => {
        const [event] = of(name);
        if (!event) throw new Error(`no "${name}" came; so far: ${JSON.stringify(events)}`);
        return event;
      }),
  };
}

/** Sends raw bytes to the server and gathers what comes back. */
export function openSocket(
  port: number,
  bytes: string,
  localAddress?: string,
): { socket: Socket; received: () => string; closed: () => boolean } {
  let received = '';
  let closed = false;
  const socket = connect({ port, host: '127.0.0.1', localAddress }, () => socket.write(bytes));
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('close', () => {
    closed = true;
  });
  // A reset is one of the ways in which a server may end a connection.
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  return { socket, received: () => received, closed: () => closed };
}

export const mainFile = fileURLToPath(new URL('../../../live-visitors/src/main.ts', import.meta.url));

/** A store whose Redis is not there. */
export async function openLostStore(): Promise<Store> {
  return RedisStore.open({ url: `redis://127.0.0.1:${await findFreePort()}`, prefix: 'live-visitors', now: Date.now });
}
