import { tickMs } from '@live-visitors/shared';
import type { Member } from './messages.ts';

/** Who leaves so many of a leader's questions unanswered is gone. */
const maxUnanswered = 3;

/** The documents that one of them knows of. Every document keeps a roster, so that any of them can lead at once. */
export class Roster {
  readonly #self: Member;
  readonly #members = new Map<string, Member>();
  /** Those that have left, though the locks may not show it yet. */
  readonly #left = new Set<string>();
  #askedAt = 0;

  constructor(self: Member) {
    this.#self = self;
    this.#members.set(self.name, self);
  }

  members = (): Member[] => [...this.#members.values()];

  /** Takes what a document says of itself. */
  hear(member: Member): void {
    const { name, acknowledged } = member;
    this.#left.delete(name);
    const known = this.#members.get(name);
    this.#members.set(name, { ...member, acknowledged: acknowledged || known?.acknowledged === true, unanswered: 0 });
  }

  remove({ name }: Member): void {
    this.#members.delete(name);
    this.#left.add(name);
  }

  /**
   * Takes the leader's roster for its own.
   *
   * @returns whether the leader has this document right
   */
  adopt(members: readonly Member[]): boolean {
    const self = this.#self;
    this.#members.clear();
    this.#left.clear();
    for (const member of members) this.#members.set(member.name, member);
    const mine = this.#members.get(self.name);
    if (mine?.acknowledged) self.acknowledged = true;
    this.#members.set(self.name, self);
    return mine?.acknowledged === self.acknowledged && mine?.observes === self.observes;
  }

  /** Takes the names that the locks show: they decide who is there. */
  reconcile(present: readonly string[]): void {
    for (const name of this.#left) if (!present.includes(name)) this.#left.delete(name);
    for (const name of this.#members.keys()) if (!present.includes(name)) this.#members.delete(name);
    this.#members.set(this.#self.name, this.#self);
    for (const name of present) {
      if (this.#members.has(name) || this.#left.has(name)) continue;
      this.#members.set(name, { name, acknowledged: undefined, observes: false, unanswered: 0 });
    }
  }

  /**
   * Notes that all are asked to answer, unless that was a moment ago. Those that have not done so for too long are gone.
   *
   * @returns whether to ask
   */
  ask(now: number): boolean {
    if (now - this.#askedAt < tickMs) return false;
    this.#askedAt = now;
    for (const member of this.members()) {
      if (member !== this.#self && member.unanswered++ >= maxUnanswered) this.remove(member);
    }
    return true;
  }

  /** Notes that the server has acknowledged these tabs. */
  acknowledge(tabs: readonly string[]): void {
    for (const member of this.members()) if (tabs.includes(tabOf(member))) member.acknowledged = true;
  }
}

/** The id of the tab that a document is in. */
export const tabOf = ({ name }: Member): string => name.replace(/\/.*/, '');
