import { tickMs } from '@live-visitors/shared';
import type { GroupEnvironment, Meeting } from './environment.ts';
import { isMessage, type Member, type Message } from './messages.ts';
import { Roster } from './roster.ts';

/** After so much silence of the leader, what it shared last is stale. */
const staleAfterMs = 2.5 * tickMs;

/** A visible follower that has heard nothing for so long takes the lead: the leader may be frozen, with its lock. */
const stealAfterMs = 4 * tickMs;

/** A document that has done nothing for so long was asleep. */
const asleepAfterMs = 2.5 * tickMs;

/** How long after a sleep all that has waited may take to arrive. */
const wakingMs = tickMs;

/**
 * How long a newcomer without locks waits for a leader to answer its hello, and how long at random. Those that were led
 * before wait at random only: they know the group's id.
 */
const candidacyMs = 100;

/** What a document does while it leads. */
export type Leader<Payload> = {
  /** Who is there now. `undefined` while the leader is to hold nothing open: it is hidden, and cannot share. */
  setMembers: (members: readonly Member[] | undefined) => void;
  /** How things stand, for a newcomer. */
  current: () => Payload;
  /** Looks after what it does. Called each second, when it is sure that it still leads. */
  check: () => void;
  stop: () => void;
};

export type GroupOptions<Payload> = {
  self: Member;
  /** The id of the group, should this document be its first leader. */
  id: string;
  /** This document leads from now on, until `stop` of what it returns is called. */
  lead: (group: string) => Leader<Payload>;
  /** The leader has shared something. */
  hear: (payload: Payload) => void;
  /** Nothing was heard of the leader for so long that what it shared last is stale. */
  onSilence: () => void;
  isPayload: (value: unknown) => value is Payload;
};

type Role<Payload> =
  | { name: 'follower' }
  /** `leader` is there as soon as it is sure that no other one leads. */
  | { name: 'leader'; term: number; leader?: Leader<Payload> }
  | { name: 'left' };

/**
 * One document among those of its browser, of which one leads and shares what it does with the others.
 *
 * With locks, whoever holds the one lock leads, and each document holds one of its own that shows that it is there. When
 * the leader goes, the browser gives its lock to the next. A frozen leader keeps it: a visible follower takes it after
 * 4 s of silence, and the frozen document stays in the roster by the lock of its own. Where the browser does not tell who
 * holds which lock, all answer the leader once a second, and whoever does not is gone.
 *
 * Without locks, a document leads if no leader answers its hello, if the leader says bye, or after 4 s of silence. Of two
 * leaders the one of the later term stays. All answer the leader, too.
 *
 * Without a channel, each document leads itself, while it is visible: a browser opens six connections to an origin at
 * most, and a hidden tab must not take one.
 *
 * Whoever wakes up from a sleep first hears what has waited for it: another may lead by then.
 */
export class Group<Payload> {
  readonly #environment: GroupEnvironment;
  readonly #options: GroupOptions<Payload>;
  readonly #meeting: Meeting;
  readonly #roster: Roster;
  #id: string;
  #role: Role<Payload> = { name: 'follower' };
  /** The latest term that anyone knows of. */
  #term = 0;
  #leaderName: string | undefined;
  #release = () => {};
  #hasCensus = false;
  #isWaking = false;
  #awakeAt: number;
  #heardAt: number;
  #sharedAt = 0;
  #askedAt = 0;

  constructor(environment: GroupEnvironment, meeting: Meeting, options: GroupOptions<Payload>) {
    this.#environment = environment;
    this.#options = options;
    this.#meeting = meeting;
    this.#roster = new Roster(options.self);
    this.#id = options.id;
    this.#awakeAt = this.#heardAt = environment.now();
    this.#say('hello');
    this.#campaign(false);
  }

  /** Takes a message from another document. */
  hear(message: unknown): void {
    if (this.#role.name === 'left' || !isMessage(message, this.#options.isPayload)) return;
    this.#isAwake();
    if (message.type === 'update') {
      this.#follow(message);
      return;
    }
    const { type, term, member } = message;
    this.#term = Math.max(this.#term, term);
    if (type === 'bye') this.#roster.remove(member);
    else this.#roster.hear(member);
    if (type === 'hello') this.#shareCurrent();
    if (type === 'bye' && member.name === this.#leaderName && !this.#meeting.locks) this.#campaign(false);
    void this.#count();
  }

  /** Tells all others, if this document leads. */
  share(payload: Payload): void {
    const role = this.#role;
    // Whoever was asleep has old news, and may not lead any more.
    if (role.name !== 'leader' || !this.#isAwake()) return;
    const now = this.#environment.now();
    const asks = !this.#hasCensus && now - this.#askedAt >= tickMs;
    if (asks) {
      this.#askedAt = now;
      this.#roster.ask();
    }
    this.#sharedAt = now;
    const { self: member } = this.#options;
    const roster = this.#roster.members();
    this.#post({ type: 'update', term: role.term, member, group: this.#id, roster, asks, payload });
    void this.#count();
  }

  /** Notes that the server has acknowledged these tabs. */
  acknowledge(tabs: readonly string[]): void {
    this.#roster.acknowledge(tabs);
  }

  /** Looks after the group. To be called each second, and whenever the page or the network wakes up. */
  check(): void {
    if (!this.#isAwake()) return;
    const { now, isVisible } = this.#environment;
    if (this.#role.name === 'leader') {
      void this.#count().then((leader) => {
        leader?.check();
        // Without ticks, this is how the others know that they are led.
        if (now() - this.#sharedAt >= tickMs) this.#shareCurrent();
      });
      return;
    }
    const silenceMs = now() - this.#heardAt;
    if (silenceMs >= staleAfterMs) this.#options.onSilence();
    if (silenceMs >= stealAfterMs && (isVisible() || !this.#meeting.locks)) this.#campaign(true);
  }

  leave(): void {
    const role = this.#role;
    this.#role = { name: 'left' };
    if (role.name === 'leader') role.leader?.stop();
    this.#say('bye');
    this.#release();
    this.#meeting.close();
  }

  #post(message: Message<Payload>): void {
    this.#meeting.post?.(message);
  }

  #say(type: 'hello' | 'here' | 'bye'): void {
    this.#post({ type, term: this.#term, member: this.#options.self });
  }

  #shareCurrent(): void {
    const role = this.#role;
    if (role.name === 'leader' && role.leader) this.share(role.leader.current());
  }

  /** Asks to lead. */
  #campaign(steal: boolean): void {
    const { schedule, random, now } = this.#environment;
    const { locks, post } = this.#meeting;
    this.#release();
    this.#heardAt = now();
    const lead = () => this.#lead();
    this.#release = locks
      ? locks.request(steal, lead, () => this.#stepDown())
      : schedule(lead, post ? candidacyMs * (random() + Number(!this.#leaderName)) : 0);
  }

  #lead(): void {
    if (this.#role.name !== 'follower') return;
    this.#role = { name: 'leader', term: -1 };
    if (this.#isAwake()) void this.#count();
  }

  /** Another document leads. */
  #stepDown(): void {
    const role = this.#role;
    if (role.name !== 'leader') return;
    this.#role = { name: 'follower' };
    role.leader?.stop();
    this.#campaign(false);
  }

  /** As leader, finds out who is there, and whether this document still leads. */
  async #count(): Promise<Leader<Payload> | undefined> {
    const role = this.#role;
    if (role.name !== 'leader' || this.#isWaking) return undefined;
    const { locks, post } = this.#meeting;
    const census = await locks?.query();
    // The lock may have been stolen while this document was frozen, and word of it be on its way.
    if (this.#role !== role || this.#isWaking || census?.isLeader === false) return undefined;
    this.#hasCensus = census !== undefined;
    if (census) this.#roster.reconcile(census.present);
    if (this.#term > role.term) role.term = ++this.#term;
    const isNew = !role.leader;
    role.leader ??= this.#options.lead(this.#id);
    role.leader.setMembers(post || this.#environment.isVisible() ? this.#roster.members() : undefined);
    if (isNew) this.#shareCurrent();
    return role.leader;
  }

  /** Takes an update of a leader. */
  #follow({ term, member, group, roster, asks, payload }: Extract<Message<Payload>, { type: 'update' }>): void {
    const role = this.#role;
    const { self, hear } = this.#options;
    const isRival = role.name === 'leader' && role.leader && !this.#isWaking;
    if (term < this.#term || (isRival && term === role.term && member.name > self.name)) {
      // It learns of the later term.
      if (isRival) this.#shareCurrent();
      else this.#say('here');
      return;
    }
    this.#stepDown();
    // There is a leader: without locks, nobody else is to become one.
    if (!this.#meeting.locks) this.#release();
    this.#term = term;
    this.#leaderName = member.name;
    this.#id = group;
    this.#heardAt = this.#environment.now();
    if (!this.#roster.adopt(roster) || asks) this.#say('here');
    hear(payload);
  }

  /** Notices a sleep, after which nothing is done until all that has waited is heard. */
  #isAwake(): boolean {
    const { now, schedule } = this.#environment;
    if (now() - this.#awakeAt >= asleepAfterMs && !this.#isWaking) {
      this.#isWaking = true;
      this.#heardAt = now();
      schedule(() => {
        this.#isWaking = false;
        this.#awakeAt = now();
        this.check();
      }, wakingMs);
    }
    this.#awakeAt = now();
    return !this.#isWaking;
  }
}
