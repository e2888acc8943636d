import type { ServerResponse } from 'node:http';
import { type EventMap, maxHistorySeconds, type Snapshot, type StreamQuery, tickMs } from '@live-visitors/shared';
import { createAudience } from './audience.ts';
import { EventStream } from './event-stream.ts';
import { encodeEvent, encodeRetry } from './frame.ts';
import { createHistory } from './history.ts';
import type { Ledger } from './ledger.ts';
import { startTicking } from './tick.ts';

/** Streams come back between these two after a drop, so that a restart brings no stampede. */
const reconnectionTimeMs = { min: 500, max: 2500 };

/** A stream with a `browser` id that nobody renewed ends between these two; its client opens the next one before. */
const lifetimeMs = { min: 48_000, max: 72_000 };

/** The share of its lifetime within which a stream is to be renewed: the rest is room for a slow network. */
const renewalShare = 0.8;

/**
 * How long the places of a browser's other tabs are kept when their stream breaks off: the tab that held it is gone at
 * once, and one of the others is about to open the next stream. Without this the count would dip by all of them.
 */
const successionMs = 450;

export type Clock = {
  /** The time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back. */
  elapsed(): number;
};

export type Emitter = Awaited<ReturnType<typeof startEmitter>>;

type Heirs = { until: number; leave: () => void };
type Member = { stream: EventStream; expiresAt: number; leave: () => void };

/**
 * Starts to count the audience and to tell it: once a second it is counted, recorded in the ledger, and then sent to
 * every stream.
 */
export async function startEmitter({ ledger, clock }: { ledger: Ledger; clock: Clock }) {
  const audience = createAudience();
  const history = createHistory(maxHistorySeconds);
  const members = new Set<Member>();
  const heirs = new Set<Heirs>();
  let lastTickAt = clock.elapsed();
  let recorded = await ledger.record(audience.read());

  const stopTicking = startTicking(tickMs, clock.now, async () => {
    const elapsed = clock.elapsed();
    audience.elapse(elapsed - lastTickAt);
    lastTickAt = elapsed;
    dropHeirs(elapsed);
    recorded = await ledger.record(audience.read());
    history.add(recorded.at, recorded.online);

    const frame = encodeEvent('visitors', recorded, recorded.at);
    for (const member of members) {
      if (elapsed < member.expiresAt) member.stream.sendTick(frame);
      else bidFarewell(member, 'expired');
    }
  });

  /** Keeps the places of those who shared a stream with the tab that has gone, until their next stream takes them. */
  function keepForHeirs({ browser, tabs }: StreamQuery) {
    if (browser === undefined || tabs === 1) return;
    const leave = audience.join({ browser, tabs: tabs - 1, arrivals: 0 });
    heirs.add({ until: clock.elapsed() + successionMs, leave });
  }

  function dropHeirs(elapsed: number) {
    for (const heir of heirs) {
      if (elapsed < heir.until) continue;
      heirs.delete(heir);
      heir.leave();
    }
  }

  // Counted out at once: a peer that vanished without a word never lets its socket close.
  function retire(member: Member, lastFrame?: string) {
    members.delete(member);
    member.leave();
    member.stream.end(lastFrame);
  }

  function bidFarewell(member: Member, reason: EventMap['farewell']['reason']) {
    retire(member, encodeEvent('farewell', { reason, reconnectInMs: between(reconnectionTimeMs) }));
  }

  /** Who is here now, with totals as last recorded. */
  function snapshot(): Snapshot {
    const { online, browsers } = audience.read();
    return { ...recorded, online, browsers, at: Math.max(recorded.at, clock.now()) };
  }

  return {
    snapshot,

    /**
     * Counts a stream in and opens it: `welcome` and a first snapshot at once, then one each tick.
     *
     * @param lastEventId - what a returning stream saw last; its tabs are then no arrivals, and what it missed
     * since is sent along
     */
    open(response: ServerResponse, query: StreamQuery, lastEventId: string | undefined): void {
      const lifetime = query.browser === undefined ? undefined : between(lifetimeMs);
      const leave = audience.join({
        browser: query.browser,
        tabs: query.tabs,
        arrivals: lastEventId === undefined ? query.arrivals : 0,
        onReplaced: () => retire(member),
      });

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
      );

      const member = { stream, leave, expiresAt: clock.elapsed() + (lifetime ?? Number.POSITIVE_INFINITY) };
      members.add(member);
      response.once('close', () => {
        if (!members.delete(member)) return;
        leave();
        keepForHeirs(query);
      });
    },

    /** Bids every stream farewell and counts no more. */
    async close(): Promise<void> {
      await stopTicking();
      for (const member of members) bidFarewell(member, 'restart');
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
