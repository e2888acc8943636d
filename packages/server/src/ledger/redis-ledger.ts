import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '@live-visitors/shared';
import { ErrorReply } from 'redis';
import * as v from 'valibot';
import { defaultRedisPrefix } from '../config/config-variables.ts';
import { type NameOf, variableName } from '../config/name-of.ts';
import type { Reading } from '../core/audience.ts';
import type { Ledger } from '../core/ledger.ts';
import { keepConnection } from './redis-connection.ts';
import { readDay } from './redis-day.ts';
import { decodePublication, type Publication, redisKeys } from './redis-report.ts';

/** How long Redis may take to answer, before a tick goes on without it. */
const answerMs = 400;

/**
 * How long after its own call a node waits for word of the others', which tick at the same moment: without it, a change
 * that was reported right after the call would be shown a second later. More than their clocks are apart.
 */
const gatherMs = 100;

/** How long a first answer is waited for. */
const openMs = 1000;

export type RedisLedgerOptions = {
  /** One that {@link isRedisUrl} accepts. */
  url: string;
  /** What the names of all keys begin with: fleets of different prefixes share a Redis and know nothing of each other. */
  prefix?: string;
  /** The time in milliseconds since 1970. It is Redis's time that is shown; this one bridges the time when Redis is away. */
  now: () => number;
  nameOf?: NameOf;
};

/**
 * Opens the ledger that a fleet shares. Resolves once Redis has answered, or else after a second, when it is in trouble:
 * it goes on trying for as long as it is open.
 */
export async function openRedisLedger({
  url,
  prefix = defaultRedisPrefix,
  now,
  nameOf = variableName,
}: RedisLedgerOptions): Promise<Ledger> {
  const id = randomBytes(9).toString('base64url');
  const keys = redisKeys(prefix);
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

  const connection = keepConnection({
    url,
    urlName: nameOf('REDIS_URL'),
    onReady(client) {
      isInStep = false;
      // Where it may not, the call that follows may not publish either, and says so.
      client.subscribe(keys.fleet, hear).catch(() => {});
      // The fleet has not heard it yet, and waits for word of this node.
      if (latest !== known?.reading && !closed) void report();
    },
    onTrouble: setTrouble,
  });
  const answered = Promise.withResolvers<true>();
  if ((await within(answered.promise, openMs)) === undefined && trouble === undefined) tellSilence();

  function setTrouble(what: string): void {
    trouble = `${what}. What is counted is kept in memory until it can be recorded.`;
  }

  function tellSilence(): void {
    setTrouble(`${connection.place()} does not answer`);
  }

  /** Sends the latest reading, unless a call is under way: then it waits for that. Resolves with whether an answer came. */
  function report(): Promise<boolean> {
    underWay ??= call(latest).finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function call(reading: Reading): Promise<boolean> {
    const place = connection.place();
    const figures = { id, call: (sent?.call ?? 0) + 1, reading, highest };
    sent = figures;
    try {
      copy = await connection.ask((client) => client.report(keys, figures, copy));
      trouble = undefined;
      answered.resolve(true);
      return true;
    } catch (error) {
      // What breaks a connection comes with an 'error' event.
      if (error instanceof ErrorReply) {
        // Where it sends to another Redis, what is the trouble there says more.
        if (trouble === undefined || !error.message.startsWith('MOVED '))
          setTrouble(`${place} answers "${error.message.replace(/\.$/, '')}"`);
      } else if (error instanceof v.ValiError) setTrouble(`${place} answers what this version does not understand`);
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
    highest = Math.max(highest, reading.confirmed ?? reading.online);
    const outcome = await within(underWay?.then(report) ?? report(), answerMs);
    if (outcome === undefined) tellSilence();
  }

  /** What is here now, and with it what Redis knew of the others last. */
  function view(reading: Reading): Snapshot {
    const isKnown = known?.reading === reading;
    const sum = (name: Exclude<keyof Reading, 'confirmed'>) =>
      reading[name] + (known ? known.totals[name] - known.reading[name] : 0);
    const time = known === undefined ? now() : known.totals.at + (isKnown ? 0 : now() - known.receivedAt);
    return {
      online: sum('online'),
      browsers: sum('browsers'),
      visits: Math.max(shown?.visits ?? 0, sum('visits')),
      visitorSeconds: Math.max(shown?.visitorSeconds ?? 0, sum('visitorSeconds')),
      peak: Math.max(shown?.peak ?? 0, known?.totals.peak ?? 0, highest),
      at: time,
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
      connection.close();
    },

    async lastDay() {
      const at = known?.totals.at;
      if (at === undefined) return undefined;
      const day = connection.ask((client) => readDay(client, keys, at)).catch(() => undefined);
      return within(day, answerMs);
    },

    async recentSeconds() {
      const entries = await within(
        connection.ask((client) => client.hVals(keys.seconds)).catch(() => []),
        answerMs,
      );
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
