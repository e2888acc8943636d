import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '@live-visitors/shared';
import { createClient, ErrorReply } from 'redis';
import * as v from 'valibot';
import type { Reading } from './audience.ts';
import type { Ledger } from './ledger.ts';
import { decodePublication, type Publication, redisKeys, reportScript } from './redis-report.ts';
import { explainConnectionError, placeOf } from './redis-trouble.ts';

/** How long Redis may take to answer, before a tick goes on without it. */
const answerMs = 400;

/**
 * How long after its own call a node waits for word of the others', which tick at the same moment: without it, a change
 * that was reported right after the call would be shown a second later. More than their clocks are apart.
 */
const gatherMs = 100;

/** How long a first connection is waited for. */
const openMs = 1000;

/** How long a connection may take to be made. */
const connectMs = 1500;

/** How long a connection may say nothing before another one is made. There is a call each second. */
const idleMs = 3000;

/** The longest pause before another try to connect, and by how much pauses differ between nodes. */
const retryMs = { max: 500, jitter: 100 };

export type RedisLedgerOptions = {
  /** One that {@link isRedisUrl} accepts. */
  url: string;
  /** What the names of all keys begin with: fleets of different prefixes share a Redis and know nothing of each other. */
  prefix?: string;
  /** The time in milliseconds since 1970. It is Redis's time that is shown; this one bridges the time when Redis is away. */
  now: () => number;
};

/**
 * Opens the ledger that a fleet shares. Resolves once Redis is reached, or else after a second: the ledger goes on
 * trying for as long as it is open.
 */
export async function openRedisLedger({ url, prefix = 'live-visitors', now }: RedisLedgerOptions): Promise<Ledger> {
  const id = randomBytes(9).toString('base64url');
  const keys = redisKeys(prefix);
  const place = `Redis at ${placeOf(url)}`;
  /** What Redis published last, and which reading of this node is in it. */
  let known: { reading: Reading; totals: Publication['totals']; receivedAt: number } | undefined;
  /** The last call, and what it reported. */
  let sent: { call: number; reading: Reading } | undefined;
  /** What the last call was answered with. */
  let copy = '';
  /** Whether a call on this connection was heard of: totals that come before may contain one that was not. */
  let isInStep = false;
  let latest: Reading = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };
  let highest = 0;
  let shown: Snapshot | undefined;
  let trouble: string | undefined;
  let underWay: Promise<boolean> | undefined;
  let closed = false;

  const client = createClient({
    url,
    // In which a connection that listens can also call.
    RESP: 3,
    scripts: { report: reportScript },
    // What cannot be sent now is out of date when it can be.
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: connectMs,
      socketTimeout: idleMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, retryMs.max) + Math.random() * retryMs.jitter,
    },
  });
  client.on('error', (error) => setTrouble(`${place} ${explainConnectionError(error)}`));
  client.on('connect', () => {
    isInStep = false;
  });
  client.on('ready', () => {
    // Where it may not, the call that follows may not publish either, and says so.
    client.subscribe(keys.fleet, hear).catch(() => {});
    // The fleet has not heard it yet, and waits for word of this node.
    if (latest !== known?.reading && !closed) void report();
  });
  const ready = new Promise<void>((resolve) => client.once('ready', resolve));
  // It rejects when the client is destroyed before it has connected.
  client.connect().catch(() => {});
  await within(ready, openMs);

  function setTrouble(what: string): void {
    trouble = `${what}. What is counted is kept in memory until it can be recorded.`;
  }

  /** Sends the latest reading, unless a call is under way: then it waits for that. Resolves with whether an answer came. */
  function report(): Promise<boolean> {
    underWay ??= call(latest).finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function call(reading: Reading): Promise<boolean> {
    if (!client.isReady) return false;
    try {
      sent = { call: (sent?.call ?? 0) + 1, reading };
      copy = await client.report(keys, { id, call: sent.call, reading, highest }, copy);
      trouble = undefined;
      return true;
    } catch (error) {
      // What breaks a connection comes with an 'error' event.
      if (error instanceof ErrorReply) setTrouble(`${place} answers "${error.message.replace(/\.$/, '')}"`);
      else if (error instanceof v.ValiError) setTrouble(`${place} answers what this version does not understand`);
      return false;
    }
  }

  /** Takes what Redis publishes after each call of any node, in the order in which it worked. */
  function hear(message: string): void {
    const { id: caller, call, totals } = decodePublication(message) ?? {};
    if (totals === undefined) return;
    if (sent && caller === id && call === sent.call) {
      isInStep = true;
      known = { reading: sent.reading, totals, receivedAt: now() };
    } else if (known && isInStep) {
      known = { ...known, totals, receivedAt: now() };
    }
  }

  /** Brings a reading to Redis. A call that is under way when it comes bears an older one. */
  async function deliver(reading: Reading): Promise<void> {
    latest = reading;
    highest = Math.max(highest, reading.online);
    const answered = await within(underWay?.then(report) ?? report(), answerMs);
    if (answered === undefined) setTrouble(`${place} does not answer`);
  }

  /** What is here now, and with it what Redis knew of the others last. */
  function view(reading: Reading): Snapshot {
    const isKnown = known?.reading === reading;
    const sum = (name: keyof Reading) => reading[name] + (known ? known.totals[name] - known.reading[name] : 0);
    const time = known === undefined ? now() : known.totals.at + (isKnown ? 0 : now() - known.receivedAt);
    return {
      online: sum('online'),
      browsers: sum('browsers'),
      visits: Math.max(shown?.visits ?? 0, sum('visits')),
      visitorSeconds: Math.max(shown?.visitorSeconds ?? 0, sum('visitorSeconds')),
      peak: Math.max(shown?.peak ?? 0, known?.totals.peak ?? 0, highest),
      at: Math.max((shown?.at ?? 0) + 1, time),
      ...(!isKnown && { partial: true }),
    };
  }

  return {
    async record(reading) {
      await Promise.all([deliver(reading), wait(gatherMs)]);
      shown = view(reading);
      return shown;
    },

    trouble: () => trouble,

    async close() {
      closed = true;
      // With nobody here any more: otherwise the others would count them until this node is taken for gone.
      await deliver({ ...latest, online: 0, browsers: 0 });
      client.destroy();
    },

    async recentSeconds() {
      const entries = client.isReady
        ? await within(
            client.hVals(keys.seconds).catch(() => []),
            answerMs,
          )
        : undefined;
      const seconds = (entries ?? []).map((entry) => entry.split(':').map(Number));
      // The hash is a ring: where nobody was there for a while, it holds what is older.
      const newest = seconds.reduce((latest, [second = 0]) => Math.max(latest, second), 0);
      return seconds
        .map(([second = 0, online = 0]) => ({ at: second * 1000, online }))
        .filter(({ at }) => at > newest * 1000 - 3_600_000)
        .toSorted((a, b) => a.at - b.at);
    },
  };
}

/** Resolves as the promise does, or with `undefined` after so many milliseconds. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const deadline = new AbortController();
  try {
    return await Promise.race([promise, wait(ms, undefined, { signal: deadline.signal })]);
  } finally {
    deadline.abort();
  }
}
