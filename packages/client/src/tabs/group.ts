import { type Guard, tickMs } from '@live-visitors/shared';
import type { Clock } from '../clock.ts';
import { staleAfterMs, stealAfterMs } from '../timing.ts';
import type { Meeting } from './meet.ts';
import { isPresence, type Presence, type Shared, type TabDocument } from './messages.ts';
import { randomId } from './random-id.ts';
import { Roster } from './roster.ts';
import { watchSleep } from './sleep.ts';

/**
 * Without locks, a candidate waits this much for a leader's answer to its hello, plus a random delay up to as much. Former
 * followers wait only the random delay: they know the browser's id.
 */
const candidacyMs = 100;

export type GroupEnvironment = Clock & { isVisible: () => boolean };

/** What a document does while it leads. */
export type Leadership<Payload> = {
  /**
   * Keeps it going. Called each second and on each update, once it is confirmed that this document still leads.
   *
   * @param documents - the roster; `undefined` if the leader must keep nothing open: it is hidden, and cannot share
   */
  keep: (documents: readonly TabDocument[] | undefined) => void;
  /** How things stand, for a newcomer. */
  current: () => Payload;
  stop: () => void;
};

export type GroupOptions<Payload> = {
  self: TabDocument;
  /** This document leads from now on, until `stop` of what it returns is called. */
  lead: (browserId: string) => Leadership<Payload>;
  /** The leader has shared something. */
  hear: (payload: Payload) => void;
  /** The leader was silent until what it shared last became stale. */
  onSilence: () => void;
  isShared: Guard<Shared<Payload>>;
};

type Role<Payload> =
  | { name: 'follower' }
  /** It has the lock, or has heard no leader, but it is not confirmed that no other document leads. */
  | { name: 'candidate' }
  /** `term` is the group's latest, unless another document has just claimed a later one. */
  | { name: 'leader'; term: number; leadership: Leadership<Payload> }
  | { name: 'left' };

/**
 * One document among those of its browser. One of them leads, and shares what it does with the others.
 *
 * - With locks, the holder of one lock leads. Each document holds another while it is there, for which the leader waits. A
 *   leader that has heard of no other leads after a query of the locks.
 * - Without locks, a document leads if no leader answers its hello, when the leader says bye, or after 4 s of silence. Of
 *   two leaders the one of the later term stays; at equal terms, the one whose name is smaller. Followers answer once a
 *   second; one that stops answering is removed.
 * - Without a channel, each document leads itself while it is visible: a browser opens at most six connections to an
 *   origin, and a hidden tab must not take one.
 * - A frozen leader keeps its lock. A visible follower steals it after 4 s of silence; the frozen document stays in the
 *   roster by its other lock.
 * - While no tab is visible, no follower steals. The server ends a frozen leader's stream as expired, and all tabs of the
 *   browser leave the count until one is shown.
 * - After sleep, a document handles its queued messages first: another may lead by now.
 *
 * Terms only rise. In a hidden leader the updates drive it, as browsers slow its timer down.
 */
export class Group<Payload> {
  readonly #environment: GroupEnvironment;
  readonly #options: GroupOptions<Payload>;
  readonly #meeting: Meeting;
  readonly #noteActivity: () => boolean;
  readonly roster: Roster;
  #role: Role<Payload> = { name: 'follower' };
  /** Its own, until it knows that of another leader. */
  #browserId = randomId();
  /** The latest term that is known. */
  #term = 0;
  #leaderName: string | undefined;
  #release = () => {};
  /** The names of the documents for whose end it waits. */
  #awaited = new Set<string>();
  #heardAt: number;
  #sharedAt = 0;

  constructor(environment: GroupEnvironment, meeting: Meeting, options: GroupOptions<Payload>) {
    this.#environment = environment;
    this.#options = options;
    this.#meeting = meeting;
    this.roster = new Roster(options.self);
    this.#heardAt = environment.now();
    this.#noteActivity = watchSleep(environment, () => {
      this.#heardAt = environment.now();
      this.poll();
    });
    this.#say('hello');
    this.#campaign(false);
  }

  /** Takes a message from another document; messages of other versions are ignored. */
  hear(message: unknown): void {
    if (this.#role.name === 'left') return;
    if (isPresence(message)) this.#hearPresence(message);
    else if (this.#options.isShared(message)) this.#hearLeader(message);
  }

  /** Shares with all other documents, if this one leads. */
  share(payload: Payload): void {
    const role = this.#role;
    // After sleep, this document has old news, and may not lead any more.
    if (role.name !== 'leader' || !this.#noteActivity()) return;
    const now = this.#environment.now();
    const asks = !this.#meeting.locks && this.roster.ask(now);
    const documents = this.roster.documents();
    const from = this.#options.self;
    this.#post({ type: 'update', term: role.term, from, browserId: this.#browserId, documents, asks, payload });
    this.#sharedAt = now;
    void this.#confirmLead();
  }

  /** Looks after the group. To be called each second, and whenever the page or the network wakes up. */
  poll(): void {
    if (!this.#noteActivity()) return;
    const { now, isVisible } = this.#environment;
    if (this.#role.name === 'follower') {
      const silenceMs = now() - this.#heardAt;
      if (silenceMs >= staleAfterMs) this.#options.onSilence();
      if (silenceMs >= stealAfterMs && (isVisible() || !this.#meeting.locks)) this.#campaign(true);
      return;
    }
    void this.#confirmLead().then(() => {
      // Without ticks, this is how the others know that there is a leader.
      if (now() - this.#sharedAt >= tickMs) this.#shareCurrent();
    });
  }

  /** Makes known at once that this document's entry has changed. */
  announce(): void {
    this.#say('here');
    this.poll();
  }

  leave(): void {
    // First, as Firefox may stop the scripts of a tab that is being closed. Without locks, the others learn of it by this.
    this.#say('bye');
    this.#become({ name: 'left' });
    this.#meeting.close();
    this.#release();
  }

  #post = (message: Presence | Shared<Payload>) => this.#meeting.post?.(message);

  #say(type: Presence['type']): void {
    this.#post({ type, term: this.#term, from: this.#options.self });
  }

  #shareCurrent(): void {
    const role = this.#role;
    if (role.name === 'leader') this.share(role.leadership.current());
  }

  #become(role: Role<Payload>): void {
    const before = this.#role;
    this.#role = role;
    if (before.name === 'leader') before.leadership.stop();
  }

  /** Asks to lead: by the lock or, if there are no locks, by waiting whether another document leads. */
  #campaign(steal: boolean): void {
    this.#release();
    const { now, schedule, random } = this.#environment;
    const { locks, post } = this.#meeting;
    this.#heardAt = now();
    const stand = () => {
      if (this.#role.name === 'follower') this.#become({ name: 'candidate' });
      void this.#confirmLead();
    };
    const isNewcomer = this.#leaderName === undefined;
    // Without a channel there is nobody to wait for.
    const delayMs = post ? candidacyMs * (random() + Number(isNewcomer)) : 0;
    this.#release = locks ? locks.request(steal, stand, () => this.#stepDown()) : schedule(stand, delayMs);
  }

  /** Another document leads. */
  #stepDown(): void {
    const { name } = this.#role;
    if (name !== 'candidate' && name !== 'leader') return;
    this.#become({ name: 'follower' });
    this.#campaign(false);
  }

  /** As candidate, leads once it has found out which documents are there. As leader, keeps its term the latest. */
  async #confirmLead(): Promise<void> {
    const before = this.#role;
    const isStanding = before.name === 'candidate' || before.name === 'leader';
    if (!isStanding || !this.#noteActivity()) return;
    // A leader continues later, too: an update that is being shared comes first.
    await (before.name === 'candidate' ? this.#findDocuments() : undefined);
    if (this.#role !== before || !this.#noteActivity()) return;
    let role = before;
    if (role.name === 'candidate') {
      role = { name: 'leader', term: ++this.#term, leadership: this.#options.lead(this.#browserId) };
      this.#become(role);
    } else if (this.#term > role.term) {
      role.term = ++this.#term;
    }
    this.#awaitEnds();
    role.leadership.keep(this.#meeting.post || this.#environment.isVisible() ? this.roster.documents() : undefined);
    if (before.name === 'candidate') this.#shareCurrent();
  }

  async #findDocuments(): Promise<void> {
    const { locks } = this.#meeting;
    const census = this.#leaderName === undefined ? await locks?.query() : undefined;
    if (census) {
      this.roster.reconcile(census.names);
      this.#browserId = census.browserId ?? this.#browserId;
    }
    this.#awaitEnds();
    await locks?.showBrowserId(this.#browserId);
  }

  /** Removes each of the documents as soon as it is gone, if there are locks. */
  #awaitEnds(): void {
    const { locks } = this.#meeting;
    for (const { name } of this.roster.documents()) {
      if (!locks || name === this.#options.self.name || this.#awaited.has(name)) continue;
      this.#awaited.add(name);
      locks.whenGone(name, () => {
        this.#awaited.delete(name);
        this.roster.remove(name);
        void this.#confirmLead();
      });
    }
  }

  #hearPresence({ type, term, from }: Presence): void {
    this.#noteActivity();
    this.#term = Math.max(this.#term, term);
    if (type === 'bye') this.roster.remove(from.name);
    else this.roster.hear(from);
    if (type === 'hello') this.#shareCurrent();
    if (type === 'bye' && from.name === this.#leaderName && !this.#meeting.locks) this.#campaign(false);
    void this.#confirmLead();
  }

  #hearLeader({ term, from, browserId, documents, asks, payload }: Shared<Payload>): void {
    const isAwake = this.#noteActivity();
    const role = this.#role;
    const { self, hear } = this.#options;
    const isRival = role.name === 'leader' && isAwake;
    if (term < this.#term || (isRival && term === role.term && from.name > self.name)) {
      // The other leader learns of the later term, or of the smaller name.
      if (isRival) this.#shareCurrent();
      else this.#say('here');
      return;
    }
    this.#stepDown();
    // Not before `#stepDown`, which campaigns again: without locks, no other document is to lead beside this leader.
    if (!this.#meeting.locks) this.#release();
    this.#term = term;
    this.#leaderName = from.name;
    this.#browserId = browserId;
    this.#heardAt = this.#environment.now();
    if (!this.roster.adopt(documents) || asks) this.#say('here');
    hear(payload);
  }
}
