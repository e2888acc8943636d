import type { Guard } from './guards.ts';
import { isNonNegativeInteger, isText, listOf, literal, nullable, objectOf, optional, recordOf } from './guards.ts';

/** Milliseconds from one tick to the next. */
export const tickMs = 1000;

/**
 * The range of a stream's reconnection time, in milliseconds. The server's `retry` field has it, and clients keep to it
 * by themselves: an `EventSource` does not tell its page the field. It is no shorter than a killed node stays in the count
 * of a fleet: its visitors would be counted on two nodes.
 */
export const reconnectionTimeMs: { min: number; max: number } = { min: 1.5 * tickMs, max: 3.5 * tickMs };

/** The figures of one tick. Sent each second, even when nothing changed: silence means trouble. */
export type Snapshot = {
  /** Open tabs. */
  online: number;
  /** Browsers with open tabs: all tabs of one browser share a stream. */
  browsers: number;
  /** Pages ever loaded: a new tab, a reload, the next page. Reconnecting and back/forward are not visits. */
  visits: number;
  /** The most tabs that were connected at any tick. */
  peak: number;
  /** One tab open for one second adds 1. */
  visitorSeconds: number;
  /** When this was counted, in milliseconds since 1970. */
  at: number;
  /** Present while the nodes of a fleet cannot hear each other: the figures of the others are as last heard. */
  partial?: true | undefined;
};

/** The numbers that a snapshot shows. */
export type Figure = Exclude<keyof Snapshot, 'at' | 'partial'>;

export const isSnapshot: Guard<Snapshot> = objectOf<Snapshot>({
  online: isNonNegativeInteger,
  browsers: isNonNegativeInteger,
  visits: isNonNegativeInteger,
  peak: isNonNegativeInteger,
  visitorSeconds: isNonNegativeInteger,
  at: isNonNegativeInteger,
  partial: optional(literal(true)),
});

/** `online` of consecutive ticks, oldest first. */
export type History = {
  /** Milliseconds from one entry to the next. */
  everyMs: number;
  /** When the last entry was counted, in milliseconds since 1970. */
  endsAt: number;
  /** `null` where no tick was recorded: the server was stopped or stalled. */
  online: (number | null)[];
};

export const isHistory: Guard<History> = objectOf<History>({
  everyMs: isNonNegativeInteger,
  endsAt: isNonNegativeInteger,
  online: listOf(nullable(isNonNegativeInteger)),
});

/** Open tabs by page. A name is any text, also `__proto__`: read a count from the object's own entries. */
export type PageCounts = {
  /** `null` where the count is not known. */
  [name: string]: number | null;
};

export const isPageCounts: Guard<PageCounts> = recordOf(nullable(isNonNegativeInteger));

/** The event types that a stream carries, each with its payload. */
export type EventMap = {
  /** The first event of every stream that is opened. */
  welcome: {
    /** Tabs that this stream counts for: fewer than requested if its address has reached its limit. */
    tabs: number;
    /** Open the next stream within this many milliseconds. Only for a stream with a `browser` id. */
    renewWithinMs?: number | undefined;
    /** What was requested with `history`, or what a returning stream missed. */
    history?: History | undefined;
  };
  visitors: Snapshot;
  /** Sent right after each `visitors` to streams that ask for pages. */
  pages: { online: PageCounts };
  /** The last event of a stream that the server ends on purpose. */
  farewell: {
    reason: 'restart' | 'expired' | 'replaced';
    /** Reconnect after this many milliseconds. */
    reconnectInMs: number;
  };
  /** The only event of a stream that is refused, if its query has `refusal=event`. */
  refused: {
    /** The HTTP status code that other requests would get. */
    status: number;
    /** What is wrong with this request, and what to do about it. */
    detail: string;
    /** Do not reconnect before this many milliseconds have passed. */
    reconnectInMs?: number | undefined;
  };
};
export type EventName = keyof EventMap;

const guards: { [Name in EventName]: Guard<EventMap[Name]> } = {
  welcome: objectOf({
    tabs: isNonNegativeInteger,
    renewWithinMs: optional(isNonNegativeInteger),
    history: optional(isHistory),
  }),
  visitors: isSnapshot,
  pages: objectOf({ online: isPageCounts }),
  farewell: objectOf({
    reason: literal('restart', 'expired', 'replaced'),
    reconnectInMs: isNonNegativeInteger,
  }),
  refused: objectOf({
    status: isNonNegativeInteger,
    detail: isText,
    reconnectInMs: optional(isNonNegativeInteger),
  }),
};

// The type of `guards` allows no other keys.
export const eventNames = Object.keys(guards) as EventName[];

/**
 * Reads the `data` of an event of the given name. Members that this version does not know stay in the payload.
 *
 * @returns the payload, or `undefined` if `data` is not valid
 */
export function readEvent<Name extends EventName>(name: Name, data: string): EventMap[Name] | undefined {
  let payload: unknown;
  try {
    payload = JSON.parse(data);
  } catch {
    return undefined;
  }
  const isPayload: Guard<EventMap[Name]> = guards[name];
  return isPayload(payload) ? payload : undefined;
}
