import * as v from 'valibot';
import { nonNegativeIntegerSchema } from './whole.ts';

/** Milliseconds from one tick to the next. */
export const tickMs = 1000;

const durationMs = nonNegativeIntegerSchema;
const timeMs = nonNegativeIntegerSchema;

/** The figures of one tick. */
export const snapshotSchema = v.object({
  /** Open tabs. */
  online: nonNegativeIntegerSchema,
  /** Open streams that speak for tabs: all tabs of one browser share one. */
  browsers: nonNegativeIntegerSchema,
  /** Tabs that ever arrived. A stream that comes back after a drop is no visit. */
  visits: nonNegativeIntegerSchema,
  /** Most tabs online at any tick, ever. */
  peak: nonNegativeIntegerSchema,
  /** One tab open for one second is one; summed over all tabs, ever. */
  visitorSeconds: nonNegativeIntegerSchema,
  /** When this was counted, in milliseconds since 1970. */
  at: timeMs,
  /** There while a fleet's nodes cannot hear each other: the others' part is what was last heard of them. */
  partial: v.optional(v.literal(true)),
});

/** `online` of one tick after the other, oldest first. */
export const historySchema = v.object({
  /** Milliseconds from one entry to the next. */
  everyMs: durationMs,
  /** When the last entry was counted, in milliseconds since 1970. */
  endsAt: timeMs,
  /** `null` where no tick was recorded: the server was stopped or stalled. */
  online: v.array(v.nullable(nonNegativeIntegerSchema)),
});

const eventSchemas = {
  /** The first event of every stream that is opened. */
  welcome: v.object({
    /** Tabs that this stream counts for: fewer than it asked for where its address has no room for more. */
    tabs: nonNegativeIntegerSchema,
    /** Open the next stream within so many milliseconds. Only for a stream with a `browser` id. */
    renewWithinMs: v.optional(durationMs),
    /** What was asked for with `history`, or what a returning stream missed. */
    history: v.optional(historySchema),
  }),
  /** Sent each second, even when nothing changed: silence means trouble. */
  visitors: snapshotSchema,
  /** The last event of a stream that the server ends on purpose. */
  farewell: v.object({
    reason: v.picklist(['restart', 'expired', 'replaced']),
    /** Come back after so many milliseconds. */
    reconnectInMs: durationMs,
  }),
  /** The only event of a stream that is not to be had, where its query has `refusal=event`. */
  refused: v.object({
    /** The HTTP status code that other requests would be answered with. */
    status: nonNegativeIntegerSchema,
    /** What is wrong with this request, and what to do about it. */
    detail: v.string(),
    /** Come back after so many milliseconds, and no sooner. */
    reconnectInMs: v.optional(durationMs),
  }),
};

/** The event types that a stream carries, each with its payload. */
export type EventMap = { [Name in keyof typeof eventSchemas]: v.InferOutput<(typeof eventSchemas)[Name]> };
export type EventName = keyof EventMap;
export type Snapshot = EventMap['visitors'];
/** The numbers that a snapshot shows. */
export type Figure = Exclude<keyof Snapshot, 'at' | 'partial'>;
export type History = v.InferOutput<typeof historySchema>;

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
