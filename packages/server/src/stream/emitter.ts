import type { ServerResponse } from 'node:http';
import { type EventMap, maxHistorySeconds, type Snapshot, type StreamQuery, tickMs } from '@live-visitors/shared';
import { createHistory } from '../history/seconds.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Log } from '../observability/safe-log.ts';
import type { BrokenLimit, Limits } from '../presence/limits.ts';
import { type RecordedTick, snapshotAfter } from '../presence/live-snapshot.ts';
import type { Counts } from '../presence/presence.ts';
import { createRegistry } from '../presence/registry.ts';
import type { Store } from '../store/store.ts';
import { farewellTimeMs, reconnectionTimeMs, replacedTimeMs } from '../timing.ts';
import type { Clock } from './clock.ts';
import { createClockWatch } from './clock-watch.ts';
import { encodeEvent, encodeRetry } from './encode-event.ts';
import { EventStream } from './event-stream.ts';
import { inSlices, readPendingEvents } from './slices.ts';
import { startTicking } from './ticker.ts';

/** A stream with a `browser` id that nobody renewed ends between these two; its client opens the next one before. */
const lifetimeMs = { min: 48_000, max: 72_000 };

/** The share of its lifetime within which a stream is to be renewed: the rest is room for a slow network. */
const renewalShare = 0.8;

export type EmitterOptions = { store: Store; clock: Clock; limits: Limits; metrics: Metrics; log: Log };

export type StreamRequest = {
  query: StreamQuery;
  /** The network that it comes from. */
  address: string;
  /** What a returning stream saw last: its tabs are no arrivals, and what it missed since is sent along. */
  lastEventId: string | undefined;
};

export type Emitter = Awaited<ReturnType<typeof startEmitter>>;

type EndReason = 'closed' | 'replaced' | 'expired' | 'clogged' | 'restart';

/**
 * Starts to count the presence and to tell it: once a second it is counted, recorded in the store, and then sent to
 * every stream.
 */
export async function startEmitter({ store, clock, limits, metrics, log }: EmitterOptions) {
  const registry = createRegistry<EventStream>({
    limits,
    elapsed: clock.elapsed,
    onReplaced: (stream) => bidFarewell(stream, 'replaced'),
  });
  const history = createHistory(maxHistorySeconds);
  const clockWatch = createClockWatch(clock);
  const listeners = new Set<{ listener: (snapshot: Snapshot) => void }>();
  let lastId = 0;
  let lastTick = await record(registry.read());
  for (const { at, online } of await store.recentSeconds()) history.add({ id: at, at, online });
  let isFailing = false;
  /** How many streams have come and gone so far. */
  let changes = 0;

  const stopTicking = startTicking(tickMs, store.now, tick, (error) => {
    if (!isFailing) log.error({ err: error }, 'a tick failed');
    isFailing = true;
  });

  async function tick(latenessMs: number): Promise<void> {
    const startedAt = clock.elapsed();
    // Who comes while this tick is recorded and sent is not counted in it, and has had a snapshot of their own.
    const { streams, counts } = await count();
    lastTick = await record(counts);
    const { snapshot: recorded, id } = lastTick;
    history.add({ id, at: recorded.at, online: recorded.online });
    // What a listener throws is no concern of the tick's, nor of the other listeners'.
    for (const { listener } of listeners) queueMicrotask(() => listener(recorded));
    await send(Buffer.from(encodeEvent('visitors', recorded, id)), streams, startedAt);

    metrics.tickLateness.observe(latenessMs / 1000);
    metrics.tickDuration.observe((clock.elapsed() - startedAt) / 1000);
    isFailing = false;
  }

  async function count() {
    const isConfirmed = !clockWatch.wasPaused();
    if (!isConfirmed) await readPendingEvents(() => changes, clock.elapsed);
    clockWatch.count();
    return registry.count({ isConfirmed });
  }

  async function record(counts: Counts): Promise<RecordedTick> {
    const snapshot = await store.record(counts);
    const stepMs = clockWatch.stepTo(snapshot.at);
    if (stepMs !== 0) {
      history.moveClock(stepMs);
      log.warn({ byMs: stepMs }, 'the clock was set');
    }
    lastId = Math.max(lastId + 1, snapshot.at);
    return { counts, snapshot, id: lastId, recordedAt: clock.elapsed() };
  }

  async function send(frame: Buffer, streams: readonly EventStream[], tickAt: number): Promise<void> {
    let sent = 0;
    let skipped = 0;
    await inSlices(streams, clock.elapsed, (stream) => {
      if (!stream.isOpen) return;
      if (tickAt >= stream.expiresAt) return bidFarewell(stream, 'expired');
      const result = stream.sendTick(frame);
      if (result === 'sent') sent++;
      else skipped++;
      if (result === 'clogged') end(stream, 'clogged');
    });
    metrics.eventsSent.inc(sent);
    metrics.ticksSkipped.inc(skipped);
  }

  function remove(stream: EventStream, reason: EndReason): void {
    changes++;
    // Of the tabs that shared a stream which breaks off, maybe only the one that held it is gone. After a pause of this
    // process nobody knows when that was.
    const wasThere = registry.remove(stream, { keepPlaces: reason === 'closed' && !clockWatch.wasPaused() });
    if (wasThere) metrics.streamsEnded.inc({ reason });
  }

  /** Ends a stream, and counts it out at once: a peer that vanished without a word would never let its socket close. */
  function end(stream: EventStream, reason: EndReason, lastFrame?: string): void {
    remove(stream, reason);
    stream.end(lastFrame);
  }

  function bidFarewell(stream: EventStream, reason: EventMap['farewell']['reason']): void {
    const reconnectInMs = between(reason === 'replaced' ? replacedTimeMs : farewellTimeMs);
    // An `EventSource` that its page does not close comes back by `retry` alone.
    end(stream, reason, encodeRetry(reconnectInMs) + encodeEvent('farewell', { reason, reconnectInMs }));
  }

  function snapshot(): Snapshot {
    return snapshotAfter(lastTick, registry.read(), clock.elapsed());
  }

  function openStream(response: ServerResponse, { query, lastEventId }: StreamRequest, tabs: number): EventStream {
    const lifetime = query.browser === undefined ? undefined : between(lifetimeMs);
    const welcome = {
      tabs,
      renewWithinMs: lifetime && Math.floor(lifetime * renewalShare),
      history: lastEventId === undefined ? history.last(query.history) : missedSince(lastEventId),
    };
    const stream = new EventStream(
      response,
      encodeRetry(between(reconnectionTimeMs)) +
        encodeEvent('welcome', welcome) +
        encodeEvent('visitors', snapshot(), lastTick.id),
      clock.elapsed() + (lifetime ?? Number.POSITIVE_INFINITY),
      () => remove(stream, 'closed'),
    );
    changes++;
    metrics.streamsOpened.inc();
    return stream;
  }

  function missedSince(lastEventId: string) {
    // Another server's ids, or a made-up one, may be anything.
    return /^\d{1,15}$/.test(lastEventId) ? history.since(Number(lastEventId)) : undefined;
  }

  metrics.watch(registry.audit);

  return {
    /** Who is here now. */
    snapshot,

    /** Calls back with the snapshot of each tick. Returns how to stop. */
    subscribe(listener: (snapshot: Snapshot) => void): () => void {
      const subscription = { listener };
      listeners.add(subscription);
      return () => void listeners.delete(subscription);
    },

    /**
     * Counts a stream in and opens it: `welcome` and a first snapshot at once, then one each tick.
     *
     * @returns the limit that one more stream would break, in which case nothing has been done
     */
    open(response: ServerResponse, request: StreamRequest): BrokenLimit | undefined {
      const { query, address, lastEventId } = request;
      const { browser, tabs } = query;
      const arrivals = lastEventId === undefined ? (query.arrivals?.length ?? tabs) : 0;
      return registry.admit({ browser, address, tabs, arrivals }, (counted) => openStream(response, request, counted));
    },

    /** Records what was counted since the last tick, bids every stream farewell, and counts no more. */
    async close(): Promise<void> {
      await stopTicking();
      const { streams, counts } = await count();
      try {
        await store.record(counts);
      } finally {
        await inSlices(streams, clock.elapsed, (stream) => {
          if (stream.isOpen) bidFarewell(stream, 'restart');
        }).finally(store.close);
      }
    },
  };
}

/** A random whole number of milliseconds between two. */
function between({ min, max }: { min: number; max: number }): number {
  return Math.floor(min + Math.random() * (max - min));
}
