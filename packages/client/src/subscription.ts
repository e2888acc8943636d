import { formatStreamQuery, paths, type Snapshot, tickMs } from '@live-visitors/shared';
import { backoffMs } from './backoff.ts';
import type { Connection } from './connection.ts';
import type { Answer, StreamHandlers } from './event-stream.ts';

/** After so much silence an open stream is stale. */
const staleAfterMs = 2.5 * tickMs;

/** After so much silence it is given up, whatever the browser says of it: after sleep it may say open and be dead. */
const lostAfterMs = 10 * tickMs;

/** Where a server that refuses us does not say when to ask again. */
const refusedRetryMs = 30_000;

/** The share of `renewWithinMs` after which the next stream is opened: the rest is room for a slow network. */
const renewalShare = 0.8;

/** The world outside, handed in. */
export type Environment = {
  /** Opens a stream. Returns how to close it. */
  openStream: (url: string, handlers: StreamHandlers) => () => void;
  probe: (url: string) => Promise<Answer>;
  /** Milliseconds since some moment; never set back. */
  now: () => number;
  /** Calls back once, `delayMs` later at the earliest. */
  schedule: (callback: () => void, delayMs: number) => void;
  isOnline: () => boolean;
  /** From 0 to 1. */
  random: () => number;
};

export type SubscriptionOptions = {
  /** The origin of the server; empty for the page's own. */
  server: string;
  /** A random id, in memory only, by which our next stream takes our last one's place in the count. */
  browser: string;
  /** Whether this tab was counted as a visit before. */
  counted: boolean;
  onSnapshot: (snapshot: Snapshot) => void;
  onConnection: (connection: Connection) => void;
};

type Stream = { close: () => void };

type Link =
  /** A stream is being opened; none counts yet. */
  | { state: 'opening'; stream: Stream }
  | { state: 'open'; stream: Stream; renewAt: number }
  /** `stream` counts until `next` is welcomed. */
  | { state: 'renewing'; stream: Stream; next: Stream }
  /** The server is being asked why it opens no stream. */
  | { state: 'asking' }
  | { state: 'waiting'; dueAt: number }
  | { state: 'left' };

export type Subscription = {
  /** Looks after the stream. To be called each second, and whenever the page or the network wakes up. */
  check: () => void;
  leave: () => void;
};

/**
 * Keeps a stream to the server open: renews it before it expires, and comes back by itself whatever happens to the
 * server, the network or this device.
 */
export function subscribe(environment: Environment, options: SubscriptionOptions): Subscription {
  const { openStream, probe, now, schedule, isOnline, random } = environment;
  let connection: Connection = { state: 'connecting' };
  let { counted } = options;
  let failures = 0;
  let heardAt = now();
  let link: Link = { state: 'opening', stream: open() };

  function urlWith(arrivals: { arrivals?: number }): string {
    return options.server + paths.stream + formatStreamQuery({ browser: options.browser, ...arrivals });
  }

  function say(said: Connection): void {
    if (said.state === connection.state) return;
    connection = said;
    options.onConnection(said);
  }

  function sayLost(): void {
    say({ state: isOnline() ? 'reconnecting' : 'offline' });
  }

  function open(): Stream {
    const stream: Stream = { close: () => {} };
    const isCurrent = () => 'stream' in link && link.stream === stream;

    stream.close = openStream(urlWith(counted ? { arrivals: 0 } : {}), {
      welcome({ renewWithinMs = Number.POSITIVE_INFINITY }) {
        counted = true;
        failures = 0;
        heardAt = now();
        if (link.state === 'renewing') {
          // The browser itself brought back the stream that is being replaced.
          if (link.stream === stream) return;
          link.stream.close();
        }
        link = { state: 'open', stream, renewAt: heardAt + renewWithinMs * renewalShare };
      },
      visitors(snapshot) {
        heardAt = now();
        options.onSnapshot(snapshot);
        say({ state: 'live' });
        // Renewal is driven by ticks: the timers of hidden tabs sleep.
        if (link.state === 'open' && heardAt >= link.renewAt) link = { state: 'renewing', stream, next: open() };
      },
      farewell({ reconnectInMs }) {
        if (isCurrent()) comeBackIn(reconnectInMs);
      },
      dropped() {
        if (isCurrent()) sayLost();
      },
      failed() {
        if (isCurrent()) askWhy();
        // The stream that counts goes on until the server ends it; then we come back as after any farewell.
        else if (link.state === 'renewing')
          link = { state: 'open', stream: link.stream, renewAt: Number.POSITIVE_INFINITY };
      },
    });
    return stream;
  }

  function hangUp(): void {
    if ('stream' in link) link.stream.close();
    if ('next' in link) link.next.close();
  }

  function reopen(): void {
    hangUp();
    heardAt = now();
    link = { state: 'opening', stream: open() };
  }

  function wait(delayMs: number): void {
    hangUp();
    link = { state: 'waiting', dueAt: now() + delayMs };
    schedule(check, delayMs);
  }

  function comeBackIn(delayMs: number): void {
    wait(delayMs);
    sayLost();
  }

  async function askWhy(): Promise<void> {
    hangUp();
    const asking: Link = { state: 'asking' };
    link = asking;
    failures++;
    // Nobody arrives with the question: the stream that follows brings us.
    const answer = await probe(urlWith({ arrivals: 0 }));
    if (link !== asking) return;

    const patienceMs = backoffMs(failures, random());
    switch (answer.kind) {
      case 'open':
        // Once is bad luck; a server that opens for the question alone is not to be asked in a tight loop.
        comeBackIn(failures === 1 ? 0 : patienceMs);
        break;
      case 'unavailable':
        comeBackIn(Math.max(patienceMs, answer.retryAfterMs ?? 0));
        break;
      case 'refused':
        wait(Math.max(patienceMs, answer.retryAfterMs ?? refusedRetryMs));
        say({ state: 'refused', reason: answer.reason });
        break;
      default:
        answer satisfies never;
    }
  }

  function check(): void {
    switch (link.state) {
      case 'opening':
      case 'open':
      case 'renewing': {
        const silenceMs = now() - heardAt;
        if (silenceMs >= lostAfterMs) {
          reopen();
          sayLost();
        } else if (silenceMs >= staleAfterMs && connection.state === 'live') {
          say({ state: 'stale' });
        }
        break;
      }
      case 'waiting':
        if (now() >= link.dueAt || (connection.state === 'offline' && isOnline())) reopen();
        break;
      case 'asking':
      case 'left':
        break;
      default:
        link satisfies never;
    }
  }

  return {
    check,
    leave() {
      hangUp();
      link = { state: 'left' };
    },
  };
}
