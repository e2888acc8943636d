import { randomBytes } from 'node:crypto';
import { type Snapshot, tickMs, tickOf } from '@live-visitors/shared';
import { ErrorReply } from 'redis';
import * as v from 'valibot';
import { minuteOf } from '../../history/minutes.ts';
import type { PageChange } from '../../presence/page-names.ts';
import type { Counts } from '../../presence/presence.ts';
import { answerMs, gatherMs } from '../../timing.ts';
import { wait, within } from '../../within.ts';
import { readByDay } from '../by-day.ts';
import type { Past, Resolution, Second, Store } from '../store.ts';
import { type RedisClient, RedisConnection } from './connection.ts';
import { explainErrorReply } from './explain-error.ts';
import { Fleet } from './fleet.ts';
import { FleetPages } from './fleet-pages.ts';
import { readMinutes, readPages, readSeconds } from './history.ts';
import { OwnPages } from './own-pages.ts';
import { publicationSchema, type RedisNames, redisNames } from './report.ts';

/** How long to wait for a first answer, in milliseconds. */
const openMs = 1000;

/** After how many calls in a row whose publications were not heard another connection is made. */
const maxUnheardCalls = 2;

const silent = 'does not answer';

export type RedisStoreOptions = {
  /** One that {@link isRedisUrl} accepts. */
  url: string;
  /** The prefix of all keys. Fleets with different prefixes can share a Redis. */
  prefix: string;
  /** The time of this machine, in milliseconds since 1970. Redis's own is derived from it. */
  now: () => number;
};

/** The store of a fleet: several processes that count as one. */
export class RedisStore implements Store {
  readonly otherPages = new FleetPages();
  readonly #id = randomBytes(9).toString('base64url');
  readonly #fleet = new Fleet(this.#id);
  readonly #ownPages = new OwnPages();
  readonly #names: RedisNames;
  readonly #localNow: () => number;
  readonly #connection: RedisConnection;
  readonly #firstAnswer = Promise.withResolvers<true>();
  #latest: Counts = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };
  #highest = 0;
  #shown = { visits: 0, visitorSeconds: 0, peak: 0 };
  /** By how much the clock of Redis is ahead of this machine's. */
  #aheadMs = 0;
  /** What keeps this node from calling Redis, and from hearing what Redis publishes. */
  readonly #trouble: { call?: string | undefined; hear?: string | undefined } = {};
  /** The numbers of this node's last publications, as answered and as heard. */
  readonly #own = { answered: 0, heard: 0 };
  #unheardCalls = 0;
  #underWay: Promise<boolean> | undefined;
  #isReadingPages = false;
  #isClosed = false;

  private constructor({ url, prefix, now }: RedisStoreOptions) {
    this.#names = redisNames(prefix, url);
    this.#localNow = now;
    this.#connection = new RedisConnection({
      url,
      onReady: (client) => this.#join(client),
      onTrouble: (what) => this.#note('call', what),
    });
  }

  /** Resolves once Redis has answered, or after a second. From then on it keeps trying until it is closed. */
  static async open(options: RedisStoreOptions): Promise<RedisStore> {
    const store = new RedisStore(options);
    const isAnswered = await within(store.#firstAnswer.promise, openMs);
    if (!isAnswered && store.#trouble.call === undefined) store.#note('call', silent);
    return store;
  }

  now(): number {
    return this.#localNow() + this.#aheadMs;
  }

  async record(counts: Counts, pages: readonly PageChange[] = []): Promise<Snapshot> {
    this.#latest = counts;
    this.#ownPages.update(pages);
    this.#highest = Math.max(this.#highest, counts.confirmed ?? counts.online);
    const [isAnswered] = await Promise.all([this.#deliver(), wait(gatherMs)]);
    const isHeard = this.#own.heard >= this.#own.answered;
    if (isAnswered) this.#noteHearing(isHeard);
    void this.#readPages();
    const isWhole = isAnswered && isHeard && this.#fleet.isComplete;
    const { online, browsers, ...totals } = this.#fleet.sum(counts);
    this.#shown = {
      visits: Math.max(this.#shown.visits, totals.visits),
      visitorSeconds: Math.max(this.#shown.visitorSeconds, totals.visitorSeconds),
      peak: Math.max(this.#shown.peak, totals.peak, this.#highest),
    };
    const at = (isWhole && this.#fleet.latest?.at) || Math.round(this.now());
    return { online, browsers, ...this.#shown, at, ...(!isWhole && { partial: true }) };
  }

  trouble(): string | undefined {
    return this.#trouble.call ?? this.#trouble.hear;
  }

  async past(resolution: Resolution): Promise<Past | undefined> {
    const { latest } = this.#fleet;
    if (latest === undefined) return undefined;
    const entries = await readByDay(resolution, minuteOf(tickOf(latest.at) * tickMs), (after, until) =>
      this.#read((client) => readMinutes(client, this.#names, after, until)),
    );
    const { peak, peakAt } = latest.totals;
    return entries && { peak: { online: peak, at: peakAt }, entries };
  }

  async recentSeconds(): Promise<Second[]> {
    return (await this.#read((client) => readSeconds(client, this.#names))) ?? [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Otherwise the other nodes would count these visitors until this node has missed its ticks.
    this.#latest = { ...this.#latest, online: 0, browsers: 0, confirmed: 0 };
    await this.#deliver();
    this.#connection.close();
  }

  #read<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer | undefined> {
    return within(
      this.#connection.ask(command).catch(() => undefined),
      answerMs,
    );
  }

  #join(client: RedisClient): void {
    this.#fleet.leave();
    client
      .subscribe(this.#names.channel, (message) => this.#hear(message))
      .catch((error) => {
        if (error instanceof ErrorReply) this.#note('hear', explainErrorReply(error));
      });
    // The other nodes wait for a report of this one.
    if (!this.#isClosed) void this.#report();
  }

  /** Takes what Redis publishes after each call of any node, in the order of the calls. */
  #hear(message: string): void {
    const { success: isKnownVersion, output: publication } = v.safeParse(publicationSchema, message);
    if (!isKnownVersion) return;
    const { id, seq, pageReport } = publication;
    this.#fleet.hear(publication);
    if (id === this.#id) this.#own.heard = seq;
    else if (pageReport) this.otherPages.hear(id, pageReport);
  }

  /** Reads what was not heard of the pages of other nodes. */
  async #readPages(): Promise<void> {
    const numbers = this.#fleet.pageReports();
    if (numbers === undefined) return;
    const unread = this.otherPages.settle(numbers);
    if (this.#isReadingPages) return;
    this.#isReadingPages = true;
    for (const id of unread) {
      const take = this.otherPages.startReading(id);
      take(await this.#connection.ask((client) => readPages(client, this.#names.pages(id))).catch(() => undefined));
    }
    this.#isReadingPages = false;
  }

  /** Brings the latest counts to Redis. A call that is under way has older ones. Returns whether an answer came. */
  async #deliver(): Promise<boolean> {
    const isAnswered = await within(this.#underWay?.then(() => this.#report()) ?? this.#report(), answerMs);
    if (isAnswered === undefined) this.#note('call', silent);
    return isAnswered === true;
  }

  /** Sends the latest counts, or waits for the call that is under way. Resolves with whether an answer came. */
  #report(): Promise<boolean> {
    this.#underWay ??= this.#send(this.#latest)
      .catch((error) => this.#noteFailedCall(error))
      .finally(() => {
        this.#underWay = undefined;
      });
    return this.#underWay;
  }

  async #send(counts: Counts): Promise<true> {
    const { online, confirmed = online, browsers, visits, visitorSeconds } = counts;
    const join = !this.#fleet.isComplete;
    // With a node that is closed, its pages are gone.
    const pageReport = this.#isClosed ? undefined : this.#ownPages.next();
    const report = {
      id: this.#id,
      counts: { online, confirmed, browsers, visits, visitorSeconds },
      highest: this.#highest,
      seq: this.#fleet.latest?.seq ?? 0,
      join,
      copy: join ? this.#fleet.copy() : undefined,
    };
    const sentAt = this.#localNow();
    const answer = await this.#connection.ask((client) => client.report(this.#names, report, pageReport));
    if (answer === undefined) {
      this.#fleet.leave();
      this.#ownPages.restart();
      return this.#send(counts);
    }
    if (pageReport) this.#ownPages.acknowledge(pageReport);
    const { seq, totals, nodes } = answer;
    const { at } = answer.counts;
    if (nodes) {
      this.#fleet.join({ seq, at, totals, nodes });
      void this.#readPages();
    } else this.#fleet.hear(answer);
    this.#own.answered = seq;
    this.#aheadMs = at - (sentAt + this.#localNow()) / 2;
    this.#trouble.call = undefined;
    this.#firstAnswer.resolve(true);
    return true;
  }

  /** What breaks a connection comes to `onTrouble`. */
  #noteFailedCall(error: unknown): false {
    if (error instanceof ErrorReply) {
      // If it redirects to another Redis, the trouble with that one says more.
      const isRedirect = error.message.startsWith('MOVED ');
      if (this.#trouble.call === undefined || !isRedirect) this.#note('call', explainErrorReply(error));
    } else if (error instanceof v.ValiError) {
      const sentence = 'gave an answer that this version does not understand. Do all servers run the same version?';
      this.#note('call', sentence);
    }
    return false;
  }

  /** If this node did not hear its own last call, it does not hear the calls of other nodes either. */
  #noteHearing(isHeard: boolean): void {
    this.#unheardCalls = isHeard ? 0 : this.#unheardCalls + 1;
    if (isHeard) this.#trouble.hear = undefined;
    if (this.#unheardCalls < maxUnheardCalls) return;
    if (this.#trouble.hear === undefined)
      this.#note('hear', `answers, but what it publishes on the channel ${this.#names.channel} does not arrive`);
    this.#unheardCalls = 0;
    this.#connection.renew();
  }

  /** @param what - what the Redis of this store does, in words without a full stop */
  #note(trouble: 'call' | 'hear', what: string): void {
    const end = what.endsWith('?') ? '' : '.';
    this.#trouble[trouble] =
      `${this.#connection.place} ${what}${end} What is counted is kept in memory until it can be recorded.`;
  }
}
