import { longestCountedMs } from '../timing.ts';
import { createGracePeriod, type SeenClient } from './grace-period.ts';
import type { BrokenLimit, BrokenPageLimit, Limits, Share } from './limits.ts';
import { type PageNames, withTabs } from './page-names.ts';
import type { PageView } from './page-views.ts';
import { type JoinedPages, namesOf, type Pages } from './pages.ts';
import { type Counts, createPresence } from './presence.ts';
import { type Arrivals, createVisits } from './visits.ts';

/** What a client asks for. */
type AdmissionRequest = Share & { browser?: string | undefined; arrivals: Arrivals; pages?: PageNames | undefined };

type Admission<Stream> =
  | { ok: false; limit: BrokenLimit }
  | {
      ok: true;
      /** How many of the client's tabs are counted: as many as the limits allow. */
      tabs: number;
      /** How many of its arrivals are no visits because its address has reached its limit. */
      overLimit: number;
      /** The pages whose counts its stream is sent, if any. */
      pages: PageView | undefined;
      /** For each of its pages that is not tracked, the limit that it would break. */
      brokenPageLimits: readonly BrokenPageLimit[];
      /** Registers the stream that was opened for the client. */
      register: (stream: Stream) => void;
      /** Counts the client out again, if its stream could not be opened. Visits already counted are kept. */
      leave: () => void;
    };

/** A client with a stream, and its pages. As there is one for each stream, it has no closures of its own. */
type Member<Stream> = SeenClient & { pages: JoinedPages | undefined; stream: Stream | undefined };

/** Knows which stream stands for which client. `isHeld` of a stream says whether its socket still exists. */
export class PresenceRegistry<Stream extends { readonly isHeld: boolean }> {
  readonly #presence = createPresence<SeenClient>();
  readonly #members = new Map<Stream, Member<Stream>>();
  readonly #limits: Limits;
  readonly #pages: Pages;
  readonly #elapsed: () => number;
  readonly #onReplaced: (this: Member<Stream>) => void;
  readonly #gracePeriod;
  readonly #visits;
  #countedAt: number;
  #confirmed = 0;

  /**
   * @param elapsed - milliseconds since some moment; never set back
   * @param onReplaced - takes a stream whose place another one has taken, and ends it
   */
  constructor(limits: Limits, pages: Pages, elapsed: () => number, onReplaced: (stream: Stream) => void) {
    this.#limits = limits;
    this.#pages = pages;
    this.#elapsed = elapsed;
    this.#onReplaced = function () {
      if (this.stream) onReplaced(this.stream);
    };
    this.#gracePeriod = createGracePeriod(
      (client, on) => this.#join(client, on.length > 0 ? { on, watch: [] } : undefined).pages,
      (client, joined) => this.#leave(client, joined),
      elapsed,
    );
    this.#visits = createVisits(limits.maxVisitsPerMinute, elapsed);
    this.#countedAt = elapsed();
  }

  /** Counts a client in, before its stream is opened, or names the limit that its stream would break. */
  admit({ arrivals, pages, ...request }: AdmissionRequest): Admission<Stream> {
    const known = this.#presence.find(request.browser);
    const admission = this.#limits.admit(request, known);
    if (!admission.ok) return admission;
    const { tabs } = admission;
    const { visits, overLimit } = this.#visits.take(request.address, arrivals);
    const since = known?.since ?? this.#elapsed();
    const state = { tabs, visits, since, onReplaced: this.#onReplaced };
    const member: Member<Stream> = { ...request, ...state, pages: undefined, stream: undefined };
    this.#gracePeriod.takeOver(member, tabs - (known?.tabs ?? 0));
    const { pages: joined, brokenPageLimits } = this.#join(member, pages && withTabs(pages, tabs));
    member.pages = joined;
    const register = (opened: Stream) => {
      member.stream = opened;
      this.#members.set(opened, member);
    };
    const leave = () => this.#leave(member, joined);
    return { ok: true, tabs, overLimit, pages: joined?.view, brokenPageLimits, register, leave };
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
    this.#leave(member, member.pages);
    if (keepPlaces) this.#gracePeriod.keepFor(member, namesOf(member.pages));
    return true;
  }

  /**
   * Counts the clients, lists their streams, and says which of their pages have changed. All present tabs have spent the
   * time since the last count, unless that is longer than {@link longestCountedMs}. Kept places raise no peak.
   *
   * @param options - with `isConfirmed` false, the count raises no peak
   */
  count({ isConfirmed = true }: { isConfirmed?: boolean } = {}) {
    const now = this.#elapsed();
    if (now - this.#countedAt <= longestCountedMs) this.#presence.elapse(now - this.#countedAt);
    this.#countedAt = now;
    this.#gracePeriod.expire();
    const pages = this.#pages.tick();
    const counts = this.read();
    const connected = counts.online - this.#gracePeriod.tabs();
    this.#confirmed = isConfirmed ? connected : Math.min(this.#confirmed, connected);
    return { streams: [...this.#members.keys()], counts: { ...counts, confirmed: this.#confirmed }, pages };
  }

  /** What is counted now; `visitorSeconds` are those of the last count. */
  read(): Counts {
    return this.#presence.read();
  }

  /** How many streams and tabs are registered, and by how much these differ from the sockets and from each other. */
  audit(): { streams: number; tabs: number; pages: number; drift: number } {
    const { online, browsers } = this.read();
    const members = [...this.#members];
    const held = members.filter(([{ isHeld }]) => isHeld).length;
    const places = this.#gracePeriod.places();
    const clients = [...members.map(([, member]) => member), ...places.map(({ client }) => client)];
    const joined = [...members.map(([, { pages }]) => pages), ...places.map(({ pages }) => pages)].filter(
      (pages) => pages !== undefined,
    );
    const visiting = clients.filter(({ tabs }) => tabs > 0).length;
    const tabs = clients.reduce((sum, client) => sum + client.tabs, 0);
    const drift = Math.abs(members.length - held) + Math.abs(browsers - visiting) + Math.abs(online - tabs);
    const pages = this.#pages.size;
    return { streams: members.length, tabs: online, pages, drift: drift + this.#pages.drift(joined) };
  }

  #join(client: SeenClient, names?: PageNames) {
    this.#presence.join(client);
    this.#limits.take(client);
    const { joined: pages, broken: brokenPageLimits = [] } = (names && this.#pages.join(names, client.address)) ?? {};
    return { pages, brokenPageLimits };
  }

  #leave(client: SeenClient, pages: JoinedPages | undefined): void {
    this.#presence.leave(client);
    this.#limits.giveBack(client);
    if (pages) this.#pages.leave(pages);
  }
}
