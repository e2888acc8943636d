import { formatStreamQuery, paths, type Snapshot, tickMs } from '@live-visitors/shared';
import type { Connection } from './connection.ts';
import type { News, OnNews } from './news.ts';
import type { Recent } from './recent.ts';
import { backoffMs, retryInMs } from './retry.ts';
import { createRoll, type RollCall, type Tabs } from './roll.ts';
import type { StreamEnvironment } from './stream-environment.ts';

/** After so much silence an open stream is stale. */
export const staleAfterMs = 2.5 * tickMs;

/** After so much silence it is given up, whatever the browser says of it: after sleep it may say open and be dead. */
const lostAfterMs = 10 * tickMs;

/** How many seconds of history are asked for beyond those in which nothing was heard. */
const historyMarginSeconds = 5;

/** The share of `renewWithinMs` after which the next stream is opened: the rest is room for a slow network. */
const renewalShare = 0.8;

export type SubscriptionOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** A random id, in memory only, by which our next stream takes our last one's place in the count. */
  browser: string;
  tabs: Tabs;
  /** The newcomers that were reported to the server. Kept up to date. */
  reported: Set<string>;
  /** Where it is there, the server is asked for the history that is not in it. */
  recent?: Recent | undefined;
  onNews: OnNews;
};

type Stream = { said: RollCall; welcomed: boolean; close: () => void };

type Link =
  /** A stream is being opened; none counts yet. */
  | { state: 'opening'; stream: Stream }
  | { state: 'open'; stream: Stream; renewAt: number; notBefore: number }
  /** `stream` counts until `next` is welcomed. */
  | { state: 'renewing'; stream: Stream; next: Stream; since: number }
  | { state: 'waiting'; dueAt: number; wakeNoMore: () => void }
  | { state: 'left' };

export type Subscription = {
  /**
   * Says which tabs there are now, and opens the next stream if that is due. To be called on each news: that is how
   * renewal is driven by ticks, as the timers of hidden tabs sleep.
   */
  setTabs: (tabs: Tabs) => void;
  /** Looks after the stream. To be called each second, and whenever the page or the network wakes up. */
  check: () => void;
  news: () => News;
  leave: () => void;
};

/**
 * Keeps a stream to the server open: renews it before it expires or when the number of tabs changes, and comes back by
 * itself whatever happens to the server, the network or this device.
 */
export function subscribe(environment: StreamEnvironment, options: SubscriptionOptions): Subscription {
  const { openStream, now, schedule, isOnline, random } = environment;
  const { server, browser, tabs, reported, recent, onNews } = options;
  const roll = createRoll(tabs, reported);
  let connection: Connection = { state: 'connecting' };
  let last: { snapshot: Snapshot; heardAt: number } | undefined;
  let failures = 0;
  let heardAt = now();
  let link: Link = { state: 'opening', stream: prepare() };
  start(link.stream);

  function news(): News {
    const inMs = link.state === 'waiting' ? Math.max(0, link.dueAt - now()) : 0;
    return {
      connection: 'inMs' in connection ? { ...connection, inMs } : connection,
      last: last && { snapshot: last.snapshot, ageMs: now() - last.heardAt },
    };
  }

  function say(said: Connection): void {
    if (said.state === connection.state && link.state !== 'waiting') return;
    connection = said;
    onNews(news());
  }

  function sayLost(): void {
    say(isOnline() ? { state: 'reconnecting', inMs: 0 } : { state: 'offline' });
  }

  /** How many seconds of history this tab misses. A stream that replaces another leaves no gap. */
  function missedSeconds(): number {
    if (recent === undefined || link.state === 'renewing') return 0;
    if (last === undefined) return recent.seconds;
    return Math.min(recent.seconds, Math.ceil((now() - last.heardAt) / 1000) + historyMarginSeconds);
  }

  function prepare(): Stream {
    return { said: roll.call(), welcomed: false, close: () => {} };
  }

  function start(stream: Stream): void {
    const { tabs, arrivals } = stream.said;
    if (arrivals.length > 0) {
      // Told before they are sent: should this tab crash in between, nobody reports them a second time.
      roll.report(stream.said);
      onNews(news());
      // Whoever hears it may find that nobody is left.
      if (!openStreams().includes(stream)) return;
    }
    const isCurrent = () => 'stream' in link && link.stream === stream;

    const history = missedSeconds();
    const query = formatStreamQuery({
      browser,
      tabs,
      arrivals: arrivals.length,
      ...(history > 0 && { history }),
      refusal: 'event',
    });
    stream.close = openStream(server + paths.stream + query, {
      welcome({ renewWithinMs = Number.POSITIVE_INFINITY, history: past }) {
        stream.welcomed = true;
        failures = 0;
        heardAt = now();
        if (link.state === 'renewing') {
          // The browser itself brought back the stream that is being replaced.
          if (link.stream === stream) return;
          link.stream.close();
        }
        link = { state: 'open', stream, renewAt: heardAt + renewWithinMs * renewalShare, notBefore: heardAt };
        onNews({ ...news(), past });
      },
      visitors(snapshot) {
        heardAt = now();
        last = { snapshot, heardAt };
        connection = { state: 'live' };
        onNews(news());
      },
      farewell({ reconnectInMs }) {
        if (!isCurrent()) return;
        // The next stream may be in its place already: given up, its arrivals would be reported twice.
        if (link.state === 'renewing') handOver(link);
        else comeBackIn(reconnectInMs);
      },
      dropped() {
        if (!isCurrent()) return;
        if (link.state === 'renewing') handOver(link);
        else sayLost();
      },
      refused(refusal) {
        if (!losesAll(stream)) return;
        wait(retryInMs(refusal, failures, random()));
        // With a status from 500 on, it is the server that is in trouble (RFC 9110 §15.6).
        if (refusal.status >= 500) sayLost();
        else say({ state: 'refused', reason: refusal.detail, inMs: 0 });
      },
      failed() {
        if (losesAll(stream)) comeBackIn(backoffMs(failures, random()));
      },
    });
  }

  /** Opens the next stream when the one that counts is old, or has the tabs wrong. */
  function renewIfDue(): void {
    if (link.state === 'renewing' && now() - link.since >= lostAfterMs) keep(link);
    if (link.state !== 'open') return;
    const { stream, renewAt, notBefore } = link;
    if ((!roll.isOutdated(stream.said) && now() < renewAt) || now() < notBefore) return;
    const next = prepare();
    link = { state: 'renewing', stream, next, since: now() };
    start(next);
  }

  /** The server has ended the stream that was being replaced: its place has been taken, or both are lost. */
  function handOver({ stream, next }: Extract<Link, { state: 'renewing' }>): void {
    stream.close();
    link = { state: 'opening', stream: next };
  }

  /** The next stream does not come about. The one that counts goes on until the server ends it, or a later tick tries again. */
  function keep({ stream, next }: Extract<Link, { state: 'renewing' }>): void {
    discard(next);
    failures++;
    const notBefore = now() + backoffMs(failures, random());
    link = { state: 'open', stream, renewAt: notBefore, notBefore };
  }

  /** Gives up a stream that is not to be had. Returns whether none is left with that. */
  function losesAll(stream: Stream): boolean {
    if (link.state === 'renewing') {
      if (link.stream === stream) handOver(link);
      else keep(link);
      return false;
    }
    if (!('stream' in link) || link.stream !== stream) return false;
    failures++;
    return true;
  }

  /** Closes a stream that did not come about, so that its arrivals are still to be reported. */
  function discard(stream: Stream): void {
    stream.close();
    if (!stream.welcomed) roll.takeBack(stream.said);
  }

  function openStreams(): Stream[] {
    return [...('stream' in link ? [link.stream] : []), ...('next' in link ? [link.next] : [])];
  }

  function hangUp(): void {
    openStreams().forEach(discard);
  }

  function reopen(): void {
    hangUp();
    heardAt = now();
    const stream = prepare();
    link = { state: 'opening', stream };
    start(stream);
  }

  function wait(delayMs: number): void {
    hangUp();
    link = { state: 'waiting', dueAt: now() + delayMs, wakeNoMore: schedule(check, delayMs) };
  }

  function comeBackIn(delayMs: number): void {
    wait(delayMs);
    sayLost();
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
        if (now() < link.dueAt && !(connection.state === 'offline' && isOnline())) break;
        link.wakeNoMore();
        reopen();
        break;
      case 'left':
        break;
      default:
        link satisfies never;
    }
  }

  return {
    setTabs(present) {
      roll.set(present);
      renewIfDue();
    },
    check,
    news,
    leave() {
      // Whether a stream on its way has arrived, nobody knows: better a visit lost than one counted twice.
      for (const stream of openStreams()) stream.close();
      if (link.state === 'waiting') link.wakeNoMore();
      link = { state: 'left' };
    },
  };
}
