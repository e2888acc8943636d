import { longestCountedMs } from '../timing.ts';
import { createGracePeriod, type SeenClient } from './grace-period.ts';
import type { BrokenLimit, Limits, Share } from './limits.ts';
import { type Counts, createPresence } from './presence.ts';
import { type Arrivals, createVisits } from './visits.ts';

/** What a client asks for. */
type AdmissionRequest = Share & { browser?: string | undefined; arrivals: Arrivals };

type Admission<Stream> =
  | { ok: false; limit: BrokenLimit }
  | {
      ok: true;
      /** How many of the client's tabs are counted: as many as the limits allow. */
      tabs: number;
      /** How many of its arrivals are no visits because its address has reached its limit. */
      overLimit: number;
      /** Registers the stream that was opened for the client. */
      register: (stream: Stream) => void;
      /** Counts the client out again, if its stream could not be opened. Visits already counted are kept. */
      leave: () => void;
    };

/** Knows which stream stands for which client. `isHeld` of a stream says whether its socket still exists. */
export class PresenceRegistry<Stream extends { readonly isHeld: boolean }> {
  readonly #presence = createPresence<SeenClient>();
  readonly #members = new Map<Stream, { client: SeenClient; leave: () => void }>();
  readonly #limits: Limits;
  readonly #elapsed: () => number;
  readonly #onReplaced: (stream: Stream) => void;
  readonly #gracePeriod;
  readonly #visits;
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
    this.#gracePeriod = createGracePeriod((client) => this.#join(client), elapsed);
    this.#visits = createVisits(limits.maxVisitsPerMinute, elapsed);
    this.#countedAt = elapsed();
  }

  /** Counts a client in, before its stream is opened, or names the limit that its stream would break. */
  admit({ arrivals, ...request }: AdmissionRequest): Admission<Stream> {
    const known = this.#presence.find(request.browser);
    const admission = this.#limits.admit(request, known);
    if (!admission.ok) return admission;
    const { tabs } = admission;
    const { visits, overLimit } = this.#visits.take(request.address, arrivals);
    const since = known?.since ?? this.#elapsed();
    let stream: Stream | undefined;
    const client = { ...request, tabs, visits, since, onReplaced: () => stream && this.#onReplaced(stream) };
    this.#gracePeriod.takeOver(client, tabs - (known?.tabs ?? 0));
    const leave = this.#join(client);
    const register = (opened: Stream) => {
      stream = opened;
      this.#members.set(opened, { client, leave });
    };
    return { ok: true, tabs, overLimit, register, leave };
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
   * is longer than {@link longestCountedMs}. Kept places raise no peak.
   *
   * @param options - with `isConfirmed` false, the count raises no peak
   */
  count({ isConfirmed = true }: { isConfirmed?: boolean } = {}): { streams: Stream[]; counts: Counts } {
    const now = this.#elapsed();
    if (now - this.#countedAt <= longestCountedMs) this.#presence.elapse(now - this.#countedAt);
    this.#countedAt = now;
    this.#gracePeriod.expire();
    const counts = this.read();
    const connected = counts.online - this.#gracePeriod.tabs();
    this.#confirmed = isConfirmed ? connected : Math.min(this.#confirmed, connected);
    return { streams: [...this.#members.keys()], counts: { ...counts, confirmed: this.#confirmed } };
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

  #join(client: SeenClient): () => void {
    const leave = this.#presence.join(client);
    const giveBack = this.#limits.take(client);
    return () => {
      leave();
      giveBack();
    };
  }
}
