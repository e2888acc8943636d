import type { ServerResponse } from 'node:http';
import { type EventMap, maxHistorySeconds, type Snapshot, type StreamQuery, tickMs } from '@live-visitors/shared';
import { createAudience, type Party } from '../core/audience.ts';
import { encodeEvent, encodeRetry } from '../core/frame.ts';
import { createHistory } from '../core/history.ts';
import type { Ledger } from '../core/ledger.ts';
import type { BrokenLimit, Limits, Share } from '../core/limits.ts';
import { createSuccession } from '../core/succession.ts';
import { startTicking } from '../core/tick.ts';
import type { Metrics } from '../operation/metrics.ts';
import { EventStream } from './event-stream.ts';
import { inSlices } from './slices.ts';

/** Streams come back between these two after a drop, so that a restart brings no stampede. */
const reconnectionTimeMs = { min: 500, max: 2500 };

/** A stream with a `browser` id that nobody renewed ends between these two; its client opens the next one before. */
const lifetimeMs = { min: 48_000, max: 72_000 };

/** The share of its lifetime within which a stream is to be renewed: the rest is room for a slow network. */
const renewalShare = 0.8;

export type Clock = {
  /** The time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back. */
  elapsed(): number;
};

export type EmitterOptions = { ledger: Ledger; clock: Clock; limits: Limits; metrics: Metrics };

export type StreamRequest = {
  query: StreamQuery;
  /** The network that it comes from. */
  address: string;
  /** What a returning stream saw last: its tabs are no arrivals, and what it missed since is sent along. */
  lastEventId: string | undefined;
};

export type Emitter = Awaited<ReturnType<typeof startEmitter>>;

type EndReason = 'closed' | 'replaced' | 'expired' | 'clogged' | 'restart';
type Guest = Party & Share;
type Member = { party: Guest; leave: () => void };

/**
 * Starts to count the audience and to tell it: once a second it is counted, recorded in the ledger, and then sent to
 * every stream.
 */
export async function startEmitter({ ledger, clock, limits, metrics }: EmitterOptions) {
  const audience = createAudience<Guest>();
  const history = createHistory(maxHistorySeconds);
  const members = new Map<EventStream, Member>();
  const succession = createSuccession(enter, clock.elapsed);
  const listeners = new Set<{ listener: (snapshot: Snapshot) => void }>();
  let opened = 0;
  let ended = 0;
  let lastTickAt = clock.elapsed();
  /** What was counted here at the last tick, and what that came to in the ledger. */
  let counted = audience.read();
  let recorded = await ledger.record(counted);
  let recordedAt = clock.elapsed();
  for (const { at, online } of await ledger.recentSeconds()) history.add(at, online);

  const stopTicking = startTicking(tickMs, clock.now, async (latenessMs) => {
    const startedAt = passTime();
    succession.expire();
    // Who comes while this tick is recorded and sent is not counted in it, and has had a snapshot of their own.
    const present = [...members.keys()];
    const reading = audience.read();
    recorded = await ledger.record(reading);
    recordedAt = clock.elapsed();
    counted = reading;
    history.add(recorded.at, recorded.online);
    // What a listener throws is no concern of the tick's, nor of the other listeners'.
    for (const { listener } of listeners) queueMicrotask(() => listener(recorded));
    await send(Buffer.from(encodeEvent('visitors', recorded, recorded.at)), present, startedAt);

    metrics.tickLateness.observe(latenessMs / 1000);
    metrics.tickDuration.observe((clock.elapsed() - startedAt) / 1000);
  });

  /** Counts the time since the last call as spent here by everyone. Returns when it is on the clock. */
  function passTime(): number {
    const now = clock.elapsed();
    audience.elapse(now - lastTickAt);
    lastTickAt = now;
    return now;
  }

  async function send(frame: Buffer, present: readonly EventStream[], tickAt: number): Promise<void> {
    let sent = 0;
    let skipped = 0;
    await inSlices(present, clock.elapsed, (stream) => {
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

  /** Counts a party in. Returns how to count it out. */
  function enter(party: Guest): () => void {
    const leave = audience.join(party);
    const giveBack = limits.take(party);
    return () => {
      leave();
      giveBack();
    };
  }

  /** Counts a stream out; a peer that vanished without a word would never let its socket close. */
  function remove(stream: EventStream, reason: EndReason): Guest | undefined {
    const member = members.get(stream);
    if (member === undefined) return undefined;
    members.delete(stream);
    member.leave();
    ended++;
    metrics.streamsEnded.inc({ reason });
    return member.party;
  }

  function end(stream: EventStream, reason: EndReason, lastFrame?: string): void {
    remove(stream, reason);
    stream.end(lastFrame);
  }

  function bidFarewell(stream: EventStream, reason: EventMap['farewell']['reason']): void {
    end(stream, reason, encodeEvent('farewell', { reason, reconnectInMs: between(reconnectionTimeMs) }));
  }

  /** Who is here now, and on a fleet's other nodes as last heard, with totals as last recorded. */
  function snapshot(): Snapshot {
    const now = audience.read();
    const online = recorded.online + now.online - counted.online;
    const browsers = recorded.browsers + now.browsers - counted.browsers;
    // The ledger's time goes on with this process's own: in a fleet, clocks differ.
    return { ...recorded, online, browsers, at: recorded.at + Math.floor(clock.elapsed() - recordedAt) };
  }

  /** By how much the books disagree with the sockets that are held, and with each other. */
  function drift(): number {
    const { online, browsers } = audience.read();
    let held = 0;
    let visiting = 0;
    let tabs = 0;
    for (const [stream, { party }] of members) {
      if (stream.isHeld) held++;
      if (party.tabs > 0) visiting++;
      tabs += party.tabs;
    }
    for (const party of succession.parties()) {
      visiting++;
      tabs += party.tabs;
    }
    return Math.abs(opened - ended - held) + Math.abs(browsers - visiting) + Math.abs(online - tabs);
  }

  metrics.watch(() => ({ streams: members.size, tabs: audience.read().online, drift: drift() }));

  return {
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
    open(response: ServerResponse, { query, address, lastEventId }: StreamRequest): BrokenLimit | undefined {
      const { browser, tabs } = query;
      const broken = limits.brokenBy({ address, tabs }, audience.find(browser));
      if (broken) return broken;

      const arrivals = lastEventId === undefined ? query.arrivals : 0;
      const party = { browser, address, tabs, arrivals, onReplaced: () => end(stream, 'replaced') };
      const leave = enter(party);

      const lifetime = browser === undefined ? undefined : between(lifetimeMs);
      const welcome = {
        renewWithinMs: lifetime && Math.floor(lifetime * renewalShare),
        history: lastEventId === undefined ? history.last(query.history) : missedSince(lastEventId),
      };
      const first = snapshot();
      const stream = new EventStream(
        response,
        encodeRetry(between(reconnectionTimeMs)) +
          encodeEvent('welcome', welcome) +
          encodeEvent('visitors', first, first.at),
        clock.elapsed() + (lifetime ?? Number.POSITIVE_INFINITY),
        () => {
          const gone = remove(stream, 'closed');
          if (gone) succession.keepFor(gone);
        },
      );
      members.set(stream, { party, leave });
      opened++;
      metrics.streamsOpened.inc();
      return undefined;
    },

    /** Records what was counted since the last tick, bids every stream farewell, and counts no more. */
    async close(): Promise<void> {
      await stopTicking();
      passTime();
      await ledger.record(audience.read());
      await inSlices([...members.keys()], clock.elapsed, (stream) => {
        if (stream.isOpen) bidFarewell(stream, 'restart');
      });
      await ledger.close();
    },
  };

  function missedSince(lastEventId: string) {
    // Another server's ids, or a made-up one, may be anything.
    return /^\d{1,15}$/.test(lastEventId) ? history.since(Number(lastEventId)) : undefined;
  }
}

/** A random whole number of milliseconds between two. */
function between({ min, max }: { min: number; max: number }): number {
  return Math.floor(min + Math.random() * (max - min));
}
