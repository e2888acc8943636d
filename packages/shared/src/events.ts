import * as v from 'valibot';
import { nonNegativeIntegerSchema } from './whole.ts';

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

/** `online` of consecutive ticks, oldest first. */
export type History = {
  /** Milliseconds from one entry to the next. */
  everyMs: number;
  /** When the last entry was counted, in milliseconds since 1970. */
  endsAt: number;
  /** `null` where no tick was recorded: the server was stopped or stalled. */
  online: (number | null)[];
};

/** The first event of every stream that is opened. */
type Welcome = {
  /** Tabs that this stream counts for: fewer than requested if its address has reached its limit. */
  tabs: number;
  /** Open the next stream within this many milliseconds. Only for a stream with a `browser` id. */
  renewWithinMs?: number | undefined;
  /** What was requested with `history`, or what a returning stream missed. */
  history?: History | undefined;
};

/** The last event of a stream that the server ends on purpose. */
type Farewell = {
  reason: 'restart' | 'expired' | 'replaced';
  /** Reconnect after this many milliseconds. */
  reconnectInMs: number;
};

/** The only event of a stream that is refused, if its query has `refusal=event`. */
type Refused = {
  /** The HTTP status code that other requests would get. */
  status: number;
  /** What is wrong with this request, and what to do about it. */
  detail: string;
  /** Do not reconnect before this many milliseconds have passed. */
  reconnectInMs?: number | undefined;
};

/** The event types that a stream carries, each with its payload. */
export type EventMap = { welcome: Welcome; visitors: Snapshot; farewell: Farewell; refused: Refused };
export type EventName = keyof EventMap;

const whole = nonNegativeIntegerSchema;

export const snapshotSchema: v.GenericSchema<unknown, Snapshot> = v.object({
  online: whole,
  browsers: whole,
  visits: whole,
  peak: whole,
  visitorSeconds: whole,
  at: whole,
  partial: v.optional(v.literal(true)),
});

export const historySchema: v.GenericSchema<unknown, History> = v.object({
  everyMs: whole,
  endsAt: whole,
  online: v.array(v.nullable(whole)),
});

const eventSchemas: { [Name in EventName]: v.GenericSchema<unknown, EventMap[Name]> } = {
  welcome: v.object({ tabs: whole, renewWithinMs: v.optional(whole), history: v.optional(historySchema) }),
  visitors: snapshotSchema,
  farewell: v.object({ reason: v.picklist(['restart', 'expired', 'replaced']), reconnectInMs: whole }),
  refused: v.object({ status: whole, detail: v.string(), reconnectInMs: v.optional(whole) }),
};

/**
 * Reads the `data` of an event of the given name.
 *
 * @returns the payload without members unknown to this version, or `undefined` where `data` is no such payload.
 */
export function decodeEvent<Name extends EventName>(name: Name, data: string): EventMap[Name] | undefined {
  const schema: v.GenericSchema<unknown, EventMap[EventName]> = eventSchemas[name];
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), data);
  // The schema that was looked up by `Name` yields the payload of `Name`; TypeScript does not follow the look-up.
  return result.success ? (result.output as EventMap[Name]) : undefined;
}
