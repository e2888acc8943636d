import { longestCountedMs } from '../timing.ts';
import { createGracePeriod, type SeenClient } from './grace-period.ts';
import type { BrokenLimit, BrokenPageLimit, Limits, Share } from './limits.ts';
import { type PageNames, withTabs } from './page-names.ts';
import type { PageView } from './page-views.ts';
import { namesOf, type PageClient, type Pages } from './pages.ts';
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

/** Most clients share this list, because they name no pages. */
const nowhere: never[] = [];

/** A client, and its pages. As there is one for each stream, it has no closures of its own. */
export type Member<Stream> = SeenClient &
  PageClient & {
    /** Missing for kept places. */
    stream: Stream | undefined;
  };

/** What is registered: a stream, of which `isHeld` says whether its socket still exists. */
type Registered<Stream> = {
  readonly isHeld: boolean;
  /** Whom it stands for, until it is removed. */
  member?: Member<Stream> | undefined;
};

/** Knows which stream stands for which client. */
export class PresenceRegistry<Stream extends Registered<Stream>> {
  readonly #presence = createPresence<Member<Stream>>();
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
    const gracePeriod = createGracePeriod<Member<Stream>>(
      (member) => this.#leave(member),
      (member, tabs) => this.#comeBack(member, tabs),
      elapsed,
    );
    this.#gracePeriod = gracePeriod;
    this.#onReplaced = function () {
      if (this.stream) onReplaced(this.stream);
      else gracePeriod.giveUp(this);
    };
    this.#visits = createVisits(limits.maxVisitsPerMinute, elapsed);
    this.#countedAt = elapsed();
  }

  /** Counts a client in, before its stream is opened, or names the limit that its stream would break. */
  admit(request: AdmissionRequest): Admission<Stream> {
    const { browser, address, arrivals, pages = { on: [], watch: [] } } = request;
    const known = this.#presence.find(browser);
    const admission = this.#limits.admit(request, known);
    if (!admission.ok) return admission;
    const { tabs } = admission;
    const { visits, overLimit } = this.#visits.take(address, arrivals);
    const since = known?.since ?? this.#elapsed();
    const onReplaced = this.#onReplaced;
    const member: Member<Stream> = {
      browser,
      address,
      tabs,
      visits,
      since,
      onReplaced,
      on: nowhere,
      view: undefined,
      stream: undefined,
    };
    this.#gracePeriod.takeOver(member, tabs - (known?.tabs ?? 0));
    const brokenPageLimits = this.#join(member, pages);
    const register = (opened: Stream) => {
      member.stream = opened;
      opened.member = member;
    };
    const leave = () => this.#leave(member);
    return { ok: true, tabs, overLimit, pages: member.view, brokenPageLimits, register, leave };
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
    this.#leave(member);
    if (keepPlaces) this.#gracePeriod.keep(member);
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
    return { streams: this.#streams(), counts: { ...counts, confirmed: this.#confirmed }, pages };
  }

  /** What is counted now; `visitorSeconds` are those of the last count. */
  read(): Counts {
    return this.#presence.read();
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
    this.#limits.take(member);
    if (names.on.length + names.watch.length === 0) return [];
    return this.#pages.join(member, withTabs(names, member.tabs));
  }

  #leave(member: Member<Stream>): void {
    this.#presence.leave(member);
    this.#limits.giveBack(member);
    this.#pages.leave(member);
  }

  /** Counts a client in again, without a stream. Which of its tabs is on which page is not known. */
  #comeBack(member: Member<Stream>, tabs: number): void {
    const on = namesOf(member);
    Object.assign(member, { tabs, visits: 0, on: nowhere, view: undefined, stream: undefined });
    this.#join(member, { on, watch: [] });
  }
}
