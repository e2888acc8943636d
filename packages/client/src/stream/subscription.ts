import { type EventMap, formatStreamQuery, paths, type Snapshot, tickMs } from '@live-visitors/shared';
import { createRoster, type Reports, type RosterEntry, type Tabs } from '../tabs/roster.ts';
import type { OnUpdate, Update } from '../update.ts';
import type { Connection } from './connection.ts';
import type { StreamEnvironment } from './environment.ts';
import type { Recent } from './recent.ts';
import { backoffMs, retryInMs } from './retry.ts';

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
  reports: Reports;
  /** Where it is there, the server is asked for the history that is not in it. */
  recent?: Recent | undefined;
  onUpdate: OnUpdate;
};

type Stream = { said: RosterEntry; welcomed: boolean; close: () => void };

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
   * Says which tabs there are now, and opens the next stream if that is due. To be called on each update: that is how
   * renewal is driven by ticks, as the timers of hidden tabs sleep.
   */
  setTabs: (tabs: Tabs) => void;
  /** Looks after the stream. To be called each second, and whenever the page or the network wakes up. */
  check: () => void;
  update: () => Update;
  leave: () => void;
};

/**
 * Keeps a stream to the server open: renews it before it expires or when the number of tabs changes, and comes back by
 * itself whatever happens to the server, the network or this device.
 */
export function subscribe(environment: StreamEnvironment, options: SubscriptionOptions): Subscription {
  const { openStream, now, schedule, isOnline, random } = environment;
  const { server, browser, tabs, reports, recent, onUpdate } = options;
  const roster = createRoster(tabs, reports);
  let connection: Connection = { state: 'connecting' };
  let last: { snapshot: Snapshot; heardAt: number } | undefined;
  let failures = 0;
  let heardAt = now();
  let link: Link = { state: 'opening', stream: prepare() };
  start(link.stream);

  function update(): Update {
    const inMs = link.state === 'waiting' ? Math.max(0, link.dueAt - now()) : 0;
    return {
      connection: 'inMs' in connection ? { ...connection, inMs } : connection,
      last: last && { snapshot: last.snapshot, ageMs: now() - last.heardAt },
    };
  }

  function say(said: Connection): void {
    if (said.state === connection.state && link.state !== 'waiting') return;
    connection = said;
    onUpdate(update());
  }

  function sayLost(): void {
    say(isOnline() ? { state: 'reconnecting', inMs: 0 } : { state: 'offline' });
  }

  /** How many seconds of history this tab misses. A stream that replaces one on which ticks come leaves no gap. */
  function missedSeconds(): number {
    if (recent === undefined) return 0;
    if (last === undefined) return recent.seconds;
    const silenceMs = now() - last.heardAt;
    if (link.state === 'renewing' && silenceMs < staleAfterMs) return 0;
    return Math.min(recent.seconds, Math.ceil(silenceMs / 1000) + historyMarginSeconds);
  }

  function prepare(): Stream {
    return { said: roster.call(), welcomed: false, close: () => {} };
  }

  function start(stream: Stream): void {
    const { tabs, arrivals } = stream.said;
    if (arrivals.length > 0) {
      // Told before they are sent: should this tab crash in between, nobody reports them a second time.
      roster.send(stream.said);
      onUpdate(update());
      // Whoever hears it may find that nobody is left.
      if (!openStreams().includes(stream)) return;
    }
    const isCurrent = () => 'stream' in link && link.stream === stream;
    const lose = () => {
      if (giveUp(stream)) sayLost();
    };

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
        roster.settle(stream.said, true);
        failures = 0;
        heardAt = now();
        // Else the browser itself has brought back the stream that is being replaced.
        if (link.state !== 'renewing' || link.next === stream) {
          if (link.state === 'renewing') link.stream.close();
          link = { state: 'open', stream, renewAt: heardAt + renewWithinMs * renewalShare, notBefore: heardAt };
        }
        onUpdate({ ...update(), past });
      },
      visitors(snapshot) {
        heardAt = now();
        last = { snapshot, heardAt };
        connection = { state: 'live' };
        onUpdate(update());
      },
      farewell({ reconnectInMs }) {
        if (!isCurrent()) return;
        // The next stream may be in its place already: given up, its arrivals might be lost.
        if (link.state === 'renewing') return handOver(link);
        // Longer is what a stream that was replaced is told, but no other client has this id.
        wait(Math.min(reconnectInMs, lostAfterMs));
        say({ state: 'reconnecting', inMs: 0 });
      },
      dropped() {
        // It never reached the server, most likely: its arrivals are not to wait for the browser to bring it back.
        if (!stream.welcomed) return lose();
        if (!isCurrent()) return;
        if (link.state === 'renewing') handOver(link);
        else sayLost();
      },
      refused(refusal) {
        if (!giveUp(stream, refusal)) return;
        // With a status from 500 on, it is the server that is in trouble (RFC 9110 §15.6).
        if (refusal.status >= 500) say({ state: 'reconnecting', inMs: 0 });
        else say({ state: 'refused', reason: refusal.detail, status: refusal.status, inMs: 0 });
      },
      failed: lose,
    });
  }

  /** Opens the next stream when the one that counts is old, or has the tabs wrong. */
  function renewIfDue(): void {
    if (link.state === 'renewing' && now() - link.since >= lostAfterMs) {
      failures++;
      keep(link, backoffMs(failures, random()));
    }
    if (link.state !== 'open') return;
    const { stream, renewAt, notBefore } = link;
    if ((!roster.isOutdated(stream.said) && now() < renewAt) || now() < notBefore) return;
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
  function keep({ stream, next }: Extract<Link, { state: 'renewing' }>, delayMs: number): void {
    discard(next);
    const notBefore = now() + delayMs;
    link = { state: 'open', stream, renewAt: notBefore, notBefore };
  }

  /**
   * Gives up a stream that is not to be had: its arrivals are still to be reported.
   *
   * @returns whether no stream is left with that
   */
  function giveUp(stream: Stream, refusal?: EventMap['refused']): boolean {
    if (!openStreams().includes(stream)) return false;
    roster.settle(stream.said, false);
    if (link.state === 'renewing' && link.stream === stream) {
      handOver(link);
      return false;
    }
    failures++;
    const delayMs = refusal ? retryInMs(refusal, failures, random()) : backoffMs(failures, random());
    if (link.state === 'renewing') {
      keep(link, delayMs);
      // Word that its arrivals are still to be reported.
      onUpdate(update());
      return false;
    }
    wait(delayMs);
    return true;
  }

  /**
   * Closes a stream. Whether one that was never answered has reached the server, nobody knows: better a visit lost than
   * one counted twice.
   */
  function discard(stream: Stream): void {
    stream.close();
    roster.settle(stream.said, true);
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
      roster.set(present);
      renewIfDue();
    },
    check,
    update,
    leave() {
      hangUp();
      if (link.state === 'waiting') link.wakeNoMore();
      link = { state: 'left' };
    },
  };
}
