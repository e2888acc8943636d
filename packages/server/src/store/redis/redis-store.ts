import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '@live-visitors/shared';
import { ErrorReply } from 'redis';
import * as v from 'valibot';
import { defaultRedisPrefix } from '../../config/config-variables.ts';
import { type NameOf, variableName } from '../../config/name-of.ts';
import type { Counts } from '../../presence/presence.ts';
import { answerMs, gatherMs } from '../../timing.ts';
import type { Store } from '../store.ts';
import { keepConnection } from './connection.ts';
import { createFleet } from './fleet.ts';
import { readDay, readSeconds } from './history.ts';
import { decodePublication, redisNames } from './report.ts';
import { databaseOf } from './url.ts';

/** How long a first answer is waited for, in milliseconds. */
const openMs = 1000;

/** How many calls in a row may be answered without their publication being heard, before another connection is made. */
const maxUnheardCalls = 2;

export type RedisStoreOptions = {
  /** One that {@link isRedisUrl} accepts. */
  url: string;
  /** What the names of all keys begin with: fleets of different prefixes share a Redis and know nothing of each other. */
  prefix?: string;
  /** The time of this machine, in milliseconds since 1970. Redis's own is derived from it. */
  now: () => number;
  nameOf?: NameOf;
};

/**
 * Opens the store that a fleet shares. Resolves once Redis has answered, or else after a second, when it is in trouble:
 * it goes on trying for as long as it is open.
 */
export async function openRedisStore({
  url,
  prefix = defaultRedisPrefix,
  now: localNow,
  nameOf = variableName,
}: RedisStoreOptions): Promise<Store> {
  const id = randomBytes(9).toString('base64url');
  const names = redisNames(prefix, databaseOf(url));
  const fleet = createFleet(id);
  let latest: Counts = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };
  let highest = 0;
  let shown: Snapshot | undefined;
  /** By how much the clock of Redis is ahead of this machine's. */
  let aheadMs = 0;
  /** What keeps it from calling Redis, and what from hearing what Redis publishes. */
  const trouble: { call?: string | undefined; hear?: string | undefined } = {};
  /** The numbers of this node's last publications, as answered and as heard. */
  const own = { answered: 0, heard: 0 };
  let unheardCalls = 0;
  let underWay: Promise<boolean> | undefined;
  let closed = false;

  const connection = keepConnection({
    url,
    urlName: nameOf('REDIS_URL'),
    onReady(client) {
      fleet.leave();
      client.subscribe(names.channel, hear).catch((error) => {
        if (error instanceof ErrorReply) trouble.hear = troubleOf(explainErrorReply(error));
      });
      // The fleet waits for word of this node.
      if (!closed) void report();
    },
    onTrouble(what) {
      trouble.call = troubleOf(what);
    },
  });
  const answered = Promise.withResolvers<true>();
  if ((await within(answered.promise, openMs)) === undefined) trouble.call ??= silence();

  function troubleOf(what: string): string {
    return `${what}. What is counted is kept in memory until it can be recorded.`;
  }

  function silence(): string {
    return troubleOf(`${connection.place()} does not answer`);
  }

  /** What Redis answered, without where in the script it arose: that would make one trouble look like several. */
  function explainErrorReply({ message }: ErrorReply): string {
    const reason = message.replace(/ script: .*$/s, '').replace(/@?user_script:\d+: /g, '');
    return `${connection.place()} answers "${reason.replace(/\.$/, '')}"`;
  }

  /** Sends the latest counts, unless a call is under way: then it waits for that. Resolves with whether an answer came. */
  function report(): Promise<boolean> {
    underWay ??= call(latest).finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function call(counts: Counts): Promise<boolean> {
    try {
      await send(counts);
      trouble.call = undefined;
      answered.resolve(true);
      return true;
    } catch (error) {
      // What breaks a connection comes with an 'error' event.
      if (error instanceof ErrorReply) {
        // Where it sends to another Redis, what is the trouble there says more.
        if (trouble.call === undefined || !error.message.startsWith('MOVED '))
          trouble.call = troubleOf(explainErrorReply(error));
      } else if (error instanceof v.ValiError)
        trouble.call = troubleOf(`${connection.place()} answers what this version does not understand`);
      return false;
    }
  }

  async function send(counts: Counts): Promise<void> {
    const { online, confirmed = online, browsers, visits, visitorSeconds } = counts;
    const join = !fleet.isComplete();
    const figures = {
      id,
      counts: { online, confirmed, browsers, visits, visitorSeconds },
      highest,
      seq: fleet.seq(),
      join,
    };
    const sentAt = localNow();
    const answer = await connection.ask((client) => client.report(names, figures, join ? fleet.copy() : undefined));
    if (answer === undefined) {
      fleet.leave();
      return send(counts);
    }
    if ('copy' in answer) fleet.join(answer.copy);
    else fleet.hear(answer.publication);
    const { seq, at } = 'copy' in answer ? answer.copy : { ...answer.publication, at: answer.publication.counts.at };
    own.answered = seq;
    aheadMs = at - (sentAt + localNow()) / 2;
  }

  /** Takes what Redis publishes after each call of any node, in the order in which it worked. */
  function hear(message: string): void {
    const publication = decodePublication(message);
    if (publication === undefined) return;
    fleet.hear(publication);
    if (publication.id === id) own.heard = publication.seq;
  }

  /** Brings the latest counts to Redis. A call that is under way bears an older one. */
  async function deliver(): Promise<boolean> {
    const outcome = await within(underWay?.then(report) ?? report(), answerMs);
    if (outcome === undefined) trouble.call = silence();
    return outcome === true;
  }

  /** Takes note of whether the last call was heard of. Where it was not, nor are those of other nodes. */
  function noteHearing(isHeard: boolean): void {
    unheardCalls = isHeard ? 0 : unheardCalls + 1;
    if (isHeard) trouble.hear = undefined;
    if (unheardCalls < maxUnheardCalls) return;
    trouble.hear ??= troubleOf(
      `${connection.place()} answers, but what it publishes on the channel ${names.channel} does not arrive`,
    );
    unheardCalls = 0;
    connection.renew();
  }

  return {
    now: () => localNow() + aheadMs,

    async record(counts) {
      latest = counts;
      highest = Math.max(highest, counts.confirmed ?? counts.online);
      const [isAnswered] = await Promise.all([deliver(), wait(gatherMs)]);
      const isHeard = own.heard >= own.answered;
      if (isAnswered) noteHearing(isHeard);
      const isWhole = isAnswered && isHeard && fleet.isComplete();
      const { online, browsers, visits, visitorSeconds, peak } = fleet.sum(counts);
      shown = {
        online,
        browsers,
        visits: Math.max(shown?.visits ?? 0, visits),
        visitorSeconds: Math.max(shown?.visitorSeconds ?? 0, visitorSeconds),
        peak: Math.max(shown?.peak ?? 0, peak, highest),
        at: (isWhole && fleet.at()) || Math.round(localNow() + aheadMs),
        ...(!isWhole && { partial: true }),
      };
      return shown;
    },

    trouble: () => trouble.call ?? trouble.hear,

    async close() {
      closed = true;
      // With nobody here any more: otherwise the others would count them until this node is taken for gone.
      latest = { ...latest, online: 0, browsers: 0, confirmed: 0 };
      await deliver();
      connection.close();
    },

    async lastDay() {
      const at = fleet.at();
      if (at === undefined) return undefined;
      return within(
        connection.ask((client) => readDay(client, names, at)).catch(() => undefined),
        answerMs,
      );
    },

    async recentSeconds() {
      const seconds = connection.ask((client) => readSeconds(client, names)).catch(() => []);
      return (await within(seconds, answerMs)) ?? [];
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
