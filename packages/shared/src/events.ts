import { type Guard, isNonNegativeInteger, isObject, isOptional, isSeries } from './guards.ts';

/** Milliseconds from one tick to the next. */
export const tickMs = 1000;

/** The figures of one tick. Sent each second, even when nothing changed: silence means trouble. */
export type Snapshot = {
  /** Open tabs. */
  online: number;
  /** Browsers with open tabs: all tabs of one browser share a stream. */
  browsers: number;
  /** All tabs ever opened. A stream that reconnects is not a visit. */
  visits: number;
  /** The most tabs that were online at any tick. */
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

function isSnapshot(value: unknown): value is Snapshot {
  if (!isObject(value)) return false;
  const { online, browsers, visits, peak, visitorSeconds, at, partial } = value;
  const numbers = [online, browsers, visits, peak, visitorSeconds, at];
  return numbers.every(isNonNegativeInteger) && (partial === undefined || partial === true);
}

/** `online` of consecutive ticks, oldest first. */
export type History = {
  /** Milliseconds from one entry to the next. */
  everyMs: number;
  /** When the last entry was counted, in milliseconds since 1970. */
  endsAt: number;
  /** `null` where no tick was recorded: the server was stopped or stalled. */
  online: (number | null)[];
};

function isHistory(value: unknown): value is History {
  return (
    isObject(value) &&
    isNonNegativeInteger(value.everyMs) &&
    isNonNegativeInteger(value.endsAt) &&
    isSeries(value.online, isNonNegativeInteger)
  );
}

/** The first event of every stream that is opened. */
type Welcome = {
  /** Tabs that this stream counts for: fewer than requested if its address has reached its limit. */
  tabs: number;
  /** Open the next stream within this many milliseconds. Only for a stream with a `browser` id. */
  renewWithinMs?: number | undefined;
  /** What was requested with `history`, or what a returning stream missed. */
  history?: History | undefined;
};

function isWelcome(value: unknown): value is Welcome {
  return (
    isObject(value) &&
    isNonNegativeInteger(value.tabs) &&
    isOptional(value.renewWithinMs, isNonNegativeInteger) &&
    isOptional(value.history, isHistory)
  );
}

/** The last event of a stream that the server ends on purpose. */
type Farewell = {
  reason: 'restart' | 'expired' | 'replaced';
  /** Reconnect after this many milliseconds. */
  reconnectInMs: number;
};

function isFarewell(value: unknown): value is Farewell {
  return (
    isObject(value) &&
    (value.reason === 'restart' || value.reason === 'expired' || value.reason === 'replaced') &&
    isNonNegativeInteger(value.reconnectInMs)
  );
}

/** The only event of a stream that is refused, if its query has `refusal=event`. */
type Refused = {
  /** The HTTP status code that other requests would get. */
  status: number;
  /** What is wrong with this request, and what to do about it. */
  detail: string;
  /** Do not reconnect before this many milliseconds have passed. */
  reconnectInMs?: number | undefined;
};

function isRefused(value: unknown): value is Refused {
  return (
    isObject(value) &&
    isNonNegativeInteger(value.status) &&
    typeof value.detail === 'string' &&
    isOptional(value.reconnectInMs, isNonNegativeInteger)
  );
}

/** The event types that a stream carries, each with its payload. */
export type EventMap = { welcome: Welcome; visitors: Snapshot; farewell: Farewell; refused: Refused };
export type EventName = keyof EventMap;

const guards: { [Name in EventName]: Guard<EventMap[Name]> } = {
  welcome: isWelcome,
  visitors: isSnapshot,
  farewell: isFarewell,
  refused: isRefused,
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
