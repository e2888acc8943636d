import {
  type EventMap,
  type PageCounts,
  parseStreamQuery,
  type Snapshot,
  type StreamQuery,
} from '@live-visitors/shared';
import type { OnServerEvent } from '../../src/stream/state.ts';
import type { Owner, Simulation } from './simulation.ts';

type Stream = {
  query: StreamQuery;
  owner: Owner;
  onEvent: OnServerEvent;
  /** `counted`: in the count of the server; `closed`: by the client. */
  state: 'connecting' | 'counted' | 'ended' | 'closed';
  tabs: number;
  expiresAt: number;
  isMute: boolean;
};

/** What the server, or something on the way to it, does with a request. */
export type Manner =
  | 'accept'
  | 'refuse'
  /** The request never arrives. */
  | 'hang'
  /** It is counted, and nothing comes back. */
  | 'mute'
  /** It is counted, and breaks off before `welcome`. */
  | 'lose'
  | 'answer 204';

const rememberedMs = 600_000;
const graceMs = 450;

/** The server's half of the protocol, as DESIGN has it: ids counted once, places kept, takeover by browser id. */
export class ServerModel {
  manner: Manner = 'accept';
  isUp = true;
  /** The most tabs that it counts. */
  room = Number.POSITIVE_INFINITY;
  visits = 0;
  readonly requests: { query: StreamQuery; owner: Owner; at: number }[] = [];
  /** How often each id was counted. */
  readonly counted = new Map<string, number>();
  /** Ids whose count may be wrong, as the server was killed. */
  readonly doubtful = new Set<string>();
  /** For how long two streams were counted together. */
  overlapMs = 0;
  readonly #simulation: Simulation;
  #streams: Stream[] = [];
  #kept: { browser: string | undefined; tabs: number; until: number }[] = [];
  #remembered = new Map<string, number>();
  #sinceTick: string[] = [];
  #welcomed = new Set<string>();
  #shown: number[] = [];
  #overlapSince: number | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#tick();
  }

  get online(): number {
    return [...this.streams(), ...this.#kept].reduce((sum, { tabs }) => sum + tabs, 0);
  }

  streams(): Stream[] {
    return this.#streams.filter(({ state }) => state === 'counted');
  }

  snapshot(): Snapshot {
    const { online, visits } = this;
    return { online, browsers: this.streams().length, visits, peak: 0, visitorSeconds: 0, at: this.#simulation.now };
  }

  /** How many tabs are on a page. */
  onPage(name: string): number {
    return this.streams().flatMap(({ query }) => query.page?.filter((each) => each === name) ?? []).length;
  }

  pages(names: readonly string[]): PageCounts {
    return Object.fromEntries(names.map((name) => [name, this.onPage(name)]));
  }

  connect(url: string, owner: Owner, onEvent: OnServerEvent): () => void {
    const result = parseStreamQuery(new URL(url).searchParams);
    if (!result.ok) throw new Error(result.detail);
    const { query } = result;
    const stream: Stream = { query, owner, onEvent, state: 'connecting', tabs: 0, expiresAt: 0, isMute: false };
    this.#streams.push(stream);
    this.requests.push({ query, owner, at: this.#simulation.now });
    // Of requests that are given up on the way, every other one arrives all the same.
    const arrives = this.requests.length % 2 === 0;
    this.#simulation.after(5, undefined, () => {
      if (stream.state === 'closed' && !arrives) return;
      this.#accept(stream, stream.state === 'closed');
    });
    return () => this.#close(stream);
  }

  /**
   * Ends the process: what was not recorded at a tick is lost.
   *
   * @param known - the ids of tabs that know that they were acknowledged
   */
  kill(known: ReadonlySet<string>): void {
    this.isUp = false;
    for (const id of this.#sinceTick) this.counted.set(id, (this.counted.get(id) ?? 0) - 1);
    for (const id of this.#remembered.keys()) {
      const isRecorded = !this.#sinceTick.includes(id);
      if (isRecorded ? !known.has(id) : known.has(id) || this.#welcomed.has(id)) this.doubtful.add(id);
    }
    this.visits -= this.#sinceTick.length;
    this.#sinceTick = [];
    this.#remembered.clear();
    this.#kept = [];
    for (const stream of this.streams()) this.#break(stream);
  }

  /** Closes all streams of a document that is gone. */
  dropStreamsOf(owner: Owner): void {
    for (const stream of [...this.#streams]) if (stream.owner === owner) this.#close(stream);
  }

  #close(stream: Stream): void {
    const wasCounted = stream.state === 'counted';
    stream.state = 'closed';
    this.#streams = this.#streams.filter((other) => other !== stream);
    const { query, tabs } = stream;
    if (wasCounted && tabs > 1) this.#keep(query.browser, tabs - 1);
  }

  #keep(browser: string | undefined, tabs: number): void {
    this.#kept.push({ browser, tabs, until: this.#simulation.now + graceMs });
  }

  #send(stream: Stream, event: Parameters<OnServerEvent>[0]): void {
    if (stream.isMute) return;
    this.#simulation.after(2, stream.owner, () => {
      if (stream.state !== 'closed') stream.onEvent(event);
    });
  }

  #break(stream: Stream): void {
    stream.state = 'ended';
    stream.isMute = false;
    this.#send(stream, { type: 'lost' });
  }

  #accept(stream: Stream, isClosed: boolean): void {
    if (!this.isUp) this.#break(stream);
    else if (this.manner === 'answer 204') this.#stop(stream);
    else if (this.manner === 'refuse' || !this.#hasRoom(stream)) this.#refuse(stream);
    else if (this.manner !== 'hang') this.#admit(stream, isClosed);
  }

  #stop(stream: Stream): void {
    this.#break(stream);
    this.#simulation.after(6, stream.owner, () => stream.onEvent({ type: 'stopped' }));
  }

  #refuse(stream: Stream): void {
    stream.state = 'ended';
    this.#send(stream, { type: 'refused', payload: { status: 429, detail: 'Too many.', reconnectInMs: 1000 } });
  }

  #roomFor({ query: { browser } }: Stream): number {
    const others = this.streams().filter(({ query }) => query.browser !== browser);
    return this.room - others.reduce((sum, { tabs }) => sum + tabs, 0);
  }

  #before({ query: { browser } }: Stream): Stream | undefined {
    return this.streams().find(({ query }) => query.browser === browser);
  }

  /** A stream that replaces its own is never refused. */
  #hasRoom(stream: Stream): boolean {
    return this.#before(stream) !== undefined || this.#roomFor(stream) >= stream.query.tabs;
  }

  #admit(stream: Stream, isClosed: boolean): void {
    const { browser, tabs, arrivals = [] } = stream.query;
    const before = this.#before(stream);
    if (before) {
      before.state = 'ended';
      this.#send(before, { type: 'farewell', payload: { reason: 'replaced', reconnectInMs: 45_000 } });
    }
    this.#takeOver(browser, tabs);
    this.#count(arrivals);
    stream.tabs = Math.min(tabs, Math.max(this.#roomFor(stream), before?.tabs ?? 0));
    stream.expiresAt = this.#simulation.now + 35_000 + (this.requests.length % 11) * 1000;
    stream.isMute = this.manner === 'mute';
    stream.state = 'counted';
    if (isClosed || this.manner === 'lose') {
      this.#close(stream);
      if (!isClosed) this.#break(stream);
      return;
    }
    this.#welcome(stream, arrivals);
    this.#watchOverlap();
  }

  #welcome(stream: Stream, arrivals: readonly string[]): void {
    const renewWithinMs = Math.floor((stream.expiresAt - this.#simulation.now) * 0.6);
    const { history: seconds } = stream.query;
    const endsAt = Math.floor(this.#simulation.now / 1000) * 1000;
    const history = { everyMs: 1000, endsAt, online: seconds > 0 ? this.#shown.slice(-seconds) : [] };
    const payload: EventMap['welcome'] = { tabs: stream.tabs, renewWithinMs, ...(seconds > 0 && { history }) };
    for (const id of arrivals) this.#welcomed.add(id);
    this.#send(stream, { type: 'welcome', payload });
    this.#sendTick(stream);
  }

  #sendTick(stream: Stream): void {
    const { page = [], watch = [] } = stream.query;
    const online = this.pages([...page, ...watch]);
    this.#send(stream, { type: 'visitors', payload: this.snapshot() });
    if (page.length + watch.length > 0) this.#send(stream, { type: 'pages', payload: { online } });
  }

  /** A browser that is known takes the places that are kept for it; one that is not, at most as many as it has tabs. */
  #takeOver(browser: string | undefined, tabs: number): void {
    const own = this.#kept.some((kept) => kept.browser === browser);
    let taken = own ? 0 : tabs;
    this.#kept = this.#kept.flatMap((kept) => {
      if (kept.browser === browser) return [];
      const rest = Math.max(0, kept.tabs - taken);
      taken -= kept.tabs - rest;
      return rest > 0 ? [{ ...kept, tabs: rest }] : [];
    });
  }

  #count(arrivals: readonly string[]): void {
    const { now } = this.#simulation;
    for (const id of arrivals) {
      const seenAt = this.#remembered.get(id);
      this.#remembered.set(id, now);
      if (seenAt !== undefined && now - seenAt < rememberedMs) continue;
      this.visits++;
      this.#sinceTick.push(id);
      this.counted.set(id, (this.counted.get(id) ?? 0) + 1);
    }
  }

  #tick(): void {
    const { now } = this.#simulation;
    if (this.isUp) {
      this.#kept = this.#kept.filter(({ until }) => until > now);
      this.#sinceTick = [];
      this.#shown.push(this.online);
      for (const stream of this.streams()) {
        if (now < stream.expiresAt) {
          this.#sendTick(stream);
          continue;
        }
        stream.state = 'ended';
        this.#send(stream, { type: 'farewell', payload: { reason: 'expired', reconnectInMs: 700 } });
      }
      this.#watchOverlap();
    }
    this.#simulation.after(1000, undefined, () => this.#tick());
  }

  #watchOverlap(): void {
    if (this.streams().length < 2) this.#overlapSince = undefined;
    else this.#overlapSince ??= this.#simulation.now;
    if (this.#overlapSince !== undefined) {
      this.overlapMs = Math.max(this.overlapMs, this.#simulation.now - this.#overlapSince);
    }
  }
}
