import type { ServerResponse } from 'node:http';
import { type EventMap, reconnectionTimeMs, type Snapshot, type StreamQuery } from '@live-visitors/shared';
import type { Metrics } from '../observability/prometheus.ts';
import type { Log } from '../observability/safe-log.ts';
import type { BrokenPageLimit, Limits } from '../presence/limits.ts';
import { encodeView } from '../presence/page-views.ts';
import { Pages } from '../presence/pages.ts';
import { PresenceRegistry } from '../presence/registry.ts';
import { farewellTimeMs, replacedTimeMs } from '../timing.ts';
import { type Clock, createPauseWatch } from './clock.ts';
import { encodeEvent, encodeJson, encodeRetry } from './encode-event.ts';
import { EventStream } from './event-stream.ts';
import { Recorder, type RecorderOptions, snapshotAfter } from './recorder.ts';
import { inSlices, readPendingEvents } from './slices.ts';
import { createTickFrames } from './tick-frames.ts';
import { startTicking } from './ticker.ts';

/** The range of the lifetime of a stream with a `browser` id. Its client opens the next one before it ends. */
const lifetimeMs = { min: 35_000, max: 46_000 };

/**
 * The part of its lifetime after which a stream is to be renewed: within 28 s, because Firefox stops a service worker
 * after 30 s, and the streams that pass through it. The rest is for slow networks.
 */
const renewalShare = 0.6;

export type EmitterOptions = RecorderOptions & { limits: Limits; metrics: Metrics | undefined };

type EndReason = 'closed' | 'replaced' | 'expired' | 'clogged' | 'restart';

/** Once a second, counts the presence, records it in the store, and then sends it to every stream. */
export class Emitter {
  /** The counts of single pages. */
  readonly pages: Pages;
  readonly #clock: Clock;
  readonly #metrics: Metrics | undefined;
  readonly #log: Log;
  readonly #recorder: Recorder;
  readonly #registry: PresenceRegistry<EventStream>;
  readonly #pauseWatch;
  readonly #stopTicking: () => Promise<void>;
  readonly #stopWatching: (() => void) | undefined;
  readonly #onClose = (stream: EventStream) => this.#remove(stream, 'closed');
  readonly #listeners = new Set<{ listener: (snapshot: Snapshot) => void }>();
  /** How many streams have been opened and closed so far. */
  #changes = 0;
  #isFailing = false;

  private constructor({ store, clock, limits, metrics, log }: EmitterOptions, recorder: Recorder) {
    this.#clock = clock;
    this.#metrics = metrics;
    this.#log = log;
    this.#recorder = recorder;
    this.pages = new Pages(limits, store.otherPages);
    const onReplaced = (stream: EventStream) => this.#sendFarewell(stream, 'replaced');
    this.#registry = new PresenceRegistry(limits, this.pages, clock.elapsed, onReplaced);
    this.#pauseWatch = createPauseWatch(clock);
    this.#stopWatching = metrics?.watch(() => {
      return { ...this.#registry.audit(), store_trouble: store.trouble() === undefined ? 0 : 1 };
    });
    this.#stopTicking = startTicking(
      () => store.now(),
      (latenessMs) => this.#tick(latenessMs),
    );
  }

  static async start(options: EmitterOptions): Promise<Emitter> {
    return new Emitter(options, await Recorder.start(options));
  }

  /** What is counted now. */
  snapshot(): Snapshot {
    return snapshotAfter(this.#recorder.last, this.#registry.read(), this.#clock.elapsed());
  }

  /** Calls back with the snapshot of each tick. Returns how to stop. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    const subscription = { listener };
    this.#listeners.add(subscription);
    return () => void this.#listeners.delete(subscription);
  }

  /**
   * Counts a stream in and opens it: it gets `welcome` and a first snapshot at once, then one at each tick.
   *
   * @param address - the network that it comes from
   * @param lastEventId - what a returning stream received last: its tabs are no arrivals, and it is sent what it missed
   * @returns the limit that the stream would break, in which case nothing has been done; or else the limits that some of
   * its arrivals or pages break
   */
  open(response: ServerResponse, query: StreamQuery, address: string, lastEventId: string | undefined) {
    const { browser, tabs, arrivals = tabs, page: on = [], watch = [] } = query;
    const admission = this.#registry.admit({
      browser,
      address,
      tabs,
      arrivals: lastEventId === undefined ? arrivals : [],
      pages: { on, watch },
    });
    if (!admission.ok) return admission;
    const { member, overLimit, brokenPageLimits } = admission;
    const lifetime = browser === undefined ? undefined : between(lifetimeMs);
    const welcome = {
      tabs: member.tabs,
      renewWithinMs: lifetime && Math.floor(lifetime * renewalShare),
      history: this.#recorder.history(query, lastEventId),
    };
    const online = (name: string) => this.pages.online(name);
    const firstFrames =
      encodeRetry(between(reconnectionTimeMs)) +
      encodeEvent('welcome', welcome) +
      encodeEvent('visitors', this.snapshot(), this.#recorder.last.id) +
      (member.view === undefined ? '' : encodeJson('pages', encodeView(member.view, online)));
    const expiresAt = this.#clock.elapsed() + (lifetime ?? Number.POSITIVE_INFINITY);
    try {
      this.#registry.register(member, new EventStream(response, firstFrames, expiresAt, this.#onClose));
    } catch (error) {
      this.#registry.leave(member);
      throw error;
    }
    this.#changes++;
    this.#metrics?.streamsOpened.inc();
    this.#metrics?.pagesNotTracked.inc(brokenPageLimits.length);
    const notCounted = new Set<BrokenPageLimit | 'max_visits_per_address'>(brokenPageLimits);
    if (overLimit > 0) notCounted.add('max_visits_per_address');
    return { ok: true as const, notCounted };
  }

  /** Records what was counted since the last tick, sends every stream a farewell, and closes the store. */
  async close(): Promise<void> {
    await this.#stopTicking();
    const { streams, counts, pages } = await this.#count();
    try {
      await this.#recorder.record(counts, pages);
    } finally {
      await inSlices(streams, (stream) => {
        if (stream.isOpen) this.#sendFarewell(stream, 'restart');
      }).finally(() => {
        this.#stopWatching?.();
        return this.#recorder.close();
      });
    }
  }

  async #tick(latenessMs: number): Promise<void> {
    const startedAt = this.#clock.elapsed();
    try {
      await this.#emit(startedAt);
      this.#metrics?.tickLateness.observe(latenessMs / 1000);
      this.#metrics?.tickDuration.observe((this.#clock.elapsed() - startedAt) / 1000);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.error({ err: error }, 'a tick failed');
      this.#isFailing = true;
    }
  }

  async #emit(startedAt: number): Promise<void> {
    // Streams that are opened from now on are not counted in this tick. They have a snapshot of their own.
    const { streams, counts, pages } = await this.#count();
    const { snapshot, id } = await this.#recorder.record(counts, pages);
    this.pages.addOthers();
    // What a listener throws disturbs neither the tick nor other listeners.
    for (const subscription of this.#listeners)
      queueMicrotask(() => this.#listeners.has(subscription) && subscription.listener({ ...snapshot }));
    const frameFor = createTickFrames(encodeEvent('visitors', snapshot, id));
    let sent = 0;
    let skipped = 0;
    await inSlices(streams, (stream) => {
      if (!stream.isOpen) return;
      if (startedAt >= stream.expiresAt) return this.#sendFarewell(stream, 'expired');
      const result = stream.sendTick(frameFor(stream.member?.view));
      if (result === 'sent') sent++;
      else skipped++;
      if (result === 'clogged') this.#end(stream, 'clogged');
    });
    this.#metrics?.eventsSent.inc(sent);
    this.#metrics?.ticksSkipped.inc(skipped);
  }

  async #count() {
    const isConfirmed = !this.#pauseWatch.wasPaused();
    if (!isConfirmed) await readPendingEvents(() => this.#changes);
    this.#pauseWatch.count();
    return this.#registry.count({ isConfirmed });
  }

  #sendFarewell(stream: EventStream, reason: EventMap['farewell']['reason']): void {
    const reconnectInMs = between(reason === 'replaced' ? replacedTimeMs : farewellTimeMs);
    // An `EventSource` that its page does not close reconnects by `retry` alone.
    this.#end(stream, reason, encodeRetry(reconnectInMs) + encodeEvent('farewell', { reason, reconnectInMs }));
  }

  /** Ends a stream and counts it out at once: if its peer has vanished, its socket may take long to close. */
  #end(stream: EventStream, reason: EndReason, lastFrame?: string): void {
    this.#remove(stream, reason);
    stream.end(lastFrame);
  }

  #remove(stream: EventStream, reason: EndReason): void {
    this.#changes++;
    // If a shared stream breaks off, perhaps only the tab that held it is gone. After a pause, nobody knows when that was.
    const keepPlaces = reason === 'closed' && !this.#pauseWatch.wasPaused();
    if (this.#registry.remove(stream, { keepPlaces })) this.#metrics?.streamsEnded.inc({ reason });
  }
}

/** A random whole number of milliseconds in a range, so that clients do not all return at once after a restart. */
function between({ min, max }: { min: number; max: number }): number {
  return Math.floor(min + Math.random() * (max - min));
}
