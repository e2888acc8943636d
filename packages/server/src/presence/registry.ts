import { graceMs, longestCountedMs } from '../timing.ts';
import type { BrokenPageLimit, Limits, Share } from './limits.ts';
import { type PageNames, withTabs } from './page-names.ts';
import { namesOf, type PageClient, type Pages } from './pages.ts';
import { type Client, createPresence } from './presence.ts';
import { type Arrivals, createVisits } from './visits.ts';

type AdmissionRequest = Share & { browser?: string | undefined; arrivals: Arrivals; pages: PageNames };

/** Most clients share this list, because they name no pages. */
const nowhere: never[] = [];

/** A client, and its pages. As there is one for each stream, it has no closures of its own. */
export type Member<Stream> = Client &
  PageClient & {
    /** When its browser was first seen, in milliseconds since some moment. */
    since: number;
    /** Missing for kept places. */
    stream: Stream | undefined;
  };

/** What is registered: a stream, of which `isHeld` says whether its socket still exists. */
type Registered<Stream> = {
  readonly isHeld: boolean;
  /** Whom it stands for, until it is removed. */
  member?: Member<Stream> | undefined;
};

/**
 * Knows which stream stands for which client. Keeps the places of tabs whose stream has broken off, until their next stream
 * takes them over.
 */
export class PresenceRegistry<Stream extends Registered<Stream>> {
  readonly #presence = createPresence<Member<Stream>>();
  /** What is counted now; `visitorSeconds` are those of the last count. */
  readonly read = this.#presence.read;
  readonly #limits: Limits;
  readonly #pages: Pages;
  readonly #elapsed: () => number;
  readonly #onReplaced: (stream: Stream) => void;
  readonly #visits;
  /** The kept places, oldest first, each with the time since which it is kept. */
  readonly #kept = new Map<Member<Stream>, number>();
  #countedAt: number;
  #confirmed = 0;

  /**
   * @param elapsed - milliseconds since some moment; never set back
   * @param onReplaced - removes a stream whose place another one takes, and ends it
   */
  constructor(limits: Limits, pages: Pages, elapsed: () => number, onReplaced: (stream: Stream) => void) {
    this.#limits = limits;
    this.#pages = pages;
    this.#elapsed = elapsed;
    this.#onReplaced = onReplaced;
    this.#visits = createVisits(limits.maxVisitsPerMinute, elapsed);
    this.#countedAt = elapsed();
  }

  /**
   * Counts a client in, before its stream is opened, or names the limit that its stream would break. A client with the same
   * `browser` id loses its place in the same step, so that no tab is counted twice.
   *
   * @returns with the client: how many of its arrivals are no visits because its address has reached its limit, and for
   * each of its pages that is not tracked the limit that it would break
   */
  admit(request: AdmissionRequest) {
    const { browser, address, arrivals } = request;
    const known = this.#presence.find(browser);
    const admission = this.#limits.admit(request, known);
    if (!admission.ok) return admission;
    const { tabs } = admission;
    const { visits, overLimit } = this.#visits.take(address, arrivals);
    const since = known?.since ?? this.#elapsed();
    if (known?.stream) this.#onReplaced(known.stream);
    else if (known) this.#giveUp(known);
    const member: Member<Stream> = {
      browser,
      address,
      tabs,
      visits,
      since,
      on: nowhere,
      view: undefined,
      stream: undefined,
    };
    this.#takeOver(member, tabs - (known?.tabs ?? 0));
    const brokenPageLimits = this.#join(member, request.pages);
    return { ok: true as const, member, overLimit, brokenPageLimits };
  }

  /** Registers the stream that was opened for a client. */
  register(member: Member<Stream>, stream: Stream): void {
    member.stream = stream;
    stream.member = member;
  }

  /** Counts a client out. Its visits stay counted. */
  leave(member: Member<Stream>): void {
    this.#presence.leave(member);
    this.#limits.add(member.address, { streams: -1, tabs: -member.tabs });
    this.#pages.leave(member);
  }

  /**
   * Counts a stream out.
   *
   * @param keepPlaces - whether the other tabs that shared it stay in the count for a grace period
   * @returns whether it was still registered
   */
  remove(stream: Stream, { keepPlaces }: { keepPlaces: boolean }): boolean {
    const { member } = stream;
    if (member === undefined) return false;
    stream.member = undefined;
    this.leave(member);
    // The tab that held the stream is gone. Observers have no places.
    if (keepPlaces && member.browser !== undefined && member.tabs > 1) {
      this.#comeBack(member, member.tabs - 1);
      this.#kept.set(member, this.#elapsed());
    }
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
    for (const [place, keptSince] of this.#kept) if (now >= keptSince + graceMs) this.#giveUp(place);
    const pages = this.#pages.tick();
    const counts = this.read();
    const connected = [...this.#kept.keys()].reduce((rest, { tabs }) => rest - tabs, counts.online);
    this.#confirmed = isConfirmed ? connected : Math.min(this.#confirmed, connected);
    return { streams: this.#streams(), counts: { ...counts, confirmed: this.#confirmed }, pages };
  }

  /** How many streams and tabs are registered, and by how much these differ from the sockets and from each other. */
  audit(): { streams: number; tabs: number; pages: number; drift: number } {
    const { online, browsers } = this.read();
    const clients = [...this.#presence.clients];
    const streams = this.#streams();
    const gone = streams.filter(({ isHeld }) => !isHeld).length;
    const visiting = clients.filter(({ tabs }) => tabs > 0).length;
    const tabs = clients.reduce((sum, client) => sum + client.tabs, 0);
    const pagesDrift = this.#pages.drift(clients);
    const drift = gone + Math.abs(browsers - visiting) + Math.abs(online - tabs) + pagesDrift;
    return { streams: streams.length, tabs: online, pages: this.#pages.size, drift };
  }

  #streams(): Stream[] {
    return [...this.#presence.clients].flatMap(({ stream }) => stream ?? []);
  }

  /** Counts a client in. Returns for each of its pages that is not tracked the limit that it would break. */
  #join(member: Member<Stream>, names: PageNames): readonly BrokenPageLimit[] {
    this.#presence.join(member);
    this.#limits.add(member.address, { streams: 1, tabs: member.tabs });
    if (names.on.length + names.watch.length === 0) return [];
    return this.#pages.join(member, withTabs(names, member.tabs));
  }

  /**
   * Gives kept places to a newcomer of the same network, oldest first: its tabs are most likely the same people, who have
   * reloaded. A browser that was here before the places were kept takes none.
   *
   * @param count - how many tabs the newcomer has more than before
   */
  #takeOver({ address, since }: Member<Stream>, count: number): void {
    let left = count;
    for (const [place, keptSince] of this.#kept) {
      const { tabs } = place;
      if (left <= 0) return;
      if (place.address !== address || since < keptSince) continue;
      this.leave(place);
      if (tabs > left) this.#comeBack(place, tabs - left);
      else this.#kept.delete(place);
      left -= tabs;
    }
  }

  #giveUp(place: Member<Stream>): void {
    this.leave(place);
    this.#kept.delete(place);
  }

  /** Counts a client in again, without a stream. Which of its tabs is on which page is not known. */
  #comeBack(member: Member<Stream>, tabs: number): void {
    const on = namesOf(member);
    Object.assign(member, { tabs, visits: 0, on: nowhere, view: undefined, stream: undefined });
    this.#join(member, { on, watch: [] });
  }
}
