import { longestCountedMs } from '../timing.ts';
import { createGracePeriod } from './grace-period.ts';
import type { BrokenLimit, Limits, Share } from './limits.ts';
import { type Client, type Counts, createPresence } from './presence.ts';

type RegisteredClient = Client & Share;

type Admission<Stream> =
  | { ok: false; limit: BrokenLimit }
  | {
      ok: true;
      /** How many of the client's tabs are counted: as many as the limits allow. */
      tabs: number;
      /** Registers the stream that was opened for the client. */
      register: (stream: Stream) => void;
      /** Counts the client out again, if its stream could not be opened. Its arrivals stay visits. */
      leave: () => void;
    };

/** Knows which stream stands for which client. `isHeld` of a stream says whether its socket still exists. */
export class PresenceRegistry<Stream extends { readonly isHeld: boolean }> {
  readonly #presence = createPresence<RegisteredClient>();
  readonly #members = new Map<Stream, { client: RegisteredClient; leave: () => void }>();
  readonly #limits: Limits;
  readonly #elapsed: () => number;
  readonly #onReplaced: (stream: Stream) => void;
  readonly #gracePeriod;
  #countedAt: number;
  #confirmed = 0;

  /**
   * @param elapsed - milliseconds since some moment; never set back
   * @param onReplaced - takes a stream whose place another one has taken, and ends it
   */
  constructor(limits: Limits, elapsed: () => number, onReplaced: (stream: Stream) => void) {
    this.#limits = limits;
    this.#elapsed = elapsed;
    this.#onReplaced = onReplaced;
    this.#gracePeriod = createGracePeriod<RegisteredClient>((client) => this.#join(client), elapsed);
    this.#countedAt = elapsed();
  }

  /** Counts a client in, before its stream is opened, or names the limit that its stream would break. */
  admit(client: Omit<RegisteredClient, 'onReplaced'>): Admission<Stream> {
    const admission = this.#limits.admit(client, this.#presence.find(client.browser));
    if (!admission.ok) return admission;
    const { tabs } = admission;
    let stream: Stream | undefined;
    const registered = { ...client, tabs, onReplaced: () => stream && this.#onReplaced(stream) };
    const leave = this.#join(registered);
    const register = (opened: Stream) => {
      stream = opened;
      this.#members.set(opened, { client: registered, leave });
    };
    return { ok: true, tabs, register, leave };
  }

  /**
   * Counts a stream out.
   *
   * @param keepPlaces - whether the other tabs that shared it stay in the count for a grace period
   * @returns whether it was still registered
   */
  remove(stream: Stream, { keepPlaces }: { keepPlaces: boolean }): boolean {
    const member = this.#members.get(stream);
    if (member === undefined) return false;
    this.#members.delete(stream);
    member.leave();
    if (keepPlaces) this.#gracePeriod.keepFor(member.client);
    return true;
  }

  /**
   * Counts the clients, and lists their streams. All present tabs have spent the time since the last count, unless that
   * is longer than {@link longestCountedMs}.
   *
   * @param options - with `isConfirmed` false, the count raises no peak
   */
  count({ isConfirmed = true }: { isConfirmed?: boolean } = {}): { streams: Stream[]; counts: Counts } {
    const now = this.#elapsed();
    if (now - this.#countedAt <= longestCountedMs) this.#presence.elapse(now - this.#countedAt);
    this.#countedAt = now;
    this.#gracePeriod.expire();
    const counts = this.read();
    this.#confirmed = isConfirmed ? counts.online : Math.min(this.#confirmed, counts.online);
    return {
      streams: [...this.#members.keys()],
      counts: isConfirmed ? counts : { ...counts, confirmed: this.#confirmed },
    };
  }

  /** What is counted now; `visitorSeconds` are those of the last count. */
  read(): Counts {
    return this.#presence.read();
  }

  /** How many streams and tabs are registered, and by how much these differ from the sockets and from each other. */
  audit(): { streams: number; tabs: number; drift: number } {
    const { online, browsers } = this.read();
    const members = [...this.#members];
    const held = members.filter(([{ isHeld }]) => isHeld).length;
    const clients = [...members.map(([, { client }]) => client), ...this.#gracePeriod.clients()];
    const visiting = clients.filter(({ tabs }) => tabs > 0).length;
    const tabs = clients.reduce((sum, client) => sum + client.tabs, 0);
    const drift = Math.abs(members.length - held) + Math.abs(browsers - visiting) + Math.abs(online - tabs);
    return { streams: members.length, tabs: online, drift };
  }

  #join(client: RegisteredClient): () => void {
    const leave = this.#presence.join(client);
    const giveBack = this.#limits.take(client);
    return () => {
      leave();
      giveBack();
    };
  }
}
