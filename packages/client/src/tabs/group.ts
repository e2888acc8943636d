import { tickMs } from '@live-visitors/shared';
import { askToLead } from './ask-to-lead.ts';
import type { GroupEnvironment, GroupOptions, Leader, Meeting } from './environment.ts';
import { isMessage, type Message } from './messages.ts';
import { Roster } from './roster.ts';
import { watchSleep } from './sleep.ts';

/** After so much silence of the leader, what it shared last is stale. */
const staleAfterMs = 2.5 * tickMs;

/** A visible follower that has heard nothing for so long takes the lead: the leader may be frozen, with its lock. */
const stealAfterMs = 4 * tickMs;

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
  readonly roster: Roster;
  #id: string;
  #role: Role<Payload> = { name: 'follower' };
  /** The latest term that anyone knows of. */
  #term = 0;
  #leaderName: string | undefined;
  #release = () => {};
  #hasCensus = false;
  readonly #isAwake: () => boolean;
  #heardAt: number;
  #sharedAt = 0;

  constructor(environment: GroupEnvironment, meeting: Meeting, options: GroupOptions<Payload>) {
    this.#environment = environment;
    this.#options = options;
    this.#meeting = meeting;
    this.roster = new Roster(options.self);
    this.#id = options.id;
    this.#heardAt = environment.now();
    this.#isAwake = watchSleep(environment, () => {
      this.#heardAt = environment.now();
      this.check();
    });
    this.#say('hello');
    this.#campaign(false);
  }

  /** Takes a message from another document. */
  hear(message: unknown): void {
    if (this.#role.name === 'left' || !isMessage(message, this.#options.isPayload)) return;
    this.#isAwake();
    if (message.type === 'update') this.#follow(message);
    else this.#hearMember(message);
  }

  #hearMember({ type, term, member }: Exclude<Message<Payload>, { type: 'update' }>): void {
    this.#term = Math.max(this.#term, term);
    if (type === 'bye') this.roster.remove(member);
    else this.roster.hear(member);
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
    const asks = !this.#hasCensus && this.roster.ask(now);
    const { self: member } = this.#options;
    const roster = this.roster.members();
    this.#post({ type: 'update', term: role.term, member, group: this.#id, roster, asks, payload });
    this.#sharedAt = now;
    void this.#count();
  }

  /** Looks after the group. To be called each second, and whenever the page or the network wakes up. */
  check(): void {
    if (!this.#isAwake()) return;
    const { now, isVisible } = this.#environment;
    if (this.#role.name === 'leader') {
      void this.#count().then(() => {
        // Without ticks, this is how the others know that they are led.
        if (now() - this.#sharedAt >= tickMs) this.#shareCurrent();
      });
    } else if (this.#role.name === 'follower') {
      const silenceMs = now() - this.#heardAt;
      if (silenceMs >= staleAfterMs) this.#options.onSilence();
      if (silenceMs >= stealAfterMs && (isVisible() || !this.#meeting.locks)) this.#campaign(true);
    }
  }

  leave(): void {
    const role = this.#role;
    this.#role = { name: 'left' };
    if (role.name === 'leader') role.leader?.stop();
    this.#say('bye');
    this.#release();
    this.#meeting.close();
  }

  #post = (message: Message<Payload>) => this.#meeting.post?.(message);

  #say(type: 'hello' | 'here' | 'bye'): void {
    this.#post({ type, term: this.#term, member: this.#options.self });
  }

  #shareCurrent(): void {
    const role = this.#role;
    if (role.name === 'leader' && role.leader) this.share(role.leader.current());
  }

  /** Asks to lead. */
  #campaign(steal: boolean): void {
    this.#release();
    this.#heardAt = this.#environment.now();
    const lead = () => {
      if (this.#role.name === 'follower') this.#role = { name: 'leader', term: -1 };
      void this.#count();
    };
    const isNewcomer = this.#leaderName === undefined;
    this.#release = askToLead(this.#environment, this.#meeting, { steal, isNewcomer }, lead, () => this.#stepDown());
  }

  /** Another document leads. */
  #stepDown(): void {
    const role = this.#role;
    if (role.name !== 'leader') return;
    this.#role = { name: 'follower' };
    role.leader?.stop();
    this.#campaign(false);
  }

  /** As leader, finds out who is there. */
  async #count(): Promise<void> {
    const role = this.#role;
    if (role.name !== 'leader' || !this.#isAwake()) return;
    const { locks, post } = this.#meeting;
    const census = await locks?.query();
    if (this.#role !== role || !this.#isAwake()) return;
    this.#hasCensus = census !== undefined;
    if (census) {
      this.roster.reconcile(census.present);
      this.#id = census.id ?? this.#id;
      if (!role.leader) locks?.show(this.#id);
    }
    if (this.#term > role.term) role.term = ++this.#term;
    const isNew = !role.leader;
    role.leader ??= this.#options.lead(this.#id);
    role.leader.check(post || this.#environment.isVisible() ? this.roster.members() : undefined);
    if (isNew) this.#shareCurrent();
  }

  /** Takes an update of a leader. */
  #follow({ term, member, group, roster, asks, payload }: Extract<Message<Payload>, { type: 'update' }>): void {
    const role = this.#role;
    const { self, hear } = this.#options;
    const isRival = role.name === 'leader' && role.leader && this.#isAwake();
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
    if (!this.roster.adopt(roster) || asks) this.#say('here');
    hear(payload);
  }
}
